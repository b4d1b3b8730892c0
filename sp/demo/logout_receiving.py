"""Receives a logout message of a service provider, verifies it and reads it (Core 3.7).

received = receive_query(raw), receive_form(form) or receive_envelope(octets)
verify(received, keys)                              of the service provider that Issuer names
read_logout_request(received.root, slo_url)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

import xmlsec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sp.demo import names
from sp.demo.errors import DemoRefused
from sp.demo.incoming import decode, parse
from sp.demo.messages import Element, to_octets
from sp.demo.names import DS, SAML, SAMLP

_SIGNED: Final = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg")
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    names.RSA_SHA256: hashes.SHA256(),
    names.RSA_SHA384: hashes.SHA384(),
    names.RSA_SHA512: hashes.SHA512(),
}
_TRANSFORMS: Final = [names.ENVELOPED, names.EXCLUSIVE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as it came, nothing of it verified; `query` None: it is signed within."""

    parameter: str
    root: Element
    relay_state: str | None
    query: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What a service provider asks; no `session_indexes`: every session of that NameID."""

    request_id: str
    name_id: str
    session_indexes: tuple[str, ...]

    def names(self, name_id: str, session_index: str) -> bool:
        """Say whether a session is among those that are to end."""
        return self.name_id == name_id and (
            not self.session_indexes or session_index in self.session_indexes
        )


def receive_query(raw: str) -> Received:
    """Take a message out of a query as it came; its signature is about these very characters."""
    query: dict[str, str] = {}
    for part in raw.split("&"):
        name, _, value = part.partition("=")
        if name in query:
            raise DemoRefused("A parameter of this message stands there twice.")
        query[name] = value
    relay_state = query.get("RelayState")
    parameter = _parameter_of(query)
    return Received(
        parameter=parameter,
        root=parse(decode(unquote_plus(query[parameter]), deflated=True)),
        relay_state=None if relay_state is None else unquote_plus(relay_state),
        query=query,
    )


def receive_form(form: Mapping[str, str]) -> Received:
    """Take a message out of a form; its signature is in the message."""
    parameter = _parameter_of(form)
    return Received(
        parameter=parameter,
        root=parse(decode(form[parameter], deflated=False)),
        relay_state=form.get("RelayState"),
        query=None,
    )


def receive_envelope(octets: bytes) -> Received:
    """Take the answer out of a SOAP Envelope; its signature is in the message (Bindings 3.2)."""
    body = parse(octets).find(f"{{{names.SOAP11}}}Body")
    if body is None or len(body) != 1:
        raise DemoRefused("The application does not answer with a SOAP envelope.")
    return Received(
        parameter="SAMLResponse", root=parse(to_octets(body[0])), relay_state=None, query=None
    )


def _parameter_of(values: Mapping[str, str]) -> str:
    found = [name for name in ("SAMLRequest", "SAMLResponse") if name in values]
    if len(found) != 1:
        raise DemoRefused("This address takes one SAMLRequest or one SAMLResponse.")
    return found[0]


def issuer_of(received: Received) -> str:
    """Return who says that the message is theirs."""
    return (received.root.findtext(f"{{{SAML}}}Issuer") or "").strip()


def verify(received: Received, keys: Iterable[RSAPublicKey]) -> None:
    """Refuse a message that none of the keys signed."""
    check = _query_is_signed if received.query is not None else _root_is_signed
    if not any(check(received, key) for key in keys):
        raise DemoRefused("This message is not signed by the application that it names.")


def _query_is_signed(received: Received, key: RSAPublicKey) -> bool:
    """Say whether this key signed the query (Bindings 3.4.4.1)."""
    query = received.query or {}
    algorithm = _HASHES.get(unquote_plus(query.get("SigAlg", "")))
    if algorithm is None:
        return False
    signed = "&".join(f"{name}={query[name]}" for name in _SIGNED if name in query)
    try:
        value = base64.b64decode(unquote_plus(query.get("Signature", "")))
        key.verify(value, signed.encode("ascii"), padding.PKCS1v15(), algorithm)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def _root_is_signed(received: Received, key: RSAPublicKey) -> bool:
    """Say whether this key signed the whole message, in the one shape of Core 5.4."""
    root = received.root
    signature = root.find(f"{{{DS}}}Signature")
    if signature is None or sum(1 for _ in root.iter(f"{{{DS}}}Signature")) != 1:
        return False
    uris = [each.get("URI") for each in signature.iter(f"{{{DS}}}Reference")]
    transforms = [each.get("Algorithm") for each in signature.iter(f"{{{DS}}}Transform")]
    if uris != [f"#{root.get('ID')}"] or transforms != _TRANSFORMS:
        return False
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.register_id(root, "ID")
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def read_logout_request(root: Element, destination: str) -> LogoutRequest:
    """Read a verified LogoutRequest; `destination` is this IdP's own logout URL."""
    request_id = _check_root(root, "LogoutRequest", destination)
    name_id = root.findtext(f"{{{SAML}}}NameID")
    if not name_id:
        raise DemoRefused("This LogoutRequest does not say who is to be signed out.")
    indexes = (each.text or "" for each in root.findall(f"{{{SAMLP}}}SessionIndex"))
    return LogoutRequest(request_id, name_id, tuple(indexes))


def read_logout_response(root: Element, destination: str | None) -> tuple[str, tuple[str, ...]]:
    """Return InResponseTo and the status codes, the outermost first, of a verified answer.

    destination: None where the answer came back over SOAP, which has no address.
    """
    _check_root(root, "LogoutResponse", destination)
    codes = (each.get("Value", "") for each in root.iter(f"{{{SAMLP}}}StatusCode"))
    return root.get("InResponseTo", ""), tuple(codes)


def _check_root(root: Element, name: str, destination: str | None) -> str:
    if root.tag != f"{{{SAMLP}}}{name}" or root.get("Version") != "2.0" or not root.get("ID"):
        raise DemoRefused(f"This is not a {name} that can be read.")
    if destination is not None and root.get("Destination") != destination:
        raise DemoRefused(f"This {name} was meant for another identity provider.")
    return root.get("ID", "")
