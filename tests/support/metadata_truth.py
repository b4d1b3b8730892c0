"""Holds what was read of recorded metadata against the TRUTH.json that lies beside it."""

from __future__ import annotations

import hashlib

from sp.saml import xml


def as_truth(endpoint, *keys):
    return None if endpoint is None else {key: getattr(endpoint, key) for key in keys}


def check_entity(metadata, truth):
    """Hold everything that was read of one entity against the truth."""
    assert metadata.entity_id == truth["entity_id"]
    assert [key.key.fingerprint for key in metadata.signing_keys] == [
        each["sha256"] for each in truth["signing_certs"]
    ]
    for key, each in zip(metadata.signing_keys, truth["signing_certs"], strict=True):
        check_certificate(key, each)
    assert [key.key.fingerprint for key in metadata.encryption_keys] == truth["encryption_certs"]
    sso, slo = ("binding", "location"), ("binding", "location", "response_location")
    assert [as_truth(each, *sso) for each in metadata.sso] == truth["sso"]
    assert [as_truth(each, *slo) for each in metadata.slo] == truth["slo"]
    assert as_truth(metadata.use_sso, *sso) == truth["use_sso"]
    assert as_truth(metadata.use_slo, *slo) == truth["use_slo"]
    assert list(metadata.name_id_formats) == truth["nameid_formats"]
    assert metadata.want_authn_requests_signed is truth["want_authn_requests_signed"]
    displayed = [" ".join(each.split()) for each in truth["display_names"]]
    assert not displayed or metadata.display_name in displayed
    codes = {warning.code for warning in metadata.warnings}
    assert ("unreadable_certificate" in codes) is (truth["unreadable_certs"] > 0)


def check_certificate(key, truth):
    assert hashlib.sha256(key.key.certificate).hexdigest() == truth["sha256"]
    assert f"{key.algorithm}-{key.bits}" == truth["key"]
    assert key.not_after == xml.read_instant(truth["not_after"])
    assert (f"X.509 version {truth['x509_version']}" in key.notes) is (truth["x509_version"] != 3)
    assert any("broken digest" in note for note in key.notes) is (
        truth["sig"] in ("md5WithRSAEncryption", "sha1WithRSAEncryption")
    )
    serials = {note for note in truth["notes"] if "serial number" in note}
    assert {note for note in key.notes if "serial number" in note} == serials


def describe(metadata):
    """Return what is worth a look in the truth's words."""
    codes = {warning.code for warning in metadata.warnings}
    notes = {note for key in metadata.signing_keys for note in key.notes}
    count = len(metadata.signing_keys)
    weak = {key.bits for key in metadata.signing_keys if "weak_key" in codes and key.bits < 2048}
    return {
        "all signing certificates expired": "all_certificates_expired" in codes,
        "one of the signing certificates expired": "some_certificates_expired" in codes,
        "metadata signature broken": "signature_broken" in codes,
        "SSO endpoint without TLS": "http_endpoint" in codes,
        "entityID is not a URI": "entity_id_not_uri" in codes,
        "no usable front-channel SLO": "no_front_channel_logout" in codes,
        "wants signed AuthnRequests": "wants_signed_requests" in codes,
        "SSO by POST only": metadata.use_sso.binding.endswith("HTTP-POST"),
        "EC signing key": any(key.algorithm == "EC" for key in metadata.signing_keys),
        "X.509 version 1 certificate": "X.509 version 1" in notes,
        "X.509 version 2 certificate": "X.509 version 2" in notes,
        "serial number 0": "serial number 0" in notes,
        "negative serial number": "negative serial number" in notes,
        **{f"weak key RSA-{bits}": True for bits in weak},
        f"{count} signing certificates": count > 1,
    }
