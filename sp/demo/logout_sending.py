"""Makes this IdP's own logout messages and puts them on their way (Core 3.7, Profiles 4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sp import clock
from sp.demo import queries
from sp.demo.answers import make_id
from sp.demo.context import Demo
from sp.demo.errors import DemoRefused
from sp.demo.fetching import post_soap
from sp.demo.logout_messages import (
    LogoutRequestSpec,
    LogoutResponseSpec,
    make_envelope,
    make_logout_request,
    make_logout_response,
)
from sp.demo.logout_receiving import read_logout_response, receive_envelope, verify
from sp.demo.logouts import NO_ANSWER, Asker, Logout, Outcome, Participant, Sent, read_outcome
from sp.demo.messages import Element, to_octets
from sp.demo.names import POST, REDIRECT
from sp.demo.service_providers import ServiceProvider, fetch_service_provider
from sp.demo.signing import sign

_LIFETIME: Final = timedelta(minutes=5)
_BY_USER: Final = "urn:oasis:names:tc:SAML:2.0:logout:user"


def ask(demo: Demo, handle: str, logout: Logout, participant: Participant) -> str | None:
    """Make a LogoutRequest and return where the browser takes it.

    None where it takes none anywhere: the participant's outcome is known then. handle: the
    logout's, which travels as RelayState.
    """
    try:
        provider = fetch_service_provider(participant.slug, demo.config.sp_base_url)
    except DemoRefused:
        logout.outcomes[participant] = Outcome(confirmed=False, sentence="cannot be reached")
        return None
    if logout.binding not in provider.slo:
        sentence = "takes no sign-out from here"
        logout.outcomes[participant] = Outcome(confirmed=False, sentence=sentence)
        return None
    location, _ = provider.slo[logout.binding]
    root = _make_request(demo, participant, location)
    request_id = root.get("ID", "")
    if logout.binding == REDIRECT:
        logout.sent[request_id] = Sent(participant, location, octets=None)
        return _signed_url(demo, location, "SAMLRequest", root, handle)
    sign(root, demo.keys.private_key, demo.keys.certificate)
    if logout.binding == POST:
        logout.sent[request_id] = Sent(participant, location, to_octets(root))
        return f"/logout/{handle}/{request_id}"
    logout.outcomes[participant] = _ask_by_soap(provider, location, root)
    return None


def _ask_by_soap(provider: ServiceProvider, location: str, root: Element) -> Outcome:
    try:
        received = receive_envelope(post_soap(location, make_envelope(to_octets(root))))
        verify(received, provider.signing_keys)
        in_response_to, status = read_logout_response(received.root, None)
    except DemoRefused:
        return NO_ANSWER
    return read_outcome(status) if in_response_to == root.get("ID") else NO_ANSWER


def answer_url(demo: Demo, asker: Asker, status: tuple[str, ...]) -> str:
    """Return where the browser takes the LogoutResponse: by redirect, RelayState as it came."""
    root = make_logout_response(
        LogoutResponseSpec(
            response_id=make_id(),
            issue_instant=clock.now().replace(microsecond=0),
            in_response_to=asker.request_id,
            destination=asker.response_url,
            issuer=demo.config.entity_id,
            status=status,
        )
    )
    return _signed_url(demo, asker.response_url, "SAMLResponse", root, asker.relay_state)


def _make_request(demo: Demo, participant: Participant, destination: str) -> Element:
    now = clock.now().replace(microsecond=0)
    return make_logout_request(
        LogoutRequestSpec(
            request_id=make_id(),
            issue_instant=now,
            destination=destination,
            not_on_or_after=now + _LIFETIME,
            reason=_BY_USER,
            issuer=demo.config.entity_id,
            name_id=participant.name_id,
            session_indexes=participant.session_indexes,
        )
    )


def _signed_url(
    demo: Demo, url: str, parameter: str, root: Element, relay_state: str | None
) -> str:
    parts = queries.make_parts(parameter, to_octets(root), relay_state)
    parts.append(queries.sign_parts(parts, demo.keys.private_key))
    return url + ("&" if "?" in url else "?") + "&".join(parts)
