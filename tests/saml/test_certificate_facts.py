"""Odd certificates sign like others, and what they say is shown as far as it can be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.certificates import make_issued, with_serial_number, with_version
from support.key_pairs import key_named
from support.metadata import entity, key, read, role, sso

from sp.saml.certificate_facts import read_facts


@pytest.mark.parametrize(
    ("change", "value", "note"),
    [
        (with_version, 1, "X.509 version 1"),
        (with_version, 2, "X.509 version 2"),
        (with_serial_number, 0, "serial number 0"),
        (with_serial_number, 255, "negative serial number"),
    ],
)
def test_an_odd_certificate_is_read_with_its_names_and_dates(change, value, note):
    certificate = change(make_issued("idp", "idp"), value)
    (found,) = read(entity(role(key(certificate), sso()))).signing_keys
    assert found.notes == (note,)
    assert found.subject == "CN=idp"
    assert found.not_after == datetime(2049, 1, 1, tzinfo=UTC)
    assert found.key.spki == key_named("rsa-a").signing_key.spki


def test_names_that_cannot_be_read_do_not_hide_the_key():
    certificate = make_issued("idp", "idp").replace(b"\x0c\x03idp", b"\x0c\x03\xff\xff\xff")
    (found,) = read(entity(role(key(certificate), sso()))).signing_keys
    assert found.subject == ""
    assert found.key.spki == key_named("rsa-a").signing_key.spki


@pytest.mark.parametrize("octets", [b"", b"0", b"nonsense", b"0\x82\x01\x00" + bytes(256)])
def test_what_is_no_certificate_gives_no_facts_and_no_error(octets):
    facts = read_facts(octets)
    assert (facts.subject, facts.issuer, facts.not_after) == (b"", b"", None)
