"""Holding a chain against its hashes, its details and its evidence against their digests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Integer, bindparam, func, select

from sp import db
from sp.audit import reading
from sp.audit.events import FORMAT, NO_EVENT, Event, EventTable, digest_detail, rehash
from sp.audit.evidence import EvidenceTable
from sp.audit.evidence_format import PARTS, EvidenceAlteredError, Packed, unpack

PAGE: Final = 200
FAULTS_TOLD: Final = 20
_EVENT_END: Final = len(reading.COLUMNS)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold: at which event, a stable code, and a sentence."""

    sequence: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What holding a chain against its hashes gave.

    `events` counts those looked at; `head` is (sequence, hash) of the last, None for an empty
    chain. `faults` has the first ones of `fault_count`. What was erased, or never kept, is no
    fault: the digests in the chain still say what it was.
    """

    chain: str
    events: int
    head: tuple[int, str] | None
    faults: tuple[Fault, ...]
    fault_count: int
    details_erased: int
    evidence_not_kept: int

    @property
    def ok(self) -> bool:
        """Say whether everything holds."""
        return self.fault_count == 0


_PAGE_OF_ROWS = db.Statement(
    select(
        *reading.COLUMNS,
        EventTable.detail_salt,
        EventTable.detail,
        EvidenceTable.facts,
        *(EvidenceTable.__table__.c[name] for name in PARTS),
    )
    .outerjoin(
        EvidenceTable,
        (EvidenceTable.id == EventTable.evidence_id)
        & (EvidenceTable.digest == EventTable.evidence_digest),
    )
    .where(EventTable.chain == bindparam("chain"), EventTable.sequence > bindparam("after"))
    .order_by(EventTable.sequence)
    .limit(bindparam("limit", type_=Integer))
)
_HIGHEST = db.Statement(
    select(func.max(EventTable.sequence)).where(EventTable.chain == bindparam("chain"))
)
_HASH = db.Statement(
    select(EventTable.hash).where(
        EventTable.chain == bindparam("chain"), EventTable.sequence == bindparam("sequence")
    )
)


def verify_chain(
    chain: str,
    *,
    head: tuple[int, str] | None = None,
    last: int | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> ChainReport:
    """Hold a chain against its hashes, page by page, in transactions of their own.

    `head` is a (sequence, hash) noted earlier: a rewritten or cut chain no longer has it. `last`
    looks at that many of the newest events only. `progress` is told the chain and how many events
    were looked at, after each page.
    """
    walk = _Walk(chain)
    walk.start(last)
    while (rows := walk.read_page()) is not None and walk.look_at_all(rows):
        if progress is not None:
            progress(chain, walk.events)
        if len(rows) < PAGE:
            break
    if head is not None:
        walk.hold_against(head)
    return walk.report()


@dataclass(slots=True)
class _Walk:
    """A walk along one chain: where it stands, and what it found so far."""

    chain: str
    sequence: int = 0
    hash: str = NO_EVENT
    events: int = 0
    fault_count: int = 0
    details_erased: int = 0
    evidence_not_kept: int = 0
    faults: list[Fault] = field(default_factory=list)

    def start(self, last: int | None) -> None:
        """Stand before the first event, or before the newest ones."""
        if last is None:
            return
        with db.read() as transaction:
            highest = transaction.rows(_HIGHEST, chain=self.chain)[0][0] or 0
            before = highest - last
            row = transaction.one(_HASH, chain=self.chain, sequence=before)
        if row is not None:
            self.sequence, self.hash = before, row[0].hex()

    def read_page(self) -> list[tuple[Any, ...]] | None:
        """Return the next rows; None where one holds what cannot be read, such as no time."""
        unreadable = db.db.engine.dialect.loaded_dbapi.DataError
        try:
            with db.read() as transaction:
                return transaction.rows(
                    _PAGE_OF_ROWS, chain=self.chain, after=self.sequence, limit=PAGE
                )
        except (TypeError, ValueError, unreadable):
            self.fault(self.sequence + 1, "unreadable", f"one of the next {PAGE} is no event")
            return None

    def look_at_all(self, rows: list[tuple[Any, ...]]) -> bool:
        """Look at each; False where one is no event: SQLite keeps any value in any column."""
        try:
            for row in rows:
                self.look(row)
        except (TypeError, ValueError, AttributeError):
            self.fault(self.sequence + 1, "unreadable", "what stands there is no event")
            return False
        return True

    def look(self, row: tuple[Any, ...]) -> None:
        """Hold one event against the one before, and what belongs to it against its digests."""
        event = reading.to_event(row[:_EVENT_END])
        if not isinstance(event.sequence, int):
            raise TypeError
        salt, detail, facts, *parts = row[_EVENT_END:]
        self._look_at_event(event)
        self._look_at_detail(event, salt, detail)
        self._look_at_evidence(event, facts, parts)
        self.sequence, self.hash = event.sequence, event.hash
        self.events += 1

    def _look_at_event(self, event: Event) -> None:
        if event.format != FORMAT:
            self.fault(event.sequence, "format", f"format {event.format} is unknown")
        if event.sequence != self.sequence + 1:
            self.fault(event.sequence, "gap", f"the event before it is {self.sequence}")
        elif event.previous_hash != self.hash:
            self.fault(event.sequence, "link", "it follows another event than the one before it")
        if rehash(event) != event.hash:
            self.fault(event.sequence, "hash", "its columns do not give its hash")

    def _look_at_detail(self, event: Event, salt: bytes | None, detail: bytes | None) -> None:
        if salt is None or detail is None:
            self.details_erased += event.detail_digest is not None
        elif digest_detail(salt, detail) != event.detail_digest:
            self.fault(event.sequence, "detail", "its detail was altered")

    def _look_at_evidence(
        self, event: Event, facts: bytes | None, parts: list[bytes | None]
    ) -> None:
        if event.evidence_digest is None:
            return
        if facts is None:
            self.evidence_not_kept += 1
            return
        named = dict(zip(PARTS, parts, strict=True))
        try:
            unpack(Packed(digest=event.evidence_digest, facts=facts, parts=named))
        except EvidenceAlteredError:
            self.fault(event.sequence, "evidence", "its evidence was altered")

    def hold_against(self, head: tuple[int, str]) -> None:
        """Look for the head that was noted earlier."""
        sequence, noted = head
        with db.read() as transaction:
            row = transaction.one(_HASH, chain=self.chain, sequence=sequence)
        if row is None:
            self.fault(sequence, "cut", "the chain had this event once and ends before it")
        elif row[0].hex() != noted:
            self.fault(sequence, "rewritten", "the event noted earlier was another")

    def fault(self, sequence: int, code: str, sentence: str) -> None:
        """Count a fault, and keep it while there are few."""
        self.fault_count += 1
        if len(self.faults) < FAULTS_TOLD:
            self.faults.append(Fault(sequence, code, sentence))

    def report(self) -> ChainReport:
        """Return what was found."""
        return ChainReport(
            chain=self.chain,
            events=self.events,
            head=(self.sequence, self.hash) if self.sequence else None,
            faults=tuple(self.faults),
            fault_count=self.fault_count,
            details_erased=self.details_erased,
            evidence_not_kept=self.evidence_not_kept,
        )
