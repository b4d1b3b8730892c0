"""What a real Identity Provider signs and encrypts, in every combination that it offers."""

from __future__ import annotations

import pytest
from support.our_site import DEEP

from sp.saml import urn

pytestmark = pytest.mark.identity_providers

TRIPLE_DES = urn.XENC + "tripledes-cbc"


@pytest.mark.parametrize("encryption", [None, urn.AES256_CBC], ids=["plain", "encrypted"])
@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_any_signature_that_covers_the_assertion_is_enough(idp, site, sign, encryption):
    idp.change(sign=sign, encryption=encryption)
    site.connect(idp)
    assert site.sign_in().path == DEEP
    assert site.codes() == ["done"]


def test_an_assertion_encrypted_by_gcm_is_read(simplesaml, site):
    simplesaml.change(encryption=urn.AES128_GCM)
    site.connect(simplesaml)
    assert site.sign_in().path == DEEP


@pytest.mark.parametrize("encryption", [None, urn.AES256_CBC], ids=["plain", "encrypted"])
@pytest.mark.parametrize("sign", ["assertion", "response"])
def test_somebody_is_known_again_by_a_name_id_that_is_encrypted(simplesaml, site, sign, encryption):
    simplesaml.change(sign=sign, encryption=encryption)
    site.connect(simplesaml)
    site.sign_in()
    simplesaml.change(encrypts_name_id=True)
    assert site.sign_in().path == DEEP
    first, second = site.events()
    assert first.account_id == second.account_id


@pytest.mark.parametrize("encryption", [None, urn.AES256_CBC], ids=["plain", "encrypted"])
def test_an_answer_without_any_signature_signs_nobody_in(idp, site, visitor, encryption):
    idp.change(sign="nothing", encryption=encryption)
    site.connect(idp)
    assert site.sign_in(browser=visitor).status == 403
    assert site.who(visitor) is None
    assert site.codes() == ["not_signed"]


def test_pysaml2_as_it_comes_encrypts_by_3des_which_is_refused_by_name(pysaml2, site, visitor):
    pysaml2.change(encryption=TRIPLE_DES)
    site.connect(pysaml2)
    assert site.sign_in(browser=visitor).status == 403
    assert site.who(visitor) is None
    [event] = site.events()
    assert event.code == "encryption_not_allowed"
    assert event.detail["actual"] == TRIPLE_DES
