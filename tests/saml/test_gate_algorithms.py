"""The transforms, canonical forms and algorithms of a signature that pass the gate."""

import pytest
from lxml import etree
from support.idp import Idp, find
from support.refusals import code_of
from support.tree_changes import added, changed, removed

from sp.demo import names
from sp.saml import gate
from sp.saml.urn import q

IDP = Idp()
EXCLUSIVES = (names.EXCLUSIVE, names.EXCLUSIVE_WITH_COMMENTS)
INCLUSIVES = (names.INCLUSIVE, names.INCLUSIVE_WITH_COMMENTS)
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
BASE64 = names.DS + "base64"

SIGNATURE = "saml:Assertion/ds:Signature"
INFO = f"{SIGNATURE}/ds:SignedInfo"
REFERENCE = f"{INFO}/ds:Reference"


def refusal(after, **arguments):
    return code_of(gate.read_message, IDP.response(after=after, **arguments), "Response")


def passes(**signature):
    gate.read_message(IDP.response(sign="both", signature=signature), "Response")


# Every form that is allowed


@pytest.mark.parametrize("transforms", [(), *((name,) for name in (*EXCLUSIVES, *INCLUSIVES))])
@pytest.mark.parametrize("c14n", [*EXCLUSIVES, *INCLUSIVES])
def test_every_canonical_form_passes(transforms, c14n):
    passes(transforms=(names.ENVELOPED, *transforms), c14n=c14n)


@pytest.mark.parametrize("form", EXCLUSIVES)
def test_a_list_of_prefixes_passes(form):
    passes(transforms=(names.ENVELOPED, form), prefixes=("xs", "#default"))


@pytest.mark.parametrize(
    "algorithm",
    [
        names.RSA_SHA1,
        names.RSA_SHA256,
        names.RSA_SHA384,
        names.RSA_SHA512,
        names.RSA_PSS_SHA256,
        names.RSA_PSS_SHA384,
        names.RSA_PSS_SHA512,
    ],
)
def test_every_listed_rsa_signature_passes(algorithm):
    passes(algorithm=algorithm)


@pytest.mark.parametrize("algorithm", [names.ECDSA_SHA256, names.ECDSA_SHA384, names.ECDSA_SHA512])
def test_every_listed_ecdsa_signature_passes(algorithm):
    octets = Idp(keys=("ec",)).response(signature={"algorithm": algorithm})

    gate.read_message(octets, "Response")


@pytest.mark.parametrize("digest", [names.SHA1, names.SHA256, names.SHA384, names.SHA512])
def test_every_listed_digest_passes(digest):
    passes(digest=digest)


def test_a_signature_without_key_info_passes():
    passes(certificate=None)


def test_a_signature_in_an_odd_place_among_its_siblings_passes():
    passes(index=0)


# Transforms


@pytest.mark.parametrize(
    "transforms",
    [
        (),
        (names.EXCLUSIVE,),
        (names.EXCLUSIVE, names.ENVELOPED),
        (names.ENVELOPED, names.ENVELOPED),
        (names.EXCLUSIVE, names.EXCLUSIVE),
        (names.ENVELOPED, names.EXCLUSIVE, names.EXCLUSIVE),
        (names.ENVELOPED, names.EXCLUSIVE, names.INCLUSIVE),
        (names.ENVELOPED, *[names.EXCLUSIVE] * 1_500),
        (names.ENVELOPED, C14N_11),
        (names.ENVELOPED, XSLT),
        (names.ENVELOPED, XPATH),
        (names.ENVELOPED, XPATH_FILTER),
        (names.ENVELOPED, BASE64),
        (names.ENVELOPED, ""),
        (XSLT,),
        (names.ENVELOPED + " ", names.EXCLUSIVE),
    ],
    ids=lambda transforms: f"{len(transforms)} {' '.join(transforms)[-50:]}",
)
def test_any_other_transforms_are_refused(transforms):
    def change(root):
        parent = find(root, f"{REFERENCE}/ds:Transforms")
        parent[:] = [etree.Element(q("ds:Transform"), Algorithm=name) for name in transforms]

    assert refusal(change) == "bad_transform"


