"""The second verdict: another reader on the same message, whose every refusal counts.

python3-saml with xmlsec and its schemas reads the message as it came. Where the assertion is
encrypted, it would move the decrypted one and break good digests: there xmlsec and the schema judge
directly, as they do for logout messages, of which python3-saml knows one binding.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sp.saml import times, toolkit
from sp.saml.errors import ObjectionError
from sp.saml.gate import Gated
from sp.saml.gate_signature import SIGNATURE
from sp.saml.redirect import RedirectMessage
from sp.saml.signing_key import side_by_side
from sp.saml.types import Element, Expectation, Finding, SigningKey
from sp.saml.urn import q
from sp.saml.xmlsec_verification import verifies, verifies_octets

SECTION: Final = "python3-saml"
_LONGEST: Final = 500
_NOT_VERIFIED: Final = "xmlsec: a signature does not verify"
_SECOND: Final = timedelta(seconds=1)
_ENDS: Final = {
    q("saml:Conditions"): "NotOnOrAfter",
    q("saml:SubjectConfirmationData"): "NotOnOrAfter",
    q("saml:AuthnStatement"): "SessionNotOnOrAfter",
}


def give(gated: Gated, expectation: Expectation, inside: Element | None) -> Finding:
    """Return what the second reader says of a message that our own accepts.

    inside: the decrypted assertion as a document of its own; None where nothing was encrypted.
    Codes: schema, second_verdict.
    """
    try:
        if inside is None:
            toolkit.ask(gated.root, expectation, _instant_inside(gated.root, expectation))
        else:
            _judge_directly((gated.root, inside), expectation.keys)
    except ObjectionError as error:
        return _finding(error.code, ok=False, actual=str(error)[:_LONGEST])
    return _finding("second_verdict", ok=True, actual="none")


def give_on_logout(
    root: Element,
    sent: RedirectMessage | None,
    inside: Element | None,
    keys: tuple[SigningKey, ...],
) -> Finding:
    """Return what xmlsec and the schema say of a logout message that our own reader accepts.

    root: the message, also inside its envelope. sent: the query around it, or None. inside: the
    decrypted NameID or None. Codes: schema, second_verdict.
    """
    try:
        _judge_directly((root,) if inside is None else (root, inside), keys)
        if sent is not None:
            _judge_query(sent, keys)
    except ObjectionError as error:
        return _finding(error.code, ok=False, actual=str(error)[:_LONGEST])
    return _finding("second_verdict", ok=True, actual="none")


def _judge_directly(documents: tuple[Element, ...], keys: tuple[SigningKey, ...]) -> None:
    for element in documents:
        error = toolkit.schema_error(element, toolkit.PROTOCOL)
        if error is not None:
            raise ObjectionError("schema", error)
        signature = element.find(SIGNATURE)
        if signature is not None and not verifies(element, signature, keys):
            raise ObjectionError("second_verdict", _NOT_VERIFIED)


def _judge_query(sent: RedirectMessage, keys: tuple[SigningKey, ...]) -> None:
    value = side_by_side(sent.value or b"", keys)
    if verifies_octets(sent.signed, sent.algorithm or "", value, keys) is False:
        raise ObjectionError("second_verdict", _NOT_VERIFIED)


def _instant_inside(document: Element, expectation: Expectation) -> datetime:
    """Return the instant of judging, moved back before every end that the tolerance let pass.

    Time belongs to our checks. What ended before that, such as a confirmation that was meant for
    somebody else, moves nothing.
    """
    earliest = expectation.instant - expectation.tolerance
    ends = [
        end - _SECOND
        for element in document.iter(*_ENDS)
        if (end := times.read(element.get(_ENDS[element.tag]))) is not None and end > earliest
    ]
    return min([expectation.instant, *ends])


def _finding(code: str, *, ok: bool, actual: str) -> Finding:
    return Finding(code, ok=ok, expected="no objection", actual=actual, section=SECTION)
