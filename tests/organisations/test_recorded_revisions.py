"""Every recorded metadata document that can be used becomes a revision that reads back the same."""

from __future__ import annotations

import csv
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sp.organisations import idp_directory, presets
from sp.saml import urn
from sp.saml.idp_metadata import read_idp_metadata

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("SP_CORPUS", ROOT.parent / "shared" / "corpus")) / "metadata"
INDEX = CORPUS / "INDEX.csv"
TEXT = INDEX.read_text(encoding="utf-8") if INDEX.is_file() else ""
ROWS = list(csv.DictReader(io.StringIO(TEXT)))
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
PRODUCTS = {"entra", "okta", "adfs", "google", "onelogin", "pingone", "keycloak", "jumpcloud"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ROWS, reason=f"no corpus of real documents at {CORPUS}"),
]


@pytest.mark.parametrize("row", [r for r in ROWS if r["expected"] == "ok"], ids=lambda r: r["file"])
def test_recorded_metadata_becomes_a_revision(row, tmp_path):
    octets = (CORPUS / row["file"]).read_bytes()
    metadata = read_idp_metadata(octets, now=MOMENT)
    name = presets.recognise(metadata.entity_id, metadata.use_sso.location)
    if row["vendor"] in PRODUCTS:
        assert name == row["vendor"]
    documents = idp_directory.make_documents(
        metadata, octets, preset=presets.find(name), exceptions=frozenset()
    )
    digest = idp_directory.write_revision(tmp_path, "acme", 1, documents)
    revision = idp_directory.read_revision(tmp_path, "acme", 1, digest)
    assert revision.idp_entity_id == metadata.entity_id
    assert sorted(revision.keys, key=repr) == sorted(
        (each.key for each in metadata.signing_keys), key=repr
    )
    assert revision.sso_url == metadata.use_sso.location
    soap = [each for each in metadata.slo if each.binding == urn.SOAP and each.location]
    slo = metadata.use_slo or next(iter(soap), None)
    assert revision.slo_url == (slo.location if slo else None)
    assert revision.slo_response_url == (slo.response_location if slo else None)
    assert revision.sign_requests == metadata.want_authn_requests_signed
    assert revision.documents["idp_metadata.xml"] == octets
