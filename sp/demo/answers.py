"""Makes the demonstration's answers.

Each answer is kept and has a page of its own (GET), so that Back and Reload in the browser deliver
the very same message again, as they do with real identity providers.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sp import clock
from sp.demo.encryption import encrypt_assertion
from sp.demo.errors import DemoRefused
from sp.demo.key_files import DemoKeys
from sp.demo.messages import ResponseSpec, assertion_of, make_response, to_octets
from sp.demo.people import Person, make_attributes
from sp.demo.service_providers import ServiceProvider
from sp.demo.signing import sign
from sp.demo.switches import Switches

_LIFETIME: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One person signed in at this IdP."""

    person: Person
    authn_instant: datetime
    session_index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A message on its way: where it goes and what goes with it."""

    acs_url: str
    octets: bytes
    relay_state: str | None
    pause: bool


def make_answer(
    login: Login,
    provider: ServiceProvider,
    switches: Switches,
    keys: DemoKeys,
    *,
    issuer: str,
    acs_url: str,
    request_id: str | None,
) -> bytes:
    """Return a signed Response about the person; request_id None: nobody asked."""
    now = clock.now().replace(microsecond=0)
    spec = ResponseSpec(
        response_id=make_id(),
        response_issue_instant=now,
        response_issuer=issuer,
        response_in_response_to=request_id,
        destination=acs_url,
        assertion_id=make_id(),
        assertion_issue_instant=now,
        issuer=issuer,
        name_id=login.person.subject,
        confirmation_in_response_to=request_id,
        confirmation_not_on_or_after=now + _LIFETIME,
        recipient=acs_url,
        not_before=now,
        not_on_or_after=now + _LIFETIME,
        audiences=((provider.entity_id,),),
        authn_instant=login.authn_instant,
        session_index=login.session_index,
        attributes=make_attributes(login.person, switches.groups),
    )
    root = make_response(spec)
    if switches.sign in ("assertion", "both"):
        sign(assertion_of(root), keys.private_key, keys.certificate)
    if switches.encrypt:
        if provider.encryption_key is None:
            raise DemoRefused("The application's metadata holds no key to encrypt for.")
        encrypt_assertion(root, provider.encryption_key)
    if switches.sign in ("response", "both"):
        sign(root, keys.private_key, keys.certificate)
    return to_octets(root)


def make_failure(
    status: tuple[str, ...],
    message: str,
    keys: DemoKeys,
    *,
    issuer: str,
    acs_url: str,
    request_id: str,
) -> bytes:
    """Return a signed Response that says no (Core 3.2.2.2)."""
    now = clock.now().replace(microsecond=0)
    spec = ResponseSpec(
        response_id=make_id(),
        response_issue_instant=now,
        response_issuer=issuer,
        response_in_response_to=request_id,
        destination=acs_url,
        status=status,
        status_message=message,
        assertion_issue_instant=now,
        issuer=issuer,
        name_id=None,
        confirmation_in_response_to=request_id,
        confirmation_not_on_or_after=now,
        recipient=acs_url,
        not_before=now,
        not_on_or_after=now,
        audiences=(),
        authn_instant=now,
    )
    root = make_response(spec)
    sign(root, keys.private_key, keys.certificate)
    return to_octets(root)


def make_id() -> str:
    """Return an ID that nobody guesses (Core 1.3.4)."""
    return "_" + secrets.token_hex(20)
