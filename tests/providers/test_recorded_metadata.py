"""Every recorded metadata document gives what the corpus says a correct reader finds in it.

INDEX.csv and TRUTH.json beside the documents say it, as of their own moment. Fields of the truth
that describe the file and nothing that we read: how, key_descriptors, n_entities, n_idps, note,
prefix, roles, root, scopes, source.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from support.metadata_truth import check_entity, describe

from sp.organisations import idp_directory, presets, revision
from sp.saml import xml
from sp.saml.errors import MetadataRefused
from sp.saml.idp_metadata import read_idp_metadata
from sp.saml.metadata_validity import LONGEST_CACHE

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("SP_CORPUS", ROOT.parent / "shared" / "corpus")) / "metadata"
TRUTH = json.loads((CORPUS / "TRUTH.json").read_text()) if CORPUS.is_dir() else {}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not TRUTH, reason=f"no corpus of real documents at {CORPUS}"),
]

REFUSALS = (
    ("refuse: IdP does not support SAML 2.0", "no_saml2"),
    ("refuse: contains a document type declaration", "has_dtd"),
    ("refuse: empty EntitiesDescriptor", "empty_aggregate"),
    ("refuse: expired validUntil", "expired"),
    ("refuse: no IDPSSODescriptor (SP metadata)", "sp_metadata"),
    ("refuse: no IDPSSODescriptor (WS-Federation only)", "ws_federation_only"),
    ("refuse: no readable signing certificate", "no_signing_key"),
    ("refuse: not metadata (JSON, OpenID Connect discovery)", "json_discovery"),
    ("refuse: not metadata (a DER certificate)", "certificate_file"),
    ("refuse: not metadata (a PEM certificate)", "certificate_file"),
    ("refuse: not metadata (an HTML page)", "html_page"),
    ("refuse: not well-formed XML (String not started", "typographic_quotes"),
    ("refuse: not well-formed XML (error parsing attribute name", "not_well_formed"),
    ("refuse: not well-formed XML (text before the document", "text_before_document"),
)

CACHE_DURATIONS = {
    "": None,
    "P0Y0M0DT0H15M0.000S": timedelta(minutes=15),
    "P3DT0H0M0.000S": timedelta(days=3),
    "PT1588239755S": LONGEST_CACHE,
    "PT30M": timedelta(minutes=30),
}

SIGNATURES = {
    "none": "none",
    "intact (checked with its own embedded key only)": "intact",
    "broken (document changed after signing)": "broken",
}


def names(*kinds):
    return [name for name, truth in TRUTH.items() if truth["expected"].startswith(kinds)]


def read(name, entity_id=None, now=None):
    return read_idp_metadata(
        (CORPUS / name).read_bytes(),
        now=now or xml.read_instant(TRUTH[name]["as_of"]),
        entity_id=entity_id,
    )


def refusal(name, entity_id=None):
    with pytest.raises(MetadataRefused) as caught:
        read(name, entity_id)
    return caught.value


def chosen(name):
    """Return what the truth says about the one entity that is to be used."""
    truth = TRUTH[name]
    (entity,) = [e for e in truth["entities"] if e["entity_id"] == truth["use_entity"]]
    return entity


def is_strong(entity):
    return any(each["alg"] == "EC" or each["bits"] >= 1024 for each in entity["signing_certs"])


def test_the_truth_tells_of_every_document():
    with (CORPUS / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        index = {row["file"]: row for row in csv.DictReader(file)}
    assert index.keys() == TRUTH.keys()
    for name, row in index.items():
        assert hashlib.sha256((CORPUS / name).read_bytes()).hexdigest() == row["sha256"]
        assert row["expected"] == TRUTH[name]["expected"]


@pytest.mark.parametrize("name", names("ok"))
def test_a_good_document_gives_what_it_holds(name):
    truth = TRUTH[name]
    metadata = read(name)
    check_entity(metadata, chosen(name))
    assert metadata.signature == SIGNATURES[truth["signature"]]
    assert metadata.cache_duration == CACHE_DURATIONS[truth["cache_duration"]]
    valid_until = truth["valid_until"]
    assert metadata.valid_until == (xml.read_instant(valid_until) if valid_until else None)


@pytest.mark.parametrize("name", names("ok"))
def test_a_good_document_becomes_a_revision_that_says_the_same(name):
    metadata, octets = read(name), (CORPUS / name).read_bytes()
    documents = idp_directory.make_documents(
        metadata, octets, preset=presets.find("general"), exceptions=frozenset()
    )
    read_back = revision.read_documents("acme", 1, "0" * 64, documents)
    assert read_back.idp_entity_id == metadata.entity_id
    assert read_back.keys == tuple(each.key for each in metadata.signing_keys)
    assert read_back.sso_url == metadata.use_sso.location


@pytest.mark.parametrize("name", names("ok"))
def test_a_good_document_is_warned_of_where_it_deserves_it(name):
    found = {text for text, holds in describe(read(name)).items() if holds}
    # What the version and the digest of a certificate are is said in its notes, once.
    implied = {"unreadable by the cryptography package (InvalidVersion)", "MD5-signed certificate"}
    assert found == set(TRUTH[name]["warnings"]) - implied


@pytest.mark.parametrize("name", names("ok"))
def test_the_chosen_entity_of_a_good_document_may_be_named(name):
    assert read(name, chosen(name)["entity_id"]) == read(name)


@pytest.mark.parametrize("name", names("choose"))
def test_several_identity_providers_are_offered_for_a_choice(name):
    truth = TRUTH[name]
    refused = refusal(name)
    assert refused.code == "choose_idp"
    assert [choice[0] for choice in refused.choices] == [c["entity_id"] for c in truth["choices"]]
    assert len(refused.choices) == truth["n_saml2_idps"]
    for (_, shown), choice in zip(refused.choices, truth["choices"], strict=True):
        assert choice["display_name"] in ("", shown)


@pytest.mark.parametrize(
    ("name", "entity_id"),
    [(name, c["entity_id"]) for name in names("choose") for c in TRUTH[name]["choices"]],
)
def test_each_choice_gives_its_own_identity_provider(name, entity_id):
    truth = TRUTH[name]
    (entity,) = [
        each
        for each in truth["entities"]
        if each["entity_id"] == entity_id and "IDPSSODescriptor" in each["roles"]
    ]
    if is_strong(entity):
        metadata = read(name, entity_id)
        check_entity(metadata, entity)
        assert metadata.signature == SIGNATURES[truth["signature"]]
    else:
        weak = "key_too_short" if entity["signing_certs"] else "no_signing_key"
        assert refusal(name, entity_id).code == weak


@pytest.mark.parametrize(
    ("name", "entity_id"),
    [
        (name, entity["entity_id"])
        for name in names("choose")
        for entity in TRUTH[name]["entities"]
        if not entity.get("saml2")
    ],
)
def test_who_speaks_no_saml2_cannot_be_chosen(name, entity_id):
    assert refusal(name, entity_id).code == "unknown_entity_id"


@pytest.mark.parametrize("name", names("refuse"))
def test_a_document_that_cannot_be_used_is_refused_with_its_reason(name):
    truth = TRUTH[name]
    (code,) = [code for start, code in REFUSALS if truth["expected"].startswith(start)]
    refused = refusal(name)
    assert refused.code == code
    if code == "expired":
        day = truth["expected"].split()[-1]
        assert refused.facts["valid_until"] == xml.read_instant(day).isoformat()
    line = re.search(r"line (\d+), column", truth["expected"])
    if line and code == "not_well_formed":
        assert f"line {line[1]}," in refused.public


@pytest.mark.parametrize("name", names("refuse: expired"))
def test_an_expired_document_was_good_before(name):
    truth = TRUTH[name]
    before = xml.read_instant(truth["valid_until"]) - timedelta(seconds=1)
    assert read(name, now=before).valid_until == before + timedelta(seconds=1)


@pytest.mark.skipif("vmware-1.xml" not in TRUTH, reason="this document is not in the corpus")
def test_of_a_recorded_chain_only_the_end_is_trusted():
    own, _ = TRUTH["vmware-1.xml"]["entities"][0]["signing_certs"]
    metadata = read("vmware-1.xml", now=xml.read_instant("2014-05-01T00:00:00Z"))
    assert [key.key.fingerprint for key in metadata.signing_keys] == [own["sha256"]]
    assert "certificate_chain" in {warning.code for warning in metadata.warnings}
