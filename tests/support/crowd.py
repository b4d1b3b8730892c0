"""Many people at once, each with a browser of their own over real sockets.

crowd = [Member(config, "acme", number) for number in range(50)]
starts = at_once(app, [member.start for member in crowd])       # all in the same moment
octets = [member.mint() for member in crowd]
answers = at_once(app, [partial(member.post, each) for …])
member.whoami(), member.session                                 # e-mail, and the session's cookie
"""

from __future__ import annotations

import json
from copy import copy
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from support.http_browser import HttpBrowser, Reply, over_http
from support.idp import Idp
from support.pages import Person
from support.racing import race

from sp.demo.messages import AttributeSpec

ELSEWHERE = "https://idp.example.com/"
HERE = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """A reply as `Person` reads it."""

    reply: Reply

    @property
    def status_code(self):
        return self.reply.status

    @property
    def location(self):
        return self.reply.header("Location") or ""

    @property
    def data(self):
        return self.reply.body

    @property
    def mimetype(self):
        return (self.reply.header("Content-Type") or "").partition(";")[0]


class SocketClient:
    """What Flask's test client is to `Person`, over sockets and from one address."""

    def __init__(self, base_url, source=HERE):
        self._base_url = base_url
        self.browser = HttpBrowser(over_http(source))

    @classmethod
    def like(cls, other):
        """Give one with the same cookies."""
        made = cls(other._base_url)
        made.browser.jar.kept |= other.browser.jar.kept
        return made

    def get(self, path, query_string=None):
        query = f"?{urlencode(query_string)}" if query_string else ""
        return Answer(self.browser.send("GET", f"{self._base_url}{path}{query}", None, None))

    def post(self, path, data):
        """Post a form, as a page of the Identity Provider does."""
        return Answer(self.browser.send("POST", f"{self._base_url}{path}", data, ELSEWHERE))


class Member:
    """One person of one organisation, whose Identity Provider is the tests' own."""

    def __init__(self, config, slug, number):
        self.slug, self.name = slug, f"person-{number}"
        self.email = f"{self.name}@{domain_of(slug)}"
        self.client = SocketClient(config.base_url)
        self._person = Person(self.client, idp=idp_of(config, slug))

    def start(self):
        return self._person.start(f"/saml/{self.slug}/login", return_to="/reports")

    def mint(self, **overrides):
        """Give a good answer to the request that began last.

        Identity Providers of two organisations may well give one ID to two assertions.
        """
        good = {
            "name_id": f"id-of-{self.name}",
            "attributes": (AttributeSpec("email", (self.email,)),),
            "assertion_id": f"_{self.name}-{self._person.answers}",
            "response_id": f"_of-{self.name}-{self._person.answers}",
        }
        return self._person.make(**(good | overrides))

    def post(self, octets):
        return self._person.post(octets, url=f"/saml/{self.slug}/acs")

    def sign_in(self):
        """Go the whole way, and give the last answer."""
        assert self.start().status_code == 303
        return self.post(self.mint())

    def twin(self):
        """Give another browser with all that this one has."""
        other = copy(self)
        other.client = SocketClient.like(self.client)
        other._person = replace(self._person, client=other.client)
        return other

    @property
    def session(self):
        return self.client.browser.cookies("sp.localhost").get("sp_session")

    def whoami(self):
        """Give the address that the service knows this browser by; None where it knows none."""
        answer = self.client.get("/whoami")
        return json.loads(answer.data)["email"] if answer.status_code == 200 else None


def domain_of(slug):
    return f"{slug}.example"


def idp_of(config, slug):
    """Give an organisation's Identity Provider; all have one entityID and one key."""
    return Idp(sp_entity_id=config.entity_id(slug), acs_url=config.acs_url(slug))


def at_once(app, deeds):
    """Do all of this in the same moment, each in a thread, and give what each gave."""
    return race(app, lambda number: deeds[number](), threads=len(deeds))
