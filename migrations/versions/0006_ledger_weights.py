"""The ledger keeps what each contribution counts in its group: earlier waves count otherwise in a change."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("ledger_cell", sa.Column("weights", json, nullable=True), schema="pool")


def downgrade() -> None:
    op.drop_column("ledger_cell", "weights", schema="pool")
