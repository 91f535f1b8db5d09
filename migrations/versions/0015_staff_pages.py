"""Results that leaders show to all staff: a row while they are shown, and who decided so when."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "staff_page",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("shown_by", sa.Uuid(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice", sa.Boolean(), sa.Computed("false", persisted=True), nullable=False),
        sa.ForeignKeyConstraint(["shown_by"], ["account.id"], name=op.f("fk_staff_page_shown_by")),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "practice"],
            ["wave.agency_id", "wave.id", "wave.practice"],
            name=op.f("fk_staff_page_agency_id_wave_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", name=op.f("pk_staff_page")),
    )
    op.execute("ALTER TABLE staff_page ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE staff_page FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON staff_page USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
    op.execute("GRANT SELECT, INSERT, DELETE ON staff_page TO cri_app")


def downgrade() -> None:
    op.drop_table("staff_page")
