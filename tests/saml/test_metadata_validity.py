"""A document that says it is too old is refused; old certificates are only warned of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.certificates import make_issued
from support.key_pairs import key_named
from support.metadata import NOW, codes, entities, entity, key, read, refusal, role, sso

from sp.saml.metadata_validity import LONGEST_CACHE

PAST = "2026-03-02T08:59:59Z"
FUTURE = "2026-03-02T09:00:01Z"
OLD = datetime(2025, 6, 1, tzinfo=UTC)


def at(level, attribute):
    """Return a document with an attribute at one level: role, entity, list or outer list."""
    place = dict.fromkeys(("role", "entity", "list", "outer list"), "") | {level: attribute}
    inner = entity(role(attributes=place["role"]), attributes=place["entity"])
    return entities(entities(inner, attributes=place["list"]), attributes=place["outer list"])


LEVELS = ("role", "entity", "list", "outer list")


@pytest.mark.parametrize("level", LEVELS)
def test_an_expired_document_is_refused_wherever_it_says_so(level):
    assert refusal(at(level, f'validUntil="{PAST}"')).code == "expired"
    assert read(at(level, f'validUntil="{FUTURE}"')).valid_until == NOW + timedelta(seconds=1)


def test_a_document_ends_at_its_very_instant():
    assert refusal(at("entity", 'validUntil="2026-03-02T09:00:00Z"')).code == "expired"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T08:59:59.999Z",
        "2026-03-02T08:59:59.123456789Z",
        "2026-03-02T08:59:59",
        "2026-03-02T10:30:00+02:00",
        " 2014-05-15T19:05:47Z ",
    ],
)
def test_every_way_to_write_a_passed_instant_counts(text):
    assert refusal(at("entity", f'validUntil="{text}"')).code == "expired"


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01T00:00:00Z", "2027-01-01", "0"])
def test_an_instant_that_cannot_be_read_is_refused(text):
    assert refusal(at("role", f'validUntil="{text}"')).code == "bad_valid_until"


def test_the_earliest_instant_counts():
    document = entities(
        entity(attributes='validUntil="2027-01-01T00:00:00Z"'),
        attributes='validUntil="2028-01-01T00:00:00Z"',
    )
    assert read(document).valid_until == datetime(2027, 1, 1, tzinfo=UTC)


def test_an_expired_list_is_not_offered_for_a_choice():
    document = entities(entity(), entity(entity_id="b"), attributes=f'validUntil="{PAST}"')
    assert refusal(document).code == "expired"


def test_an_expired_entity_of_a_list_is_refused_when_it_is_chosen():
    expired = entity(entity_id="b", attributes=f'validUntil="{PAST}"')
    document = entities(entity(), expired)
    assert refusal(document, entity_id="b").code == "expired"
    assert refusal(document).code == "choose_idp"


def test_a_day_that_is_older_than_the_certificate_is_explained():
    short = make_issued("idp", "idp", not_after=datetime(2026, 3, 1, tzinfo=UTC))
    attributes = f'validUntil="{PAST}"'
    explained = refusal(entity(role(key(short), key(), sso()), attributes=attributes))
    plain = refusal(entity(role(key(short), sso()), attributes=attributes))
    assert "valid until 02 March 2026" in plain.public
    assert "01 January 2049" in explained.public
    assert "2049" not in plain.public


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT30M", timedelta(minutes=30)),
        ("PT1439M", timedelta(minutes=1439)),
        ("P7DT0H0M0.000S", timedelta(days=7)),
        ("P0Y0M0DT12H0M0.000S", timedelta(hours=12)),
        ("PT604800S", timedelta(days=7)),
        ("PT1588239755S", LONGEST_CACHE),
        ("P1Y", LONGEST_CACHE),
        ("PT" + "9" * 400 + "S", LONGEST_CACHE),
        ("P" + "9" * 5000 + "D", LONGEST_CACHE),
        ("PT" + "0" * 5000 + "60S", timedelta(minutes=1)),
        ("P", None),
        ("PT", None),
        ("-P1D", None),
        ("1 day", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("level", LEVELS)
def test_a_cache_duration_is_read_and_bounded(level, text, duration):
    assert read(at(level, f'cacheDuration="{text}"')).cache_duration == duration


def test_an_expired_certificate_is_read_with_a_warning():
    metadata = read(entity(role(key(make_issued("idp", "idp", not_after=OLD)), sso())))
    (warning,) = [each for each in metadata.warnings if "expired" in each.code]
    assert warning.code == "all_certificates_expired"
    assert warning.needs == ""
    assert "01 June 2025" in warning.sentence


def test_one_of_several_expired_certificates_is_warned_of():
    old = make_issued("idp", "idp", key="rsa-b", not_after=OLD)
    metadata = read(entity(role(key(old), key(key_named("rsa-a").certificate), sso())))
    assert "some_certificates_expired" in codes(metadata)
    assert len(metadata.signing_keys) == 2


def test_a_certificate_is_expired_only_after_its_last_instant():
    certificate = make_issued("idp", "idp", not_after=NOW)
    document = entity(role(key(certificate), sso()))
    assert "all_certificates_expired" in codes(read(document, now=NOW + timedelta(seconds=1)))
    assert "all_certificates_expired" not in codes(read(document, now=NOW))
