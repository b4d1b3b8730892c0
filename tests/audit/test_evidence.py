"""Evidence: everything for judging again, and never other than on the day."""

from __future__ import annotations

import hashlib
import json
import zlib

import pytest
from lxml import etree
from support.key_pairs import key_named
from support.records import AT, EXPECTATION, FINDINGS, MESSAGE, new_evidence, tamper

from sp import db
from sp.audit import evidence
from sp.audit.evidence import EvidenceAlteredError, keep_unread
from sp.audit.evidence_format import COMPRESSED, decode_expectation, encode_expectation
from sp.saml.errors import Refused
from sp.saml.signing_key import read_certificate
from sp.saml.types import Finding, SigningKey

KEYS = (
    read_certificate(key_named("rsa-b").certificate),
    SigningKey(b"bare spki", b"", hashlib.sha256(b"bare spki").hexdigest()),
)
ASSERTION = etree.fromstring("<EncryptedAssertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/>")
NAME_ID = etree.fromstring("<EncryptedID xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/>")


def keep(kept):
    """Keep it, and give what its event knows of it: its number and its digest."""
    return db.write(lambda transaction: evidence.store(transaction, kept)), kept.digest


def load(number, digest):
    with db.read() as transaction:
        return evidence.load(transaction, number, digest)


def rows():
    with db.db.engine.connect() as connection:
        found = connection.execute(evidence.EvidenceTable.__table__.select())
        return [row._asdict() for row in found]


def unpacked(part, octets):
    return zlib.decompress(octets) if part in COMPRESSED else octets


def packed(part, octets):
    return zlib.compress(octets) if part in COMPRESSED else octets


def test_evidence_is_read_as_it_was_kept(app):
    kept = new_evidence(
        plain=b"<Assertion/>", plain_name_id=b"<NameID/>", signed_by=KEYS[0], message=b"\x00\xff"
    )
    assert load(*keep(kept)) == kept


@pytest.mark.parametrize(
    "expectation",
    [
        EXPECTATION,
        EXPECTATION._replace(keys=KEYS),
        EXPECTATION._replace(request_id=None, authenticated_after=None, contexts=()),
        EXPECTATION._replace(exceptions=frozenset(), unsolicited="accept"),
        EXPECTATION._replace(instant=AT.replace(microsecond=1)),
    ],
)
def test_expectation_is_rebuilt_to_its_last_part(expectation):
    through_json = json.loads(json.dumps(encode_expectation(expectation)))
    assert decode_expectation(through_json) == expectation


@pytest.mark.parametrize("number", [None, 1])
def test_evidence_nobody_kept_is_none(app, number):
    assert load(number, "0" * 64) is None


def test_number_that_was_given_again_leads_to_nobody_elses_evidence(app):
    number, digest = keep(new_evidence())
    tamper("DELETE FROM evidence")
    again, _ = keep(new_evidence())
    assert load(again, digest) is None
    assert load(number, digest) is None


def test_digest_is_that_of_the_facts_which_name_every_part(app):
    _, digest = keep(new_evidence(plain=b"<Assertion/>"))
    (row,) = rows()
    facts = row["facts"]
    assert hashlib.sha256(b"sp-evidence-1\n" + facts).hexdigest() == digest == row["digest"].hex()
    named = json.loads(facts)
    for part in ("message", "plain", "findings"):
        octets = unpacked(part, row[part])
        assert named[part] == {"sha256": hashlib.sha256(octets).hexdigest(), "size": len(octets)}
    assert named["plain_name_id"] is row["plain_name_id"] is None


def test_facts_hold_nothing_that_a_person_could_be_known_by(app):
    found = Finding("email", ok=False, actual="ada@acme.example")
    kept = new_evidence(message=b"ada@acme.example", plain=b"ada@acme.example", findings=(found,))
    assert b"ada@" not in kept.packed.facts


def test_findings_are_salted_so_that_nobody_can_try_values_against_their_digest(app):
    assert new_evidence().digest != new_evidence().digest


def test_message_takes_little_room(app):
    message = MESSAGE * 200
    keep(new_evidence(message=message))
    assert len(rows()[0]["message"]) < len(message) / 10


@pytest.mark.parametrize("part", ["message", "plain", "plain_name_id", "findings", "facts"])
def test_altered_part_is_refused(app, part):
    kept = keep(new_evidence(plain=b"<Assertion/>", plain_name_id=b"<NameID/>"))
    octets = unpacked(part, rows()[0][part]) + b" "
    tamper(f"UPDATE evidence SET {part} = :octets", octets=packed(part, octets))
    with pytest.raises(EvidenceAlteredError):
        load(*kept)


def test_part_that_never_was_is_refused(app):
    kept = keep(new_evidence())
    tamper("UPDATE evidence SET plain = :octets", octets=zlib.compress(b"<Assertion/>"))
    with pytest.raises(EvidenceAlteredError):
        load(*kept)


def test_octets_that_no_longer_decompress_are_refused(app):
    kept = keep(new_evidence())
    tamper("UPDATE evidence SET message = :octets", octets=b"not zlib")
    with pytest.raises(EvidenceAlteredError):
        load(*kept)


@pytest.mark.parametrize("part", ["message", "plain", "plain_name_id", "findings"])
def test_evidence_with_an_erased_part_can_no_longer_be_judged(app, part):
    kept = keep(new_evidence(plain=b"<Assertion/>", plain_name_id=b"<NameID/>"))
    tamper(f"UPDATE evidence SET {part} = NULL")
    assert load(*kept) is None


def test_decrypting_again_gives_the_octets_of_the_day():
    kept = new_evidence(plain=b"<Assertion/>", plain_name_id=b"<NameID/>")
    assert kept.decrypt(ASSERTION) == b"<Assertion/>"
    assert kept.decrypt(NAME_ID) == b"<NameID/>"


def test_decryption_that_was_refused_on_the_day_is_refused_with_the_same_finding():
    refusal = Finding("not_decrypted", ok=False, expected="a key of ours", actual="none fits")
    with pytest.raises(Refused) as caught:
        new_evidence(findings=(FINDINGS[0], refusal)).decrypt(ASSERTION)
    assert caught.value.finding == refusal


def test_decrypting_what_was_never_decrypted_is_refused():
    with pytest.raises(Refused) as caught:
        new_evidence(plain=b"<Assertion/>", findings=FINDINGS[:1]).decrypt(NAME_ID)
    assert caught.value.code == "not_decrypted"


def test_message_that_was_never_read_is_kept_with_its_reason(app):
    kept = keep_unread(b"<not xml", Finding("not_well_formed", ok=False))
    assert load(*keep(kept)) == kept
    assert (kept.expectation, kept.revision, kept.revision_digest) == (None, None, None)
