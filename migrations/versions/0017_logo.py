"""An agency may have a logo on its documents: the digest of what is printed; the picture is a blob."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("logo_sha256", sa.String(length=64), nullable=True))
    op.create_check_constraint(op.f("ck_agency_logo_digest"), "agency", "logo_sha256 ~ '^[0-9a-f]{64}$'")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_agency_logo_digest"), "agency")
    op.drop_column("agency", "logo_sha256")
