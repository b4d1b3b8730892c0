"""A document is read in whatever encoding it comes, within bounds, and with nothing hostile."""

from __future__ import annotations

import codecs
import random

import pytest
from support.metadata import ENTITY_ID, entities, entity, read, refusal, role, sso

from sp.saml.errors import MetadataRefused

DECLARATION = '<?xml version="1.0" encoding="{}"?>'
NAME = '<Organization><OrganizationDisplayName xml:lang="en">Käse &amp; Söhne</OrganizationDisplayName></Organization>'
DOCUMENT = entity(role(), NAME)


def declared(encoding):
    return DECLARATION.format(encoding) + DOCUMENT


@pytest.mark.parametrize(
    "octets",
    [
        DOCUMENT.encode(),
        codecs.BOM_UTF8 + declared("utf-8").encode(),
        codecs.BOM_UTF8 * 2 + DOCUMENT.encode(),
        b"\r\n \t" + declared("UTF-8").encode(),
        codecs.BOM_UTF16_LE + declared("utf-16").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + declared("utf-16").encode("utf-16-be"),
        codecs.BOM_UTF16_LE * 2 + declared("utf-8").encode("utf-16-le"),
        codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + DOCUMENT.encode("utf-16-le"),
        declared("utf-16").encode("utf-16-le"),
        declared("utf-16").encode("utf-16-be"),
        codecs.BOM_UTF32_LE + DOCUMENT.encode("utf-32-le"),
        declared("utf-16").encode(),
        declared("ISO-8859-1").encode("latin-1"),
        declared("windows-1252").encode("cp1252"),
        ("<?xml version='1.0' encoding='iso-8859-15' standalone='yes'?>" + DOCUMENT).encode(
            "iso-8859-15"
        ),
        DOCUMENT.replace("\n", "\r\n").encode() + b"\r\n",
    ],
)
def test_every_encoding_gives_the_same_document(octets):
    metadata = read(octets)
    assert metadata.entity_id == ENTITY_ID
    assert metadata.display_name == "Käse & Söhne"


@pytest.mark.parametrize(
    "octets",
    [
        DOCUMENT.encode("latin-1"),
        declared("utf-8").encode("latin-1"),
        declared("us-ascii").encode(),
        declared("utf-7").encode(),
        declared("rot13").encode(),
        declared("no-such-encoding").encode(),
        declared("iso-8859-12").encode(),
        declared("windows-1259").encode(),
        codecs.BOM_UTF16_LE + DOCUMENT.encode("utf-16-le")[:-1],
    ],
)
def test_letters_that_cannot_be_read_are_refused_with_that_reason(octets):
    refused = refusal(octets)
    assert refused.code == "wrong_encoding"
    assert "encoding" in refused.public


@pytest.mark.parametrize(
    "prolog",
    [
        '<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="x.xsl"?>\n',
        '<?xml version="1.0"?><!-- ours --><?xml-stylesheet href="x.css"?><!-- > -->',
    ],
)
def test_what_is_for_browsers_alone_is_passed_over(prolog):
    assert read(prolog + DOCUMENT).entity_id == ENTITY_ID


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (
            f'<!DOCTYPE md [<!ENTITY x SYSTEM "file:///etc/passwd">]>{entity(entity_id="&x;")}',
            "has_dtd",
        ),
        (f"<!DOCTYPE md>{DOCUMENT}", "has_dtd"),
        (
            f'<?xml version="1.0"?><!-- a --><!DOCTYPE md SYSTEM "http://127.0.0.1:9/x.dtd">{DOCUMENT}',
            "has_dtd",
        ),
        (entity(role("<?php evil() ?>", sso())), "processing_instruction"),
        (
            entity('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
            "xinclude",
        ),
        (entity("<a>" * 120 + "</a>" * 120), "too_deep"),
        (entity("<a>" * 3000 + "</a>" * 3000), "too_deep"),
        (entity("<a/>" * 200_001), "too_many_elements"),
        (entity(f"<!--{'x' * 10_500_000}-->"), "too_large"),
        (entity("&undefined;"), "not_well_formed"),
    ],
)
def test_what_is_hostile_or_out_of_bounds_is_refused(document, code):
    assert refusal(document).code == code


def test_entities_that_multiply_are_refused_and_not_made():
    doubled = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    bomb = f'<!DOCTYPE md [<!ENTITY e0 "x">{doubled}]>{entity(entity_id="&e29;")}'
    assert refusal(bomb).code == "has_dtd"


def test_a_large_federation_is_read():
    document = entities(*(entity(entity_id=f"https://{n}.example") for n in range(400)))
    assert len(refusal(document).choices) == 400
    assert read(document, entity_id="https://399.example").entity_id == "https://399.example"


def test_a_long_comment_does_not_hide_the_line_of_the_damage():
    refused = refusal(
        '<?xml version="1.0"?>\n<!--\n-->\n'
        + DOCUMENT.replace("<Organization>", "\n<Organization x>")
    )
    assert refused.code == "not_well_formed"
    assert "line 5," in refused.public


def outcome(octets):
    try:
        return read(octets).entity_id
    except MetadataRefused as refused:
        return refused.code


def test_whatever_happens_to_a_document_it_is_read_or_refused():
    dice = random.Random(7)
    octets = declared("utf-8").encode()
    outcomes = set()
    for _ in range(400):
        damaged = bytearray(octets)
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(damaged))
            damaged[place : place + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
        outcomes.add(outcome(bytes(damaged)))
    assert outcomes >= {ENTITY_ID, "not_well_formed", "wrong_encoding", "no_signing_key"}
