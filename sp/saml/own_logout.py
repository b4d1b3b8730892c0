"""Builds our LogoutRequests and LogoutResponses (Core 3.7; DESIGN 2, saml2int v2).

They always travel signed: by `bindings.encode_redirect` with `signature.sign_octets`, or by
`signature.sign_enveloped` for HTTP-POST and SOAP.
"""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from sp.saml import own_message, urn
from sp.saml.types import NameID


def make_logout_request(
    *,
    request_id: str,
    issue_instant: datetime,
    not_on_or_after: datetime,
    sp_entity_id: str,
    destination: str,
    name_id: NameID,
    session_indexes: tuple[str, ...],
    reason: str | None = None,
) -> bytes:
    """Return the request as octets, always the same ones for the same arguments (Core 3.7.1).

    name_id: as it was received, for an Identity Provider such as ADFS compares all of it. Times
    are aware. reason: a URI such as `urn.LOGOUT_USER`. Raises ValueError for a bad request_id.
    """
    root = own_message.make_root(
        "LogoutRequest",
        message_id=request_id,
        issue_instant=issue_instant,
        destination=destination,
        sp_entity_id=sp_entity_id,
    )
    root.set("NotOnOrAfter", own_message.write_instant(not_on_or_after))
    if reason is not None:
        root.set("Reason", reason)
    element = etree.SubElement(root, urn.q("saml:NameID"))
    for attribute, value in (
        ("NameQualifier", name_id.name_qualifier),
        ("SPNameQualifier", name_id.sp_name_qualifier),
        ("Format", name_id.format),
    ):
        if value is not None:
            element.set(attribute, value)
    element.text = name_id.value
    for index in session_indexes:
        etree.SubElement(root, urn.q("samlp:SessionIndex")).text = index
    return own_message.to_octets(root)


def make_logout_response(
    *,
    response_id: str,
    issue_instant: datetime,
    sp_entity_id: str,
    destination: str | None,
    in_response_to: str | None,
    status: tuple[str, ...] = (urn.SUCCESS,),
    status_message: str | None = None,
) -> bytes:
    """Return the answer as octets, always the same ones for the same arguments (Core 3.7.2).

    status: the codes, the outermost first; a second level such as `urn.PARTIAL_LOGOUT` below it.
    destination: None for SOAP. in_response_to: None where the request could not be read. Raises
    ValueError for a bad response_id, and for no status.
    """
    if not status:
        raise ValueError("an answer has a status")
    root = own_message.make_root(
        "LogoutResponse",
        message_id=response_id,
        issue_instant=issue_instant,
        destination=destination,
        sp_entity_id=sp_entity_id,
    )
    if in_response_to is not None:
        root.set("InResponseTo", in_response_to)
    element = etree.SubElement(root, urn.q("samlp:Status"))
    parent = element
    for code in status:
        parent = etree.SubElement(parent, urn.q("samlp:StatusCode"), Value=code)
    if status_message is not None:
        etree.SubElement(element, urn.q("samlp:StatusMessage")).text = status_message
    return own_message.to_octets(root)
