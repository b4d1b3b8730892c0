"""A signature on metadata counts against a recorded key only; without one it is a hint."""

from __future__ import annotations

import pytest
from lxml import etree
from support.idp import Idp
from support.key_pairs import key_named
from support.metadata import ENTITY_ID, codes, entities, entity, key, read, refusal, role, sso

from sp.demo.names import ENVELOPED, EXCLUSIVE, INCLUSIVE, RSA_SHA1, SHA1
from sp.saml import urn

A = (key_named("rsa-a").signing_key,)
B = (key_named("rsa-b").signing_key,)
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"


def signed(document=None, signer="rsa-a", *, change=None, **arguments):
    """Return a document signed at its root, as octets; `change` alters the tree afterwards."""
    root = etree.fromstring(document or entity(attributes='ID="_m"'))
    Idp().sign(root, key_named(signer), **arguments)
    if change is not None:
        change(root)
    return etree.tostring(root)


def rename(root):
    root.set("entityID", "https://evil.example/saml")


def test_an_unsigned_document_has_no_state():
    assert read(entity()).signature == "none"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"c14n": INCLUSIVE},
        {"signer": "rsa-weak"},
        {"signer": "ec", "algorithm": urn.ECDSA_SHA256},
        {"algorithm": RSA_SHA1, "digest": SHA1},
    ],
)
def test_a_signature_that_verifies_by_its_own_key_is_intact(arguments):
    metadata = read(signed(**arguments))
    assert metadata.signature == "intact"
    assert not codes(metadata) & {"signature_broken", "signature_unchecked"}


def test_a_document_changed_after_signing_is_read_with_a_warning():
    metadata = read(signed(change=rename))
    assert metadata.signature == "broken"
    assert "signature_broken" in codes(metadata)
    assert metadata.entity_id == "https://evil.example/saml"


def test_a_signature_round_the_chosen_entity_counts():
    document = entities(entity(), entity(entity_id="b"), attributes='ID="_list"')
    assert read(signed(document), entity_id="b").signature == "intact"


def test_the_worst_signature_counts():
    inner = signed(change=rename).decode()
    document = entities(inner, entity(entity_id="b"), attributes='ID="_list"')
    assert read(signed(document), entity_id="https://evil.example/saml").signature == "broken"
    assert read(signed(document), entity_id="b").signature == "intact"


def set_transform(root):
    transform = root.find(".//ds:Transform", urn.PREFIXES)
    transform.set("Algorithm", XSLT)


def drop_key_info(root):
    signature = root.find("ds:Signature", urn.PREFIXES)
    signature.remove(signature.find("ds:KeyInfo", urn.PREFIXES))


def add_reference(root):
    info = root.find("ds:Signature/ds:SignedInfo", urn.PREFIXES)
    etree.SubElement(info, urn.q("ds:Reference"), URI="file:///dev/zero")


def nest_signature(root):
    root.find("ds:Signature", urn.PREFIXES).insert(0, etree.Element(urn.q("ds:Signature")))


@pytest.mark.parametrize("change", [set_transform, drop_key_info, add_reference, nest_signature])
def test_a_signature_of_another_shape_is_left_unchecked(change):
    metadata = read(signed(change=change))
    assert metadata.signature == "unchecked"
    assert "signature_unchecked" in codes(metadata)


# With a key recorded earlier


def test_a_document_signed_by_a_recorded_key_is_read():
    assert read(signed(), trusted_keys=B + A).entity_id == ENTITY_ID


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (lambda: signed(change=rename), "signature_broken"),
        (lambda: signed(signer="rsa-b"), "signature_broken"),
        (lambda: signed(change=add_reference), "signature_broken"),
        (lambda: signed(change=nest_signature), "signature_broken"),
        (lambda: signed(algorithm=RSA_SHA1, digest=SHA1), "signature_broken"),
        (lambda: entity().encode(), "not_signed"),
        (lambda: entities(signed().decode()).encode(), "not_signed"),
    ],
)
def test_without_a_signature_by_a_recorded_key_nothing_is_read(octets, code):
    assert refusal(octets(), trusted_keys=A).code == code


def test_what_is_read_is_what_the_signature_covers():
    split = "<NameIDFormat>urn:one<!-- a comment is never signed -->:two</NameIDFormat>"
    document = signed(entity(role(key(), split, sso()), attributes='ID="_m"'))
    assert read(document, trusted_keys=A).name_id_formats == ("urn:one:two",)


def test_a_recorded_key_does_not_excuse_a_signature_of_another_shape():
    octets = signed(transforms=(ENVELOPED, EXCLUSIVE, EXCLUSIVE))
    assert refusal(octets, trusted_keys=A).facts["reason"] == "bad_transform"


def test_a_large_signed_aggregate_verifies():
    document = entities(
        *(entity(entity_id=f"https://{n}.example") for n in range(500)), attributes='ID="_list"'
    )
    octets = signed(document)
    assert len(octets) > 512 * 1024
    metadata = read(octets, entity_id="https://7.example", trusted_keys=A)
    assert metadata.entity_id == "https://7.example"


def test_a_reference_to_the_whole_document_is_one_to_its_root():
    octets = signed(entity(role()), uri="")
    assert read(octets).signature == "intact"
    assert read(octets, trusted_keys=A).signature == "intact"


def test_a_reference_to_the_whole_document_says_nothing_inside_a_list():
    inner = signed(uri="").decode()
    assert read(entities(inner)).signature == "unchecked"
