"""The first tables; the first migration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import sp.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=20), nullable=True),
        sa.Column("detail_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("evidence_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_audit_event")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_event_reference",
            ["reference"],
            unique=False,
            sqlite_where=sa.text("reference IS NOT NULL"),
            postgresql_where=sa.text("reference IS NOT NULL"),
        )

    op.create_table(
        "evidence",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("plain", sa.LargeBinary(), nullable=True),
        sa.Column("plain_name_id", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("digest", name=op.f("uq_evidence_digest")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sign_in", sa.String(length=16), nullable=False),
        sa.Column("unsolicited", sa.String(length=16), nullable=False),
        sa.Column("create_accounts", sa.Boolean(), nullable=False),
        sa.Column("live_revision", sa.Integer(), nullable=True),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("absolute_seconds", sa.Integer(), nullable=False),
        sa.Column("floor_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "sign_in IN ('password', 'optional', 'required')", name=op.f("ck_organisation_sign_in")
        ),
        sa.CheckConstraint(
            "unsolicited IN ('restart', 'accept', 'refuse')",
            name=op.f("ck_organisation_unsolicited"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "refusal_hour",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "hour", name=op.f("pk_refusal_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refusal_seen",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", "hour", "key", name=op.f("pk_refusal_seen")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refusal_suppressed",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "hour", "code", name=op.f("pk_refusal_suppressed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("suspended_at", sp.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "origin IN ('staff', 'invitation', 'sign_on')", name=op.f("ck_account_origin")
        ),
        sa.CheckConstraint("role IN ('member', 'admin', 'auditor')", name=op.f("ck_account_role")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_account_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint(
            "organisation_id", "email", name=op.f("uq_account_organisation_id_email")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_email"), ["email"], unique=False)

    op.create_table(
        "audit_detail",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("json", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain", "sequence"],
            ["audit_event.chain", "audit_event.sequence"],
            name=op.f("fk_audit_detail_chain_sequence_audit_event"),
        ),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_audit_detail")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consumed_assertion",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("keep_until", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_consumed_assertion_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_consumed_assertion")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organisation_domain",
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("proven_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("proof IN ('staff', 'dns')", name=op.f("ck_organisation_domain_proof")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_domain_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_organisation_domain")),
    )
    with op.batch_alter_table("organisation_domain", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organisation_domain_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "pending_request",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("handle_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("binding_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("noted_session_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sp.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("restarted", sa.Boolean(), nullable=False),
        sa.Column("force_authn", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('sign_in', 'test')", name=op.f("ck_pending_request_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pending_request_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "request_id", name=op.f("pk_pending_request")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("pending_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pending_request_handle_hash"), ["handle_hash"], unique=False
        )

    op.create_table(
        "required_group",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_required_group_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "name", name=op.f("pk_required_group")),
    )
    op.create_table(
        "revision",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("idp_entity_id", sa.Text(), nullable=False),
        sa.Column("created_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_revision_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "identity_link",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("source_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("idp_entity_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("linked_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_identity_link_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_identity_link_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "identity_key", name=op.f("pk_identity_link")),
        sa.UniqueConstraint(
            "account_id", "source_key", name=op.f("uq_identity_link_account_id_source_key")
        ),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("idp_entity_id", sa.Text(), nullable=True),
        sa.Column("name_id", sa.Text(), nullable=True),
        sa.Column("name_id_format", sa.Text(), nullable=True),
        sa.Column("name_qualifier", sa.Text(), nullable=True),
        sa.Column("sp_name_qualifier", sa.Text(), nullable=True),
        sa.Column("session_index", sa.Text(), nullable=True),
        sa.Column("authn_instant", sp.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("binding_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_session_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_session_organisation_id_session_binding_hash"),
            ["organisation_id", "binding_hash"],
            unique=False,
        )



def downgrade() -> None:
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_organisation_id_session_binding_hash"))
        batch_op.drop_index(batch_op.f("ix_session_account_id"))

    op.drop_table("session")
    op.drop_table("identity_link")
    op.drop_table("revision")
    op.drop_table("required_group")
    with op.batch_alter_table("pending_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_request_handle_hash"))

    op.drop_table("pending_request")
    with op.batch_alter_table("organisation_domain", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_domain_organisation_id"))

    op.drop_table("organisation_domain")
    op.drop_table("consumed_assertion")
    op.drop_table("audit_detail")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_email"))

    op.drop_table("account")
    op.drop_table("refusal_suppressed")
    op.drop_table("refusal_seen")
    op.drop_table("refusal_hour")
    op.drop_table("organisation")
    op.drop_table("evidence")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_event_reference",
            sqlite_where=sa.text("reference IS NOT NULL"),
            postgresql_where=sa.text("reference IS NOT NULL"),
        )

    op.drop_table("audit_event")
