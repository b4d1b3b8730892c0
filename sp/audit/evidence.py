"""What a stranger needs to verify a message again years later, kept by number and digest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import Executable

from sp import db
from sp.audit import logout_expectation
from sp.audit.evidence_format import (
    PARTS,
    EvidenceAlteredError,
    Packed,
    decode_expectation,
    decode_findings,
    decode_salt,
    unpack,
)
from sp.audit.kept_message import SIGN_ON, Evidence, keep_own, keep_unread, make_evidence

__all__ = [
    "SIGN_ON",
    "Evidence",
    "EvidenceAlteredError",
    "keep_own",
    "keep_unread",
    "load",
    "make_evidence",
    "store",
]


class EvidenceTable(db.Base):
    """One evidence; the columns that `COMPRESSED` names are kept by zlib.

    Its event knows its number, and by the digest whether it still is the one of the day: an index
    over digests would be one more page to write at every sign-in, each time another.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    facts: Mapped[bytes] = mapped_column(LargeBinary)
    message: Mapped[bytes | None] = mapped_column(LargeBinary)
    plain: Mapped[bytes | None] = mapped_column(LargeBinary)
    plain_name_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    findings: Mapped[bytes | None] = mapped_column(LargeBinary)


def _insert(dialect: str) -> Executable:
    names = ("digest", "facts", *PARTS)
    statement = insert(EvidenceTable).values({name: bindparam(name) for name in names})
    return statement if dialect == "sqlite" else statement.returning(EvidenceTable.id)


_INSERT = db.Statement(_insert)
_FIND = db.Statement(
    select(EvidenceTable.facts, *(EvidenceTable.__table__.c[name] for name in PARTS)).where(
        EvidenceTable.id == bindparam("number"), EvidenceTable.digest == bindparam("digest")
    )
)


def store(transaction: db.Transaction, evidence: Evidence) -> int:
    """Keep an evidence and return its number."""
    packed = evidence.packed
    digest = bytes.fromhex(packed.digest)
    return transaction.add(_INSERT, digest=digest, facts=packed.facts, **packed.parts)


def load(transaction: db.Transaction, number: int | None, digest: str) -> Evidence | None:
    """Return an evidence, or None where its message was not kept or erased.

    `digest` (hex) is its event's: a number alone might be given again once its row is gone. Raises
    EvidenceAlteredError where a part is not the one of the day.
    """
    row = transaction.one(_FIND, number=number, digest=bytes.fromhex(digest))
    if row is None:
        return None
    facts, parts = unpack(Packed(digest, row[0], dict(zip(PARTS, row[1:], strict=True))))
    message, findings = parts["message"], parts["findings"]
    if message is None or findings is None:
        return None
    if any(facts[name] and parts[name] is None for name in PARTS):
        return None
    return _rebuild(facts, parts, message, findings)


def _rebuild(
    facts: dict[str, Any], parts: dict[str, bytes | None], message: bytes, findings: bytes
) -> Evidence:
    expectation, kind = facts["expectation"], facts.get("kind", SIGN_ON)
    decode = decode_expectation if kind == SIGN_ON else logout_expectation.decode
    return Evidence(
        message=message,
        plain=parts["plain"],
        plain_name_id=parts["plain_name_id"],
        expectation=None if expectation is None else decode(expectation),
        kind=kind,
        findings=decode_findings(findings),
        revision=facts["revision"],
        revision_digest=facts["revision_digest"],
        signed_by=facts["signed_by"],
        salt=decode_salt(findings),
    )
