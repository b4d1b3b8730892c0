"""Ending sessions, by whatever names them; felt on the next request, on every node.

A session that has ended has no row any more: nothing that a node remembers can keep it alive.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Delete, bindparam, delete, select
from sqlalchemy.sql import ColumnElement

from sp import db
from sp.saml import xml
from sp.saml.types import NameID
from sp.sessions.session_table import (
    BY_ACCOUNT,
    BY_ORGANISATION,
    BY_PUBLIC_ID,
    BY_TOKEN,
    NAME_ID,
    STARTED_BEFORE,
    SessionTable,
)


class Ended(NamedTuple):
    """A session that has just ended; `public_id` is what lists called it."""

    public_id: str
    account_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A session as its Identity Provider knows it: all that a LogoutRequest says (Core 3.7.1).

    `name_id` is as the Assertion had it, with Format and qualifiers; `revision` was live then.
    """

    public_id: str
    account_id: int
    organisation_id: int
    idp_entity_id: str
    name_id: NameID
    session_index: str | None
    revision: int | None


_ENDED = (SessionTable.public_id, SessionTable.account_id, SessionTable.organisation_id)
_SAID = (
    *_ENDED,
    *(SessionTable.idp_entity_id, SessionTable.session_index, SessionTable.revision),
    *(SessionTable.__table__.columns[name] for name in NAME_ID),
)


def _where(*conditions: ColumnElement[bool]) -> Delete:
    return delete(SessionTable).where(*conditions)


_END_TOKEN = db.Statement(_where(BY_TOKEN))
_END_PUBLIC_ID = db.Statement(_where(BY_ORGANISATION, BY_PUBLIC_ID).returning(*_ENDED))
_END_ACCOUNT = db.Statement(_where(BY_ACCOUNT))
_END_ORGANISATION = db.Statement(_where(BY_ORGANISATION))
_END_IDLE = db.Statement(_where(BY_ORGANISATION, SessionTable.seen_at <= bindparam("last_seen")))
_BY_BINDING = SessionTable.binding_hash == bindparam("made_by")
_END_BINDING = db.Statement(_where(BY_ORGANISATION, _BY_BINDING))
_NOT_THIS = SessionTable.token_hash != bindparam("but")
_END_OTHER = db.Statement(_where(BY_ACCOUNT, BY_PUBLIC_ID, _NOT_THIS))
_END_OTHERS = db.Statement(_where(BY_ACCOUNT, _NOT_THIS))
_END_BEFORE = db.Statement(_where(STARTED_BEFORE).returning(*_ENDED))
_END_BEFORE_AT = db.Statement(_where(STARTED_BEFORE, BY_ORGANISATION).returning(*_ENDED))
_FIND_NAMED = db.Statement(
    select(*_SAID).where(
        BY_TOKEN, SessionTable.idp_entity_id.is_not(None), SessionTable.name_id.is_not(None)
    )
)
_FIND_BY_NAME = db.Statement(
    select(SessionTable.token_hash, *_SAID).where(
        BY_ORGANISATION,
        SessionTable.idp_entity_id == bindparam("idp_entity_id"),
        SessionTable.name_id == bindparam("name_id"),
    )
)


def end_by_token(transaction: db.Transaction, token_hash: bytes) -> int:
    """End the session of one token; return how many ended, as all verbs do that name no more."""
    return transaction.change(_END_TOKEN, token_hash=token_hash)


def end_by_public_id(
    transaction: db.Transaction, organisation_id: int, public_id: str
) -> list[Ended]:
    """End the session that a list names so; return it, if there is one."""
    rows = transaction.rows(_END_PUBLIC_ID, organisation_id=organisation_id, public_id=public_id)
    return [Ended(*row) for row in rows]


def end_by_account(transaction: db.Transaction, account_id: int) -> int:
    """End all sessions of a person."""
    return transaction.change(_END_ACCOUNT, account_id=account_id)


def end_by_organisation(transaction: db.Transaction, organisation_id: int) -> int:
    """End all sessions of an organisation."""
    return transaction.change(_END_ORGANISATION, organisation_id=organisation_id)


