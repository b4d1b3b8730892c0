"""Our own keys: making the first ones, and what is in force."""

from __future__ import annotations

from urllib.parse import urlsplit

from sp import clock, db, keys
from sp.audit import events, ledger
from sp.config import Config
from sp.flows.actor import Actor
from sp.flows.recording import SERVICE_CHAIN, record_change
from sp.keys import KeyRing


def generate_keys(config: Config, *, actor: Actor) -> KeyRing:
    """Make the first signing and encryption pair; a ConflictError where there are keys already.

    The files come first and the event after them: a crash between the two leaves keys that work
    and that `doctor` reports as unrecorded, never an event about keys that do not exist.
    """
    now = clock.now()
    with db.read() as transaction:  # no keys where their event could not be written
        ledger.list_events(transaction, SERVICE_CHAIN, limit=1)
    host = urlsplit(config.base_url).hostname or "localhost"
    ring = keys.generate_keys(config.certificates_directory, now, host)
    db.write(
        lambda transaction: record_change(
            transaction,
            SERVICE_CHAIN,
            events.KEYS_GENERATED,
            actor,
            now,
            detail={"signing": ring.signing.number, "encryption": ring.encryption.number},
        )
    )
    return ring
