"""`flask sp idp`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.idp import IDP_ENTITY_ID, Idp, key_named
from support.metadata import ENTITY_ID, entities, entity
from support.serving import serving

from sp.cli.reading import read_octets
from sp.errors import BadInputError


def test_import_is_a_draft_and_says_how_to_go_on(sp, acme, metadata):
    done = sp("idp", "import", "acme", metadata)
    assert done.status == 0, done
    assert IDP_ENTITY_ID in done.out
    assert key_named("rsa-a").signing_key.fingerprint in done.out
    assert done.out.endswith("To put it in force: flask sp idp live acme 1\n")
    assert sp("organisation", "show", "acme", "--json").json["live_revision"] is None


def test_import_reads_standard_input(sp, acme):
    done = sp("idp", "import", "acme", "-", stdin=Idp().metadata())
    assert done.status == 0, done


def test_going_live_and_back(sp, acme, metadata):
    for _ in range(2):
        assert sp("idp", "import", "acme", metadata).status == 0
    for number in (1, 2, 1):
        done = sp("idp", "live", "acme", number)
        assert (done.status, done.out) == (
            0,
            f"Revision {number} of acme is in force: {IDP_ENTITY_ID}\n",
        )
    rows = sp("idp", "history", "acme", "--json").json
    assert [(row["revision"], row["live"]) for row in rows] == [(2, False), (1, True)]
    assert len(sp("idp", "history", "acme").out.splitlines()) == 3


def test_show_gives_the_live_revision_else_the_newest(sp, acme, metadata):
    sp("idp", "import", "acme", metadata)
    sp("idp", "import", "acme", metadata)
    assert sp("idp", "show", "acme", "--json").json["revision"] == 2
    sp("idp", "live", "acme", "1")
    shown = sp("idp", "show", "acme", "--json").json
    assert (shown["revision"], shown["live"]) == (1, True)
    assert shown["entity_id"] == IDP_ENTITY_ID
    assert shown["keys"] == [key_named("rsa-a").signing_key.fingerprint]
    assert sp("idp", "show", "acme", "2", "--json").json["live"] is False
    assert f"entity_id            {IDP_ENTITY_ID}" in sp("idp", "show", "acme").out


def test_show_without_an_identity_provider_says_what_to_do(acme, refused):
    assert "import its metadata" in refused("idp", "show", "acme")


def test_unknown_revision_is_one_sentence(acme, refused):
    assert refused("idp", "live", "acme", "7") == "acme has no revision 7."


def test_choice_of_several_identity_providers_is_named(acme, refused, sp, tmp_path):
    path = tmp_path / "federation.xml"
    path.write_text(entities(entity(), entity(entity_id="https://other.example/")), "utf-8")
    words = ("idp", "import", "acme", path)
    assert refused(*words).endswith(f"with one of: {ENTITY_ID}, https://other.example/.")
    assert f"with one of: {ENTITY_ID}," in refused(*words, "--entity-id", "https://third.example/")
    assert sp(*words, "--entity-id", "https://other.example/").status == 0


def test_choice_of_a_whole_federation_is_named_in_part(acme, refused, tmp_path):
    path = tmp_path / "federation.xml"
    path.write_text(entities(*(entity(entity_id=f"idp-{n:02}") for n in range(30))), "utf-8")
    assert refused("idp", "import", "acme", path).endswith("idp-18, idp-19 and 10 more.")


def test_revision_0_is_not_the_live_one(sp, acme, metadata, refused):
    sp("idp", "import", "acme", metadata)
    assert refused("idp", "show", "acme", "0") == "acme has no revision 0."


@pytest.mark.parametrize("number", ["0", "99999999999999999999"])
def test_number_that_no_revision_has_is_one_sentence(acme, refused, number):
    assert "no revision" in refused("idp", "live", "acme", number)


def test_address_is_fetched(sp, acme, app, config, monkeypatch):
    def publish(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/samlmetadata+xml")])
        return [Idp().metadata()]

    with serving(publish) as server:
        url = f"http://127.0.0.1:{server.server_port}/metadata"
        assert "begins with https://" in sp("idp", "import", "acme", url).err
        here = replace(config, base_url="http://sp.localhost:8000")
        monkeypatch.setitem(app.extensions, "sp_config", here)
        done = sp("idp", "import", "acme", url)
    assert done.status == 0, done
    assert sp("idp", "history", "acme", "--json").json[0]["source"] == url


def test_address_that_may_not_be_fetched_is_one_sentence(acme, refused):
    said = refused("idp", "import", "acme", "https://169.254.169.254/metadata")
    assert said == "169.254.169.254 is not an address of the public network."


def test_missing_file_is_one_sentence(acme, refused, tmp_path):
    path = tmp_path / "none.xml"
    assert refused("idp", "import", "acme", path) == (
        f"{path} cannot be used: No such file or directory."
    )


def test_file_without_an_end_is_too_large(acme, refused):
    assert "larger than 10 MB" in refused("idp", "import", "acme", "/dev/zero")


def test_standard_input_that_is_closed_is_one_sentence(monkeypatch):
    monkeypatch.setattr("sp.cli.reading.sys.stdin", None)
    with pytest.raises(BadInputError, match="Standard input is closed"):
        read_octets("-", limit=1)


def test_what_is_not_metadata_is_refused_and_leaves_nothing(sp, acme, refused, config, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<html><body>Sign in</body></html>", encoding="utf-8")
    refused("idp", "import", "acme", path)
    assert sp("idp", "history", "acme").out == "acme has no revisions.\n"
    assert not (config.settings_directory / "acme").exists()


def test_weak_key_goes_live_only_with_a_recorded_exception(sp, acme, refused, tmp_path):
    path = tmp_path / "weak.xml"
    path.write_bytes(Idp(keys=("rsa-weak",)).metadata())
    assert sp("idp", "import", "acme", path).status == 0
    assert "--allow weak-key" in refused("idp", "live", "acme", "1")
    assert sp("idp", "import", "acme", path, "--allow", "weak-key").status == 0
    assert sp("idp", "live", "acme", "2").status == 0
    assert sp("idp", "show", "acme", "2", "--json").json["exceptions"] == ["weak-key"]


def test_file_in_the_place_of_the_folder_is_named(acme, metadata, refused, config):
    config.settings_directory.mkdir(parents=True, exist_ok=True)
    place = config.settings_directory / "acme"
    place.write_text("")
    said = refused("idp", "import", "acme", metadata)
    assert said == f"{place} cannot be used: Not a directory."


def test_altered_revision_is_refused(sp, acme, metadata, refused, config):
    sp("idp", "import", "acme", metadata)
    path = config.settings_directory / "acme" / "1" / "settings.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    said = refused("idp", "live", "acme", "1")
    assert said.startswith("The sign-in settings of acme (revision 1) were altered.")
    assert sp("organisation", "show", "acme", "--json").json["live_revision"] is None