def test_a_reference_without_transforms_is_refused():
    assert refusal(removed(f"{REFERENCE}/ds:Transforms")) == "bad_transform"


def test_something_else_among_the_transforms_is_refused():
    def change(root):
        find(root, f"{REFERENCE}/ds:Transforms/ds:Transform[2]").tag = q("ds:XPath")

    assert refusal(change) == "bad_transform"


@pytest.mark.parametrize("tag", ["ds:XPath", "ec:InclusiveNamespaces"])
def test_the_enveloped_transform_takes_no_parameter(tag):
    assert refusal(added(f"{REFERENCE}/ds:Transforms/ds:Transform", tag)) == "bad_transform"


@pytest.mark.parametrize(
    ("form", "tags"),
    [
        (names.EXCLUSIVE, ["ds:XPath"]),
        (names.EXCLUSIVE, ["ec:InclusiveNamespaces", "ec:InclusiveNamespaces"]),
        (names.INCLUSIVE, ["ec:InclusiveNamespaces"]),
    ],
)
def test_a_canonical_form_takes_no_other_parameter(form, tags):
    def after(root):
        transform = find(root, f"{REFERENCE}/ds:Transforms/ds:Transform[2]")
        transform.extend([etree.Element(q(tag), PrefixList="xs") for tag in tags])

    signature = {"transforms": (names.ENVELOPED, form)}

    assert refusal(after, signature=signature) == "bad_transform"


def test_a_long_list_of_prefixes_is_refused():
    prefixes = tuple(f"p{number}" for number in range(65))

    octets = IDP.response(signature={"prefixes": prefixes})

    assert code_of(gate.read_message, octets, "Response") == "bad_transform"


@pytest.mark.parametrize("name", [C14N_11, XSLT, names.ENVELOPED, "", None])
def test_any_other_canonicalisation_of_the_signed_info_is_refused(name):
    change = changed(f"{INFO}/ds:CanonicalizationMethod", Algorithm=name)

    assert refusal(change) == "bad_canonicalization"


def test_a_parameter_of_the_canonicalisation_is_refused():
    change = added(f"{INFO}/ds:CanonicalizationMethod", "ds:XPath")

    assert refusal(change) == "bad_canonicalization"


# Algorithms


@pytest.mark.parametrize(
    "name",
    [
        names.RSA_MD5,
        names.RSA_RIPEMD160,
        names.ECDSA_SHA1,
        names.HMAC_SHA256,
        names.DS + "hmac-sha1",
        names.DS + "dsa-sha1",
        "http://www.w3.org/2009/xmldsig11#dsa-sha256",
        "http://www.w3.org/2007/05/xmldsig-more#rsa-pss",
        "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        names.RSA_SHA256.upper(),
        "",
        None,
    ],
)
def test_any_other_signature_algorithm_is_refused(name):
    assert refusal(changed(f"{INFO}/ds:SignatureMethod", Algorithm=name)) == "algorithm_not_allowed"


@pytest.mark.parametrize(
    "name", [names.MD5, names.XENC + "ripemd160", names.SHA256 + "x", names.RSA_SHA256, "", None]
)
def test_any_other_digest_is_refused(name):
    assert refusal(changed(f"{REFERENCE}/ds:DigestMethod", Algorithm=name)) == (
        "algorithm_not_allowed"
    )


@pytest.mark.parametrize("path", [f"{INFO}/ds:SignatureMethod", f"{REFERENCE}/ds:DigestMethod"])
def test_a_parameter_of_an_algorithm_is_refused(path):
    assert refusal(added(path, "ds:HMACOutputLength", "1")) == "algorithm_not_allowed"
