"""Is anything amiss here? What the doctor tells, and what refuses the start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy
from alembic.script import ScriptDirectory

from sp import clock, db, trouble
from sp.audit import events, ledger
from sp.config import Config, ConfigError, unknown_settings
from sp.errors import SpError
from sp.flows import inspection
from sp.flows.recording import SERVICE_CHAIN
from sp.organisations import idp_directory, organisation
from sp.organisations.organisation import Organisation

MIGRATIONS: Final = Path(__file__).resolve().parent.parent / "migrations"
RENEW_BEFORE: Final = timedelta(days=60)
CLOCKS_APART: Final = timedelta(seconds=30)
_VERSION: Final = sqlalchemy.table("alembic_version", sqlalchemy.column("version_num"))
_WRITE: Final = db.Statement(sqlalchemy.update(_VERSION).values(version_num=_VERSION.c.version_num))
_log = logging.getLogger("sp.doctor")
QUICK_LOOK: Final = 100
"""How many of a chain's last events the doctor holds against their hashes."""


class AmissError(SpError):
    """Something here needs a hand; `public` is one sentence for the operator."""

    code = "amiss"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, whether it is well, and one sentence."""

    name: str
    ok: bool
    sentence: str


def check_all(config: Config, environ: Mapping[str, str]) -> list[Check]:
    """Look at everything, to the end."""
    looks: list[tuple[str, Callable[[], str]]] = [
        ("settings", lambda: _settings(environ)),
        ("tables", _tables),
        ("writing", _writing),
        ("clock", _clock),
        ("keys", lambda: _keys(config)),
        ("demonstration", lambda: _demonstration(config)),
        ("revisions", lambda: _revisions(config)),
        ("leftovers", lambda: _leftovers(config)),
        ("record", _record),
    ]
    return [_look(name, look) for name, look in looks]


def refuse_bad_start(config: Config) -> None:
    """Raise an SpError with one sentence where serving would be wrong or could not work."""
    for name, look in (
        ("tables", _tables),
        ("keys", lambda: f"{config.keyring().signing.number}"),
        ("demonstration", lambda: _demonstration(config)),
    ):
        found = _look(name, look)
        if not found.ok:
            raise ConfigError(public=found.sentence)


def _look(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, sentence=look())
    except SpError as error:
        return Check(name, ok=False, sentence=error.public)
    except OSError as error:
        place = error.filename or "A file"
        return Check(name, ok=False, sentence=f"{place} cannot be used: {error.strerror}.")
    except Exception as error:  # noqa: BLE001 - what nobody foresaw must not hide the other looks
        found = trouble.find(error, db.db.engine)
        if found is not None:
            return Check(name, ok=False, sentence=found.sentence)
        _log.error("a look of the doctor failed", exc_info=error)
        return Check(name, ok=False, sentence="This look failed itself: the log says where.")


def _settings(environ: Mapping[str, str]) -> str:
    unknown = unknown_settings(environ)
    if unknown:
        raise AmissError(public=f"There is no setting {', '.join(unknown)}: see README.")
    return "Every setting that is set exists."


def _tables() -> str:
    """Hold the tables' version against the migrations that came with this code."""
    wanted = _newest_version()
    with db.db.engine.connect() as connection:
        known = sqlalchemy.inspect(connection).has_table(_VERSION.name)
        found = (
            set(connection.scalars(sqlalchemy.select(_VERSION.c.version_num))) if known else set()
        )
    if found != wanted:
        state = "missing" if not found else "of another version"
        raise AmissError(public=f"The tables are {state}: run flask db upgrade.")
    return f"The tables are those of this version, in {db.db.engine.dialect.name}."


@cache
def _newest_version() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def _writing() -> str:
    """Write what stands there already: where nobody can, nobody signs in."""
    db.write(lambda transaction: transaction.change(_WRITE))
    return "The database takes changes."


def _clock() -> str:
    """Hold our time against the record, which other nodes write as well."""
    now = clock.now()
    with db.read() as transaction:
        chains = [SERVICE_CHAIN, *(each.slug for each in organisation.list_all(transaction))]
        newest = [
            event for chain in chains for event in ledger.list_events(transaction, chain, limit=1)
        ]
    ahead = [event.chain for event in newest if event.at > now + CLOCKS_APART]
    if ahead:
        raise AmissError(public=f"The clock is behind the record of {', '.join(ahead)}.")
    return f"It is {now:%Y-%m-%d %H:%M:%S}Z; the record agrees."


def _keys(config: Config) -> str:
    ring = config.keyring()
    first = min(pair.not_after for pair in (ring.signing, ring.encryption))
    if first < clock.now() + RENEW_BEFORE:
        raise AmissError(public=f"A certificate of ours ends on {first:%Y-%m-%d}.")
    with db.read() as transaction:
        recorded = ledger.list_events(
            transaction, SERVICE_CHAIN, kind=events.KEYS_GENERATED, limit=1
        )
    if not recorded:
        raise AmissError(public="The keys work, but no event says who made them and when.")
    return f"The keys are there and private; their certificates are valid until {first:%Y-%m-%d}."


def _demonstration(config: Config) -> str:
    """Refuse the demonstration's organisation, whose passwords are public, before the world."""
    with db.read() as transaction:
        demo = [each.slug for each in organisation.list_all(transaction) if each.demo]
    if demo and not config.is_loopback:
        raise AmissError(
            public=f"{demo[0]} is the demonstration's organisation and its passwords are public: "
            "it may not exist where SP_BASE_URL can be reached from elsewhere."
        )
    return "No demonstration where others can reach it."


def _revisions(config: Config) -> str:
    """Read every revision that a row names; one that was altered or lost is told."""
    read = 0
    for here, number, digest in _every_revision():
        idp_directory.read_revision(config.settings_directory, here.slug, number, digest)
        read += 1
    return f"All {read} revisions are as they were recorded."


def _every_revision() -> list[tuple[Organisation, int, str]]:
    with db.read() as transaction:
        return [
            (here, row.number, row.digest)
            for here in organisation.list_all(transaction)
            for row in organisation.list_revisions(transaction, here.id)
        ]


def _leftovers(config: Config) -> str:
    with db.read() as transaction:
        known = organisation.known_revisions(transaction)
    found = idp_directory.leftovers(config.settings_directory, known)
    if found:
        return f"Left over from unfinished imports, harmless, removed by purge: {len(found)}."
    return "Nothing is left over from unfinished imports."


def _record() -> str:
    with db.read() as transaction:
        slugs = [each.slug for each in organisation.list_all(transaction)]
    service, *theirs = (
        ledger.verify_chain(chain, last=QUICK_LOOK) for chain in (SERVICE_CHAIN, *slugs)
    )
    reports = [service, *map(inspection.hold_beginning, theirs)]
    broken = [each.chain for each in reports if not each.ok]
    if broken:
        raise AmissError(
            public=f"The record of {', '.join(broken)} was altered: run flask sp audit verify."
        )
    return f"The newest events of all {len(reports)} chains hold together."
