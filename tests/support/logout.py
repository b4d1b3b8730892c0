"""The tests' Identity Provider at sign-out: one good message, with one change, by any binding.

    from support.logout import LogoutIdp, judge, SLO_URL, SOAP_URL, LOGOUT_ID

    idp = LogoutIdp()
    root = idp.request()                                  # a good LogoutRequest, unsigned
    root = idp.request(name_id="grace", session_indexes=())   # fields of sp.demo.logout_messages
    root = idp.request(lambda root: …)                    # the tree changed
    root = idp.request(encrypted_name_id=True)            # for the SP's key
    root = idp.response()                                 # a good LogoutResponse to LOGOUT_ID
    query = idp.query(root, relay_state="handle")         # signed, for HTTP-Redirect: no "?"
    octets = idp.posted(root)                             # signed within, for HTTP-POST: still XML
    octets = idp.soap(idp.request(destination=SOAP_URL))  # signed within, in an Envelope
    idp.posted(root, sign=False), idp.query(root, sign=False), key=key_named("rsa-b"), after=…
    idp.query(root, algorithm=RSA_SHA1, lower_case=True, signed_order=(…), url_order=(…))
    judge(query)                                          # sp.saml.logout_types.LogoutJudgement
    judge(octets, "LogoutResponse", request_id=LOGOUT_ID)    # parts of the LogoutExpectation

Octets that begin with an Envelope are judged as SOAP, other octets as HTTP-POST, a str as a query.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from support.idp import ADA_NAME_ID, IDP_ENTITY_ID, NOW, SP_ENTITY_ID, Change, find
from support.key_pairs import KeyPair, key_named

from sp.demo import queries
from sp.demo.encryption import DEFAULT, encrypt, plaintext_of
from sp.demo.logout_messages import (
    LogoutRequestSpec,
    LogoutResponseSpec,
    make_envelope,
    make_logout_request,
    make_logout_response,
)
from sp.demo.messages import Element, to_octets
from sp.demo.names import ECDSA_SHA256, RSA_SHA256
from sp.demo.signing import sign as sign_element
from sp.saml import decryption, logout, logout_message, urn
from sp.saml.logout_types import LogoutExpectation

SLO_URL = "https://sp.example.com/saml/acme/slo"
SOAP_URL = "https://sp.example.com/saml/acme/slo/soap"
LOGOUT_ID = "_our-logout-1"
SIGNED_ORDER = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg")


@dataclass(frozen=True)
class LogoutIdp:
    """An IdP by entityID and key names; the first key signs."""

    entity_id: str = IDP_ENTITY_ID
    keys: tuple[str, ...] = ("rsa-a",)
    sp_entity_id: str = SP_ENTITY_ID
    slo_url: str = SLO_URL

    def request(
        self,
        change: Change | None = None,
        *,
        at: datetime = NOW,
        encrypted_name_id: bool = False,
        encrypt_for: str = "sp",
        **overrides,
    ) -> Element:
        """Return a LogoutRequest: good, save for what the arguments change."""
        good = LogoutRequestSpec(
            issue_instant=at,
            destination=self.slo_url,
            not_on_or_after=at + timedelta(minutes=5),
            issuer=self.entity_id,
            name_id=ADA_NAME_ID,
        )
        root = _changed(make_logout_request(replace(good, **overrides)), change)
        if encrypted_name_id:
            name_id = find(root, "saml:NameID")
            public_key = key_named(encrypt_for).private_key.public_key()
            octets = plaintext_of(name_id)
            root.replace(name_id, encrypt(octets, public_key, DEFAULT, wrapper="EncryptedID"))
        return root

    def response(self, change: Change | None = None, *, at: datetime = NOW, **overrides) -> Element:
        """Return a LogoutResponse: good, save for what the arguments change."""
        good = LogoutResponseSpec(
            issue_instant=at,
            destination=self.slo_url,
            in_response_to=LOGOUT_ID,
            issuer=self.entity_id,
        )
        return _changed(make_logout_response(replace(good, **overrides)), change)

    def posted(
        self,
        root: Element,
        *,
        sign: bool = True,
        key: KeyPair | None = None,
        after: Change | None = None,
        **signature,
    ) -> bytes:
        """Return the message with an enveloped signature; `signature` as sp.demo.signing.sign."""
        if sign:
            pair = key or key_named(self.keys[0])
            signature.setdefault("algorithm", _algorithm_of(pair))
            sign_element(root, pair.private_key, pair.certificate, **signature)
        return to_octets(_changed(root, after))

    def soap(self, root: Element, *, header: bytes = b"", **arguments) -> bytes:
        """Return the Envelope around `posted`."""
        return make_envelope(self.posted(root, **arguments), header)

    def query(  # a query has many parts, each of which some test changes
        self,
        root: Element | bytes,
        *,
        relay_state: str | None = None,
        sign: bool = True,
        key: KeyPair | None = None,
        algorithm: str | None = None,
        lower_case: bool = False,
        der: bool = False,
        signed_order: tuple[str, ...] = SIGNED_ORDER,
        url_order: tuple[str, ...] = (*SIGNED_ORDER, "Signature"),
    ) -> str:
        """Return the raw query that carries the message and its signature."""
        octets = root if isinstance(root, bytes) else to_octets(root)
        pair = key or key_named(self.keys[0])
        name = algorithm or _algorithm_of(pair)
        parts = queries.make_parts(
            "SAMLResponse" if b"LogoutResponse" in octets[:80] else "SAMLRequest",
            octets,
            relay_state,
            algorithm=name if sign else None,
            lower_case=lower_case,
        )
        if sign:
            signed = _ordered(parts, signed_order)
            parts.append(queries.sign_parts(signed, pair.private_key, name, der=der))
        return "&".join(_ordered(parts, url_order))

    def expectation(self, **overrides) -> LogoutExpectation:
        """Return what a LogoutRequest by browser meets at NOW."""
        good = LogoutExpectation(
            instant=NOW,
            tolerance=timedelta(seconds=180),
            maximum_age=timedelta(minutes=5),
            sp_entity_id=self.sp_entity_id,
            destination=self.slo_url,
            idp_entity_id=self.entity_id,
            other_issuers=(),
            keys=tuple(key_named(name).signing_key for name in self.keys),
            exceptions=frozenset(),
            request_id=None,
        )
        return replace(good, **overrides)


IDP = LogoutIdp()


def open_message(message: str | bytes, kind: str = "LogoutRequest"):
    """Return a message past the gate, by the binding that its form shows."""
    if isinstance(message, str):
        return logout_message.open_query(message)
    if b"Envelope" in message[:40]:
        return logout_message.open_soap(message, kind)
    return logout_message.open_kept(urn.POST, kind, message)


def judge(message, kind="LogoutRequest", *, idp=IDP, to_the_end=False, **overrides):
    """Return the judgement on a message; overrides are parts of the LogoutExpectation."""
    received = open_message(message, kind)
    decrypt = decryption.make_decrypt([key_named("sp").private_key])
    return logout.judge(received, idp.expectation(**overrides), decrypt, to_the_end=to_the_end)


def code_of_logout(message, kind="LogoutRequest", **arguments):
    """Return the code of the refusal after the gate, or "" where the message is good."""
    judgement = judge(message, kind, **arguments)
    read = judgement.request or judgement.response
    assert (judgement.refusal is None) == (read is not None)
    return "" if judgement.refusal is None else judgement.refusal.code


def _algorithm_of(pair: KeyPair) -> str:
    is_ec = isinstance(pair.private_key, ec.EllipticCurvePrivateKey)
    return ECDSA_SHA256 if is_ec else RSA_SHA256


def _ordered(parts: list[str], order: tuple[str, ...]) -> list[str]:
    return sorted(parts, key=lambda part: order.index(part.partition("=")[0]))


def _changed(root: Element, change: Change | None) -> Element:
    result = None if change is None else change(root)
    return root if result is None or not hasattr(result, "tag") else result
