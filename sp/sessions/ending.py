"""Ending sessions, by whatever names them; each verb returns how many ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.sql import ColumnElement

from sp import db
from sp.saml.types import NameID
from sp.sessions.session_table import NAME_ID, SessionTable, name_id_values

_BY_ORGANISATION = SessionTable.organisation_id == bindparam("organisation_id")
_BY_NAME_ID = (
    _BY_ORGANISATION,
    SessionTable.idp_entity_id == bindparam("idp_entity_id"),
    *(
        SessionTable.__table__.columns[name].is_not_distinct_from(bindparam(name))
        for name in NAME_ID
    ),
)


def _end(*conditions: ColumnElement[bool]) -> db.Statement:
    return db.Statement(delete(SessionTable).where(*conditions))


_END_TOKEN = _end(SessionTable.token_hash == bindparam("token_hash"))
_END_PUBLIC_ID = _end(_BY_ORGANISATION, SessionTable.public_id == bindparam("public_id"))
_END_ACCOUNT = _end(SessionTable.account_id == bindparam("account_id"))
_END_ORGANISATION = _end(_BY_ORGANISATION)
_END_BINDING = _end(_BY_ORGANISATION, SessionTable.binding_hash == bindparam("binding_hash"))
_END_NAME_ID = _end(*_BY_NAME_ID)
_END_INDEX = _end(*_BY_NAME_ID, SessionTable.session_index == bindparam("session_index"))
_END_BEFORE = _end(SessionTable.created_at < bindparam("moment"))


def end_by_token(transaction: db.Transaction, token_hash: bytes) -> int:
    """End the session of one token."""
    return transaction.change(_END_TOKEN, token_hash=token_hash)


def end_by_public_id(transaction: db.Transaction, organisation_id: int, public_id: str) -> int:
    """End the session that a list names so."""
    return transaction.change(_END_PUBLIC_ID, organisation_id=organisation_id, public_id=public_id)


def end_by_account(transaction: db.Transaction, account_id: int) -> int:
    """End all sessions of a person."""
    return transaction.change(_END_ACCOUNT, account_id=account_id)


def end_by_organisation(transaction: db.Transaction, organisation_id: int) -> int:
    """End all sessions of an organisation."""
    return transaction.change(_END_ORGANISATION, organisation_id=organisation_id)


def end_by_binding(transaction: db.Transaction, organisation_id: int, binding_hash: bytes) -> int:
    """End all sessions that one browser made at an organisation."""
    return transaction.change(
        _END_BINDING, organisation_id=organisation_id, binding_hash=binding_hash
    )


def end_by_name_id(
    transaction: db.Transaction,
    organisation_id: int,
    idp_entity_id: str,
    name_id: NameID,
    session_index: str | None,
) -> int:
    """End the sessions that an IdP names: all of a NameID, or one SessionIndex (Core 3.7.1)."""
    of = {"organisation_id": organisation_id, "idp_entity_id": idp_entity_id}
    values = {**of, **name_id_values(name_id)}
    if session_index is None:
        return transaction.change(_END_NAME_ID, **values)
    return transaction.change(_END_INDEX, **values, session_index=session_index)


def end_before(transaction: db.Transaction, moment: datetime) -> int:
    """End every session anywhere that started before a moment."""
    return transaction.change(_END_BEFORE, moment=moment)
