"""The first tables, and the walls between them: roles, grants, row-level security."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# What the service may do with each tenant table. Documents and frozen trees are never updated.
TENANT_TABLES = {
    "agency": "SELECT, INSERT, UPDATE",
    "membership": "SELECT, INSERT, UPDATE, DELETE",
    "organisation_unit": "SELECT, INSERT, UPDATE, DELETE",
    "person": "SELECT, INSERT, UPDATE, DELETE",
    "roster_draft": "SELECT, INSERT, UPDATE, DELETE",
    "wave": "SELECT, INSERT, UPDATE",
    "wave_unit": "SELECT, INSERT",
    "invitation": "SELECT, INSERT, UPDATE",
    "draft": "SELECT, INSERT, UPDATE, DELETE",
    "mailbox_entry": "SELECT, INSERT, DELETE",
    "mixed_entry": "SELECT, INSERT, DELETE",
    "scorecard": "SELECT, INSERT",
    "pack": "SELECT, INSERT",
    "report": "SELECT, INSERT",
}
PLATFORM_TABLES = {
    "account": "SELECT, INSERT, UPDATE",
    "platform_role": "SELECT",
    "platform_duty": "SELECT",
}
POOL_TABLES = {
    "contribution": "SELECT, INSERT",
    "edition": "SELECT, INSERT",
    "edition_member": "SELECT, INSERT",
}
VACUUMED = ("invitation", "draft", "mailbox_entry", "mixed_entry")
THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"


def _build_walls() -> None:
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA public TO cri_app, cri_lookup")
    op.execute("GRANT USAGE ON SCHEMA pool TO cri_pool")
    op.execute("GRANT SELECT ON cri_migration TO cri_app")
    for table, verbs in TENANT_TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
        op.execute(f"GRANT {verbs} ON {table} TO cri_app")
    for table, verbs in PLATFORM_TABLES.items():
        op.execute(f"GRANT {verbs} ON {table} TO cri_app")
    for table, verbs in POOL_TABLES.items():
        op.execute(f"GRANT {verbs} ON pool.{table} TO cri_pool")
    version = op.get_bind().dialect.server_version_info
    if version and version >= (17,):  # before 17 only an owner may vacuum; there autovacuum does it later
        for table in VACUUMED:
            op.execute(f"GRANT MAINTAIN ON {table} TO cri_app")


# The few questions that cross agencies. They run as cri_lookup, which sees only these columns,
# and answer with ids and names of the caller's own memberships, never with rows.
LOOKUPS = """
CREATE SCHEMA lookup AUTHORIZATION cri_lookup;
GRANT USAGE ON SCHEMA lookup TO cri_app;
GRANT SELECT (agency_id, wave_id, id, token_digest) ON invitation TO cri_lookup;
GRANT SELECT (agency_id, id, open_link_digest, state, closes_at) ON wave TO cri_lookup;
GRANT SELECT (agency_id, account_id, role) ON membership TO cri_lookup;
GRANT SELECT (agency_id, name) ON agency TO cri_lookup;
CREATE POLICY lookup ON invitation FOR SELECT TO cri_lookup USING (true);
CREATE POLICY lookup ON wave FOR SELECT TO cri_lookup USING (true);
CREATE POLICY lookup ON membership FOR SELECT TO cri_lookup USING (true);
CREATE POLICY lookup ON agency FOR SELECT TO cri_lookup USING (true);
SET LOCAL ROLE cri_lookup;
CREATE FUNCTION lookup.link(digest bytea)
    RETURNS TABLE (agency_id uuid, wave_id uuid, invitation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT agency_id, wave_id, id FROM invitation WHERE token_digest = digest
        UNION ALL
        SELECT agency_id, id, NULL FROM wave WHERE open_link_digest = digest
    $$;
CREATE FUNCTION lookup.memberships(account uuid)
    RETURNS TABLE (agency_id uuid, agency_name text, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT m.agency_id, a.name, m.role FROM membership m JOIN agency a USING (agency_id)
        WHERE m.account_id = account ORDER BY a.name, m.agency_id
    $$;
CREATE FUNCTION lookup.waves(wanted text)
    RETURNS TABLE (agency_id uuid, wave_id uuid, closes_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT agency_id, id, closes_at FROM wave WHERE state = wanted
    $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lookup FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lookup TO cri_app;
RESET ROLE;
"""


def _tear_walls_down() -> None:
    op.execute("SET LOCAL ROLE cri_lookup")
    op.execute("DROP SCHEMA lookup CASCADE")
    op.execute("RESET ROLE")
    op.execute("REVOKE USAGE ON SCHEMA public FROM cri_app, cri_lookup")


def upgrade() -> None:
    op.execute("CREATE SCHEMA pool")
    _create_tables()
    _build_walls()
    op.execute(LOOKUPS)


def downgrade() -> None:
    _tear_walls_down()
    _drop_tables()
    op.execute("DROP SCHEMA pool")


def _create_tables() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_index("uq_account_email", "account", ["email"], unique=True)
    op.create_table(
        "agency",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=80), nullable=False),
        sa.Column("relationship_type", sa.String(length=40), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name=op.f("ck_agency_colour_hex")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_agency")),
        sa.UniqueConstraint("agency_id", "synthetic", name=op.f("uq_agency_agency_id_synthetic")),
    )
    op.create_table(
        "platform_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_role")),
        sa.UniqueConstraint("name", name=op.f("uq_platform_role_name")),
    )
    op.create_table(
        "contribution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("owner_pseudonym", sa.String(length=64), nullable=False),
        sa.Column("sheet_sha256", sa.String(length=64), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("instrument_version", sa.String(length=20), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("aggregates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
        sa.UniqueConstraint("id", "synthetic", name=op.f("uq_contribution_id_synthetic")),
        sa.UniqueConstraint("sheet_sha256", name=op.f("uq_contribution_sheet_sha256")),
        schema="pool",
    )
    op.create_table(
        "edition",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(document ->> 'synthetic')::boolean IS NOT DISTINCT FROM synthetic",
            name=op.f("ck_edition_says_what_it_is"),
        ),
        sa.PrimaryKeyConstraint("number", "instrument_code", name=op.f("pk_edition")),
        sa.UniqueConstraint(
            "number", "instrument_code", "synthetic", name=op.f("uq_edition_number_instrument_code_synthetic")
        ),
        schema="pool",
    )
    op.create_table(
        "membership",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "role IN ('administrator', 'leader', 'viewer')", name=op.f("ck_membership_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.agency_id"], name=op.f("fk_membership_agency_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agency_id", "account_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_account_id", "membership", ["account_id"], unique=False)
    op.create_table(
        "organisation_unit",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("parent_code", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "parent_code IS DISTINCT FROM code", name=op.f("ck_organisation_unit_not_its_own_parent")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "parent_code"],
            ["organisation_unit.agency_id", "organisation_unit.code"],
            name=op.f("fk_organisation_unit_agency_id_parent_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["agency.agency_id"],
            name=op.f("fk_organisation_unit_agency_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_organisation_unit")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_organisation_unit_agency_id_code")),
    )
    op.create_table(
        "roster_draft",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_roster_draft_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.agency_id"], name=op.f("fk_roster_draft_agency_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agency_id", "account_id", name=op.f("pk_roster_draft")),
    )
    op.create_table(
        "platform_duty",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["platform_role.id"], name=op.f("fk_platform_duty_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_platform_duty_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_platform_duty")),
    )
    op.create_table(
        "edition_member",
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id", "synthetic"],
            ["pool.contribution.id", "pool.contribution.synthetic"],
            name=op.f("fk_edition_member_contribution_id_synthetic"),
        ),
        sa.ForeignKeyConstraint(
            ["edition", "instrument_code", "synthetic"],
            ["pool.edition.number", "pool.edition.instrument_code", "pool.edition.synthetic"],
            name=op.f("fk_edition_member_edition_instrument_code_synthetic"),
        ),
        sa.PrimaryKeyConstraint(
            "edition", "instrument_code", "contribution_id", name=op.f("pk_edition_member")
        ),
        schema="pool",
    )
    op.create_table(
        "wave",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("instrument_version", sa.String(length=20), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.String(length=10)), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailbox_key", sa.LargeBinary(), nullable=True),
        sa.Column("open_link_digest", sa.LargeBinary(), nullable=True),
        sa.Column("sheet_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR (opened_at IS NOT NULL AND closes_at IS NOT NULL)",
            name=op.f("ck_wave_open_since"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closing', 'sealed', 'scored')", name=op.f("ck_wave_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('sealed', 'scored') OR sheet_sha256 IS NOT NULL", name=op.f("ck_wave_sealed_sheet")
        ),
        sa.CheckConstraint("minimum >= 10", name=op.f("ck_wave_minimum_never_lowered")),
        sa.ForeignKeyConstraint(
            ["agency_id", "synthetic"],
            ["agency.agency_id", "agency.synthetic"],
            name=op.f("fk_wave_agency_id_synthetic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_wave")),
    )
    op.create_index(
        "uq_wave_open_link_digest",
        "wave",
        ["open_link_digest"],
        unique=True,
        postgresql_where=sa.text("open_link_digest IS NOT NULL"),
    )
    op.create_table(
        "mailbox_entry",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_mailbox_entry_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_mailbox_entry")),
    )
    op.create_index("ix_mailbox_entry_wave", "mailbox_entry", ["agency_id", "wave_id"], unique=False)
    op.create_table(
        "mixed_entry",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_mixed_entry_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_mixed_entry")),
    )
    op.create_index("ix_mixed_entry_wave", "mixed_entry", ["agency_id", "wave_id"], unique=False)
    op.create_table(
        "pack",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=True),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_pack_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "kind", name=op.f("pk_pack")),
    )
    op.create_table(
        "person",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_code"],
            ["organisation_unit.agency_id", "organisation_unit.code"],
            name=op.f("fk_person_agency_id_unit_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.agency_id"], name=op.f("fk_person_agency_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("agency_id", "email", name=op.f("uq_person_agency_id_email")),
    )
    op.create_table(
        "report",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_report_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_report")),
    )
    op.create_table(
        "scorecard",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_scorecard_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", name=op.f("pk_scorecard")),
    )
    op.create_table(
        "wave_unit",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("parent_code", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("headcount >= 0", name=op.f("ck_wave_unit_headcount_counts")),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "parent_code"],
            ["wave_unit.agency_id", "wave_unit.wave_id", "wave_unit.code"],
            name=op.f("fk_wave_unit_agency_id_wave_id_parent_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_wave_unit_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "code", name=op.f("pk_wave_unit")),
    )
    op.create_table(
        "invitation",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("unit_code", sa.String(length=60), nullable=True),
        sa.Column("token_digest", sa.LargeBinary(), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.id"],
            name=op.f("fk_invitation_agency_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "unit_code"],
            ["wave_unit.agency_id", "wave_unit.wave_id", "wave_unit.code"],
            name=op.f("fk_invitation_agency_id_wave_id_unit_code"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_invitation_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_wave", "invitation", ["agency_id", "wave_id", "unit_code"], unique=False)
    op.create_index(
        "uq_invitation_person",
        "invitation",
        ["agency_id", "wave_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(
        "uq_invitation_token_digest",
        "invitation",
        ["token_digest"],
        unique=True,
        postgresql_where=sa.text("token_digest IS NOT NULL"),
    )
    op.create_table(
        "draft",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "invitation_id"],
            ["invitation.agency_id", "invitation.id"],
            name=op.f("fk_draft_agency_id_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_draft_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "key_digest", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_invitation", "draft", ["agency_id", "invitation_id"], unique=False)


def _drop_tables() -> None:
    op.drop_index("ix_draft_invitation", table_name="draft")
    op.drop_table("draft")
    op.drop_index(
        "uq_invitation_token_digest",
        table_name="invitation",
        postgresql_where=sa.text("token_digest IS NOT NULL"),
    )
    op.drop_index(
        "uq_invitation_person", table_name="invitation", postgresql_where=sa.text("person_id IS NOT NULL")
    )
    op.drop_index("ix_invitation_wave", table_name="invitation")
    op.drop_table("invitation")
    op.drop_table("wave_unit")
    op.drop_table("scorecard")
    op.drop_table("report")
    op.drop_table("person")
    op.drop_table("pack")
    op.drop_index("ix_mixed_entry_wave", table_name="mixed_entry")
    op.drop_table("mixed_entry")
    op.drop_index("ix_mailbox_entry_wave", table_name="mailbox_entry")
    op.drop_table("mailbox_entry")
    op.drop_index(
        "uq_wave_open_link_digest",
        table_name="wave",
        postgresql_where=sa.text("open_link_digest IS NOT NULL"),
    )
    op.drop_table("wave")
    op.drop_table("edition_member", schema="pool")
    op.drop_table("roster_draft")
    op.drop_table("platform_duty")
    op.drop_table("organisation_unit")
    op.drop_index("ix_membership_account_id", table_name="membership")
    op.drop_table("membership")
    op.drop_table("edition", schema="pool")
    op.drop_table("contribution", schema="pool")
    op.drop_table("platform_role")
    op.drop_table("agency")
    op.drop_index("uq_account_email", table_name="account")
    op.drop_table("account")
