"""A million accounts and five million events beside ours, made inside the database itself.

What is made has the shape and the size of real rows; the chains of these organisations are never
read, so their hashes are only random octets.
"""

from __future__ import annotations

from dataclasses import dataclass

ACCOUNTS_EACH = 100
EVENTS_EACH = 500


@dataclass(frozen=True)
class Dialect:
    """How one database makes rows of its own, and random octets."""

    numbers: str
    octets: str


SQLITE = Dialect(
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n)",
    "randomblob(32)",
)
POSTGRESQL = Dialect(
    "generate_series(1, {last}) AS n(i)",
    "decode(md5(random()::text) || md5(random()::text), 'hex')",
)
MOMENT = "'2026-03-02 09:00:00.000000+00:00'"
PADDING = "x" * 300


def fill(engine, organisations, tell):
    """Make that many organisations, each with a hundred people and five hundred events."""
    dialect = SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL
    with engine.begin() as connection:
        (first,) = connection.exec_driver_sql("SELECT COALESCE(MAX(id), 0) FROM organisation").one()
        for what, statement in statements(dialect, organisations, first):
            tell(f"filling: {what}")
            connection.exec_driver_sql(statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tell("filling: statistics")
        connection.exec_driver_sql("ANALYZE")


def statements(dialect, organisations, first):
    """Give (what it makes, SQL) in the order in which rows refer to each other."""
    accounts, events = organisations * ACCOUNTS_EACH, organisations * EVENTS_EACH

    def numbers(last):
        return dialect.numbers.format(last=last)

    yield (
        f"{organisations:,} organisations",
        f"""
        INSERT INTO organisation (id, slug, name, sign_in, unsolicited, create_accounts, live_revision,
            idle_seconds, absolute_seconds, floor_seconds, created_at, demo)
        SELECT {first} + i, 'o' || i, 'Organisation ' || i, 'optional', 'restart', {_truth(dialect)}, NULL,
            7200, 43200, 900, {MOMENT}, {_truth(dialect, false=True)} FROM {numbers(organisations)}""",
    )
    yield (
        "their domains",
        f"""
        INSERT INTO organisation_domain (name, organisation_id, proof, proven_at)
        SELECT 'o' || i || '.example', {first} + i, 'staff', {MOMENT} FROM {numbers(organisations)}""",
    )
    yield (
        f"{accounts:,} accounts",
        f"""
        INSERT INTO account (organisation_id, email, name, role, origin, suspended_at, created_at)
        SELECT {first} + 1 + (i - 1) / {ACCOUNTS_EACH}, 'person-' || i || '@example.org',
            'Person ' || i, 'member', 'sign_on', NULL, {MOMENT} FROM {numbers(accounts)}""",
    )
    yield (
        "their links",
        f"""
        INSERT INTO identity_link (organisation_id, identity_key, source_key, account_id,
            idp_entity_id, source, value, linked_at)
        SELECT organisation_id, {dialect.octets}, {dialect.octets}, id, 'https://idp.example.com/saml',
            'nameid', email, {MOMENT} FROM account WHERE organisation_id > {first}""",
    )
    yield (
        f"{events:,} events",
        f"""
        INSERT INTO audit_event (chain, sequence, format, at, kind, code, actor_kind, actor_id,
            account_id, revision, reference, detail_digest, evidence_digest, previous_hash, hash,
            detail_salt, detail)
        SELECT 'o' || (1 + (i - 1) / {EVENTS_EACH}), i - (i - 1) / {EVENTS_EACH} * {EVENTS_EACH}, 1, {MOMENT},
            'sign_in', 'done', 'person', CAST(i AS VARCHAR(20)), i, 1, NULL, {dialect.octets},
            {dialect.octets}, {dialect.octets}, {dialect.octets}, {dialect.octets},
            {_octets(dialect)} FROM {numbers(events)}""",
    )


def _truth(dialect, *, false=False):
    if dialect is SQLITE:
        return "0" if false else "1"
    return "false" if false else "true"


def _octets(dialect):
    return f"CAST('{PADDING}' AS BLOB)" if dialect is SQLITE else f"convert_to('{PADDING}', 'UTF8')"
