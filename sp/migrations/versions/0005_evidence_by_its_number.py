"""Evidence found by its number, which its event knows, without an index over digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("evidence_id", sa.BigInteger(), nullable=True))
    op.execute(
        """UPDATE audit_event SET
        evidence_id = (SELECT id FROM evidence WHERE digest = audit_event.evidence_digest)
        WHERE evidence_digest IS NOT NULL"""
    )
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("uq_evidence_digest"), type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("evidence") as table:
        table.create_unique_constraint(op.f("uq_evidence_digest"), ["digest"])
    op.drop_column("audit_event", "evidence_id")
