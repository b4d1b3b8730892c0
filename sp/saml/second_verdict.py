"""The second verdict: another reader on the same message, whose every refusal counts.

python3-saml with xmlsec and its schemas reads the message as it came. Where the assertion is
encrypted, it would move the decrypted one and break good digests: there xmlsec and the schema judge
directly.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sp.saml import times, toolkit, tree
from sp.saml.errors import ObjectionError
from sp.saml.gate import Gated
from sp.saml.gate_signature import SIGNATURE
from sp.saml.types import Element, Expectation, Finding

SECTION: Final = "python3-saml"
_LONGEST: Final = 500
_SECOND: Final = timedelta(seconds=1)
_ENDS: Final = "//@NotOnOrAfter | //@SessionNotOnOrAfter"


def give(gated: Gated, expectation: Expectation, inside: Element | None) -> Finding:
    """Return what the second reader says of a message that our own accepts.

    inside: the decrypted assertion as a document of its own; None where nothing was encrypted.
    Codes: schema, second_verdict.
    """
    try:
        if inside is None:
            toolkit.ask(gated.root, expectation, _instant_inside(gated.root, expectation))
        else:
            _judge_encrypted(gated.root, inside, expectation)
    except ObjectionError as error:
        return _finding(error.code, ok=False, actual=str(error)[:_LONGEST])
    return _finding("second_verdict", ok=True, actual="none")


def _judge_encrypted(document: Element, inside: Element, expectation: Expectation) -> None:
    for element in (document, inside):
        error = toolkit.schema_error(element, toolkit.PROTOCOL)
        if error is not None:
            raise ObjectionError("schema", error)
        signature = element.find(SIGNATURE)
        if signature is not None and not toolkit.verifies(element, signature, expectation.keys):
            raise ObjectionError("second_verdict", "xmlsec: a signature does not verify")


def _instant_inside(document: Element, expectation: Expectation) -> datetime:
    """Return the instant of judging, moved back before every end that the tolerance let pass.

    Time belongs to our checks. What ended before that, such as a confirmation that was meant for
    somebody else, moves nothing.
    """
    earliest = expectation.instant - expectation.tolerance
    ends = [
        end - _SECOND
        for text in tree.find_values(document, _ENDS)
        if (end := times.read(text)) is not None and end > earliest
    ]
    return min([expectation.instant, *ends])


def _finding(code: str, *, ok: bool, actual: str) -> Finding:
    return Finding(code, ok=ok, expected="no objection", actual=actual, section=SECTION)
