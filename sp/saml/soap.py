"""Messages in a SOAP 1.1 envelope: the SOAP binding (SAML Bindings 3.2).

Nothing of an envelope is signed, so nothing of it is read but the one message in its Body.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from sp.saml import tree, urn, xml
from sp.saml.errors import refuse
from sp.saml.types import Element
from sp.saml.urn import q

SECTION: Final = "Bindings 3.2.2"
_MUST: Final = q("soap11:mustUnderstand")
_LONGEST: Final = 300
_START: Final = f'<soap11:Envelope xmlns:soap11="{urn.SOAP11}"><soap11:Body>'.encode()
_END: Final = b"</soap11:Body></soap11:Envelope>"


def find_message(envelope: Element) -> Element:
    """Return the one element in the Body of an Envelope, or raise Refused.

    Codes: bad_envelope, soap_header where a header must be understood, soap_fault where the other
    side tells a Fault in place of an answer (SOAP 1.1, 4).
    """
    if envelope.tag != q("soap11:Envelope"):
        raise refuse("bad_envelope", q("soap11:Envelope"), str(envelope.tag)[:200], SECTION)
    parts = [child for child in envelope if isinstance(child.tag, str)]
    names = [q("soap11:Header"), q("soap11:Body")]
    if [part.tag for part in parts] != names[-max(1, len(parts)) :]:
        raise refuse("bad_envelope", "a Header or none, and one Body", section=SECTION)
    for block in parts[0] if len(parts) > 1 else ():
        if isinstance(block.tag, str) and xml.trim(block.get(_MUST)) not in ("", "0"):
            raise refuse("soap_header", "no header to be understood", str(block.tag)[:200], SECTION)
    messages = [child for child in parts[-1] if isinstance(child.tag, str)]
    if len(messages) != 1:
        raise refuse("bad_envelope", "one message", str(len(messages)), SECTION)
    if messages[0].tag == q("soap11:Fault"):
        text = xml.trim(tree.find_text(messages[0], "faultstring"))
        raise refuse("soap_fault", "an answer", text[:_LONGEST] or "a Fault", "Bindings 3.2.3.2")
    return messages[0]


def make_envelope(octets: bytes) -> bytes:
    """Return an Envelope around a message as it stands, so that its signature stays good."""
    return _START + octets + _END


def make_fault(sentence: str, *, code: str = "Client") -> bytes:
    """Return what is answered where no message could be read (SOAP 1.1, 4.4).

    code: "Client", "Server" or "MustUnderstand". sentence: fixed, never what a message carried.
    """
    fault = etree.Element(q("soap11:Fault"), nsmap={"soap11": urn.SOAP11})
    etree.SubElement(fault, "faultcode").text = f"soap11:{code}"
    etree.SubElement(fault, "faultstring").text = sentence
    return make_envelope(etree.tostring(fault, encoding="utf-8"))
