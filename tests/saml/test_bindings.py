"""Messages as they travel: base64 in a form, DEFLATE in a query."""

import base64
import zlib
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import pytest
from support.idp import Idp, key_named
from support.refusals import code_of

from sp.saml import bindings, gate, signature, urn

LARGEST = 512 * 1024
SSO = "https://idp.example.com/saml/sso"
KEY = key_named("sp")


def deflate(octets, level=6):
    packer = zlib.compressobj(level, wbits=-15)
    return packer.compress(octets) + packer.flush()


def test_what_is_encoded_is_decoded():
    octets = Idp().response()

    assert bindings.decode_post(bindings.encode_post(octets)) == octets


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_are_taken_out(end):
    octets = Idp().response()
    text = bindings.encode_post(octets)

    wrapped = end.join(text[start : start + 76] for start in range(0, len(text), 76)) + end

    assert bindings.decode_post(wrapped) == octets


@pytest.mark.parametrize(
    "value",
    [
        "",
        "\r\n",
        "A",
        "AAA",
        "AB==",
        "AAB=",
        "AAAA=",
        "AAAA====",
        "AA==AA==",
        "AA=A",
        "=AAA",
        "AAA*",
        "AA AA",
        " AAAA",
        "AAAA\t",
        "AAAA\x0b",
        "AA-_",
        "AAA\u00e9",
        "AAAA\x00",
        "AAAA\ud800",
        "<samlp:Response/>",
        "PHNhbWw+%3D",
    ],
)
def test_anything_but_strict_base64_is_refused(value):
    assert code_of(bindings.decode_post, value) == "not_base64"


def test_the_limit_holds_for_the_value_as_it_came():
    assert bindings.decode_post("A" * LARGEST) == b"\x00" * (LARGEST // 4 * 3)
    assert code_of(bindings.decode_post, "A" * (LARGEST + 4)) == "too_large"
    assert code_of(bindings.decode_post, "\r\n" * LARGEST) == "too_large"
    assert code_of(bindings.decode_post, "A" * 24_000_000) == "too_large"


def test_what_was_deflated_is_inflated():
    octets = Idp().response()

    assert bindings.inflate(deflate(octets)) == octets
    assert bindings.inflate(deflate(b"x" * LARGEST)) == b"x" * LARGEST


def test_inflating_stops_at_the_limit():
    bomb = deflate(b"\x00" * 200_000_000, level=9)

    assert len(bomb) < LARGEST
    assert code_of(bindings.inflate, bomb) == "too_large"
    assert code_of(bindings.inflate, deflate(b"x" * (LARGEST + 1))) == "too_large"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="text"),
        pytest.param(zlib.compress(b"zlib"), id="with a zlib header"),
        pytest.param(deflate(b"cut off" * 100)[:-3], id="cut off"),
        pytest.param(deflate(b"one") + deflate(b"two"), id="a second stream behind it"),
    ],
)
def test_anything_but_one_stream_is_refused(octets):
    assert code_of(bindings.inflate, octets) == "not_deflated"


def read_query(url):
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def test_a_message_travels_in_the_query():
    url = bindings.encode_redirect(SSO, "SAMLRequest", "<é/>".encode(), "a/b+c ü", None)

    query = read_query(url)

    assert url.startswith(f"{SSO}?SAMLRequest=")
    assert list(query) == ["SAMLRequest", "RelayState"]
    assert query["RelayState"] == "a/b+c ü"
    assert bindings.inflate(base64.b64decode(query["SAMLRequest"])) == "<é/>".encode()
    assert "+" not in urlsplit(url).query


def test_without_relay_state_there_is_none():
    assert list(read_query(bindings.encode_redirect(SSO, "SAMLRequest", b"<a/>", None, None))) == [
        "SAMLRequest"
    ]


@pytest.mark.parametrize(
    ("location", "start"),
    [
        (f"{SSO}?idpid=C01%2fx&b", f"{SSO}?idpid=C01%2fx&b&SAMLRequest="),
        (f"{SSO}?", f"{SSO}?SAMLRequest="),
        ("https://idp.example.com", "https://idp.example.com?SAMLRequest="),
    ],
)
def test_the_query_of_the_location_stays(location, start):
    url = bindings.encode_redirect(location, "SAMLRequest", b"<a/>", None, None)

    assert url.startswith(start)


def test_a_fragment_stays_behind_the_query():
    url = bindings.encode_redirect(f"{SSO}#top", "SAMLRequest", b"<a/>", None, None)

    assert urlsplit(url).fragment == "top"
    assert "SAMLRequest" in read_query(url)


@pytest.mark.parametrize("relay_state", [None, "handle"])
def test_the_signature_covers_the_query_as_it_stands(relay_state):
    sign = partial(signature.sign_octets, key=KEY.private_key)

    url = bindings.encode_redirect(f"{SSO}?a=b", "SAMLRequest", b"<a/>", relay_state, sign)

    signed, _, _ = urlsplit(url).query.removeprefix("a=b&").partition("&Signature=")
    query = read_query(url)
    names = ["a", "SAMLRequest", "RelayState", "SigAlg", "Signature"]
    assert list(query) == [name for name in names if name != "RelayState" or relay_state]
    assert query["SigAlg"] == urn.RSA_SHA256
    value = base64.b64decode(query["Signature"], validate=True)
    assert signature.verify_octets(
        signed.encode(), query["SigAlg"], value, (KEY.signing_key,), frozenset()
    )


def test_a_signer_of_another_algorithm_is_a_mistake():
    with pytest.raises(ValueError, match="another algorithm"):
        bindings.encode_redirect(SSO, "SAMLRequest", b"", None, lambda _: (urn.RSA_SHA512, b""))


def test_a_large_message_is_refused_by_the_gate_as_well():
    octets = Idp().response(name_id="x" * LARGEST)

    assert code_of(gate.read_message, octets, "Response") == "too_large"
