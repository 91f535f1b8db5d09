"""What became of units; accepted imports and how to undo them; waves collected elsewhere."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"
TENANT_TABLES = {
    "roster_import": "SELECT, INSERT, UPDATE",
    "unit_event": "SELECT, INSERT, DELETE",
    "unit_succession": "SELECT, INSERT, DELETE",
    "collected_elsewhere": "SELECT, INSERT",
}


def upgrade() -> None:
    op.drop_table("roster_draft")  # what is not accepted lies outside the database: cri/services/uploads.py
    _create_imports()
    _create_events()
    _create_collected()
    for table, verbs in TENANT_TABLES.items():
        _protect(table, verbs)


def downgrade() -> None:
    for table in ("collected_elsewhere", "unit_succession", "unit_event", "roster_import"):
        op.drop_table(table)
    op.create_table(
        "roster_draft",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_roster_draft_account_id"), ondelete="CASCADE"
        ),
        _agency("roster_draft"),
        sa.PrimaryKeyConstraint("agency_id", "account_id", name=op.f("pk_roster_draft")),
    )
    _protect("roster_draft", "SELECT, INSERT, UPDATE, DELETE")


def _protect(table: str, verbs: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
    op.execute(f"GRANT {verbs} ON {table} TO cri_app")


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id"], ["agency.agency_id"], name=op.f(f"fk_{table}_agency_id"), ondelete="CASCADE"
    )


def _account(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["account.id"], name=op.f(f"fk_{table}_{column}"), ondelete="SET NULL"
    )


def _create_imports() -> None:
    op.create_table(
        "roster_import",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undo", sa.LargeBinary(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("undone_at IS NULL OR undo IS NULL", name=op.f("ck_roster_import_undone_once")),
        _account("roster_import", "accepted_by"),
        _agency("roster_import"),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_roster_import")),
    )
    op.create_index(
        "uq_roster_import_newest",
        "roster_import",
        ["agency_id"],
        unique=True,
        postgresql_where=sa.text("undo IS NOT NULL"),
    )


def _create_events() -> None:
    op.create_table(
        "unit_event",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('rename', 'move', 'merge', 'split')", name=op.f("ck_unit_event_kind_known")
        ),
        _account("unit_event", "recorded_by"),
        sa.ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["roster_import.agency_id", "roster_import.id"],
            name=op.f("fk_unit_event_agency_id_import_id"),
            ondelete="CASCADE",
        ),
        _agency("unit_event"),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_unit_event")),
    )
    op.create_index("ix_unit_event_day", "unit_event", ["agency_id", "happened_on"], unique=False)
    op.create_table(
        "unit_succession",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("before_code", sa.String(length=60), nullable=False),
        sa.Column("after_code", sa.String(length=60), nullable=False),
        sa.Column("before_name", sa.String(length=300), nullable=False),
        sa.Column("after_name", sa.String(length=300), nullable=False),
        sa.Column("before_parent", sa.String(length=60), nullable=True),
        sa.Column("after_parent", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "event_id"],
            ["unit_event.agency_id", "unit_event.id"],
            name=op.f("fk_unit_succession_agency_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "agency_id", "event_id", "before_code", "after_code", name=op.f("pk_unit_succession")
        ),
    )


def _create_collected() -> None:
    op.create_table(
        "collected_elsewhere",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("began_on <= ended_on", name=op.f("ck_collected_elsewhere_days_in_order")),
        sa.CheckConstraint("answers > 0", name=op.f("ck_collected_elsewhere_answers_counted")),
        sa.CheckConstraint(
            "people IS NULL OR people >= answers", name=op.f("ck_collected_elsewhere_people_enough")
        ),
        _account("collected_elsewhere", "accepted_by"),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_collected_elsewhere_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", name=op.f("pk_collected_elsewhere")),
    )
