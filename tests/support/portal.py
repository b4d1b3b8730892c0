"""Service providers as the tests play them, and one browser at the demonstration's portal.

with played_providers() as sp_base_url:
    portal = Portal(create_app(config).test_client(), sp_base_url)
    index = portal.sign_in("acme", "globex")                  # opens both; the SessionIndex of the last
    asked = sent_by(portal.redirect(portal.request("acme")))  # … by redirect, of what globex is asked
    reply = portal.deliver(portal.response("globex", asked.root.get("ID")), asked.relay_state)
"""

from __future__ import annotations

import base64
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from lxml import etree, html
from support.idp import NOW
from support.key_pairs import key_named
from support.serving import running

from sp.demo import names, queries
from sp.demo.logout_messages import (
    LogoutRequestSpec,
    LogoutResponseSpec,
    make_envelope,
    make_logout_request,
    make_logout_response,
)
from sp.demo.messages import to_octets
from sp.demo.signing import sign

IDP = "http://idp.localhost:9000"
SLO = f"{IDP}/slo"
KNOWN = ("acme", "globex", "initech", "umbrella")
METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{base}/metadata">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
<ds:X509Certificate>{signing}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:KeyDescriptor use="encryption"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
<ds:X509Certificate>{encryption}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
{slo}
<md:AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{base}/acs"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""
SERVICES = (
    f'<md:SingleLogoutService Binding="{names.POST}" Location="{{base}}/slo" ResponseLocation="{{base}}/slo/back"/>',
    f'<md:SingleLogoutService Binding="{names.REDIRECT}" Location="{{base}}/slo" ResponseLocation="{{base}}/slo/back"/>',
    f'<md:SingleLogoutService Binding="{names.SOAP}" Location="{{base}}/slo/soap"/>',
)


@contextmanager
def played_providers():
    """Serve the metadata of KNOWN and give their base URL; initech takes no logout."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            slug = self.path.removeprefix("/saml/").removesuffix("/metadata")
            base = f"http://{self.headers['Host']}/saml/{slug}"
            services = () if slug == "initech" else SERVICES
            text = METADATA.format(
                base=base,
                slo="".join(services).format(base=base),
                signing=certificate_of("sp-old"),
                encryption=certificate_of("sp"),
            )
            self.send_response(200 if slug in KNOWN else 404)
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self):
            """Take a LogoutRequest over SOAP: globex does not sign, umbrella answers another."""
            envelope = etree.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
            (request,) = envelope.iter("{*}LogoutRequest")
            assert request.find("ds:Signature", names.PREFIXES) is not None
            asked = "_another" if "umbrella" in self.path else request.get("ID")
            spec = LogoutResponseSpec(
                issue_instant=NOW, in_response_to=asked, destination=None, issuer=None
            )
            answer = make_logout_response(spec)
            if "globex" not in self.path:
                sign(answer, key_named("sp-old").private_key)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(make_envelope(to_octets(answer)))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server):
        yield f"http://sp.localhost:{server.server_port}"


def certificate_of(name):
    return base64.b64encode(key_named(name).certificate).decode()


@dataclass
class Portal:
    """One browser at the demonstration, and what each service provider sees of it."""

    client: object
    sp_base_url: str

    def get(self, url):
        return self.client.get(url, base_url=IDP)

    def post(self, url, **fields):
        return self.client.post(url, base_url=IDP, data=fields, headers={"Origin": IDP})

    def sign_in(self, *slugs, person="ada"):
        """Sign in at the portal and open these applications; give the last session's index."""
        self.post("/login", person=person, password="demo")
        index = None
        for slug in slugs:
            page = self.get(self.get(f"/tile/{slug}").location)
            message = base64.b64decode(html.fromstring(page.data).forms[0].fields["SAMLResponse"])
            (statement,) = etree.fromstring(message).iter("{*}AuthnStatement")
            index = statement.get("SessionIndex")
        return index

    @property
    def signed_in(self):
        return "Your applications" in self.get("/").text

    def base(self, slug="acme"):
        return f"{self.sp_base_url}/saml/{slug}"

    def request(self, slug="acme", **changes):
        """Give a good LogoutRequest of a service provider, save for what is changed."""
        good = LogoutRequestSpec(
            issue_instant=NOW,
            destination=SLO,
            not_on_or_after=None,
            issuer=f"{self.base(slug)}/metadata",
            name_id="a1d4-ada",
            session_indexes=(),
        )
        return make_logout_request(replace(good, **changes))

    def response(self, slug, request_id, **changes):
        good = LogoutResponseSpec(
            issue_instant=NOW,
            in_response_to=request_id,
            destination=SLO,
            issuer=f"{self.base(slug)}/metadata",
        )
        return make_logout_response(replace(good, **changes))

    def redirect(self, root, relay_state=None, *, key="sp-old", parameter=None):
        """Deliver a message of a service provider by redirect."""
        name = parameter or ("SAMLResponse" if root.tag.endswith("Response") else "SAMLRequest")
        parts = queries.make_parts(name, to_octets(root), relay_state)
        parts.append(queries.sign_parts(parts, key_named(key).private_key))
        return self.get("/slo?" + "&".join(parts))

    def deliver(self, root, relay_state=None, *, key="sp-old", **signature):
        """Deliver a message of a service provider by POST, from its site."""
        sign(root, key_named(key).private_key, **signature)
        name = "SAMLResponse" if root.tag.endswith("Response") else "SAMLRequest"
        fields = {name: base64.b64encode(to_octets(root)).decode()}
        fields |= {} if relay_state is None else {"RelayState": relay_state}
        headers = {"Origin": self.sp_base_url}
        return self.client.post("/slo", base_url=IDP, data=fields, headers=headers)


@dataclass
class Sent:
    url: str
    root: object
    relay_state: str | None


def sent_by(reply):
    """Read the message that a redirect of the demonstration carries."""
    assert reply.status_code == 303
    return read_url(reply.location)


def read_url(location):
    values = parse_qs(urlsplit(location).query, keep_blank_values=True)
    (message,) = values.get("SAMLRequest") or values["SAMLResponse"]
    root = etree.fromstring(zlib.decompress(base64.b64decode(message), -15))
    assert values["SigAlg"] == [names.RSA_SHA256]
    return Sent(location.split("?")[0], root, values.get("RelayState", [None])[0])


def codes_of(root):
    return tuple(code.get("Value") for code in root.iter("{*}StatusCode"))


def sayings(reply):
    """Give what the page says of each application."""
    items = html.fromstring(reply.data).iter("li")
    return [" ".join(item.text_content().split()) for item in items]
