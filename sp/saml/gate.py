"""The gate: what a message must look like before any cryptography and any second reader.

It knows no organisation and no key. It refuses everything of which a verifier could be made to read
something else than we do, to open something, or to work for long.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sp.saml import soap, tree, urn, xml
from sp.saml.errors import refuse
from sp.saml.gate_encryption import inspect_encryption
from sp.saml.gate_signature import inspect_signatures
from sp.saml.types import Element
from sp.saml.urn import q

ASSERTION_TAGS: Final = (q("saml:Assertion"), q("saml:EncryptedAssertion"))

_MESSAGE_TAGS: Final = {
    "Response": q("samlp:Response"),
    "LogoutRequest": q("samlp:LogoutRequest"),
    "LogoutResponse": q("samlp:LogoutResponse"),
}
_PLAIN_TAGS: Final = {"Assertion": q("saml:Assertion"), "NameID": q("saml:NameID")}

_IDS: Final = (
    "descendant-or-self::*/@*[string-length(local-name()) = 2][contains('ID Id id', local-name())]"
)
_NAME_START: Final = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NCNAME: Final = re.compile(
    f"[{_NAME_START}][{_NAME_START}\\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*"
)

_STATUS_CODES: Final = "samlp:Status/samlp:StatusCode"
_CONFIRMED_REQUESTS: Final = (
    "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData/@InResponseTo"
)


class Gated(NamedTuple):
    """A message that passed the gate. Nothing in it is verified: it may decide nothing.

    octets: the XML as it came, of SOAP the whole envelope. At most one of `assertion` and
    `encrypted_assertion` is there, both children of `root`; a logout message has neither.
    `in_response_to` is that of a confirmation where it can be read, else that of the message.
    """

    octets: bytes
    root: Element
    assertion: Element | None
    encrypted_assertion: Element | None
    in_response_to: str | None
    message_id: str
    destination: str | None

    @property
    def issuer(self) -> str | None:
        """Return the message's Issuer, else the assertion's."""
        return _issuer(self.root, self.assertion)


def read_message(octets: bytes, kind: str) -> Gated:
    """Return a message of that kind ("Response", "LogoutRequest"…), or raise Refused.

    Codes: those of `xml.parse`, wrong_message_type, duplicate_id, bad_id, hidden_assertion,
    assertion_count, and those of the rooms for signatures and encryption.
    """
    root = _read_document(octets, _MESSAGE_TAGS[kind])
    return _inspect_message(octets, root, root)


def read_soap(octets: bytes, kind: str) -> Gated:
    """Return the message of that kind in an Envelope, or raise Refused (Bindings 3.2).

    The rules of a message hold for the whole envelope. Codes: as `read_message`, and those of
    `soap.find_message`.
    """
    envelope = xml.parse(octets)
    root = soap.find_message(envelope)
    _inspect_root(envelope, root, _MESSAGE_TAGS[kind])
    return _inspect_message(octets, envelope, root)


def _inspect_message(octets: bytes, document: Element, root: Element) -> Gated:
    """Return the message with its parts; document: the root itself, or the envelope around it."""
    message_id = root.get("ID")
    if message_id is None:
        raise refuse("bad_id", "an ID", "none", "Core 3.2.2")
    found = list(document.iter(*ASSERTION_TAGS))
    children = [element for element in found if element.getparent() is root]
    if len(children) != len(found):
        raise refuse("hidden_assertion", "assertions as children of the Response only")
    _inspect_count(root, len(children))
    assertion = next((element for element in children if element.tag == ASSERTION_TAGS[0]), None)
    encrypted = next((element for element in children if element.tag == ASSERTION_TAGS[1]), None)
    inspect_signatures(document, (root,) if assertion is None else (root, assertion))
    inspect_encryption(document)
    return Gated(
        octets=octets,
        root=root,
        assertion=assertion,
        encrypted_assertion=encrypted,
        in_response_to=_in_response_to(root, assertion),
        message_id=message_id,
        destination=root.get("Destination"),
    )


def read_decrypted(octets: bytes, kind: str) -> Element:
    """Return what was encrypted ("Assertion" or "NameID") as a document of its own.

    The rules and their codes are those of a message.
    """
    root = _read_document(octets, _PLAIN_TAGS[kind])
    if any(element is not root for element in root.iter(*ASSERTION_TAGS)):
        raise refuse("hidden_assertion", "no assertion inside what was encrypted")
    inspect_signatures(root, (root,) if kind == "Assertion" else ())
    inspect_encryption(root)
    tree.drop_comments(root)  # no canonical form does it where the signature is around it only
    return root


def _read_document(octets: bytes, tag: str) -> Element:
    root = xml.parse(octets)
    _inspect_root(root, root, tag)
    return root


def _inspect_root(document: Element, root: Element, tag: str) -> None:
    if root.tag != tag:
        raise refuse("wrong_message_type", tag, str(root.tag), "Bindings 3.5.4")
    _inspect_ids(document)


def _inspect_ids(root: Element) -> None:
    """Hold every ID, Id and id to be an NCName and unique (Core 1.3.4; xml:id 1.0).

    In every namespace: xmlsec looks at the local name alone.
    """
    seen: set[str] = set()
    for value in tree.find_values(root, _IDS):
        if not _NCNAME.fullmatch(value):
            raise refuse("bad_id", "an NCName", value[:100], "Core 1.3.4")
        if value in seen:
            raise refuse("duplicate_id", "an ID that stands once", value[:100], "Core 1.3.4")
        seen.add(value)


def _inspect_count(root: Element, count: int) -> None:
    codes = [code.get("Value") for code in tree.find_all(root, _STATUS_CODES)]
    is_answer = root.tag == _MESSAGE_TAGS["Response"]
    expected = 1 if is_answer and codes == [urn.SUCCESS] else 0
    if count != expected:
        raise refuse(
            "assertion_count",
            f"{expected} of Assertion and EncryptedAssertion",
            str(count),
            "Profiles 4.1.4.2",
        )


def _in_response_to(root: Element, assertion: Element | None) -> str | None:
    """Return that of the confirmations which the message repeats, else the first of theirs."""
    around = root.get("InResponseTo")
    if assertion is None:
        return around
    within = tree.find_values(assertion, _CONFIRMED_REQUESTS)
    return around if around in within or not within else within[0]


def _issuer(root: Element, assertion: Element | None) -> str | None:
    text = tree.find_text(root, "saml:Issuer")
    if text is None and assertion is not None:
        text = tree.find_text(assertion, "saml:Issuer")
    return None if text is None else xml.trim(text)
