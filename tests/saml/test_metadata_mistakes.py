"""Whoever uploads something else learns what it is and what to do, and reads none of it back."""

from __future__ import annotations

import base64
import re

import pytest
from support.key_pairs import key_named
from support.metadata import entities, entity, refusal, role, sso

from sp.saml import (
    metadata_document,
    metadata_entities,
    metadata_mistakes,
    metadata_signature,
)

GOOD = entity()
DER = key_named("rsa-a").certificate
TEXT = base64.encodebytes(DER).decode()
PEM = f"-----BEGIN CERTIFICATE-----\n{TEXT}-----END CERTIFICATE-----\n"
UNBOUND = GOOD.replace("xmlns:ds=", "xmlns:other=")
HTML = "<html><head><title>Sign in</title></head><body><form></form></body></html>"

MISTAKES = {
    "empty": ("empty_file", ""),
    "blank": ("empty_file", " \n"),
    "mark alone": ("empty_file", "\ufeff"),
    "html": ("html_page", f"<!DOCTYPE html>\n{HTML}"),
    "html in capitals": ("html_page", HTML.upper()),
    "xhtml": (
        "html_page",
        f'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE html PUBLIC "x" "y">{HTML}',
    ),
    "xhtml without a doctype": ("html_page", '<html xmlns="http://www.w3.org/1999/xhtml"/>'),
    "html behind text": ("html_page", f"Welcome! {HTML}"),
    "discovery": ("json_discovery", '{"issuer": "x", "authorization_endpoint": "y"}'),
    "json": ("json_document", '{"keys": []}'),
    "list": ("json_document", "[]"),
    "pem": ("certificate_file", PEM),
    "pem with attributes": ("certificate_file", f"Bag Attributes\n    x: y\n{PEM}"),
    "der": ("certificate_file", DER),
    "base64 of a certificate": ("certificate_file", TEXT),
    "private key": ("private_key", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"),
    "private key behind its certificate": (
        "private_key",
        f"{PEM}-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----",
    ),
    "pkcs 12": ("key_store", b"0\x82\x0a\x00\x02\x01\x03" + bytes(60)),
    "pkcs 7": (
        "key_store",
        b"0\x82\x0a\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + bytes(60),
    ),
    "java key store": ("key_store", b"\xfe\xed\xfe\xed\x00\x00\x00\x02" + bytes(60)),
    "zip": ("not_xml", b"PK\x03\x04" + bytes(60)),
    "pdf": ("not_xml", b"%PDF-1.7\n"),
    "prose": ("not_xml", "See the attached file."),
    "address": ("address", "https://idp.example.com/metadata\n"),
    "base64 of metadata": ("base64_document", base64.encodebytes(GOOD.encode())),
    "escaped": ("escaped_document", GOOD.replace("<", "&lt;")),
    "quoted": ("quoted_document", f'"{GOOD}"'),
    "quoted by a word processor": ("quoted_document", f"„{GOOD}“"),
    "browser's line": (
        "text_before_document",
        f"This XML file does not appear to have any style information.\n{GOOD}",
    ),
    "browser's mark": ("text_before_document", f"- {GOOD}"),
    "word processor": ("typographic_quotes", re.sub(r'"([^"]*)"', "“\\1”", GOOD)),
    "text behind": ("text_after_document", f"{GOOD}\nRegards, Ada"),
    "two documents": ("two_documents", GOOD + GOOD),
    "prefix without declaration": ("no_namespace", UNBOUND),
    "no namespace": ("no_namespace", "<EntityDescriptor entityID='x'/>"),
    "another namespace": ("no_namespace", '<EntityDescriptor xmlns="https://x" entityID="x"/>'),
    "cut off": ("cut_off", GOOD[:-40]),
    "cut off early": ("cut_off", GOOD[:60]),
    "bare ampersand": ("bare_ampersand", entity(role(sso("https://idp.example.com/?a=1&b=2")))),
    "damaged": ("not_well_formed", GOOD.replace("</ds:KeyInfo>", "")),
    "response": ("saml_message", '<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol"/>'),
    "assertion": ("saml_message", '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
    "schema": ("schema_file", '<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'),
    "role alone": (
        "role_alone",
        '<IDPSSODescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>',
    ),
    "feed": ("not_metadata", '<feed xmlns="http://www.w3.org/2005/Atom"/>'),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name):
    code, document = MISTAKES[name]
    assert refusal(document).code == code


@pytest.mark.parametrize("name", MISTAKES)
def test_a_refusal_is_a_sentence_that_says_what_to_do(name):
    public = refusal(MISTAKES[name][1]).public
    assert public.endswith(".")
    assert re.search(
        r"\b[Dd]ownload|[Uu]pload|[Rr]emove|[Dd]ecode|[Ss]ave|[Tt]he metadata is", public
    )


def test_no_refusal_repeats_a_word_of_the_document():
    evil = "<b>evil</b>"
    for document in (
        evil,
        f"{evil}{GOOD}",
        entity(entity_id="evil{x}"),
        entity(role(sso("javascript:evil()"))),
        entity(attributes='validUntil="evil"'),
        f'<?xml version="1.0" encoding="evil"?>{GOOD}',
        GOOD.replace("</ds:KeyInfo>", "</evil>"),
        entities(entity(entity_id="evil1"), entity(entity_id="evil2")),
    ):
        assert "evil" not in refusal(document).public


@pytest.mark.parametrize(
    "room",
    [
        metadata_mistakes.SENTENCES,
        metadata_document._SENTENCES,
        metadata_entities._SENTENCES,
        metadata_signature._SENTENCES,
    ],
)
def test_every_sentence_ends(room):
    assert all(re.search(r"[^.]\.$", sentence) for sentence in room.values())
