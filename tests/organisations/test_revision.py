"""Documents become a revision value by value; none is ignored, none has a silent default."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from support.assertions import NOW
from support.idp import ACS_URL, SP_ENTITY_ID, Idp, key_named

from sp.organisations import attribute_map, presets
from sp.organisations.json_values import UnusableError
from sp.organisations.revision import (
    ADVANCED,
    ATTRIBUTES,
    DOCUMENTS,
    METADATA,
    SETTINGS,
    read_documents,
)
from sp.organisations.revision_documents import make_documents
from sp.saml import urn
from sp.saml.idp_metadata import read_idp_metadata

ABSENT = object()
SLO = "https://idp.example.com/slo"
DONE = "https://idp.example.com/slo-done"
BACK = "https://idp.example.com/slo/soap"


def documents(octets=None, *, preset="general", exceptions=frozenset()):
    octets = Idp().metadata() if octets is None else octets
    metadata = read_idp_metadata(octets, now=NOW)
    return make_documents(metadata, octets, preset=presets.find(preset), exceptions=exceptions)


def read(given=None):
    return read_documents("acme", 1, "d" * 64, documents() if given is None else given)


def changed(name, path, value):
    """Return good documents with one value set, or taken away, at a dotted path."""
    made = documents()
    whole = json.loads(made[name])
    *above, last = path.split(".")
    inner = whole
    for step in above:
        inner = inner[step]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return made | {name: json.dumps(whole).encode()}


def test_metadata_becomes_a_revision():
    octets = Idp(keys=("rsa-a", "ec")).metadata()
    revision = read(documents(octets))
    assert (revision.slug, revision.number, revision.digest) == ("acme", 1, "d" * 64)
    assert revision.idp_entity_id == "https://idp.example.com/saml"
    assert revision.keys == (key_named("rsa-a").signing_key, key_named("ec").signing_key)
    assert (revision.sso_url, revision.sso_binding) == (
        "https://idp.example.com/saml/sso",
        "redirect",
    )
    assert (revision.slo_url, revision.slo_response_url, revision.slo_binding) == (None, None, None)
    assert revision.tolerance == timedelta(seconds=180)
    assert revision.maximum_age == timedelta(hours=24)
    assert (revision.exceptions, revision.contexts) == (frozenset(), ())
    assert (revision.sign_requests, revision.force_authn, revision.send_login_hint) == (False,) * 3
    assert revision.attribute_map == presets.find("general").attribute_map
    assert revision.documents[METADATA] == octets
    assert revision.documents.keys() == DOCUMENTS


def test_requests_are_signed_where_the_metadata_wants_it():
    assert read(documents(Idp().metadata(want_authn_requests_signed=True))).sign_requests is True


def test_an_identity_provider_with_post_only_is_sent_to_by_post():
    revision = read(documents(Idp().metadata(sso_redirect=None)))
    assert revision.sso_binding == "post"


def test_the_preset_and_the_exceptions_are_kept():
    revision = read(documents(preset="entra", exceptions=frozenset({"sha1", "http"})))
    assert revision.exceptions == {"sha1", "http"}
    assert revision.send_login_hint is True
    assert revision.attribute_map == presets.find("entra").attribute_map


def test_python3_saml_is_told_the_same_about_sha1():
    for exceptions, rejected in ((frozenset(), True), (frozenset({"sha1"}), False)):
        advanced = json.loads(documents(exceptions=exceptions)[ADVANCED])
        assert advanced["security"]["rejectDeprecatedAlgorithm"] is rejected
        assert advanced["security"]["requestedAuthnContext"] is False
        assert advanced["security"]["wantAttributeStatement"] is False
        assert advanced["security"]["allowRepeatAttributeName"] is True


def test_a_weak_key_is_told():
    assert read().has_weak_key is False
    assert read(documents(Idp(keys=("rsa-a", "rsa-weak")).metadata())).has_weak_key is True


def test_logout_addresses_are_kept_with_the_place_for_responses():
    slo = {
        "url": "https://idp.example.com/slo",
        "responseUrl": "https://idp.example.com/slo-done",
        "binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
    }
    revision = read(changed(SETTINGS, "idp.singleLogoutService", slo))
    assert revision.slo_url == "https://idp.example.com/slo"
    assert revision.slo_response_url == "https://idp.example.com/slo-done"
    assert revision.slo_binding == "post"


@pytest.mark.parametrize(
    ("endpoints", "kept"),
    [
        ([], (None, None, None)),
        ([(urn.POST, SLO, None)], (SLO, None, "post")),
        ([(urn.POST, SLO, DONE)], (SLO, DONE, "post")),
        ([(urn.POST, SLO, None), (urn.REDIRECT, SLO, DONE)], (SLO, DONE, "redirect")),
        ([(urn.SOAP, BACK, None)], (BACK, None, "soap")),
        ([(urn.SOAP, BACK, None), (urn.POST, SLO, None)], (SLO, None, "post")),
    ],
)
def test_imported_metadata_says_where_logout_messages_go(endpoints, kept):
    revision = read(documents(Idp().metadata(slo=tuple(endpoints))))
    assert (revision.slo_url, revision.slo_response_url, revision.slo_binding) == kept


def test_no_sign_in_goes_from_server_to_server():
    with pytest.raises(UnusableError, match="binding"):
        read(changed(SETTINGS, "idp.singleSignOnService.binding", urn.SOAP))


def test_a_bare_key_is_known_by_the_digest_of_its_info():
    spki = key_named("rsa-b").signing_key.spki
    made = documents()
    whole = json.loads(made[SETTINGS])
    del whole["idp"]["x509certMulti"]
    whole["clientshare"] = {"bareKeys": [base64.b64encode(spki).decode()]}
    (key,) = read(made | {SETTINGS: json.dumps(whole).encode()}).keys
    assert (key.spki, key.certificate) == (spki, b"")
    assert len(key.fingerprint) == 64


def test_contexts_are_read_from_the_place_that_python3_saml_knows():
    contexts = ["urn:oasis:names:tc:SAML:2.0:ac:classes:X509"]
    revision = read(changed(ADVANCED, "security.requestedAuthnContext", contexts))
    assert revision.contexts == tuple(contexts)


@pytest.mark.parametrize("seconds", [0, 300])
def test_the_tolerance_may_be_set_up_to_five_minutes(seconds):
    revision = read(changed(ADVANCED, "clientshare.toleranceSeconds", seconds))
    assert revision.tolerance == timedelta(seconds=seconds)


def test_the_maximum_age_may_be_set_up_to_48_hours():
    revision = read(changed(ADVANCED, "clientshare.maximumAgeSeconds", 172_800))
    assert revision.maximum_age == timedelta(hours=48)


CERTIFICATE = base64.b64encode(key_named("rsa-a").certificate).decode()
REFUSED = [
    (SETTINGS, "strict", False),
    (SETTINGS, "strict", "true"),
    (SETTINGS, "strict", ABSENT),
    (SETTINGS, "sp", {}),
    (SETTINGS, "idp", []),
    (SETTINGS, "idp.entityId", ""),
    (SETTINGS, "idp.entityId", " "),
    (SETTINGS, "idp.entityId", 7),
    (SETTINGS, "idp.entityId", "x" * 1025),
    (SETTINGS, "idp.entityId", "a\ud800"),
    (SETTINGS, "idp.certFingerprint", "ab"),
    (SETTINGS, "idp.x509cert", CERTIFICATE),
    (SETTINGS, "idp.singleSignOnService", ABSENT),
    (SETTINGS, "idp.singleSignOnService.url", "javascript:alert(1)"),
    (SETTINGS, "idp.singleSignOnService.url", "https://idp.example.com/a b"),
    (SETTINGS, "idp.singleSignOnService.url", "https://idp.example.com/\r\nX: y"),
    (SETTINGS, "idp.singleSignOnService.url", "/saml/sso"),
    (SETTINGS, "idp.singleSignOnService.binding", "redirect"),
    (SETTINGS, "idp.singleSignOnService.binding", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"),
    (SETTINGS, "idp.singleLogoutService", {"url": "https://idp.example.com/slo"}),
    (SETTINGS, "idp.singleLogoutService", {"binding": "urn:x"}),
    (SETTINGS, "idp.x509certMulti", ABSENT),
    (SETTINGS, "idp.x509certMulti.signing", []),
    (SETTINGS, "idp.x509certMulti.signing", ["no base64!"]),
    (SETTINGS, "idp.x509certMulti.signing", ["AAAA"]),
    (SETTINGS, "idp.x509certMulti.signing", [CERTIFICATE, CERTIFICATE]),
    (SETTINGS, "idp.x509certMulti.encryption", [CERTIFICATE]),
    (SETTINGS, "clientshare", {"bareKeys": ["AAAA"]}),
    (SETTINGS, "clientshare", {"keys": []}),
    (ADVANCED, "clientshare.toleranceSeconds", 9000),
    (ADVANCED, "clientshare.toleranceSeconds", 301),
    (ADVANCED, "clientshare.toleranceSeconds", -1),
    (ADVANCED, "clientshare.toleranceSeconds", 180.0),
    (ADVANCED, "clientshare.toleranceSeconds", "180"),
    (ADVANCED, "clientshare.toleranceSeconds", True),
    (ADVANCED, "clientshare.toleranceSeconds", ABSENT),
    (ADVANCED, "clientshare.maximumAgeSeconds", 172_801),
    (ADVANCED, "clientshare.maximumAgeSeconds", 59),
    (ADVANCED, "clientshare.exceptions", ["md5"]),
    (ADVANCED, "clientshare.exceptions", ["sha1"]),
    (ADVANCED, "clientshare.exceptions", "sha1"),
    (ADVANCED, "clientshare.forceAuthn", "no"),
    (ADVANCED, "clientshare.sendLoginHint", 0),
    (ADVANCED, "clientshare.tolerance", 180),
    (ADVANCED, "security.authnRequestsSigned", "yes"),
    (ADVANCED, "security.requestedAuthnContext", True),
    (ADVANCED, "security.requestedAuthnContext", []),
    (ADVANCED, "security.requestedAuthnContext", "urn:x"),
    (ADVANCED, "security.rejectDeprecatedAlgorithm", False),
    (ADVANCED, "security.wantAttributeStatement", True),
    (ADVANCED, "security.wantMessagesSigned", True),
    (ADVANCED, "organization", {}),
    (ATTRIBUTES, "identifiers", []),
    (ATTRIBUTES, "emails", ABSENT),
    (ATTRIBUTES, "surprise", []),
]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    REFUSED,
    ids=[f"{path}={str(value)[:20]!r}" for _, path, value in REFUSED],
)
def test_a_value_that_cannot_be_used_is_refused(name, path, value):
    with pytest.raises(ValueError):  # noqa: PT011 - UnusableError, or what a damaged key raises
        read(changed(name, path, value))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"null",
        b'{"strict": true, "strict": true}',
        b'{"strict": NaN}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_one_json_object_is_refused(octets):
    for name in (SETTINGS, ADVANCED, ATTRIBUTES):
        with pytest.raises(UnusableError):
            read(documents() | {name: octets})


def test_documents_can_be_read_by_people():
    made = documents(preset="entra")
    assert made[SETTINGS].startswith(b'{\n  "strict": true,\n')
    assert made[ADVANCED].endswith(b"}\n")
    assert attribute_map.parse(json.loads(made[ATTRIBUTES])) == presets.find("entra").attribute_map


def test_python3_saml_takes_the_documents_as_they_stand():
    made = documents(exceptions=frozenset({"sha1"}))
    sp = {"entityId": SP_ENTITY_ID, "assertionConsumerService": {"url": ACS_URL}}
    whole = json.loads(made[SETTINGS]) | json.loads(made[ADVANCED]) | {"sp": sp}
    read_by_it = OneLogin_Saml2_Settings(whole)
    assert read_by_it.get_idp_data()["entityId"] == "https://idp.example.com/saml"
    assert read_by_it.get_security_data()["rejectDeprecatedAlgorithm"] is False
