"""Our verification: every signature that is allowed verifies, as it does by xmlsec."""

from functools import partial

import pytest
import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree
from support.idp import Idp, find, key_named

from sp.demo import names
from sp.demo.messages import to_octets
from sp.saml import gate, signature, signed_content
from sp.saml.errors import Refused
from sp.saml.types import SigningKey
from sp.saml.urn import q

IDP = Idp()
KEYS = (key_named("rsa-a").signing_key,)
NONE = frozenset()

EXCLUSIVES = (names.EXCLUSIVE, names.EXCLUSIVE_WITH_COMMENTS)
INCLUSIVES = (names.INCLUSIVE, names.INCLUSIVE_WITH_COMMENTS)
TRANSFORMS = [
    (names.ENVELOPED,),
    *((names.ENVELOPED, form) for form in (*EXCLUSIVES, *INCLUSIVES)),
]


def verify(octets, part="assertion", keys=KEYS, exceptions=NONE):
    gated = gate.read_message(octets, "Response")
    element = gated.root if part == "response" else gated.assertion
    return signature.verify(element, keys, exceptions)


def busy_scope(root):
    """Put declarations, inherited attributes, comments and odd characters around and inside."""
    octets = to_octets(root).replace(
        b"<samlp:Response ", b'<samlp:Response xmlns:far="urn:far" xmlns="urn:default" ', 1
    )
    busy = etree.fromstring(octets)
    busy.set(names_xml("lang"), "en")
    busy.set(names_xml("space"), "preserve")
    assertion = find(busy, "saml:Assertion")
    assertion.set(names_xml("space"), "default")
    assertion.insert(0, etree.Comment("in the assertion"))
    assertion.addprevious(etree.Comment("before the assertion"))
    value = find(assertion, "saml:AttributeStatement/saml:Attribute/saml:AttributeValue")
    value.text = 'Größe \r\n\t "x" <&> \U0001f600'
    value.set("a", 'tab\t line\n return\r quote" <&>')
    value.append(etree.Comment("in a value"))
    return busy


def names_xml(name):
    return f"{{http://www.w3.org/XML/1998/namespace}}{name}"


# What verifies


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_a_good_signature_verifies_on_either_element_or_on_both(sign):
    octets = IDP.response(sign=sign)

    for part in ("assertion", "response") if sign == "both" else (sign,):
        verified = verify(octets, part)
        assert verified.element.get("ID") == f"_{part}-1"
        assert verified.signed_by == KEYS[0]
        assert verified.signature_algorithm == names.RSA_SHA256
        assert verified.digest_algorithm == names.SHA256


@pytest.mark.parametrize("part", ["assertion", "response"])
@pytest.mark.parametrize("c14n", [*EXCLUSIVES, *INCLUSIVES])
@pytest.mark.parametrize("transforms", TRANSFORMS)
def test_every_canonical_form_verifies_in_its_document(transforms, c14n, part):
    form = {"transforms": transforms, "c14n": c14n}

    verified = verify(IDP.response(busy_scope, sign=part, signature=form), part)

    assert verified.element.get("ID") == f"_{part}-1"


@pytest.mark.parametrize("prefixes", [("xs",), ("far", "xs"), ("#default",), ("nowhere",)])
@pytest.mark.parametrize("form", EXCLUSIVES)
def test_a_list_of_prefixes_declared_further_up_verifies(form, prefixes):
    listed = {"transforms": (names.ENVELOPED, form), "prefixes": prefixes}

    octets = IDP.response(busy_scope, sign="both", signature=listed)

    assert verify(octets, "assertion")
    assert verify(octets, "response")


@pytest.mark.parametrize("transforms", TRANSFORMS)
def test_an_assertion_verifies_within_what_is_signed_around_it(transforms):
    form = {"transforms": transforms}
    gated = gate.read_message(IDP.response(busy_scope, sign="both", signature=form), "Response")
    around = signature.verify(gated.root, KEYS, NONE)

    assert signature.verify_unread(gated.assertion, KEYS, NONE, around=around) == KEYS[0]


