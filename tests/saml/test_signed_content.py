"""What a signature is about: the canonical form without the Signature, wherever that stands."""

import copy

import pytest
from lxml import etree

from sp.demo import names
from sp.saml import canonical, signed_content, tree

DS = f'xmlns:ds="{names.DS}"'
SIGNATURE = (
    f"<ds:Signature {DS}><ds:SignedInfo/><ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature>"
)
PLAIN = f'<Signature xmlns="{names.DS}"><SignedInfo/></Signature>'
ASSERTION = "<a:Assertion xmlns:a='urn:a' ID='_a'>{}<a:Subject>Ada &lt; &amp; Grace</a:Subject></a:Assertion>"
DOCUMENTS = {
    "first": SIGNATURE + ASSERTION.format(""),
    "first, with another in the assertion": SIGNATURE + ASSERTION.format(SIGNATURE),
    "behind a signed assertion": ASSERTION.format(SIGNATURE) + SIGNATURE,
    "under another prefix than the other": ASSERTION.format(SIGNATURE) + PLAIN,
    "without a prefix before one with it": PLAIN + ASSERTION.format(SIGNATURE),
    "behind what is only called the same": f'<ds:Signature xmlns:ds="urn:x"/>{SIGNATURE}',
    "behind what is called nearly the same": f"<ds:SignatureValue {DS}/>{SIGNATURE}",
    "between texts": f" before {SIGNATURE} after <!-- {SIGNATURE.replace('--', '')} -->",
    "with its prefix declared further up": SIGNATURE.replace(f" {DS}", ""),
}
FORMS = {
    "exclusive": (names.EXCLUSIVE, {"exclusive": True}),
    "inclusive": (names.INCLUSIVE, {"exclusive": False}),
}


def transforms(form):
    return etree.fromstring(
        f'<ds:Transforms {DS}><ds:Transform Algorithm="{names.ENVELOPED}"/>'
        f'<ds:Transform Algorithm="{form}"/></ds:Transforms>'
    )


def by_taking_it_out(element, **form):
    """The same the long way: the Signature leaves a copy of the document."""
    document = copy.deepcopy(element.getroottree()).getroot()
    alike = next(each for each in document.iter(element.tag) if each.get("ID") == element.get("ID"))
    tree.remove(signed_content.find_signature(alike))
    return canonical.canonicalise(alike, **form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("inside", DOCUMENTS)
def test_content_is_the_document_without_its_signature(inside, form):
    text = f'<r:Response xmlns:r="urn:r" {DS} ID="_r">{DOCUMENTS[inside]}</r:Response>'
    root = etree.fromstring(text)
    algorithm, how = FORMS[form]

    content = signed_content.canonical_content(root, transforms(algorithm))

    assert content == by_taking_it_out(root, **how)
    assert etree.tostring(root) == etree.tostring(etree.fromstring(text))


@pytest.mark.parametrize("form", FORMS)
def test_content_of_a_part_is_the_part_without_its_signature(form):
    text = (
        f'<r:Response xmlns:r="urn:r" ID="_r">{SIGNATURE}{ASSERTION.format(SIGNATURE)}</r:Response>'
    )
    assertion = etree.fromstring(text).find("{urn:a}Assertion")
    algorithm, how = FORMS[form]

    content = signed_content.canonical_content(assertion, transforms(algorithm))

    assert content == by_taking_it_out(assertion, **how)
    assert b"Signature" not in content
