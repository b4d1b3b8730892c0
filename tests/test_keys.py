"""Our keys: made whole or not at all, refused where others can read them, read when they change."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sp import key_files, keys
from sp.errors import ConflictError
from sp.keys import KeysError

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pairs():
    """Three real pairs, made once: what RSA-3072 costs is not what most of these tests ask."""
    return [key_files.make_pair(NOW, "sp.example.com") for _ in range(3)]


@pytest.fixture
def quick(monkeypatch, pairs):
    left = list(pairs)
    monkeypatch.setattr(key_files, "make_pair", lambda _now, _name: left.pop(0))


@pytest.fixture
def made(tmp_path, quick):
    generate(tmp_path, NOW, "sp.example.com")
    return tmp_path


def generate(directory, now, common_name, record=lambda _numbers: None):
    return keys.generate_keys(directory, now, common_name, record)


def modes(directory):
    return {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}


def refusal(directory):
    with pytest.raises(KeysError) as caught:
        keys.load_keyring(directory)
    return caught.value


def write_state(directory, **changes):
    state = json.loads((directory / "state.json").read_bytes()) | changes
    (directory / "state.json").write_text(json.dumps(state), encoding="utf-8")


def test_generating_makes_both_pairs_and_the_state(made):
    assert modes(made) == {
        "signing-1.key": 0o600,
        "signing-1.crt": 0o644,
        "encryption-1.key": 0o600,
        "encryption-1.crt": 0o644,
        "state.json": 0o644,
    }


def test_private_keys_stay_private_under_any_umask(tmp_path, quick):
    before = os.umask(0)
    try:
        generate(tmp_path / "certs", NOW, "sp.example.com")
    finally:
        os.umask(before)
    assert modes(tmp_path / "certs")["signing-1.key"] == 0o600


def test_certificate_is_what_identity_providers_expect(pairs):
    key, certificate = pairs[0]
    assert key.key_size == 3072
    assert certificate.serial_number > 0
    assert certificate.subject.rfc4514_string() == "CN=sp.example.com"
    assert certificate.issuer == certificate.subject
    assert certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc > NOW + timedelta(days=3650)
    certificate.verify_directly_issued_by(certificate)


def test_long_host_name_still_makes_a_certificate(monkeypatch):
    monkeypatch.setattr(key_files, "BITS", 2048)
    _, certificate = key_files.make_pair(NOW, "a" * 100)
    assert certificate.subject.rfc4514_string() == "CN=" + "a" * 64


def test_generated_keys_are_what_is_loaded(made, pairs):
    ring = keys.load_keyring(made)
    assert ring.signing.number == ring.encryption.number == 1
    assert ring.signing.certificate == pairs[0][1].public_bytes(Encoding.DER)
    assert ring.encryption.private_key.private_numbers() == pairs[1][0].private_numbers()
    assert ring.signing.not_after == pairs[0][1].not_valid_after_utc
    assert len(ring.signing.fingerprint) == 64
    assert (ring.next_signing, ring.next_encryption, ring.retired_encryption) == (None, None, ())


def test_generating_twice_is_refused_and_changes_nothing(made):
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    with pytest.raises(ConflictError, match="already"):
        generate(made, NOW, "sp.example.com")
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_of_two_that_generate_at_once_one_wins(tmp_path, quick, monkeypatch):
    link = os.link

    def other_was_first(source, target):
        link(source, target)
        raise FileExistsError

    monkeypatch.setattr(os, "link", other_was_first)
    with pytest.raises(ConflictError):
        generate(tmp_path, NOW, "sp.example.com")
    assert keys.load_keyring(tmp_path).signing.number == 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("step", range(6))
def test_crash_at_any_step_leaves_nothing_half(tmp_path, quick, pairs, monkeypatch, step):
    calls = iter(range(100))
    write_new = key_files._write_new

    def crash(path, octets, mode):
        if next(calls) == step:
            path.write_bytes(octets[:10])  # what a torn write leaves
            raise KeyboardInterrupt
        write_new(path, octets, mode)

    monkeypatch.setattr(key_files, "_write_new", crash)
    if step < 5:
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path, NOW, "sp.example.com")
        assert refusal(tmp_path).code == "no_keys"
        left = list(pairs)
        monkeypatch.setattr(key_files, "make_pair", lambda _now, _name: left.pop(0))
        monkeypatch.setattr(key_files, "_write_new", write_new)
    ring = generate(tmp_path, NOW, "sp.example.com")
    assert ring.signing.certificate == pairs[0][1].public_bytes(Encoding.DER)
    assert keys.load_keyring(tmp_path) is ring


def test_orphan_is_never_overwritten(tmp_path, quick):
    (tmp_path / "signing-7.crt").write_text("left by a crash", encoding="utf-8")
    ring = generate(tmp_path, NOW, "sp.example.com")
    assert (ring.signing.number, ring.encryption.number) == (8, 1)
    assert (tmp_path / "signing-7.crt").read_text(encoding="utf-8") == "left by a crash"


def test_missing_keys_are_told_with_the_command_that_makes_them(tmp_path):
    error = refusal(tmp_path)
    assert error.code == "no_keys"
    assert "flask sp keys generate" in error.public


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_private_key_that_others_can_read_is_refused(made, mode):
    (made / "encryption-1.key").chmod(mode)
    write_state(made, touched=True)
    error = refusal(made)
    assert error.code == "key_readable_by_others"
    assert "chmod 600" in error.public


def test_secret_key_that_others_can_read_is_refused(tmp_path):
    keys.load_or_make_secret_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    with pytest.raises(KeysError, match="chmod 600"):
        keys.load_or_make_secret_key(tmp_path)


def test_secret_key_that_somebody_else_made_first_is_taken(tmp_path, monkeypatch):
    link = os.link

    def other_was_first(_source, target):
        target.write_bytes(b"of another node")
        target.chmod(0o600)
        link(_source, target)

    monkeypatch.setattr(os, "link", other_was_first)
    assert keys.load_or_make_secret_key(tmp_path) == b"of another node"


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "certs").write_text("a file", encoding="utf-8")
    with pytest.raises(KeysError, match="Set SP_SECRET_KEY"):
        keys.load_or_make_secret_key(tmp_path / "certs")
    with pytest.raises(KeysError, match="cannot be written"):
        generate(tmp_path / "certs", NOW, "sp.example.com")


def test_keys_are_read_again_only_when_the_state_was_replaced(made):
    first = keys.load_keyring(made)
    assert keys.load_keyring(made) is first
    write_state(made, encryption={"current": 1, "next": None, "retired": [1]})
    again = keys.load_keyring(made)
    assert again is not first
    assert [pair.number for pair in again.retired_encryption] == [1]


def test_retired_and_next_encryption_keys_go_on_decrypting(made, pairs):
    key_files.write_pair(made, "encryption", 2, *pairs[2])
    write_state(made, encryption={"current": 2, "next": None, "retired": [1]})
    ring = keys.load_keyring(made)
    moduli = [key.public_key().public_numbers().n for key in ring.decryption_keys]
    assert moduli == [pairs[n][0].public_key().public_numbers().n for n in (2, 1)]
    write_state(made, encryption={"current": 1, "next": 2, "retired": []}, touched=True)
    assert len(keys.load_keyring(made).decryption_keys) == 2


@pytest.mark.parametrize(
    "state",
    [
        {"signing": {}},
        {"signing": {"current": "../../etc/passwd", "next": None}},
        {"signing": None},
        {"encryption": {"current": 1, "next": None, "retired": None}},
        {"signing": {"current": float("inf"), "next": None}},
    ],
)
def test_state_that_is_not_ours_is_one_sentence(made, state):
    write_state(made, **state)
    assert "is not a list of keys" in refusal(made).public


@pytest.mark.parametrize("octets", [b"{", b"[" * 100_000])
def test_state_that_is_not_json_is_one_sentence(made, octets):
    (made / "state.json").write_bytes(octets)
    assert "is not a list of keys" in refusal(made).public


def test_state_of_a_later_version_is_refused(made):
    write_state(made, format=2)
    assert "later version" in refusal(made).public


def test_named_key_that_is_missing_is_one_sentence(made):
    (made / "signing-1.key").unlink()
    write_state(made, touched=True)
    assert "signing-1.key cannot be read: No such file" in refusal(made).public


def test_certificate_of_another_key_is_refused(made):
    (made / "signing-1.crt").write_bytes((made / "encryption-1.crt").read_bytes())
    write_state(made, touched=True)
    assert "do not belong together" in refusal(made).public


def test_garbage_for_a_key_is_refused(made):
    (made / "signing-1.key").write_bytes(b"garbage")
    write_state(made, touched=True)
    assert "not a key in PEM form" in refusal(made).public


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 1024)]
)
def test_key_that_is_not_a_long_rsa_key_is_refused(made, key):
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (made / "signing-1.key").write_bytes(octets)
    write_state(made, touched=True)
    assert "must be an RSA key of 2048 bits" in refusal(made).public


def test_certificate_file_is_pem(made):
    x509.load_pem_x509_certificate((made / "signing-1.crt").read_bytes())
