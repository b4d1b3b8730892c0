"""Who appends to a chain is alone at it: the locks that PostgreSQL needs for that.

On SQLite the transaction itself is the lock.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import BigInteger, bindparam, func, select

from sp import db


def _key(chain: str) -> int:
    digest = hashlib.sha256(b"sp-audit-chain\n" + chain.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


_ALL_KEY: Final = _key("")  # no chain has this name
_ALL = bindparam("all_chains", type_=BigInteger)
# In this order: who waits for one chain keeps whoever wants all of them waiting, too.
_LOCK = db.Statement(
    select(
        func.pg_advisory_xact_lock_shared(_ALL),
        func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)),
    )
)
_LOCK_ALL = db.Statement(select(func.pg_advisory_xact_lock(_ALL)))


def lock(transaction: db.Transaction, chain: str) -> None:
    """Wait until nobody else appends to this chain, in a statement of its own.

    The statement after it then sees what the one before committed.
    """
    if transaction.dialect == "postgresql":
        transaction.rows(_LOCK, all_chains=_ALL_KEY, key=_key(chain))


def lock_all(transaction: db.Transaction) -> None:
    """Wait until nobody else appends to any chain, as `lock` does for one.

    By a single lock: there may be more organisations than PostgreSQL has room for locks.
    """
    if transaction.dialect == "postgresql":
        transaction.rows(_LOCK_ALL, all_chains=_ALL_KEY)
