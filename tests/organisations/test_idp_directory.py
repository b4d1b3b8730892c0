"""A revision is written whole or not at all, never changes, and is read cheaply."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.assertions import NOW
from support.idp import Idp, key_named

from sp.errors import SpError
from sp.organisations import durable_folder, idp_directory, presets
from sp.organisations.idp_directory import digest_of, read_revision, write_revision
from sp.saml.idp_metadata import read_idp_metadata


def make(**arguments):
    octets = Idp(**arguments).metadata()
    return idp_directory.make_documents(
        read_idp_metadata(octets, now=NOW),
        octets,
        preset=presets.find("general"),
        exceptions=frozenset(),
    )


@pytest.fixture
def root(tmp_path):
    return tmp_path / "saml_settings"


@pytest.fixture
def written(root):
    return write_revision(root, "acme", 1, make())


def refusal(root, digest, number=1):
    with pytest.raises(SpError) as caught:
        read_revision(root, "acme", number, digest)
    assert "acme" in caught.value.public
    assert caught.value.status == 503
    return caught.value.code


def names_under(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_a_revision_reads_back_as_it_was_written(root, written):
    revision = read_revision(root, "acme", 1, written)
    assert revision.documents == make()
    assert revision.digest == written
    assert revision.keys == (key_named("rsa-a").signing_key,)
    assert names_under(root) == [
        "acme",
        "acme/1",
        "acme/1/advanced_settings.json",
        "acme/1/attributes.json",
        "acme/1/idp_metadata.xml",
        "acme/1/settings.json",
    ]


def test_documents_are_read_only(root, written):
    assert {path.stat().st_mode & 0o222 for path in (root / "acme" / "1").iterdir()} == {0}


def test_the_digest_is_what_the_readme_says(root, written):
    shell = "LC_ALL=C sha256sum -- * | sha256sum"
    printed = subprocess.run(
        ["sh", "-c", shell], cwd=root / "acme" / "1", capture_output=True, check=True, text=True
    )
    assert printed.stdout.split()[0] == written


def test_the_digest_changes_with_every_octet_and_every_name():
    documents = {"a": b"1", "b": b"2"}
    others = [{"a": b"1", "b": b"3"}, {"a": b"1", "c": b"2"}, {"a": b"2", "b": b"1"}, {"a": b"1"}]
    assert digest_of(documents) not in [digest_of(other) for other in others]
    assert digest_of(dict(reversed(documents.items()))) == digest_of(documents)


def test_a_taken_number_is_never_written_over(root, written):
    with pytest.raises(FileExistsError):
        write_revision(root, "acme", 1, make(keys=("rsa-b",)))
    assert read_revision(root, "acme", 1, written).digest == written
    assert names_under(root)[:2] == ["acme", "acme/1"]


def test_a_file_in_the_place_is_not_written_over_either(root, written):
    (root / "acme" / "2").write_text("a note")
    with pytest.raises(FileExistsError):
        write_revision(root, "acme", 2, make())
    assert (root / "acme" / "2").read_text() == "a note"


def test_a_write_that_fails_half_way_leaves_nothing(root, monkeypatch):
    real = os.fsync
    calls = iter(range(100))

    def fail(descriptor):
        if next(calls) == 3:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(durable_folder.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_revision(root, "acme", 1, make())
    assert names_under(root) == ["acme"]


def test_files_and_folder_are_synced_before_the_move_and_the_move_after(root, monkeypatch):
    told = []
    real_sync, real_rename = os.fsync, durable_folder.Path.rename

    def fsync(descriptor):
        told.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_sync(descriptor)

    def rename(path, target):
        told.append("moved")
        return real_rename(path, target)

    monkeypatch.setattr(durable_folder.os, "fsync", fsync)
    monkeypatch.setattr(durable_folder.Path, "rename", rename)
    write_revision(root, "acme", 1, make())
    assert told[0] == "saml_settings"
    assert set(told[1:5]) == set(make())
    assert told[5].startswith(".new-")
    assert told[6:] == ["moved", "acme"]


def test_other_documents_than_the_four_are_refused(root):
    for documents in (make() | {"x": b""}, {"settings.json": b""}):
        with pytest.raises(ValueError, match="four documents"):
            write_revision(root, "acme", 1, documents)
    assert not root.exists()


@pytest.mark.parametrize("slug", ["..", ".", "", "a/b", "/etc", "Acme", "acme\x00"])
def test_a_name_that_is_no_slug_never_becomes_a_path(root, slug):
    for act in (
        lambda: write_revision(root, slug, 1, make()),
        lambda: read_revision(root, slug, 1, "d" * 64),
        lambda: idp_directory.next_number(root, slug, 0),
    ):
        with pytest.raises(ValueError, match="not a slug"):
            act()
    assert not root.exists()


# Altered, missing, unusable


def test_a_document_changed_by_one_octet_is_altered(root, written):
    for path in sorted((root / "acme" / "1").iterdir()):
        octets = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(octets + b" ")
        assert refusal(root, written) == "revision_altered"
        path.write_bytes(octets)
        assert read_revision(root, "acme", 1, written).digest == written


def test_a_change_is_seen_also_after_it_was_read_before(root, written):
    read_revision(root, "acme", 1, written)
    path = root / "acme" / "1" / "settings.json"
    octets = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(octets.replace(b"idp.example.com", b"sso.example.com"))
    assert refusal(root, written) == "revision_altered"


def test_a_document_more_or_less_is_altered(root, written):
    folder = root / "acme" / "1"
    (folder / "notes.txt").write_text("x")
    assert refusal(root, written) == "revision_altered"
    (folder / "notes.txt").unlink()
    (folder / "attributes.json").rename(root / "kept")
    assert refusal(root, written) == "revision_altered"
    (folder / "attributes.json").symlink_to(root / "kept")
    assert refusal(root, written) == "revision_altered"


def test_another_revision_in_its_place_is_altered(root, written):
    other = write_revision(root, "acme", 2, make(keys=("rsa-b",)))
    assert refusal(root, written, number=2) == "revision_altered"
    assert refusal(root, other) == "revision_altered"


def test_a_missing_revision_says_so(root, written):
    assert refusal(root, written, number=9) == "revision_missing"
    assert refusal(root / "elsewhere", written) == "revision_missing"
    (root / "acme" / "3").write_text("a file")
    assert refusal(root, written, number=3) == "revision_missing"


def test_a_hand_edited_tolerance_of_9000_seconds_is_refused(root):
    documents = make()
    name = "advanced_settings.json"
    documents[name] = documents[name].replace(b"180", b"9000")
    digest = write_revision(root, "acme", 1, documents)
    with pytest.raises(SpError) as caught:
        read_revision(root, "acme", 1, digest)
    assert caught.value.code == "revision_unusable"
    assert caught.value.facts["value"] == "toleranceSeconds"


# Remembering


def test_a_revision_is_read_once_and_then_remembered(root, written, monkeypatch):
    first = read_revision(root, "acme", 1, written)
    monkeypatch.setattr(idp_directory, "_is_whole", pytest.fail)
    assert read_revision(root, "acme", 1, written) is first


def test_what_is_remembered_is_bounded(root, written, monkeypatch):
    monkeypatch.setattr(idp_directory, "_MOST_REMEMBERED", 2)
    for number in (2, 3, 4):
        read_revision(root, "acme", number, write_revision(root, "acme", number, make()))
    assert len(idp_directory._remembered) <= 2


# Numbers


def test_the_next_number_is_above_every_row_and_every_folder(root, written):
    assert idp_directory.next_number(root, "globex", 0) == 1
    assert idp_directory.next_number(root, "acme", 0) == 2
    assert idp_directory.next_number(root, "acme", 7) == 8
    for name in ("9", "010", "12x", ".new-99", "9" * 200):
        (root / "acme" / name).mkdir()
    assert idp_directory.next_number(root, "acme", 7) == 10


def test_of_many_who_write_one_number_one_wins(root):
    outcomes = []

    def write(name):
        try:
            outcomes.append(write_revision(root, "acme", 1, make(keys=(name,))))
        except FileExistsError:
            outcomes.append(None)

    names = ("rsa-a", "rsa-b", "ec") * 3
    for name in names:
        key_named(name)
    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [each for each in outcomes if each]
    assert read_revision(root, "acme", 1, winner).digest == winner
    assert names_under(root)[:2] == ["acme", "acme/1"]
    assert len(names_under(root)) == 6


# Leftovers


def test_leftovers_are_folders_that_no_row_names(root, written):
    write_revision(root, "acme", 2, make())
    write_revision(root, "globex", 1, make())
    (root / "acme" / ".new-x1").mkdir()
    (root / "README.md").write_text("x")
    (root / "acme" / "notes").mkdir()
    (root / "acme" / "7").write_text("a file")
    found = idp_directory.leftovers(root, {("acme", 1)})
    assert [str(path.relative_to(root)) for path in found] == ["acme/.new-x1", "acme/2", "globex/1"]
    assert idp_directory.leftovers(root / "elsewhere", set()) == []


def test_leftovers_go_once_they_are_an_hour_old(root, written):
    digest = write_revision(root, "acme", 2, make())
    (root / "acme" / ".new-x1").mkdir()
    made = datetime.fromtimestamp((root / "acme" / "2").stat().st_mtime, UTC)
    known = {("acme", 1)}
    assert idp_directory.remove_leftovers(root, known, made + timedelta(minutes=59)) == []
    assert read_revision(root, "acme", 2, digest).number == 2
    removed = idp_directory.remove_leftovers(root, known, made + timedelta(minutes=61))
    assert [path.name for path in removed] == [".new-x1", "2"]
    assert read_revision(root, "acme", 1, written).number == 1
    assert names_under(root)[:2] == ["acme", "acme/1"]
    assert len(names_under(root)) == 6


def test_a_digest_is_sha256_in_hex(written):
    assert len(written) == 64
    assert written == digest_of(make())
    assert written != hashlib.sha256(b"").hexdigest()
