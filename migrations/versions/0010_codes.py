"""Typed codes, posters of a unit, counted tries; promises and a companion asked beside the instrument."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"
TENANT_TABLES = {
    "invitation_code": "SELECT, INSERT, UPDATE, DELETE",
    "unit_link": "SELECT, INSERT, DELETE",
    "wave_promise": "SELECT, INSERT, DELETE",
    "further_sheet": "SELECT, INSERT",
    "further_scorecard": "SELECT, INSERT",
}

# A code that is wrong, used or too late finds no row, by one and the same statement.
LOOKUPS = """
GRANT SELECT (agency_id, invitation_id, digest) ON invitation_code TO cri_lookup;
GRANT SELECT (agency_id, wave_id, digest) ON unit_link TO cri_lookup;
GRANT SELECT (used) ON invitation TO cri_lookup;
CREATE POLICY lookup ON invitation_code FOR SELECT TO cri_lookup USING (true);
CREATE POLICY lookup ON unit_link FOR SELECT TO cri_lookup USING (true);
SET LOCAL ROLE cri_lookup;
CREATE FUNCTION lookup.code(typed bytea, moment timestamptz)
    RETURNS TABLE (agency_id uuid, invitation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT c.agency_id, c.invitation_id FROM invitation_code c
        JOIN invitation i ON i.agency_id = c.agency_id AND i.id = c.invitation_id
        JOIN wave w ON w.agency_id = i.agency_id AND w.id = i.wave_id
        WHERE c.digest = typed AND i.token_digest IS NOT NULL AND NOT i.used
        AND w.state = 'open' AND moment < w.closes_at
    $$;
CREATE OR REPLACE FUNCTION lookup.link(digest bytea)
    RETURNS TABLE (agency_id uuid, wave_id uuid, invitation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT agency_id, wave_id, id FROM invitation WHERE token_digest = $1
        UNION ALL
        SELECT agency_id, id, NULL FROM wave WHERE open_link_digest = $1
        UNION ALL
        SELECT agency_id, wave_id, NULL FROM unit_link u WHERE u.digest = $1
    $$;
REVOKE ALL ON FUNCTION lookup.code(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup.code(bytea, timestamptz) TO cri_app;
RESET ROLE;
"""
TRIGGER = """
CREATE FUNCTION wave_promise_before_opening() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    written wave_promise := COALESCE(NEW, OLD);
    found text := (SELECT state FROM wave WHERE agency_id = written.agency_id AND id = written.wave_id);
BEGIN
    IF found <> 'draft' THEN
        RAISE EXCEPTION 'what a questionnaire asks is settled when its wave opens'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wave_promise_before_opening';
    END IF;
    RETURN written;
END $$;
CREATE TRIGGER before_opening BEFORE INSERT OR UPDATE OR DELETE ON wave_promise
    FOR EACH ROW EXECUTE FUNCTION wave_promise_before_opening();
REVOKE ALL ON FUNCTION wave_promise_before_opening() FROM PUBLIC;
"""
FORGET_LOOKUPS = """
SET LOCAL ROLE cri_lookup;
DROP FUNCTION lookup.code(bytea, timestamptz);
CREATE OR REPLACE FUNCTION lookup.link(digest bytea)
    RETURNS TABLE (agency_id uuid, wave_id uuid, invitation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT agency_id, wave_id, id FROM invitation WHERE token_digest = digest
        UNION ALL
        SELECT agency_id, id, NULL FROM wave WHERE open_link_digest = digest
    $$;
RESET ROLE;
REVOKE SELECT (used) ON invitation FROM cri_lookup;
"""


def upgrade() -> None:
    _create_tables()
    _create_beside()
    for table, verbs in TENANT_TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
        op.execute(f"GRANT {verbs} ON {table} TO cri_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_count TO cri_app")
    op.execute(LOOKUPS)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute(FORGET_LOOKUPS)
    for table in ("further_scorecard", "further_sheet", "wave_promise"):
        op.drop_table(table)
    op.execute("DROP FUNCTION wave_promise_before_opening()")
    op.drop_table("attempt_count")
    op.drop_table("unit_link")
    op.drop_table("invitation_code")


def _create_tables() -> None:
    op.create_table(
        "invitation_code",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "invitation_id"],
            ["invitation.agency_id", "invitation.id"],
            name=op.f("fk_invitation_code_agency_id_invitation_id"),
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "invitation_id", name=op.f("pk_invitation_code")),
    )
    op.create_index("uq_invitation_code_digest", "invitation_code", ["digest"], unique=True)
    op.create_table(
        "unit_link",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "unit_code"],
            ["wave_unit.agency_id", "wave_unit.wave_id", "wave_unit.code"],
            name=op.f("fk_unit_link_agency_id_wave_id_unit_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "unit_code", name=op.f("pk_unit_link")),
    )
    op.create_index("uq_unit_link_digest", "unit_link", ["digest"], unique=True)
    op.create_table(
        "attempt_count",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_attempt_count_tries_counted")),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_attempt_count")),
    )
    op.create_index("ix_attempt_count_until", "attempt_count", ["until"], unique=False)


def _create_beside() -> None:
    op.create_table(
        "wave_promise",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 5", name=op.f("ck_wave_promise_place_on_the_page")),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_wave_promise_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "wave_id", "place", name=op.f("pk_wave_promise")),
    )
    for table, columns in (
        ("further_sheet", [sa.Column("sheet_sha256", sa.String(length=64), nullable=False)]),
        (
            "further_scorecard",
            [
                sa.Column("sha256", sa.String(length=64), nullable=False),
                sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
            ],
        ),
    ):
        op.create_table(
            table,
            sa.Column("agency_id", sa.Uuid(), nullable=False),
            sa.Column("wave_id", sa.Uuid(), nullable=False),
            sa.Column("instrument_code", sa.String(length=40), nullable=False),
            *columns,
            sa.Column("practice", sa.Boolean(), sa.Computed("false", persisted=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["agency_id", "wave_id", "practice"],
                ["wave.agency_id", "wave.id", "wave.practice"],
                name=op.f(f"fk_{table}_agency_id_wave_id_practice"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("agency_id", "wave_id", "instrument_code", name=op.f(f"pk_{table}")),
        )
