"""Warnings say what deserves a look, the ones that hold back going live first."""

from __future__ import annotations

from support.certificates import make_issued
from support.key_pairs import key_named
from support.metadata import entity, key, key_info, read, role, slo, sso, x509_data


def warnings_of(document):
    return read(document).warnings


def test_a_document_without_a_flaw_gives_no_warning():
    assert warnings_of(entity(role(key(), slo(), sso()))) == ()


def test_what_holds_back_going_live_comes_first():
    weak = key(key_named("rsa-weak").certificate)
    document = entity(role(key("?"), weak, sso("http://intranet/sso")), entity_id="intranet")
    warnings = warnings_of(document)
    assert [each.needs for each in warnings][:3] == ["weak-key", "http", ""]
    assert [each.code for each in warnings] == [
        "weak_key",
        "http_endpoint",
        "unreadable_certificate",
        "entity_id_not_uri",
        "no_front_channel_logout",
    ]


def test_a_chain_is_mentioned_without_being_a_fault():
    leaf, issuer = make_issued("idp", "ca"), make_issued("ca", "ca", key="rsa-b")
    chain = key_info(x509_data(leaf, issuer))
    (warning,) = warnings_of(entity(role(chain, slo(), sso())))
    assert (warning.code, warning.needs) == ("certificate_chain", "")


def test_every_warning_is_a_sentence_without_a_word_of_the_document():
    document = entity(
        role(key("evil"), key(), sso("http://evil/"), attributes='WantAuthnRequestsSigned="1"'),
        entity_id="evil",
    )
    warnings = warnings_of(document)
    assert len(warnings) == 5
    assert all(each.sentence.endswith(".") for each in warnings)
    assert not any("evil" in each.sentence for each in warnings)
