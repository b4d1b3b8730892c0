"""A message out of a raw query: each parameter once, by its name, and signed as it stands there."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from support.key_pairs import key_named
from support.logout import IDP, code_of_logout, judge
from support.refusals import code_of

from sp.demo import names, queries
from sp.demo.messages import to_octets
from sp.saml import redirect

MESSAGE = to_octets(IDP.request())
NOT_DEFLATED = quote(base64.b64encode(MESSAGE).decode(), safe="")
KEY = key_named("rsa-a").private_key


def good(relay_state="handle", **arguments):
    return IDP.query(IDP.request(), relay_state=relay_state, **arguments)


def refused(query):
    return code_of(redirect.decode_redirect, query)


def test_every_part_of_the_query_is_told():
    sent = redirect.decode_redirect(good("a/b+c ü"))
    assert sent.kind == "LogoutRequest"
    assert sent.octets == MESSAGE
    assert sent.relay_state == "a/b+c ü"
    assert sent.algorithm == names.RSA_SHA256
    assert len(sent.value) == 256
    assert good("a/b+c ü").encode().startswith(sent.signed + b"&Signature=")


def test_the_parameter_says_what_the_message_must_be():
    assert redirect.decode_redirect(IDP.query(IDP.response())).kind == "LogoutResponse"


@pytest.mark.parametrize("relay_state", [None, "", "handle", "%", "a&b=c", "+ +"])
def test_relay_state_is_told_exactly_and_empty_is_not_absent(relay_state):
    assert redirect.decode_redirect(good(relay_state)).relay_state == relay_state
    assert code_of_logout(good(relay_state)) == ""


def test_escapes_in_lower_case_verify_as_they_stand():
    query = good("a/b ü", lower_case=True)
    assert "%2f" in query
    assert code_of_logout(query) == ""
    assert code_of_logout(query.replace("%2f", "%2F")) == "signature_invalid"


@pytest.mark.parametrize("relay_state", [None, "handle"])
def test_the_order_in_the_url_does_not_matter(relay_state):
    order = ("Signature", "SigAlg", "RelayState", "SAMLRequest")
    assert code_of_logout(good(relay_state, url_order=order)) == ""


@pytest.mark.parametrize(
    "order",
    [
        ("SigAlg", "RelayState", "SAMLRequest"),
        ("RelayState", "SAMLRequest", "SigAlg"),
        ("SAMLRequest", "SigAlg", "RelayState"),
    ],
)
def test_what_was_signed_in_another_order_than_the_bindings_is_refused(order):
    query = good(signed_order=order, url_order=(*order, "Signature"))
    assert code_of_logout(query) == "signature_invalid"


def test_a_relay_state_that_was_not_signed_is_refused():
    parts = queries.make_parts("SAMLRequest", MESSAGE, "handle")
    parts.append(queries.sign_parts([parts[0], parts[2]], KEY))
    assert code_of_logout("&".join(parts)) == "signature_invalid"


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query.replace("RelayState=handle", "RelayState=other"),
        lambda query: query.replace("&RelayState=handle", ""),
        lambda query: query.replace("RelayState=handle", "RelayState=h%61ndle"),
        lambda query: query.replace("rsa-sha256", "rsa-sha512"),
        lambda query: query.replace("rsa-sha256", "rsa%2Dsha256"),
        lambda query: query.replace("Signature=", "Signature=AAAA"),
    ],
)
def test_what_was_tampered_with_does_not_verify(change):
    assert change(good()) != good()
    assert code_of_logout(change(good())) == "signature_invalid"


@pytest.mark.parametrize("sign", [False, True])
def test_without_a_signature_it_is_refused(sign):
    query = good().partition("&Signature=")[0] if sign else good(sign=False)
    assert code_of_logout(query) == "not_signed"


def test_a_signature_without_its_algorithm_is_none():
    query = good(url_order=("SAMLRequest", "RelayState", "Signature", "SigAlg"))
    assert code_of_logout(query.partition("&SigAlg=")[0]) == "not_signed"


@pytest.mark.parametrize(
    "name", ["SAMLRequest", "RelayState", "SigAlg", "Signature", "SAMLEncoding"]
)
def test_a_parameter_that_comes_twice_is_refused(name):
    query = good() + "&SAMLEncoding=" + quote(redirect.urn.DEFLATE, safe="")
    part = next(part for part in query.split("&") if part.startswith(name))
    assert refused(f"{query}&{part}") == "duplicate_parameter"
    assert refused(f"{name}=&{query}") == "duplicate_parameter"


@pytest.mark.parametrize(
    "name",
    [
        "SAMLRequ%65st",
        "%53AMLRequest",
        "%2553AMLRequest",
        "%53AMLResponse",
        "RelaySt%61te",
        "Sig%41lg",
        "%53ignature",
        "SAMLEncod%69ng",
        "+SAMLRequest",
        "SAMLRequest%00",
        "%20Signature",
    ],
)
def test_a_parameter_whose_name_is_escaped_is_refused(name):
    assert refused(f"{good()}&{name}=x") == "encoded_parameter"
    assert refused(f"{name}=x&{good()}") == "encoded_parameter"


def test_both_messages_at_once_are_refused():
    assert refused(f"{good()}&SAMLResponse=x") == "wrong_message_type"


@pytest.mark.parametrize("query", ["", "RelayState=handle", "samlrequest=x", "&&", "a=b"])
def test_a_query_without_a_message_is_refused(query):
    assert refused(query) == "duplicate_parameter"


@pytest.mark.parametrize("other", ["", "tenant=1", "lang=en%20GB", "x", "tenant=1&tenant=2"])
def test_parameters_of_others_do_not_matter(other):
    assert code_of_logout(f"{other}&{good()}&{other}") == ""


def test_the_encoding_may_be_named_and_is_deflate():
    encoding = quote(redirect.urn.DEFLATE, safe="")
    assert code_of_logout(f"{good()}&SAMLEncoding={encoding}") == ""
    assert refused(f"{good()}&SAMLEncoding=urn:none") == "not_deflated"
    assert refused(f"{good()}&SAMLEncoding=") == "not_deflated"


@pytest.mark.parametrize(
    "algorithm",
    ["", "rsa-sha256", names.RSA_MD5, names.HMAC_SHA256, names.ECDSA_SHA1, f"{names.RSA_SHA256} "],
)
def test_an_algorithm_that_is_not_permitted_is_refused_by_name(algorithm):
    part = queries.make_part("SigAlg", names.RSA_SHA256)
    other = queries.make_part("SigAlg", algorithm)
    assert refused(good().replace(part, other)) == "algorithm_not_allowed"


@pytest.mark.parametrize(
    "value", ["", "%20AAAA", "AAA", "AA+A", "AAA-", "AAAA%3D", "%3Cxml%2F%3E", "AAA%C3%A9"]
)
@pytest.mark.parametrize("name", ["SAMLRequest", "Signature"])
def test_anything_but_strict_base64_is_refused(name, value):
    parts = [part for part in good().split("&") if not part.startswith(f"{name}=")]
    assert refused("&".join([f"{name}={value}", *parts])) == "not_base64"


def test_a_message_that_is_not_deflated_is_refused():
    assert refused(f"SAMLRequest={NOT_DEFLATED}") == "not_deflated"


def test_inflating_stops_at_the_limit():
    bomb = base64.b64encode(queries.deflate(b" " * 50_000_000)).decode()
    assert refused(f"SAMLRequest={quote(bomb, safe='')}") == "too_large"


def test_a_query_beyond_every_message_is_refused_unread():
    assert refused("x" * 2_000_000 + "&" + good()) == "too_large"


@pytest.mark.parametrize("part", ["RelayState=%ff", "RelayState=%C3", "RelayState=é"])
def test_a_relay_state_that_is_no_text_is_refused(part):
    assert refused(f"{good(None)}&{part}") == "bad_parameter"


def test_sha1_needs_the_recorded_exception():
    query = good(algorithm=names.RSA_SHA1)
    assert code_of_logout(query) == "sha1_not_allowed"
    assert code_of_logout(query, exceptions=frozenset({"sha1"})) == ""


def test_a_weak_key_needs_the_recorded_exception():
    weak = key_named("rsa-weak")
    query = good(key=weak)
    keys = (weak.signing_key,)
    assert code_of_logout(query, keys=keys) == "weak_key_not_allowed"
    assert code_of_logout(query, keys=keys, exceptions=frozenset({"weak-key"})) == ""


@pytest.mark.parametrize(
    "algorithm", [names.RSA_SHA256, names.RSA_SHA384, names.RSA_SHA512, names.RSA_PSS_SHA256]
)
def test_every_rsa_algorithm_of_the_list_verifies(algorithm):
    judgement = judge(good(algorithm=algorithm))
    assert judgement.refusal is None
    assert judgement.signed_by == key_named("rsa-a").signing_key


def test_an_elliptic_curve_key_signs_as_well():
    pair = key_named("ec")
    assert code_of_logout(good(key=pair), keys=(pair.signing_key,)) == ""


@pytest.mark.parametrize("name", ["ec", "ec-2"])
def test_an_elliptic_curve_signature_in_the_form_of_java_verifies(name):
    keys = tuple(key_named(each).signing_key for each in ("rsa-a", "ec", "ec-2"))
    query = good(key=key_named(name), der=True)
    assert code_of_logout(query, keys=keys) == ""
    assert code_of_logout(query, keys=keys[:1]) == "signature_invalid"


def test_nobody_elses_key_verifies():
    assert code_of_logout(good(key=key_named("rsa-b"))) == "signature_invalid"
    assert code_of_logout(good(), keys=()) == "signature_invalid"
