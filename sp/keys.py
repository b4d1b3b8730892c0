"""Our own keys: the files in certs/, which of them are in force, and how new ones are made."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from sp import key_files
from sp.errors import ConflictError, SpError

STATE: Final = "state.json"
FORMAT: Final = 1
LEAST_BITS: Final = 2048


class KeysError(SpError):
    """Our keys are missing or cannot be used; `public` is one sentence for the operator."""

    code = "keys_unusable"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One RSA key of ours with its self-signed certificate (DER)."""

    number: int
    private_key: RSAPrivateKey
    certificate: bytes
    not_after: datetime

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate as hex digits, as the portals show it."""
        return hashlib.sha256(self.certificate).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Every key of ours that still does something."""

    signing: KeyPair
    encryption: KeyPair
    next_signing: KeyPair | None = None
    next_encryption: KeyPair | None = None
    retired_encryption: tuple[KeyPair, ...] = ()

    @property
    def decryption_keys(self) -> tuple[RSAPrivateKey, ...]:
        """Return every key that a message may still be encrypted to, the current one first."""
        next_one = (self.next_encryption,) if self.next_encryption else ()
        pairs = (self.encryption, *next_one, *self.retired_encryption)
        return tuple(pair.private_key for pair in pairs)


_loaded: dict[Path, tuple[tuple[int, int, int], KeyRing]] = {}


def load_keyring(directory: Path) -> KeyRing:
    """Return the keys that state.json names; read anew only when that file was replaced.

    Raises KeysError with code `no_keys` where none were made yet, else `keys_unusable`.
    """
    try:
        found = os.stat(f"{directory}/{STATE}")  # noqa: PTH116 - a Path costs more than the look
    except FileNotFoundError as error:
        sentence = f"There are no keys in {directory}: make them with flask sp keys generate."
        raise KeysError(code="no_keys", public=sentence) from error
    except OSError as error:
        raise KeysError(public=f"{directory} cannot be read: {error.strerror}.") from error
    mark = (found.st_mtime_ns, found.st_size, found.st_ino)
    known = _loaded.get(directory)
    if known is None or known[0] != mark:
        known = _loaded[directory] = (mark, _read_keyring(directory))
    return known[1]


def generate_keys(
    directory: Path, now: datetime, common_name: str, record: Callable[[dict[str, int]], None]
) -> KeyRing:
    """Make the first signing and encryption pair; a ConflictError where there are keys already.

    Once the files are durable `record` is told their numbers. state.json comes last and at once:
    a crash before it leaves files that nothing uses and that no later key overwrites, and no key
    is ever in force that was not recorded. Raises KeysError where the folder cannot be written,
    and what `record` raises.
    """
    already = ConflictError(public=f"There are keys in {directory} already; nothing was changed.")
    if (directory / STATE).exists():
        raise already
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = _write_pairs(directory, now, common_name)
        if numbers is None or (directory / STATE).exists():
            raise already
        record(numbers)
        made = _name_first(directory, numbers)
    except OSError as error:
        sentence = f"The keys cannot be written to {directory}: {error.strerror}."
        raise KeysError(public=sentence) from error
    if not made:
        raise already
    return load_keyring(directory)


def _write_pairs(directory: Path, now: datetime, common_name: str) -> dict[str, int] | None:
    """Write one pair of each kind and return their numbers; None where somebody took one first."""
    numbers = {}
    for kind in ("signing", "encryption"):
        number = numbers[kind] = key_files.next_number(directory, kind)
        try:
            key_files.write_pair(directory, kind, number, *key_files.make_pair(now, common_name))
        except FileExistsError:
            return None
    return numbers


def _name_first(directory: Path, numbers: dict[str, int]) -> bool:
    """Put the pairs of these numbers in force; False where others are already."""
    state = {
        "format": FORMAT,
        "signing": {"current": numbers["signing"], "next": None},
        "encryption": {"current": numbers["encryption"], "next": None, "retired": []},
    }
    octets = json.dumps(state, indent=2).encode("ascii") + b"\n"
    return key_files.link_once(directory / STATE, octets, 0o644)


def load_or_make_secret_key(directory: Path) -> bytes:
    """Return the octets that sign the form tokens, made when first asked for; 0600.

    Of several nodes that start at once, one makes it and all read the same.
    """
    path = directory / "secret_key"
    try:
        if not path.exists():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            key_files.link_once(path, os.urandom(32).hex().encode(), 0o600)
        return _read_private(path)
    except OSError as error:
        sentence = f"{path} can be neither read nor made: {error.strerror}. Set SP_SECRET_KEY."
        raise KeysError(public=sentence) from error


def _read_keyring(directory: Path) -> KeyRing:
    try:
        state = json.loads((directory / STATE).read_bytes())
        if state["format"] != FORMAT:
            raise KeysError(public=f"{directory / STATE} has a format of a later version.")
        signing, encryption = state["signing"], state["encryption"]
        return KeyRing(
            signing=_read_pair(directory, "signing", signing["current"]),
            next_signing=_read_next(directory, "signing", signing),
            encryption=_read_pair(directory, "encryption", encryption["current"]),
            next_encryption=_read_next(directory, "encryption", encryption),
            retired_encryption=tuple(
                _read_pair(directory, "encryption", number) for number in encryption["retired"]
            ),
        )
    except OSError as error:
        sentence = f"{error.filename} cannot be read: {error.strerror}."
        raise KeysError(public=sentence) from error
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        sentence = f"{directory / STATE} is not a list of keys as this service writes it."
        raise KeysError(public=sentence) from error


def _read_next(directory: Path, kind: str, state: dict[str, Any]) -> KeyPair | None:
    return None if state["next"] is None else _read_pair(directory, kind, state["next"])


def _read_pair(directory: Path, kind: str, number: int) -> KeyPair:
    stem = directory / f"{kind}-{int(number)}"
    private, public = stem.with_suffix(".key"), stem.with_suffix(".crt")
    octets, text = _read_private(private), public.read_bytes()
    try:
        key = load_pem_private_key(octets, None)
        certificate = x509.load_pem_x509_certificate(text)
        public_key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeysError(public=f"{private} or {public} is not a key in PEM form.") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise KeysError(public=f"{private} must be an RSA key of {LEAST_BITS} bits or more.")
    if key.public_key() != public_key:
        raise KeysError(public=f"{private} and {public} do not belong together.")
    der = certificate.public_bytes(Encoding.DER)
    return KeyPair(number, key, der, certificate.not_valid_after_utc)


def _read_private(path: Path) -> bytes:
    """Return a private file's octets; refused where others on the machine can read it, too."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            sentence = f"{path} can be read by others: run chmod 600 '{path}'."
            raise KeysError(code="key_readable_by_others", public=sentence)
        return file.read()
