"""Turns the octets that verified into an Assertion value; takes nothing but a VerifiedElement."""

from __future__ import annotations

from datetime import datetime

from sp.saml import gate, tree, xml
from sp.saml.errors import refuse
from sp.saml.signature import VerifiedElement
from sp.saml.types import Assertion, Attribute, Decrypt, Element, NameID
from sp.saml.urn import q


def read_name_id(verified: VerifiedElement, decrypt: Decrypt) -> tuple[NameID | None, bytes | None]:
    """Return the subject's NameID and, where it was encrypted, the plain octets (Core 2.2.3)."""
    element = tree.find(verified.element, "saml:Subject/saml:NameID")
    plain: bytes | None = None
    if element is None:
        encrypted = tree.find(verified.element, "saml:Subject/saml:EncryptedID")
        if encrypted is None:
            return None, None
        plain = decrypt(encrypted)
        element = gate.read_decrypted(plain, "NameID")
    if len(element):
        raise refuse("name_id", "text", "child elements", "Core 2.2.3")
    value = xml.trim(tree.text_of(element))
    if not value:
        return None, plain
    return (
        NameID(
            value,
            element.get("Format"),
            element.get("NameQualifier"),
            element.get("SPNameQualifier"),
        ),
        plain,
    )


def read_assertion(
    verified: VerifiedElement, name_id: NameID | None, in_response_to: str | None
) -> Assertion:
    """Return what a verified assertion says, once every check has passed (Core 2.3.3).

    name_id and in_response_to: as `read_name_id` and `confirmation.answered_request` read them.
    """
    element = verified.element
    statement = tree.find(element, "saml:AuthnStatement")
    assert statement is not None, "a check saw to it"
    context = tree.find_text(statement, "saml:AuthnContext/saml:AuthnContextClassRef")
    return Assertion(
        assertion_id=element.get("ID", ""),
        issuer=read_issuer(element),
        issue_instant=xml.read_instant(element.get("IssueInstant")),
        not_on_or_after=_latest(element),
        name_id=name_id,
        attributes=read_attributes(element),
        authn_instant=xml.read_instant(statement.get("AuthnInstant")),
        authn_context=xml.trim(context) or None,
        session_index=statement.get("SessionIndex") or None,
        session_not_on_or_after=_instant(statement.get("SessionNotOnOrAfter")),
        in_response_to=in_response_to,
    )


def read_issuer(element: Element) -> str:
    """Return the Issuer's text, "" where there is none (Core 2.2.5)."""
    return xml.trim(tree.find_text(element, "saml:Issuer"))


def read_attributes(element: Element) -> tuple[Attribute, ...]:
    """Return the attributes by Name, values of repeated Names merged (Core 2.7.3)."""
    found: dict[str, list[str | None]] = {}
    for attribute in tree.find_all(element, "saml:AttributeStatement/saml:Attribute"):
        values = found.setdefault(attribute.get("Name", ""), [])
        for value in attribute.iterchildren(q("saml:AttributeValue")):
            values.append(None if len(value) else value.text or "")
    return tuple(Attribute(name, tuple(values)) for name, values in found.items())


def _latest(element: Element) -> datetime | None:
    conditions = tree.find(element, "saml:Conditions")
    return None if conditions is None else _instant(conditions.get("NotOnOrAfter"))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else xml.read_instant(text)
