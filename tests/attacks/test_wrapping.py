"""The eight signature-wrapping permutations (Somorovsky et al., On Breaking SAML, 2012)."""

from __future__ import annotations

from copy import deepcopy

import pytest
from lxml import etree
from support.idp import IDP_ENTITY_ID, Idp, find
from support.judging import IDP, judge

from sp.demo.messages import to_octets
from sp.saml import urn
from sp.saml.errors import Refused
from sp.saml.urn import q

EVIL = "evil"


def evil_of(element, new_id=EVIL):
    """Return a copy with another ID, another subject, and no signature."""
    copy = deepcopy(element)
    copy.set("ID", new_id)
    for signature in copy.findall(q("ds:Signature")):
        copy.remove(signature)
    for name in copy.iter(q("saml:NameID")):
        name.text = "grace"
    for assertion in copy.iter(q("saml:Assertion")):
        assertion.set("ID", new_id + "-assertion")
        for signature in assertion.findall(q("ds:Signature")):
            assertion.remove(signature)
    return copy


def signed(sign):
    return etree.fromstring(IDP.response(sign=sign))


def xsw1():
    original = signed("response")
    evil = evil_of(original)
    signature = deepcopy(original.find(q("ds:Signature")))
    inner = deepcopy(original)
    inner.remove(inner.find(q("ds:Signature")))
    signature.append(inner)
    evil.insert(1, signature)
    return evil


def xsw2():
    original = signed("response")
    evil = evil_of(original)
    signature = deepcopy(original.find(q("ds:Signature")))
    inner = deepcopy(original)
    inner.remove(inner.find(q("ds:Signature")))
    evil.insert(1, inner)
    evil.insert(2, signature)
    return evil


def xsw3():
    root = signed("assertion")
    root.insert(2, evil_of(find(root, "saml:Assertion")))
    return root


def xsw4():
    root = signed("assertion")
    original = find(root, "saml:Assertion")
    evil = evil_of(original)
    root.replace(original, evil)
    evil.append(original)
    return root


def xsw5():
    root = signed("assertion")
    assertion = find(root, "saml:Assertion")
    original = evil_of(assertion, assertion.get("ID"))
    assertion.set("ID", EVIL)
    find(assertion, "saml:Subject/saml:NameID").text = "grace"
    root.append(original)
    return root


def xsw6():
    root = signed("assertion")
    assertion = find(root, "saml:Assertion")
    original = deepcopy(assertion)
    original.remove(original.find(q("ds:Signature")))
    assertion.set("ID", EVIL)
    assertion.find(q("ds:Signature")).append(original)
    return root


def xsw7():
    root = signed("assertion")
    extensions = etree.SubElement(root, q("samlp:Extensions"))
    extensions.append(evil_of(find(root, "saml:Assertion")))
    root.insert(1, extensions)
    return root


def xsw8():
    root = signed("assertion")
    assertion = find(root, "saml:Assertion")
    original = deepcopy(assertion)
    original.remove(original.find(q("ds:Signature")))
    assertion.set("ID", EVIL)
    signature = assertion.find(q("ds:Signature"))
    etree.SubElement(signature, q("ds:Object")).append(original)
    return root


@pytest.mark.parametrize(
    ("attack", "codes"),
    [
        (xsw1, {"hidden_assertion", "bad_signature_place", "bad_reference", "duplicate_id"}),
        (xsw2, {"hidden_assertion", "bad_signature_place", "bad_reference", "duplicate_id"}),
        (xsw3, {"assertion_count"}),
        (xsw4, {"hidden_assertion"}),
        (xsw5, {"assertion_count"}),
        (xsw6, {"hidden_assertion"}),
        (xsw7, {"hidden_assertion"}),
        (xsw8, {"hidden_assertion"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_wrapping_is_refused_at_the_gate(attack, codes):
    with pytest.raises(Refused) as caught:
        judge(to_octets(attack()))
    assert caught.value.code in codes


def test_an_unsigned_sibling_of_the_signed_assertion_is_refused():
    with pytest.raises(Refused) as caught:
        judge(IDP.response(after=lambda root: root.append(evil_of(find(root, "saml:Assertion")))))
    assert caught.value.code == "assertion_count"


def test_an_assertion_inside_the_status_is_refused():
    def hide(root):
        detail = etree.SubElement(find(root, "samlp:Status"), q("samlp:StatusDetail"))
        detail.append(evil_of(find(root, "saml:Assertion")))

    with pytest.raises(Refused) as caught:
        judge(IDP.response(after=hide))
    assert caught.value.code == "hidden_assertion"


def test_a_message_signed_by_a_key_that_it_brings_along_is_refused():
    stranger = Idp(keys=("rsa-b",))
    assert judge(stranger.response(sign="both")).refusal.code == "signature_invalid"


def test_an_idp_of_the_same_name_with_another_key_is_another_idp():
    stranger = Idp(entity_id=IDP_ENTITY_ID, keys=("ec",))
    assert judge(stranger.response()).refusal.code == "signature_invalid"


def test_an_hmac_made_with_public_data_is_refused():
    def change(root):
        for method in root.iter(q("ds:SignatureMethod")):
            method.set("Algorithm", urn.DS + "hmac-sha1")

    with pytest.raises(Refused) as caught:
        judge(IDP.response(after=change))
    assert caught.value.code == "algorithm_not_allowed"
