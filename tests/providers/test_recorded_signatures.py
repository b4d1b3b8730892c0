"""Every recorded Response verifies, or does not, as the corpus says; the rest of it is not judged."""

import base64
import csv
import os
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sp.saml import decryption, gate, signature
from sp.saml.errors import Refused

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("SP_CORPUS", ROOT.parent / "shared" / "corpus")) / "responses"
INDEX = CORPUS / "INDEX.csv"
TEXT = INDEX.read_text(encoding="utf-8") if INDEX.is_file() else ""
ROWS = list(csv.DictReader(TEXT.splitlines()))
EXCEPTIONS = frozenset({"sha1", "weak-key"})
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END", re.DOTALL)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ROWS, reason=f"no corpus of recorded responses at {CORPUS}"),
]


def keys_of(row):
    """Return the recorded key; none where the file holds another thing than a certificate."""
    match = PEM.search((CORPUS / row["idp_cert"]).read_bytes())
    try:
        return () if match is None else (signature.read_certificate(base64.b64decode(match[1])),)
    except ValueError:
        return ()


def decrypted(gated, row):
    key = load_pem_private_key((CORPUS / row["sp_key"]).read_bytes(), None)
    octets = decryption.make_decrypt([key])(gated.encrypted_assertion)
    return gate.read_decrypted(octets, "Assertion")


def verdicts(gated, row):
    """Return what verifies and what does not, in the words of the index."""
    parts = {"Response": gated.root, "Assertion": gated.assertion}
    if gated.encrypted_assertion is not None and row["decrypted"] == "yes":
        parts["Assertion(decrypted)"] = decrypted(gated, row)
    for name, element in parts.items():
        if element is None or signature.find_signature(element) is None:
            continue
        try:
            signature.verify(element, keys_of(row), EXCEPTIONS)
        except Refused:
            yield name, "does not verify"
        else:
            yield name, "verifies"


def expected_verdicts(row):
    for text in row["signatures"].split("; "):
        if match := re.fullmatch(r"(\S+) \S+ (verifies|does not verify)", text):
            yield match[1], match[2]


def is_refused_by_the_gate(row):
    try:
        gate.read_message((CORPUS / row["file"]).read_bytes(), "Response")
    except Refused:
        return True
    return False


REFUSED = [row for row in ROWS if is_refused_by_the_gate(row)]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["file"])
def test_the_gate_refuses_only_what_is_to_be_refused(row):
    assert row["expected"].startswith("refuse") or "schema check refuses" in row["expected"]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row not in REFUSED], ids=lambda row: row["file"]
)
def test_a_recorded_signature_verifies_as_the_index_says(row):
    gated = gate.read_message((CORPUS / row["file"]).read_bytes(), "Response")

    assert dict(verdicts(gated, row)) == dict(expected_verdicts(row))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["decrypted"] == "no"], ids=lambda row: row["file"]
)
def test_what_cannot_be_decrypted_is_refused(row):
    gated = gate.read_message((CORPUS / row["file"]).read_bytes(), "Response")

    with pytest.raises(Refused) as caught:
        decrypted(gated, row)

    assert caught.value.code == "not_decrypted"


def test_the_corpus_is_read_at_all():
    assert sum(row["expected"].startswith("ok") for row in ROWS) > 10
