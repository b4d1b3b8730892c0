"""Our own keys: making the first ones, and what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sp import clock, db, keys
from sp.audit import events, ledger
from sp.config import Config
from sp.errors import ConflictError
from sp.flows.actor import Actor
from sp.flows.recording import SERVICE_CHAIN, record_change
from sp.keys import KeyRing


def generate_keys(config: Config, *, actor: Actor) -> KeyRing:
    """Make the first signing and encryption pair; a ConflictError where there are keys already.

    Files, then the event, then the state that puts them in force: a crash leaves either no keys,
    and the next run makes others, or keys that are recorded.
    """
    now = clock.now()
    with db.read() as transaction:  # no keys where their event could not be written
        before = _newest(transaction, 1)

    def record(numbers: Mapping[str, int]) -> None:
        def work(transaction: db.Transaction) -> None:
            record_change(
                transaction, SERVICE_CHAIN, events.KEYS_GENERATED, actor, now, detail=numbers
            )
            # The chain is locked by now: of two that make keys at once, the second sees the first.
            if _newest(transaction, 2)[1:] != before:
                raise ConflictError(public="Somebody else made keys just now; look at them first.")

        db.write(work)

    host = urlsplit(config.base_url).hostname or "localhost"
    return keys.generate_keys(config.certificates_directory, now, host, record)


def _newest(transaction: db.Transaction, limit: int) -> list[int]:
    """Return the sequence of the newest events that tell of keys being made."""
    found = ledger.list_events(transaction, SERVICE_CHAIN, kind=events.KEYS_GENERATED, limit=limit)
    return [event.sequence for event in found]
