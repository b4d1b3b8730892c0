"""LogoutRequests of ours that wait for an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import sp.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pending_logout",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sp.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sp.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pending_logout_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "request_id", name=op.f("pk_pending_logout")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("pending_logout")
