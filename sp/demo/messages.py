"""Builds any Response, right or wrong, for any time, as an unsigned tree.

spec = ResponseSpec(name_id="ada", recipient=ACS, ...)       every part has a name
tree = make_response(replace(spec, destination=None))        None leaves a part out
sign(assertion_of(tree), key, certificate)                   sp.demo.signing
encrypt_assertion(tree, public_key)                          sp.demo.encryption
octets = to_octets(tree)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from sp.demo import names
from sp.demo.names import PREFIXES, SAML, SAMLP, SUCCESS, XS, XSI

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives its element class no other name

Instant: TypeAlias = datetime | str | None
"""A datetime is written as "…Z"; a str stands as it is, so that odd forms can be made; None: left
out."""


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One Attribute element; several of the same name make a repeated Name."""

    name: str
    values: tuple[str, ...] = ()
    friendly_name: str | None = None
    name_format: str | None = names.BASIC


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSpec:
    """Every part of a Response; None leaves the attribute or element out.

    `audiences` holds one inner tuple per AudienceRestriction; `status` the codes, outermost first;
    `has_assertion` None means: exactly where the status is Success.
    """

    response_id: str = "_response-1"
    response_version: str | None = "2.0"
    response_issue_instant: Instant
    response_issuer: str | None
    response_in_response_to: str | None
    destination: str | None
    status: tuple[str, ...] = (SUCCESS,)
    status_message: str | None = None
    has_assertion: bool | None = None

    assertion_id: str = "_assertion-1"
    assertion_version: str | None = "2.0"
    assertion_issue_instant: Instant
    issuer: str | None
    issuer_format: str | None = None

    name_id: str | None
    name_id_format: str | None = names.PERSISTENT
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None

    confirmation_method: str | None = names.BEARER
    confirmation_in_response_to: str | None
    confirmation_not_before: Instant = None
    confirmation_not_on_or_after: Instant
    recipient: str | None
    address: str | None = None

    not_before: Instant
    not_on_or_after: Instant
    audiences: tuple[tuple[str, ...], ...]

    authn_instant: Instant
    authn_context: str | None = names.PASSWORD_PROTECTED
    session_index: str | None = "_session-1"
    session_not_on_or_after: Instant = None

    attributes: tuple[AttributeSpec, ...] = ()


def make_response(spec: ResponseSpec) -> Element:
    """Return the unsigned Response (Core 3.3.3) that the spec describes."""
    root = etree.Element(_q("samlp:Response"), nsmap={"samlp": SAMLP, "saml": SAML})
    _set(root, "ID", spec.response_id)
    _set(root, "InResponseTo", spec.response_in_response_to)
    _set(root, "Version", spec.response_version)
    _set(root, "IssueInstant", instant_text(spec.response_issue_instant))
    _set(root, "Destination", spec.destination)
    if spec.response_issuer is not None:
        _add(root, "saml:Issuer", spec.response_issuer)
    root.append(make_status(spec.status, spec.status_message))
    successful = spec.status[:1] == (SUCCESS,)
    if successful if spec.has_assertion is None else spec.has_assertion:
        root.append(make_assertion(spec))
    return root


def make_assertion(spec: ResponseSpec) -> Element:
    """Return the unsigned Assertion (Core 2.3.3) alone."""
    assertion = etree.Element(_q("saml:Assertion"), nsmap={"saml": SAML, "xs": XS, "xsi": XSI})
    _set(assertion, "ID", spec.assertion_id)
    _set(assertion, "Version", spec.assertion_version)
    _set(assertion, "IssueInstant", instant_text(spec.assertion_issue_instant))
    if spec.issuer is not None:
        _set(_add(assertion, "saml:Issuer", spec.issuer), "Format", spec.issuer_format)
    assertion.append(_make_subject(spec))
    assertion.append(_make_conditions(spec))
    statement = _add(assertion, "saml:AuthnStatement")
    _set(statement, "AuthnInstant", instant_text(spec.authn_instant))
    _set(statement, "SessionIndex", spec.session_index)
    _set(statement, "SessionNotOnOrAfter", instant_text(spec.session_not_on_or_after))
    context = _add(statement, "saml:AuthnContext")
    if spec.authn_context is not None:
        _add(context, "saml:AuthnContextClassRef", spec.authn_context)
    if spec.attributes:
        assertion.append(_make_attributes(spec.attributes))
    return assertion