def end_idle(transaction: db.Transaction, organisation_id: int, last_seen: datetime) -> int:
    """End the sessions of an organisation that nobody has used since a moment."""
    return transaction.change(_END_IDLE, organisation_id=organisation_id, last_seen=last_seen)


def end_by_binding(transaction: db.Transaction, organisation_id: int, binding_hash: bytes) -> int:
    """End all sessions that one browser made at an organisation."""
    return transaction.change(_END_BINDING, organisation_id=organisation_id, made_by=binding_hash)


def end_other(transaction: db.Transaction, account_id: int, public_id: str, *, but: bytes) -> int:
    """End one session of a person, by the name a list gives it; never the one with this token."""
    return transaction.change(_END_OTHER, account_id=account_id, public_id=public_id, but=but)


def end_others(transaction: db.Transaction, account_id: int, *, but: bytes) -> int:
    """End all sessions of a person save the one with this token."""
    return transaction.change(_END_OTHERS, account_id=account_id, but=but)


def end_before(
    transaction: db.Transaction, moment: datetime, organisation_id: int | None = None
) -> list[Ended]:
    """End every session that started before a moment: of one organisation, or all there are."""
    of = {} if organisation_id is None else {"organisation_id": organisation_id}
    rows = transaction.rows(_END_BEFORE_AT if of else _END_BEFORE, moment=moment, **of)
    return [Ended(*row) for row in rows]


def end_by_name_id(
    transaction: db.Transaction,
    organisation_id: int,
    idp_entity_id: str,
    name_id: NameID,
    session_indexes: Collection[str] = (),
) -> list[Ended]:
    """End the sessions that an IdP names; return those that this call has ended."""
    meant = find_by_name_id(transaction, organisation_id, idp_entity_id, name_id, session_indexes)
    return [
        Ended(named.public_id, named.account_id, named.organisation_id)
        for token_hash, named in meant
        if end_by_token(transaction, token_hash)
    ]


def find_by_name_id(
    transaction: db.Transaction,
    organisation_id: int,
    idp_entity_id: str,
    name_id: NameID,
    session_indexes: Collection[str] = (),
) -> list[tuple[bytes, Named]]:
    """Return what an IdP names: all of a NameID, or some SessionIndexes, by token (Core 3.7.3).

    The value counts, and a qualifier where both sides have one; Format does not, because samlify
    sends another one at logout than at sign-in. White space around an index means nothing. With
    indexes, a session that got none at sign-in is meant, too: its IdP cannot name it otherwise. One
    that names only the last of several in one browser (SimpleSAMLphp, LemonLDAP) leaves none here:
    each sign-in ends the session that its browser had before.
    """
    rows = transaction.rows(
        _FIND_BY_NAME,
        organisation_id=organisation_id,
        idp_entity_id=idp_entity_id,
        name_id=name_id.value,
    )
    wanted = frozenset(map(xml.trim, session_indexes))
    found = ((token_hash, _to_named(said)) for token_hash, *said in rows)
    return [each for each in found if _is_meant(each[1], name_id, wanted)]


def find_named(transaction: db.Transaction, token_hash: bytes) -> Named | None:
    """Return what to say of a session in a LogoutRequest, live or not.

    None where there is no such session, and where its IdP gave it no NameID to be named by.
    """
    row = transaction.one(_FIND_NAMED, token_hash=token_hash)
    return _to_named(row) if row else None


def _is_meant(named: Named, name_id: NameID, wanted: frozenset[str]) -> bool:
    ours = named.name_id
    return (
        (not wanted or named.session_index is None or xml.trim(named.session_index) in wanted)
        and _agree(name_id.name_qualifier, ours.name_qualifier)
        and _agree(name_id.sp_name_qualifier, ours.sp_name_qualifier)
    )


def _agree(one: str | None, other: str | None) -> bool:
    """Say whether qualifiers may be the same; who leaves one out means the usual (Core 8.3.7)."""
    return not one or not other or one == other


def _to_named(row: Any) -> Named:
    public_id, account_id, organisation_id, idp_entity_id, session_index, revision, *parts = row
    return Named(
        public_id=public_id,
        account_id=account_id,
        organisation_id=organisation_id,
        idp_entity_id=idp_entity_id,
        name_id=NameID(*parts),
        session_index=session_index,
        revision=revision,
    )
