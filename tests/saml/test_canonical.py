"""The canonical form of a part of a document, and what is taken out of a document or put into it."""

import re

import pytest
from lxml import etree
from support.refusals import code_of

from sp.saml import canonical, tree, xml


def test_comments_are_no_part_of_the_canonical_form():
    root = xml.parse(b"<a>one<!-- two -->three</a>")

    assert canonical.canonicalise(root, exclusive=True) == b"<a>onethree</a>"
    assert canonical.canonicalise(root, exclusive=False) == b"<a>onethree</a>"


IN_CONTEXT = b'<r xmlns:x="urn:x" xmlns:y="urn:y" xml:lang="en"><c xmlns="urn:c" a="x:q"/>tail</r>'


def test_the_inclusive_form_of_a_part_carries_what_stands_around_it():
    part = xml.parse(IN_CONTEXT)[0]

    assert canonical.canonicalise(part, exclusive=False) == (
        b'<c xmlns="urn:c" xmlns:x="urn:x" xmlns:y="urn:y" a="x:q" xml:lang="en"></c>'
    )


def test_the_exclusive_form_of_a_part_carries_the_prefixes_listed_and_no_more():
    part = xml.parse(IN_CONTEXT)[0]

    assert canonical.canonicalise(part, exclusive=True) == b'<c xmlns="urn:c" a="x:q"></c>'
    assert canonical.canonicalise(part, exclusive=True, prefixes=("x", "#default")) == (
        b'<c xmlns="urn:c" xmlns:x="urn:x" a="x:q"></c>'
    )


def test_the_default_namespace_is_listed_by_a_name_of_its_own():
    part = xml.parse(b'<r xmlns="urn:d" xmlns:p="urn:p"><p:c><p:d xmlns=""/></p:c></r>')[0]

    assert canonical.canonicalise(part, exclusive=True) == b'<p:c xmlns:p="urn:p"><p:d></p:d></p:c>'
    assert canonical.canonicalise(part, exclusive=True, prefixes=("#default",)) == (
        b'<p:c xmlns="urn:d" xmlns:p="urn:p"><p:d xmlns=""></p:d></p:c>'
    )


def test_a_copy_in_scope_changes_nothing_in_its_document():
    root = xml.parse(IN_CONTEXT)
    before = etree.tostring(root)

    copy = canonical.copy_in_scope(root[0], inherit=True)
    copy.set("a", "changed")

    assert etree.tostring(root) == before
    assert copy.getparent() is None
    assert copy.nsmap == {None: "urn:c", "x": "urn:x", "y": "urn:y"}


def test_names_outside_ascii_survive_a_copy():
    root = xml.parse("<r><größe einheit='é'>ß</größe></r>".encode())

    assert (
        canonical.canonicalise(root[0], exclusive=False) == '<größe einheit="é">ß</größe>'.encode()
    )


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_document_without_a_canonical_form_is_refused(exclusive):
    root = xml.parse(b'<a xmlns="relative"/>')

    assert code_of(canonical.canonicalise, root, exclusive=exclusive) == "empty_canonical"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<r>a<x/>b<s/>c<y/></r>", b"<r>a<x/>bc<y/></r>"),
        (b"<r>a<s/>c</r>", b"<r>ac</r>"),
        (b"<r><s/></r>", b"<r></r>"),
        (b"<r><!--a-->b<s/>c</r>", b"<r><!--a-->bc</r>"),
    ],
)
def test_the_text_behind_what_is_removed_stays(before, after):
    root = xml.parse(before)

    tree.remove(next(root.iter("s")))

    assert etree.tostring(root) == after


SCOPE = {"saml": "urn:saml&", "xsi": "urn:xsi", "unused": "urn:u", None: "urn:default"}


@pytest.mark.parametrize(
    ("octets", "tag", "declared"),
    [
        (b"<saml:a/>", "{urn:saml&}a", {"saml"}),
        (b"<?xml version='1.0'?>\n<saml:a xsi:b='1'/>", "{urn:saml&}a", {"saml", "xsi"}),
        (b"<saml:a><xsi:b/></saml:a>", "{urn:saml&}a", {"saml", "xsi"}),
        (b"<a/>", "{urn:default}a", {None}),
        (b"<saml:a xmlns:saml='urn:own'/>", "{urn:own}a", {"saml"}),
        (b"<a xmlns='urn:own'/>", "{urn:own}a", {None}),
    ],
)
def test_prefixes_used_without_declaration_are_declared_on_the_root(octets, tag, declared):
    root = xml.parse(xml.declare_prefixes(octets, SCOPE))

    assert root.tag == tag
    assert set(root.nsmap) == declared


XSI = "http://www.w3.org/2001/XMLSchema-instance"
TYPES = {"saml": "urn:saml", "xs": "urn:xs", "xsi": XSI, "i": XSI}


@pytest.mark.parametrize(
    ("octets", "declared"),
    [
        (f"<saml:a xmlns:saml='urn:s' xmlns:xsi='{XSI}'><b xsi:type='xs:c'/></saml:a>", {"xs"}),
        ("<saml:a><b xsi:type='xs:c'/></saml:a>", {"saml", "xsi", "xs"}),
        ("<saml:a><b i:type='xs:c'/></saml:a>", {"saml", "i", "xs"}),
        ("<saml:a><b xmlns:xs = 'urn:own' xsi:type='xs:c'/></saml:a>", {"saml", "xsi"}),
        ("<saml:a><b xsi:type='c'/><b xsi:type='no:c'/></saml:a>", {"saml", "xsi"}),
        ("<saml:a><b type='xs:c' saml:type='xs:c'/></saml:a>", {"saml"}),
    ],
)
def test_prefixes_of_types_used_without_declaration_are_declared_on_the_root(octets, declared):
    before = set(re.findall(r"xmlns:(\w+)='", octets))
    after = xml.declare_prefixes(octets.encode(), TYPES)

    assert set(xml.parse(after).nsmap) == before | declared


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff\xfe",
        b"no document",
        b"<a><b>",
        b"<other:a/>",
        b"<!DOCTYPE a><saml:a/>",
        b"<!-- before --><saml:a/>",
        b"<saml:a/><saml:b/>",
        b"<?xml version='1.0' encoding='klingon'?><saml:a/>",
    ],
)
def test_what_cannot_be_read_is_not_mended_by_declarations(octets):
    assert code_of(xml.parse, xml.declare_prefixes(octets, SCOPE)) in {"not_well_formed", "has_dtd"}
