"""Accounts: a person at one organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from sp.accounts.account_table import AccountTable
from sp.accounts.email_address import normalise_email
from sp.db import Statement, Transaction
from sp.errors import BadInputError

__all__ = [
    "COLUMNS",
    "Account",
    "AccountTable",
    "add",
    "find",
    "find_by_id",
    "list_for",
    "list_organisations",
    "make",
    "normalise_email",
    "read",
    "restore",
    "set_email",
    "set_name",
    "set_role",
    "suspend",
]

ROLES: Final = ("member", "admin", "auditor")
ORIGINS: Final = ("staff", "invitation", "sign_on")
LONGEST_NAME: Final = 1024


class Account(NamedTuple):
    """One row. `origin` says who made it: staff, an invitation, or the first sign-on itself."""

    id: int
    organisation_id: int
    email: str
    name: str
    role: str
    origin: str
    suspended_at: datetime | None
    created_at: datetime

    @property
    def was_invited(self) -> bool:
        """Say whether Clientshare listed this person; such a guest may have any address."""
        return self.origin in ("staff", "invitation")


COLUMNS = tuple(getattr(AccountTable, name) for name in Account._fields)
"""The columns of an Account, in the order in which `read` takes them."""
_ALL = select(*COLUMNS)
_ONE = AccountTable.id == bindparam("account_id")
_OF_ORGANISATION = AccountTable.organisation_id == bindparam("organisation_id")

_FIND = Statement(_ALL.where(_OF_ORGANISATION, AccountTable.email == bindparam("email")))
_FIND_BY_ID = Statement(_ALL.where(_ONE))
_LIST = Statement(_ALL.where(_OF_ORGANISATION).order_by(AccountTable.email))
_ORGANISATIONS = Statement(
    select(AccountTable.organisation_id)
    .where(AccountTable.email == bindparam("email"))
    .order_by(AccountTable.organisation_id)
)
_INSERT = Statement(
    insert(AccountTable)
    .values(
        {name: bindparam(name) for name in Account._fields if name not in ("id", "suspended_at")}
    )
    .returning(*COLUMNS)
)
_SUSPEND = Statement(
    update(AccountTable)
    .where(_ONE, AccountTable.suspended_at.is_(None))
    .values(suspended_at=bindparam("at"))
)
_RESTORE = Statement(
    update(AccountTable)
    .where(_ONE, AccountTable.suspended_at.is_not(None))
    .values(suspended_at=None)
)
_SET_EMAIL = Statement(update(AccountTable).where(_ONE).values(email=bindparam("address")))
_SET_ROLE = Statement(update(AccountTable).where(_ONE).values(role=bindparam("role")))
_SET_NAME = Statement(update(AccountTable).where(_ONE).values(name=bindparam("text")))


def find(transaction: Transaction, organisation_id: int, email: str) -> Account | None:
    """Return the account of a normalised address at one organisation."""
    return read(transaction.one(_FIND, organisation_id=organisation_id, email=email))


def find_by_id(transaction: Transaction, account_id: int) -> Account | None:
    """Return the account of this id."""
    return read(transaction.one(_FIND_BY_ID, account_id=account_id))


def list_for(transaction: Transaction, organisation_id: int) -> list[Account]:
    """Return all accounts of an organisation, by address."""
    rows = transaction.rows(_LIST, organisation_id=organisation_id)
    return [account for row in rows if (account := read(row))]


def list_organisations(transaction: Transaction, email: str) -> list[int]:
    """Return the ids of the organisations where a normalised address has an account."""
    return [int(row[0]) for row in transaction.rows(_ORGANISATIONS, email=email)]


def add(
    transaction: Transaction,
    organisation_id: int,
    email: str,
    *,
    name: str,
    role: str,
    origin: str,
    at: datetime,
) -> Account | None:
    """Make an account for a normalised address, or return None where there is one already."""
    if find(transaction, organisation_id, email):
        return None
    return make(transaction, organisation_id, email, name=name, role=role, origin=origin, at=at)


def make(
    transaction: Transaction,
    organisation_id: int,
    email: str,
    *,
    name: str,
    role: str,
    origin: str,
    at: datetime,
) -> Account:
    """Make an account for a normalised address that has none.

    Of two that make one at once, the second breaks the unique key: its transaction is tried again
    whole and then sees the first.
    """
    _check_role(role)
    if origin not in ORIGINS:
        raise BadInputError(code="bad_origin", public=f"An origin is one of: {', '.join(ORIGINS)}.")
    _check_name(name)
    made = read(
        transaction.one(
            _INSERT,
            organisation_id=organisation_id,
            email=email,
            name=name,
            role=role,
            origin=origin,
            created_at=at,
        )
    )
    assert made is not None
    return made


def suspend(transaction: Transaction, account_id: int, at: datetime) -> bool:
    """Keep a person out from this moment on; False where they are already."""
    return transaction.change(_SUSPEND, account_id=account_id, at=at) == 1


def restore(transaction: Transaction, account_id: int) -> bool:
    """Let a suspended person in again; False where they are not suspended."""
    return transaction.change(_RESTORE, account_id=account_id) == 1


def set_email(transaction: Transaction, account_id: int, email: str) -> None:
    """Give a person another normalised address; no other account of the organisation has it."""
    transaction.change(_SET_EMAIL, account_id=account_id, address=email)


def set_role(transaction: Transaction, account_id: int, role: str) -> str:
    """Give a person one of ROLES and return the one they had; raises BadInputError."""
    _check_role(role)
    before = find_by_id(transaction, account_id)
    assert before is not None  # accounts are never removed
    transaction.change(_SET_ROLE, account_id=account_id, role=role)
    return before.role


def set_name(transaction: Transaction, account_id: int, name: str) -> None:
    """Give a person the name that the company's directory has now."""
    _check_name(name)
    transaction.change(_SET_NAME, account_id=account_id, text=name)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise BadInputError(code="bad_role", public=f"A role is one of: {', '.join(ROLES)}.")


def _check_name(name: str) -> None:
    """Refuse what PostgreSQL cannot store: NUL and lone surrogates (DESIGN, decision 23)."""
    storable = "\0" not in name and not any("\ud800" <= letter <= "\udfff" for letter in name)
    if not storable or len(name) > LONGEST_NAME:
        raise BadInputError(
            code="bad_name", public=f"Please give a name of at most {LONGEST_NAME} characters."
        )


def read(row: tuple[Any, ...] | None) -> Account | None:
    """Return the account of a row of COLUMNS; None for no row."""
    return Account._make(row) if row else None
