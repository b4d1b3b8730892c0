"""Every recorded Response gets the verdict of the index, read at its time and for its request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from test_recorded_signatures import CORPUS, EXCEPTIONS, ROWS, keys_of

from sp.saml import decryption, gate, response, xml
from sp.saml.errors import Refused
from sp.saml.types import Expectation

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ROWS, reason=f"no corpus of recorded responses at {CORPUS}"),
]

REASONS = {
    "invalid Response signature": {"digest_mismatch", "signature_invalid"},
    "no AuthnStatement": {"authn_statement"},
    "cannot be decrypted": {"not_decrypted"},
    "Destination differs": {"destination", "recipient"},
    "Issuer of the Assertion differs": {"issuer", "encryption_not_allowed"},
    "RSA 1.5": {"encryption_not_allowed"},
    "signature wrapping": {"assertion_count", "hidden_assertion", "bad_reference", "duplicate_id"},
    "invalid signature": {
        "digest_mismatch",
        "signature_invalid",
        "bad_reference",
        "bad_transform",
        "empty_canonical",
        "bad_canonicalization",
        "bad_signature_place",
    },
    "HMAC": {"algorithm_not_allowed"},
}


def judged(row, exceptions):
    """Return (code, judgement) of a recorded Response; code "" where it is good."""
    instant = xml.read_instant(row["issue_instant"])
    if row["not_before"]:
        instant = max(instant, xml.read_instant(row["not_before"]))
    expectation = Expectation(
        instant=instant,
        tolerance=timedelta(seconds=180),
        maximum_age=timedelta(hours=24),
        sp_entity_id=row["audience"],
        acs_url=row["recipient"] or row["destination"],
        idp_entity_id=row["issuer"],
        keys=keys_of(row),
        request_id=row["in_response_to"] or None,
        unsolicited="accept",
        exceptions=exceptions,
        authenticated_after=None,
        contexts=(),
    )
    keys = []
    if row["sp_key"]:
        keys.append(load_pem_private_key((CORPUS / row["sp_key"]).read_bytes(), None))
    try:
        gated = gate.read_message((CORPUS / row["file"]).read_bytes(), "Response")
    except Refused as refused:
        return refused.code, None
    judgement = response.judge(gated, expectation, decryption.make_decrypt(keys))
    return ("" if judgement.refusal is None else judgement.refusal.code), judgement


def whole_name_id(row):
    """Return all text of the NameID, whatever stands between its parts."""
    root = etree.fromstring((CORPUS / row["file"]).read_bytes())
    return "".join(root.xpath("//*[local-name()='NameID']//text()")).strip()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_recorded_response_gets_the_verdict_of_the_index(row):
    code, judgement = judged(row, EXCEPTIONS)
    if row["expected"].startswith("refuse"):
        reason = next(codes for words, codes in REASONS.items() if words in row["expected"])
        assert code in reason
    elif "schema check refuses" in row["expected"]:
        assert code == "schema"
    else:
        assert code == ""
        assert judgement.assertion.issuer == row["issuer"]
        assert (judgement.assertion.in_response_to or "") == row["in_response_to"]
        if "no NameID" in row["expected"]:
            assert judgement.assertion.name_id is None
        if "whole NameID" in row["expected"]:
            assert judgement.assertion.name_id.value == whole_name_id(row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_sha1_and_weak_keys_are_refused_without_their_exception(row):
    code, _ = judged(row, frozenset())
    with_exceptions, _ = judged(row, EXCEPTIONS)
    if "sha1" in row["signatures"] and with_exceptions in ("", "schema"):
        assert code == "sha1_not_allowed"
    elif code not in ("sha1_not_allowed", "weak_key_not_allowed"):
        assert code == with_exceptions
