"""Messages: texts, batches, one row for each invitation and kind; bad addresses; who wants no e-mail."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"
KINDS = "kind IN ('invitation', 'first_reminder', 'second_reminder')"
TENANT_TABLES = {
    "message_text": "SELECT, INSERT, UPDATE, DELETE",
    "message_batch": "SELECT, INSERT, UPDATE",
    "message": "SELECT, INSERT, UPDATE, DELETE",
    "bad_address": "SELECT, INSERT, UPDATE, DELETE",
    "opt_out": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    _create_wave_tables()
    _create_person_tables()
    for table, verbs in TENANT_TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
        op.execute(f"GRANT {verbs} ON {table} TO cri_app")
    version = op.get_bind().dialect.server_version_info
    if version and version >= (17,):  # before 17 only an owner may vacuum; there autovacuum does it later
        op.execute("GRANT MAINTAIN ON message TO cri_app")


def downgrade() -> None:
    for table in reversed(TENANT_TABLES):
        op.drop_table(table)


def _create_wave_tables() -> None:
    op.create_table(
        "message_text",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_message_text_kind_known")),
        _to_wave("message_text"),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "kind", "language", name=op.f("pk_message_text")),
    )
    op.create_table(
        "message_batch",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_message_batch_kind_known")),
        _to_wave("message_batch"),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "kind", name=op.f("pk_message_batch")),
    )
    op.create_table(
        "message",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'handed', 'sent', 'failed', 'unsure')", name=op.f("ck_message_state_known")
        ),
        sa.CheckConstraint(
            "retry_at IS NULL OR state = 'waiting'", name=op.f("ck_message_no_time_once_sent")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "kind"],
            ["message_batch.agency_id", "message_batch.wave_id", "message_batch.kind"],
            name=op.f("fk_message_agency_id_wave_id_kind"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "invitation_id"],
            ["invitation.agency_id", "invitation.id"],
            name=op.f("fk_message_agency_id_invitation_id"),
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "invitation_id", "kind", name=op.f("pk_message")),
    )
    op.create_index("ix_message_wave", "message", ["agency_id", "wave_id", "kind", "state"])


def _create_person_tables() -> None:
    op.create_table(
        "bad_address",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        _to_person("bad_address"),
        sa.PrimaryKeyConstraint("agency_id", "person_id", name=op.f("pk_bad_address")),
    )
    op.create_table(
        "opt_out",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _to_person("opt_out"),
        sa.PrimaryKeyConstraint("agency_id", "person_id", name=op.f("pk_opt_out")),
    )


def _to_wave(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", "wave_id"],
        ["wave.agency_id", "wave.id"],
        name=op.f(f"fk_{table}_agency_id_wave_id"),
        ondelete="CASCADE",
    )


def _to_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", "person_id"],
        ["person.agency_id", "person.id"],
        name=op.f(f"fk_{table}_agency_id_person_id"),
        ondelete="CASCADE",
    )