def test_an_ordinary_assertion_is_cut_out_as_it_is_signed():
    gated = gate.read_message(IDP.response(sign="both"), "Response")
    around = signature.verify(gated.root, KEYS, NONE).octets

    alone = signature.verify(gated.assertion, KEYS, NONE).octets

    assert signed_content.cut_out(gated.assertion, around) == alone


def test_nothing_is_cut_out_of_what_holds_no_such_assertion():
    gated = gate.read_message(IDP.response(), "Response")

    assert signed_content.cut_out(gated.assertion, b"<samlp:Response></samlp:Response>") == b""


def test_a_list_of_prefixes_for_the_signed_info_verifies():
    def change(template):
        method = template.find(f"{q('ds:SignedInfo')}/{q('ds:CanonicalizationMethod')}")
        etree.SubElement(method, q("ec:InclusiveNamespaces"), PrefixList="far samlp")

    assert verify(IDP.response(busy_scope, signature={"template_change": change}))


@pytest.mark.parametrize("digest", [names.SHA256, names.SHA384, names.SHA512])
@pytest.mark.parametrize(
    "algorithm",
    [
        names.RSA_SHA256,
        names.RSA_SHA384,
        names.RSA_SHA512,
        names.RSA_PSS_SHA256,
        names.RSA_PSS_SHA384,
        names.RSA_PSS_SHA512,
    ],
)
def test_every_listed_rsa_algorithm_verifies(algorithm, digest):
    octets = IDP.response(signature={"algorithm": algorithm, "digest": digest})

    verified = verify(octets)

    assert (verified.signature_algorithm, verified.digest_algorithm) == (algorithm, digest)


@pytest.mark.parametrize("algorithm", [names.ECDSA_SHA256, names.ECDSA_SHA384, names.ECDSA_SHA512])
def test_every_listed_ecdsa_algorithm_verifies(algorithm):
    octets = Idp(keys=("ec",)).response(signature={"algorithm": algorithm})

    assert verify(octets, keys=(key_named("ec").signing_key,)).signature_algorithm == algorithm


def test_each_key_is_tried():
    keys = tuple(key_named(name).signing_key for name in ("ec", "rsa-b", "rsa-a"))

    assert verify(IDP.response(), keys=keys).signed_by == keys[2]


def test_a_recorded_key_that_cannot_be_loaded_is_passed_over():
    broken = SigningKey(b"no key", b"", "0" * 64)

    assert verify(IDP.response(), keys=(broken, *KEYS)).signed_by == KEYS[0]


def test_a_signature_without_key_info_verifies():
    assert verify(IDP.response(signature={"certificate": None}))


def test_wrapped_values_verify():
    def after(root):
        for path in ("ds:SignatureValue", "ds:KeyInfo/ds:X509Data/ds:X509Certificate"):
            element = find(root, f"saml:Assertion/ds:Signature/{path}")
            element.text = "\r\n" + "\r\n".join(element.text[i : i + 64] for i in range(0, 999, 64))

    assert verify(IDP.response(after=after))


@pytest.mark.parametrize("transforms", TRANSFORMS)
def test_xmlsec_gives_the_same_verdict_on_messages_with_one_octet_changed(transforms):
    octets = IDP.response(busy_scope, signature={"transforms": transforms})
    start, end = octets.index(b"<saml:Conditions"), octets.index(b"</saml:Assertion>")
    for position in range(start, end, 97):
        octet = b"~" if octets[position : position + 1].isalnum() else octets[position:][:1]
        changed = octets[:position] + octet + octets[position + 1 :]
        if code := gate_code(changed):
            assert code == "not_well_formed"
            continue
        assert verifies(partial(verify, changed)) == verifies(partial(verify_by_xmlsec, changed))


def gate_code(octets):
    try:
        gate.read_message(octets, "Response")
    except Refused as refused:
        return refused.code
    return None


def verifies(call):
    try:
        call()
    except Exception:  # noqa: BLE001 - a verdict of either verifier, whatever its error is called
        return False
    return True


def verify_by_xmlsec(octets):
    root = etree.fromstring(octets)
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    pem = key_named("rsa-a").private_key.public_key()
    context.key = xmlsec.Key.from_memory(
        pem.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        xmlsec.constants.KeyDataFormatPem,
    )
    context.verify(find(root, "saml:Assertion/ds:Signature"))
