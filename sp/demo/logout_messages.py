"""Builds any LogoutRequest or LogoutResponse, right or wrong, as an unsigned tree (Core 3.7)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from sp.demo import names
from sp.demo.messages import Element, Instant, instant_text, make_status
from sp.demo.names import PREFIXES, SAML, SAMLP, SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequestSpec:
    """Every part of a LogoutRequest; None leaves the attribute or element out."""

    request_id: str | None = "_logout-1"
    version: str | None = "2.0"
    issue_instant: Instant
    destination: str | None
    not_on_or_after: Instant
    reason: str | None = None
    issuer: str | None
    issuer_format: str | None = None
    name_id: str | None
    name_id_format: str | None = names.PERSISTENT
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None
    session_indexes: tuple[str, ...] = ("_session-1",)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutResponseSpec:
    """Every part of a LogoutResponse; None leaves it out, `status` () the whole Status."""

    response_id: str | None = "_logout-answer-1"
    version: str | None = "2.0"
    issue_instant: Instant
    destination: str | None
    in_response_to: str | None
    issuer: str | None
    issuer_format: str | None = None
    status: tuple[str, ...] = (SUCCESS,)
    status_message: str | None = None


def make_logout_request(spec: LogoutRequestSpec) -> Element:
    """Return the unsigned LogoutRequest (Core 3.7.1) that the spec describes."""
    root = _make_root("LogoutRequest", spec)
    _set(root, "ID", spec.request_id)
    _set(root, "NotOnOrAfter", instant_text(spec.not_on_or_after))
    _set(root, "Reason", spec.reason)
    if spec.name_id is not None:
        name_id = _add(root, "saml:NameID", spec.name_id)
        _set(name_id, "NameQualifier", spec.name_qualifier)
        _set(name_id, "SPNameQualifier", spec.sp_name_qualifier)
        _set(name_id, "Format", spec.name_id_format)
    for index in spec.session_indexes:
        _add(root, "samlp:SessionIndex", index)
    return root


def make_logout_response(spec: LogoutResponseSpec) -> Element:
    """Return the unsigned LogoutResponse (Core 3.7.2) that the spec describes."""
    root = _make_root("LogoutResponse", spec)
    _set(root, "ID", spec.response_id)
    _set(root, "InResponseTo", spec.in_response_to)
    if spec.status:
        root.append(make_status(spec.status, spec.status_message))
    return root


def make_envelope(octets: bytes, header: bytes = b"") -> bytes:
    """Return a SOAP 1.1 Envelope around a message as it stands; header: a whole Header or none."""
    start = f'<S:Envelope xmlns:S="{names.SOAP11}">'.encode()
    return start + header + b"<S:Body>" + octets + b"</S:Body></S:Envelope>"


def _make_root(kind: str, spec: LogoutRequestSpec | LogoutResponseSpec) -> Element:
    root = etree.Element(f"{{{SAMLP}}}{kind}", nsmap={"samlp": SAMLP, "saml": SAML})
    _set(root, "Version", spec.version)
    _set(root, "IssueInstant", instant_text(spec.issue_instant))
    _set(root, "Destination", spec.destination)
    if spec.issuer is not None:
        _set(_add(root, "saml:Issuer", spec.issuer), "Format", spec.issuer_format)
    return root


def _add(parent: Element, name: str, text: str | None = None) -> Element:
    prefix, local = name.split(":")
    child = etree.SubElement(parent, f"{{{PREFIXES[prefix]}}}{local}")
    child.text = text
    return child


def _set(element: Element, name: str, value: str | None) -> None:
    if value is not None:
        element.set(name, value)
