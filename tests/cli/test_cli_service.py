"""`flask sp doctor` and `flask sp purge`."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest
import sqlalchemy

from sp import key_files, keys
from sp.db import db
from sp.flows import self_check
from sp.organisations import idp_directory


def amiss(sp):
    done = sp("doctor", "--json")
    told = [row for row in done.json if not row["ok"]]
    assert done.status == (1 if told else 0)
    return {row["name"]: row["sentence"] for row in told}


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    for name in os.environ:
        if name.startswith("SP_"):
            monkeypatch.delenv(name)


@pytest.fixture
def well(live):
    """Everything as it should be."""


def test_all_is_well(sp, well, signed_in):
    done = sp("doctor")
    assert done.status == 0, done
    assert all(line.startswith("ok ") for line in done.out.splitlines())
    assert amiss(sp) == {}


def test_tables_of_another_version_are_told(sp, well):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    assert amiss(sp) == {"tables": "The tables are of another version: run flask db upgrade."}


def test_missing_tables_are_told_and_nothing_breaks(sp, app):
    metadata = sqlalchemy.MetaData()
    metadata.reflect(db.engine)
    metadata.drop_all(db.engine)
    told = amiss(sp)
    assert told["tables"] == "The tables are missing: run flask db upgrade."
    assert set(told) >= {"tables", "clock", "keys", "record"}


def test_slip_of_the_pen_in_a_setting_is_told(sp, well, monkeypatch):
    monkeypatch.setenv("SP_BASEURL", "https://sp.example.com")
    assert "SP_BASEURL" in amiss(sp)["settings"]


def test_missing_keys_are_told(sp, acme):
    assert "flask sp keys generate" in amiss(sp)["keys"]


def test_keys_that_nobody_recorded_are_told(sp, acme, config, clock):
    keys.generate_keys(
        config.certificates_directory, clock.now(), "sp.example.com", lambda _numbers: None
    )
    assert "no event" in amiss(sp)["keys"]


def test_certificate_that_ends_soon_is_told(sp, well, clock):
    clock.advance(key_files.LIFETIME - timedelta(days=30))
    assert set(amiss(sp)) == {"keys"}


def test_altered_revision_is_told(sp, well, config):
    path = config.settings_directory / "acme" / "1" / "settings.json"
    path.chmod(0o600)
    path.write_bytes(b"{}")
    assert set(amiss(sp)) == {"revisions"}


def test_lost_revision_is_told(sp, well, config):
    shutil.rmtree(config.settings_directory / "acme" / "1")
    assert set(amiss(sp)) == {"revisions"}


def test_folder_that_cannot_be_read_hides_no_other_look(sp, well, monkeypatch):
    def refuse(_root, _known):
        raise PermissionError(13, "Permission denied", "/srv/saml_settings")

    monkeypatch.setattr(idp_directory, "leftovers", refuse)
    assert amiss(sp) == {"leftovers": "/srv/saml_settings cannot be used: Permission denied."}


def test_look_that_fails_itself_hides_no_other(well, config, monkeypatch):
    def fail():
        raise RuntimeError

    monkeypatch.setattr(self_check, "_clock", fail)
    told = {each.name: each.sentence for each in self_check.check_all(config, {}) if not each.ok}
    assert told == {"clock": "This look failed itself: the log says where."}


def test_leftover_of_an_import_is_harmless(sp, well, config):
    shutil.copytree(
        config.settings_directory / "acme" / "1", config.settings_directory / "acme" / "2"
    )
    done = sp("doctor")
    assert done.status == 0
    assert "harmless" in done.out


def test_clock_that_went_back_is_told(sp, well, clock):
    clock.advance(timedelta(hours=-1))
    assert "behind the record of" in amiss(sp)["clock"]


def test_edited_record_is_told(sp, well):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_event SET code = 'x' WHERE chain = 'acme'")
    assert amiss(sp) == {"record": "The record of acme was altered: run flask sp audit verify."}


@pytest.mark.parametrize("gone", ["sequence = 1", "sequence > 0"], ids=["the-first", "all"])
def test_chain_that_does_not_begin_with_its_organisation_is_told(sp, well, monkeypatch, gone):
    monkeypatch.setattr(self_check, "QUICK_LOOK", 1)
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM audit_event WHERE chain = 'acme' AND {gone}")
    assert amiss(sp) == {"record": "The record of acme was altered: run flask sp audit verify."}


def test_purge_tells_what_it_removed(sp, signed_in, clock):
    done = sp("purge")
    assert (done.status, done.out.startswith("Purged: sessions 0, ")) == (0, True)
    clock.advance(timedelta(days=3))
    assert sp("purge").out.startswith("Purged: sessions 1, ")
