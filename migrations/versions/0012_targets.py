"""Published results of other bodies stand beside the pool, in a table that nothing in it points to.

Achieved changes and targets need no table: an edition's document holds the changes, the ledger their weights.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reference_edition",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "document ->> 'schema' = 'cri.reference/1'", name=op.f("ck_reference_edition_is_one")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reference_edition")),
        schema="pool",
    )
    op.execute("GRANT SELECT, INSERT ON pool.reference_edition TO cri_pool")


def downgrade() -> None:
    op.drop_table("reference_edition", schema="pool")
