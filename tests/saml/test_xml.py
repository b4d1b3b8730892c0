"""The one parser: what it reads, what it refuses by name, and the values of XML Schema."""

import re
from datetime import UTC, datetime

import pytest
from support.refusals import code_of

from sp.saml import xml
from sp.saml.xml import Limits

LIMITS = xml.MESSAGE


def nested(levels):
    return b"<a>" * levels + b"</a>" * levels


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        pytest.param(b"", "not_well_formed", id="nothing"),
        pytest.param(b"hello", "not_well_formed", id="text"),
        pytest.param(b"<a><b></a>", "not_well_formed", id="crossed tags"),
        pytest.param(b"<a/><b/>", "not_well_formed", id="two roots"),
        pytest.param(b"<p:a/>", "not_well_formed", id="an undeclared prefix"),
        pytest.param(b"<a>&x;</a>", "not_well_formed", id="an undeclared entity"),
        pytest.param(b"<a>\x00</a>", "not_well_formed", id="NUL"),
        pytest.param(b"<a>&#0;</a>", "not_well_formed", id="NUL by reference"),
        pytest.param(b"<a>&#xD800;</a>", "not_well_formed", id="a lone surrogate by reference"),
        pytest.param(b"<a>\xed\xa0\x80</a>", "not_well_formed", id="a lone surrogate in octets"),
        pytest.param(b"<a>\xff</a>", "not_well_formed", id="not UTF-8"),
        pytest.param(b"<?xml version='1.1'?><a>&#1;</a>", "not_well_formed", id="XML 1.1"),
        pytest.param(
            b"<?xml version='1.0' encoding='klingon'?><a/>", "not_well_formed", id="encoding"
        ),
        pytest.param(b"<!DOCTYPE a><a/>", "has_dtd", id="a bare DTD"),
        pytest.param(
            "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16"),
            "has_dtd",
            id="a DTD in UTF-16",
        ),
        pytest.param(
            b"<!DOCTYPE a SYSTEM 'file:///dev/zero'><a/>", "has_dtd", id="a DTD elsewhere"
        ),
        pytest.param(
            b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "has_dtd",
            id="an external entity",
        ),
        pytest.param(
            b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///dev/zero'> %p;]><a/>",
            "has_dtd",
            id="an external parameter entity",
        ),
        pytest.param(b"<?xml-stylesheet href='x'?><a/>", "processing_instruction", id="PI before"),
        pytest.param(b"<a><b><?x y?></b></a>", "processing_instruction", id="PI inside"),
        pytest.param(b"<a/><?x y?>", "processing_instruction", id="PI behind"),
        pytest.param(
            b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd"/></a>',
            "xinclude",
            id="XInclude",
        ),
        pytest.param(nested(65), "too_deep", id="65 levels"),
        pytest.param(nested(300), "too_deep", id="300 levels"),
        pytest.param(b"<a>" * 100_000, "too_deep", id="100,000 levels"),
        pytest.param(b"<a>" + b"<b/>" * 20_000 + b"</a>", "too_many_elements", id="20,001"),
        pytest.param(b"<a>" + b"x" * LIMITS.octets + b"</a>", "too_large", id="over 512 KB"),
        pytest.param(b"<a>" + b"x" * 24_000_000 + b"</a>", "too_large", id="24 MB"),
    ],
)
def test_a_document_that_may_not_be_read_is_refused_by_name(octets, code):
    assert code_of(xml.parse, octets) == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_multiply_are_refused(encoding):
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
    octets = f"<!DOCTYPE a [<!ENTITY e0 'lol'>{entities}]><a b='&e11;'>&e11;</a>".encode(encoding)

    assert code_of(xml.parse, octets) == "has_dtd"


def test_attributes_and_declarations_that_make_canonicalisation_slow_are_refused():
    attributes = "<a " + " ".join(f'a{n}="1"' for n in range(257)) + "/>"
    declarations = "<a " + " ".join(f'xmlns:a{n}="urn:a"' for n in range(65)) + "/>"
    spread = "".join(f'<a xmlns:a{n}="urn:a" xmlns:b{n}="urn:b">' for n in range(33)) + "</a>" * 33

    assert code_of(xml.parse, attributes.encode()) == "too_many_attributes"
    assert code_of(xml.parse, declarations.encode()) == "too_many_namespaces"
    assert code_of(xml.parse, spread.encode()) == "too_many_namespaces"


def test_a_document_at_every_limit_is_read():
    xml.parse(nested(64))
    xml.parse(b"<a>" + b"<b/>" * 19_999 + b"</a>")
    xml.parse(b"<a>" + b"x" * (LIMITS.octets - 7) + b"</a>")
    xml.parse(("<a " + " ".join(f'a{n}="1"' for n in range(256)) + "/>").encode())
    siblings = "".join(f'<b xmlns="urn:{n}"/>' for n in range(500))
    xml.parse(f"<a>{siblings}</a>".encode())


def test_another_kind_of_document_has_limits_of_its_own():
    assert code_of(xml.parse, b"<a><b/></a>", limits=Limits(100, 1, 10)) == "too_deep"
    assert code_of(xml.parse, b"<a><b/></a>", limits=Limits(100, 9, 1)) == "too_many_elements"
    assert code_of(xml.parse, b"<a><b/></a>", limits=Limits(10, 9, 10)) == "too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_declared_encoding_is_read(encoding):
    octets = f"<?xml version='1.0' encoding='{encoding}'?><a>é</a>".encode(encoding)

    assert xml.parse(octets).text == "é"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00+00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:30:00+01:30", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00.5Z", datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-02T09:00:00.1234567Z", datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-03-02T09:00:00.123456789Z", datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC)),
        (" \n2026-03-02T09:00:00Z\t", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-02-28T24:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-02T24:00:00.000-05:00", datetime(2026, 3, 3, 5, tzinfo=UTC)),
    ],
)
def test_instants_are_read_in_utc(text, instant):
    assert xml.read_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2026-03-02",
        "2026-03-02 09:00:00Z",
        "20260302T090000Z",
        "2026-13-02T09:00:00Z",
        "2026-02-30T09:00:00Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T24:00:01Z",
        "2026-03-02T24:00:00.5Z",
        "9999-12-31T24:00:00Z",
        "2026-03-02T09:00:00.Z",
        "2026-03-02T09:00:00z",
        "2026-03-02T09:00:00+99:00",
        "٢٠٢٦-03-02T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-03-02T09:00:00Z\u00a0",
        f"2026-03-02T09:00:00.{'0' * 300_000}Z",
    ],
)
def test_what_is_no_instant_is_not_read_as_one(text):
    with pytest.raises(ValueError, match=re.compile(".")):
        xml.read_instant(text)


def test_trimming_takes_the_white_space_of_xml_and_no_other():
    assert xml.trim(" \t\r\na b\n") == "a b"
    assert xml.trim("\u00a0a\u2003") == "\u00a0a\u2003"
    assert xml.trim(None) == ""
