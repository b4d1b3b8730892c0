"""What a stranger needs to verify a message again years later, kept by its digest."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, LargeBinary, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import Executable

from sp import db
from sp.audit.evidence_format import (
    PARTS,
    EvidenceAlteredError,
    Packed,
    decode_expectation,
    decode_findings,
    decode_salt,
    encode_expectation,
    encode_findings,
    pack,
    unpack,
)
from sp.saml.errors import Refused, refuse
from sp.saml.types import Element, Expectation, Finding, Judgement

__all__ = ["Evidence", "EvidenceAlteredError", "keep_unread", "load", "make_evidence", "store"]

SALT_OCTETS: Final = 16


class EvidenceTable(db.Base):
    """One evidence; every column but `id` and `digest` is compressed by zlib."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    facts: Mapped[bytes] = mapped_column(LargeBinary)
    message: Mapped[bytes | None] = mapped_column(LargeBinary)
    plain: Mapped[bytes | None] = mapped_column(LargeBinary)
    plain_name_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    findings: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A message as received, everything it was judged by, and what was found.

    `plain` and `plain_name_id` are the octets that decrypting the assertion and an EncryptedID in
    it gave. `expectation` is None where the message never reached the checks; then `revision` and
    `revision_digest` (hex) are None, too. `signed_by` is the fingerprint of the key that verified.
    """

    message: bytes
    plain: bytes | None
    plain_name_id: bytes | None
    expectation: Expectation | None
    findings: tuple[Finding, ...]
    revision: int | None
    revision_digest: str | None
    signed_by: str | None
    salt: bytes

    @cached_property
    def packed(self) -> Packed:
        """Return it as it is stored; made once, outside any transaction."""
        facts: dict[str, Any] = {
            "expectation": self.expectation and encode_expectation(self.expectation),
            "revision": self.revision,
            "revision_digest": self.revision_digest,
            "signed_by": self.signed_by,
        }
        parts = {
            "message": self.message,
            "plain": self.plain,
            "plain_name_id": self.plain_name_id,
            "findings": encode_findings(self.salt, self.findings),
        }
        return pack(facts, parts)

    @property
    def digest(self) -> str:
        """Return what an event's `evidence_digest` is: 64 hex digits."""
        return self.packed.digest

    def decrypt(self, element: Element) -> bytes:
        """Return the octets that decrypting this element gave on the day; raises Refused.

        It is a `sp.saml.types.Decrypt`: our keys of that day have no part in judging again. Where
        decryption was refused on the day, the same refusal is raised.
        """
        is_name_id = isinstance(element.tag, str) and element.tag.endswith("}EncryptedID")
        plain = self.plain_name_id if is_name_id else self.plain
        if plain is not None:
            return plain
        refusals = [finding for finding in self.findings if not finding.ok]
        if refusals:
            raise Refused(refusals[-1])
        raise refuse("not_decrypted", "the plain octets of the day", "none")


def make_evidence(
    octets: bytes,
    expectation: Expectation,
    judgement: Judgement,
    *,
    revision: int,
    revision_digest: str,
) -> Evidence:
    """Return the evidence of a message that was judged, packed already."""
    made = Evidence(
        message=octets,
        plain=judgement.plain,
        plain_name_id=judgement.plain_name_id,
        expectation=expectation,
        findings=judgement.findings,
        revision=revision,
        revision_digest=revision_digest,
        signed_by=None if judgement.signed_by is None else judgement.signed_by.fingerprint,
        salt=secrets.token_bytes(SALT_OCTETS),
    )
    _ = made.packed
    return made


def keep_unread(octets: bytes, finding: Finding) -> Evidence:
    """Return the evidence of what was refused before any Expectation could be held against it."""
    made = Evidence(
        message=octets,
        plain=None,
        plain_name_id=None,
        expectation=None,
        findings=(finding,),
        revision=None,
        revision_digest=None,
        signed_by=None,
        salt=secrets.token_bytes(SALT_OCTETS),
    )
    _ = made.packed
    return made


def _insert(dialect: str) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    names = ("digest", "facts", *PARTS)
    return (
        insert(EvidenceTable)
        .values({name: bindparam(name) for name in names})
        .on_conflict_do_nothing(index_elements=["digest"])
    )


_INSERT = db.Statement(_insert)
_FIND = db.Statement(
    select(EvidenceTable.facts, *(EvidenceTable.__table__.c[name] for name in PARTS)).where(
        EvidenceTable.digest == bindparam("digest")
    )
)


def store(transaction: db.Transaction, evidence: Evidence) -> str:
    """Keep an evidence, once, and return its digest."""
    packed = evidence.packed
    transaction.change(
        _INSERT, digest=bytes.fromhex(packed.digest), facts=packed.facts, **packed.parts
    )
    return packed.digest


def find_packed(transaction: db.Transaction, digest: str) -> Packed | None:
    """Return an evidence as it is stored, or None where it was not kept."""
    row = transaction.one(_FIND, digest=bytes.fromhex(digest))
    if row is None:
        return None
    return Packed(digest=digest, facts=row[0], parts=dict(zip(PARTS, row[1:], strict=True)))


def load(transaction: db.Transaction, digest: str) -> Evidence | None:
    """Return an evidence by its digest (hex), or None where its message was not kept or erased.

    Raises EvidenceAlteredError where a part is not the one of the day.
    """
    packed = find_packed(transaction, digest)
    if packed is None:
        return None
    facts, parts = unpack(packed)
    message, findings = parts["message"], parts["findings"]
    if message is None or findings is None:
        return None
    if any(facts[name] and parts[name] is None for name in PARTS):
        return None
    return _rebuild(facts, parts, message, findings)


def _rebuild(
    facts: dict[str, Any], parts: dict[str, bytes | None], message: bytes, findings: bytes
) -> Evidence:
    expectation = facts["expectation"]
    return Evidence(
        message=message,
        plain=parts["plain"],
        plain_name_id=parts["plain_name_id"],
        expectation=None if expectation is None else decode_expectation(expectation),
        findings=decode_findings(findings),
        revision=facts["revision"],
        revision_digest=facts["revision_digest"],
        signed_by=facts["signed_by"],
        salt=decode_salt(findings),
    )