def assertion_of(root: Element) -> Element:
    """Return the first Assertion that is a child of a Response, or the Assertion itself."""
    found = root if root.tag == _q("saml:Assertion") else root.find(_q("saml:Assertion"))
    if found is None:
        raise LookupError("this Response holds no readable Assertion")
    return found


def make_status(status: tuple[str, ...], message: str | None) -> Element:
    """Return the Status (Core 3.2.2.1) with these codes, the outermost first."""
    element = etree.Element(_q("samlp:Status"))
    parent = element
    for code in status:
        parent = _add(parent, "samlp:StatusCode")
        parent.set("Value", code)
    if message is not None:
        _add(element, "samlp:StatusMessage", message)
    return element


def to_octets(root: Element) -> bytes:
    """Return the tree as UTF-8 without an XML declaration, as IdPs send it."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def instant_text(instant: Instant) -> str | None:
    """Return an xs:dateTime in UTC (Core 1.3.3)."""
    if not isinstance(instant, datetime):
        return instant
    utc = instant.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond else "seconds").replace(
        "+00:00", "Z"
    )


def _make_subject(spec: ResponseSpec) -> Element:
    subject = etree.Element(_q("saml:Subject"))
    if spec.name_id is not None:
        name_id = _add(subject, "saml:NameID", spec.name_id)
        _set(name_id, "NameQualifier", spec.name_qualifier)
        _set(name_id, "SPNameQualifier", spec.sp_name_qualifier)
        _set(name_id, "Format", spec.name_id_format)
    if spec.confirmation_method is None:
        return subject
    confirmation = _add(subject, "saml:SubjectConfirmation")
    confirmation.set("Method", spec.confirmation_method)
    data = _add(confirmation, "saml:SubjectConfirmationData")
    _set(data, "NotBefore", instant_text(spec.confirmation_not_before))
    _set(data, "NotOnOrAfter", instant_text(spec.confirmation_not_on_or_after))
    _set(data, "Recipient", spec.recipient)
    _set(data, "InResponseTo", spec.confirmation_in_response_to)
    _set(data, "Address", spec.address)
    return subject


def _make_conditions(spec: ResponseSpec) -> Element:
    conditions = etree.Element(_q("saml:Conditions"))
    _set(conditions, "NotBefore", instant_text(spec.not_before))
    _set(conditions, "NotOnOrAfter", instant_text(spec.not_on_or_after))
    for audiences in spec.audiences:
        restriction = _add(conditions, "saml:AudienceRestriction")
        for audience in audiences:
            _add(restriction, "saml:Audience", audience)
    return conditions


def _make_attributes(attributes: tuple[AttributeSpec, ...]) -> Element:
    statement = etree.Element(_q("saml:AttributeStatement"))
    for attribute in attributes:
        element = _add(statement, "saml:Attribute")
        element.set("Name", attribute.name)
        _set(element, "NameFormat", attribute.name_format)
        _set(element, "FriendlyName", attribute.friendly_name)
        for text in attribute.values:
            value = _add(element, "saml:AttributeValue", text)
            value.set(f"{{{XSI}}}type", "xs:string")
    return statement


def _q(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def _add(parent: Element, name: str, text: str | None = None) -> Element:
    child = etree.SubElement(parent, _q(name))
    child.text = text
    return child


def _set(element: Element, name: str, value: str | None) -> None:
    if value is not None:
        element.set(name, value)
