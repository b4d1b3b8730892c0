"""`flask sp keys`: what our keys are, and making the first ones."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sp.cli.group import SpGroup, current_config
from sp.cli.output import as_text, json_option, say, show, table
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE
from sp.keys import KeyPair, KeyRing

group = SpGroup("keys", help="Our own signing and encryption keys.")


@group.command("show")
@json_option
def show_keys(*, as_json: bool) -> None:
    """Show which keys are in force; private keys are never shown."""
    rows = _rows(current_config().keyring())
    show(
        [{**row, "certificate": _pem(pair)} for row, pair in rows],
        as_json=as_json,
        lines=lambda: table([row for row, _ in rows], empty="There are no keys."),
    )


@group.command("generate")
def generate() -> None:
    """Make the first signing and encryption pair."""
    config = current_config()
    ring = key_rollover.generate_keys(config, actor=COMMAND_LINE)
    until = as_text(ring.signing.not_after)
    say(f"Made the keys in {config.certificates_directory}; they are valid until {until}.")


def _rows(ring: KeyRing) -> list[tuple[dict[str, object], KeyPair]]:
    pairs = [
        ("signing", "current", ring.signing),
        ("signing", "next", ring.next_signing),
        ("encryption", "current", ring.encryption),
        ("encryption", "next", ring.next_encryption),
        *(("encryption", "retired", pair) for pair in ring.retired_encryption),
    ]
    return [
        (
            {
                "use": use,
                "state": state,
                "number": pair.number,
                "valid_until": pair.not_after,
                "sha256": pair.fingerprint,
            },
            pair,
        )
        for use, state, pair in pairs
        if pair is not None
    ]


def _pem(pair: KeyPair) -> str:
    certificate = x509.load_der_x509_certificate(pair.certificate)
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
