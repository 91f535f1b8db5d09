"""Packs about single units, ordered many at once; reports in other formats than PDF."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"
TABLES = ("unit_pack_order", "unit_pack")


def upgrade() -> None:
    op.add_column(
        "report", sa.Column("file_format", sa.String(length=10), server_default="pdf", nullable=False)
    )
    op.add_column("report", sa.Column("unit_code", sa.String(length=60), nullable=True))
    _create_orders()
    _create_packs()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO cri_app")


def downgrade() -> None:
    op.drop_table("unit_pack")
    op.drop_table("unit_pack_order")
    # what the older service would take for reports about the whole agency, and for PDF
    op.execute("ALTER TABLE report NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM report WHERE unit_code IS NOT NULL OR file_format <> 'pdf'")
    op.execute("ALTER TABLE report FORCE ROW LEVEL SECURITY")
    op.drop_column("report", "unit_code")
    op.drop_column("report", "file_format")


def _create_orders() -> None:
    op.create_table(
        "unit_pack_order",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice", sa.Boolean(), sa.Computed("false", persisted=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'made') = (sha256 IS NOT NULL)", name=op.f("ck_unit_pack_order_made_has_file")
        ),
        sa.CheckConstraint("state IN ('making', 'made', 'stopped')", name=op.f("ck_unit_pack_order_state")),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "practice"],
            ["wave.agency_id", "wave.id", "wave.practice"],
            name=op.f("fk_unit_pack_order_agency_id_wave_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_unit_pack_order")),
    )
    op.create_index(
        "uq_unit_pack_order_making",
        "unit_pack_order",
        ["agency_id", "wave_id"],
        unique=True,
        postgresql_where=sa.text("state = 'making'"),
    )


def _create_packs() -> None:
    op.create_table(
        "unit_pack",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'made') = (report_id IS NOT NULL)", name=op.f("ck_unit_pack_made_has_report")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'made', 'failed', 'left_out')", name=op.f("ck_unit_pack_state")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "order_id"],
            ["unit_pack_order.agency_id", "unit_pack_order.id"],
            name=op.f("fk_unit_pack_agency_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "report_id"],
            ["report.agency_id", "report.id"],
            name=op.f("fk_unit_pack_agency_id_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "order_id", "unit_code", name=op.f("pk_unit_pack")),
    )
