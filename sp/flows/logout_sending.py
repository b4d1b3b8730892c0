"""Our LogoutRequests and LogoutResponses, signed, in the binding that the IdP takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from sp import fetch, tokens
from sp.audit import evidence
from sp.audit.evidence import Evidence
from sp.config import Config
from sp.flows.outcomes import Leave
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation
from sp.saml import bindings, own_logout, signature, soap
from sp.saml.logout_types import REQUEST, RESPONSE
from sp.saml.types import NameID
from sp.saml.xml_limits import MESSAGE

GOOD_FOR: Final = timedelta(minutes=5)
PATIENCE: Final = 5.0
"""Seconds that a person who signs out waits for a company's server."""
SOAP_HEADERS: Final = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '"http://www.oasis-open.org/committees/security"',
}
SOAP_STATUSES: Final = (200, 500)
"""Of what is answered: a Fault comes as 500 (SOAP 1.1, 6.2)."""
BY_BROWSER: Final = ("redirect", "post")
PARAMETERS: Final = {REQUEST: "SAMLRequest", RESPONSE: "SAMLResponse"}
PURPOSES: Final = {REQUEST: "sign_out", RESPONSE: "answer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A LogoutRequest of ours: its ID, what is kept of it, and who takes it there.

    The browser does, by `leave`; where that is None, we do, by SOAP: `kept` holds the envelope.
    """

    request_id: str
    leave: Leave | None
    kept: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What every logout message of ours is made from: for whom, to which IdP, and when."""

    config: Config
    organisation: Organisation
    revision: Revision
    now: datetime

    def request(self, name_id: NameID, session_index: str | None) -> Sent | None:
        """Return our LogoutRequest about one session; None where the IdP takes none.

        The NameID goes back exactly as it came (Core 3.7.1, Profiles 4.4.4.1).
        """
        location = self.revision.slo_url
        if location is None:
            return None
        request_id = tokens.make_message_id()
        octets = own_logout.make_logout_request(
            request_id=request_id,
            issue_instant=self.now,
            not_on_or_after=self.now + GOOD_FOR,
            sp_entity_id=self._entity_id,
            destination=location,
            name_id=name_id,
            session_indexes=() if session_index is None else (session_index,),
        )
        leave: Leave | None = None
        if self.revision.slo_binding in BY_BROWSER:
            leave, kept = self._put(REQUEST, octets, location, None)
        else:
            kept = soap.make_envelope(self._signed(octets))
        kind = f"{REQUEST} {self.revision.slo_binding}"
        return Sent(request_id=request_id, leave=leave, kept=evidence.keep_own(kept, kind))

    def ask_by_soap(self, sent: Sent) -> bytes:
        """Send a LogoutRequest ourselves and return what is answered; FetchError (Bindings 3.2)."""
        return fetch.post(
            self.revision.slo_url or "",
            sent.kept.message,
            headers=SOAP_HEADERS,
            limit=MESSAGE.octets,
            loopback=self.config.is_loopback,
            seconds=PATIENCE,
            statuses=SOAP_STATUSES,
        )

    def response(self, request_id: str, relay_state: str | None) -> Leave | None:
        """Return our LogoutResponse for the browser; None where the IdP has no place for it.

        It goes to ResponseLocation where the metadata says one (Metadata 2.2.2), with the
        RelayState exactly as it came, or none (Bindings 3.4.3).
        """
        location = self.revision.slo_response_url or self.revision.slo_url
        if location is None or self.revision.slo_binding not in BY_BROWSER:
            return None
        octets = self._make_response(request_id, location)
        return self._put(RESPONSE, octets, location, relay_state)[0]

    def soap_response(self, request_id: str) -> bytes:
        """Return our LogoutResponse in an Envelope, the answer to a SOAP request (Bindings 3.2)."""
        return soap.make_envelope(self._signed(self._make_response(request_id, None)))

    @property
    def _entity_id(self) -> str:
        return self.config.entity_id(self.organisation.slug)

    def _make_response(self, request_id: str, destination: str | None) -> bytes:
        return own_logout.make_logout_response(
            response_id=tokens.make_message_id(),
            issue_instant=self.now,
            sp_entity_id=self._entity_id,
            destination=destination,
            in_response_to=request_id,
        )

    def _put(
        self, kind: str, octets: bytes, location: str, relay_state: str | None
    ) -> tuple[Leave, bytes]:
        """Return where the browser takes a message, and the message as the record keeps it."""
        if self.revision.slo_binding == "redirect":
            sign = partial(signature.sign_octets, key=self.config.keyring().signing.private_key)
            url = bindings.encode_redirect(location, PARAMETERS[kind], octets, relay_state, sign)
            return self._leave(kind, url, None), urlsplit(url).query.encode()
        signed = self._signed(octets)
        form = {PARAMETERS[kind]: bindings.encode_post(signed)}
        if relay_state is not None:
            form["RelayState"] = relay_state
        return self._leave(kind, location, form), signed

    def _leave(self, kind: str, url: str, form: dict[str, str] | None) -> Leave:
        name = self.organisation.name
        return Leave(url=url, form=form, organisation_name=name, purpose=PURPOSES[kind])

    def _signed(self, octets: bytes) -> bytes:
        signing = self.config.keyring().signing
        return signature.sign_enveloped(octets, signing.private_key, signing.certificate)
