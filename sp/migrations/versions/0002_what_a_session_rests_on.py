"""How a session signed in, and what a request demanded; the idle timeout is the organisation's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("authn_context", sa.Text(), nullable=True))
    op.drop_column("session", "idle_seconds")
    op.add_column("pending_request", sa.Column("contexts", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("pending_request", "contexts")
    # What a session had at its sign-in is gone; two hours is what every organisation begins with.
    op.add_column(
        "session", sa.Column("idle_seconds", sa.Integer(), nullable=False, server_default="7200")
    )
    op.drop_column("session", "authn_context")
