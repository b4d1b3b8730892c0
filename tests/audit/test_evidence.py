"""Evidence: everything for judging again, kept once, and never other than on the day."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import replace

import pytest
from lxml import etree
from support.records import AT, EXPECTATION, FINDINGS, MESSAGE, new_evidence, tamper

from sp import db
from sp.audit import evidence
from sp.audit.evidence import EvidenceAlteredError, keep_unread
from sp.audit.evidence_format import decode_expectation, encode_expectation
from sp.saml.errors import Refused
from sp.saml.types import Finding, SigningKey


def signing_key(spki, certificate):
    return SigningKey(spki, certificate, hashlib.sha256(certificate or spki).hexdigest())


KEYS = (signing_key(b"\x00spki", b"\xffcertificate"), signing_key(b"bare spki", b""))
ASSERTION = etree.fromstring("<EncryptedAssertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/>")
NAME_ID = etree.fromstring("<EncryptedID xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/>")


def keep(kept):
    return db.write(lambda transaction: evidence.store(transaction, kept))


def load(digest):
    with db.read() as transaction:
        return evidence.load(transaction, digest)


def rows():
    with db.db.engine.connect() as connection:
        found = connection.execute(evidence.EvidenceTable.__table__.select())
        return [row._asdict() for row in found]


def test_evidence_is_read_as_it_was_kept(app):
    kept = new_evidence(
        plain=b"<Assertion/>", plain_name_id=b"<NameID/>", signed_by=KEYS[0], message=b"\x00\xff"
    )
    assert load(keep(kept)) == kept


@pytest.mark.parametrize(
    "expectation",
    [
        EXPECTATION,
        replace(EXPECTATION, keys=KEYS),
        replace(EXPECTATION, request_id=None, authenticated_after=None, contexts=()),
        replace(EXPECTATION, exceptions=frozenset(), unsolicited="accept"),
        replace(EXPECTATION, instant=AT.replace(microsecond=1)),
    ],
)
def test_expectation_is_rebuilt_to_its_last_part(expectation):
    through_json = json.loads(json.dumps(encode_expectation(expectation)))
    assert decode_expectation(through_json) == expectation


def test_same_evidence_is_kept_once(app):
    kept = new_evidence()
    assert keep(kept) == keep(kept) == kept.digest
    assert len(rows()) == 1


def test_evidence_nobody_kept_is_none(app):
    assert load("0" * 64) is None


def test_digest_is_that_of_the_facts_which_name_every_part(app):
    digest = keep(new_evidence(plain=b"<Assertion/>"))
    (row,) = rows()
    facts = zlib.decompress(row["facts"])
    assert hashlib.sha256(b"sp-evidence-1\n" + facts).hexdigest() == digest == row["digest"].hex()
    named = json.loads(facts)
    for part in ("message", "plain", "findings"):
        octets = zlib.decompress(row[part])
        assert named[part] == {"sha256": hashlib.sha256(octets).hexdigest(), "size": len(octets)}
    assert named["plain_name_id"] is row["plain_name_id"] is None


def test_facts_hold_nothing_that_a_person_could_be_known_by(app):
    found = Finding("email", ok=False, actual="ada@acme.example")
    kept = new_evidence(message=b"ada@acme.example", plain=b"ada@acme.example", findings=(found,))
    assert b"ada@" not in zlib.decompress(kept.packed.facts)


def test_findings_are_salted_so_that_nobody_can_try_values_against_their_digest(app):
    assert new_evidence().digest != new_evidence().digest


def test_message_and_facts_take_little_room(app):
    message = MESSAGE * 200
    keep(new_evidence(message=message))
    assert len(rows()[0]["message"]) < len(message) / 10


@pytest.mark.parametrize("part", ["message", "plain", "plain_name_id", "findings", "facts"])
def test_altered_part_is_refused(app, part):
    digest = keep(new_evidence(plain=b"<Assertion/>", plain_name_id=b"<NameID/>"))
    octets = zlib.decompress(rows()[0][part])
    tamper(f"UPDATE evidence SET {part} = :octets", octets=zlib.compress(octets + b" "))
    with pytest.raises(EvidenceAlteredError):
        load(digest)


def test_part_that_never_was_is_refused(app):
    digest = keep(new_evidence())
    tamper("UPDATE evidence SET plain = :octets", octets=zlib.compress(b"<Assertion/>"))
    with pytest.raises(EvidenceAlteredError):
        load(digest)


def test_octets_that_no_longer_decompress_are_refused(app):
    digest = keep(new_evidence())
    tamper("UPDATE evidence SET message = :octets", octets=b"not zlib")
    with pytest.raises(EvidenceAlteredError):
        load(digest)


@pytest.mark.parametrize("part", ["message", "plain", "plain_name_id", "findings"])
def test_evidence_with_an_erased_part_can_no_longer_be_judged(app, part):
    digest = keep(new_evidence(plain=b"<Assertion/>", plain_name_id=b"<NameID/>"))
    tamper(f"UPDATE evidence SET {part} = NULL")
    assert load(digest) is None


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
    assert load(keep(kept)) == kept
    assert (kept.expectation, kept.revision, kept.revision_digest) == (None, None, None)
