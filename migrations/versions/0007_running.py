"""Practice waves, schedules, the relationship map, a log of a wave's states; what is frozen stays frozen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"
MOMENTS = ("opens_at", "invite_at", "first_reminder_at", "second_reminder_at")
MADE_FROM_WAVES = ("scorecard", "pack", "report")
STATES = "'draft', 'open', 'closing', 'sealed', 'scored'"
RULE = (
    "CASE WHEN practice THEN state IN ('draft', 'open', 'closing', 'discarded') AND sheet_sha256 IS NULL "
    f"ELSE state IN ({STATES}) AND practice_of IS NULL END"
)

# Even a mistake in the service, or somebody who runs SQL with its rights, cannot lower a promise that people
# answered under, nor make a practice wave a real one. Time runs one way: no state is ever gone back to.
TRIGGERS = """
CREATE FUNCTION wave_keeps_its_word() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    states CONSTANT text[] := ARRAY['draft', 'open', 'closing', 'sealed', 'scored', 'discarded'];
BEGIN
    IF (NEW.agency_id, NEW.id, NEW.practice, NEW.practice_of, NEW.synthetic)
        IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.practice, OLD.practice_of, OLD.synthetic) THEN
        RAISE EXCEPTION 'what a wave is, real or practice, is settled when it is made'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wave_stays_what_it_is';
    END IF;
    IF array_position(states, NEW.state::text) < array_position(states, OLD.state::text) THEN
        RAISE EXCEPTION 'a wave that is % is not made % again', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wave_goes_one_way';
    END IF;
    IF OLD.state = 'draft' THEN
        RETURN NEW;
    END IF;
    IF (NEW.label, NEW.instrument_code, NEW.instrument_version, NEW.companion_code, NEW.companion_version,
        NEW.languages, NEW.noun, NEW.relationship, NEW.service_lines, NEW.breakdowns, NEW.minimum,
        NEW.comments_minimum, NEW.opened_at)
        IS DISTINCT FROM
        (OLD.label, OLD.instrument_code, OLD.instrument_version, OLD.companion_code, OLD.companion_version,
        OLD.languages, OLD.noun, OLD.relationship, OLD.service_lines, OLD.breakdowns, OLD.minimum,
        OLD.comments_minimum, OLD.opened_at)
        OR (NEW.mailbox_key IS NOT NULL AND NEW.mailbox_key IS DISTINCT FROM OLD.mailbox_key)
        OR (OLD.sheet_sha256 IS NOT NULL AND NEW.sheet_sha256 IS DISTINCT FROM OLD.sheet_sha256)
        OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at)
        OR (OLD.state <> 'open' AND NEW.closes_at IS DISTINCT FROM OLD.closes_at) THEN
        RAISE EXCEPTION 'what a wave promised when it opened is not changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wave_frozen_at_opening';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keeps_its_word BEFORE UPDATE ON wave FOR EACH ROW EXECUTE FUNCTION wave_keeps_its_word();

CREATE FUNCTION wave_unit_before_opening() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM wave WHERE agency_id = NEW.agency_id AND id = NEW.wave_id AND state = 'draft')
    THEN
        RAISE EXCEPTION 'breakdowns are registered before a wave opens'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wave_unit_before_opening';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER before_opening BEFORE INSERT ON wave_unit
    FOR EACH ROW EXECUTE FUNCTION wave_unit_before_opening();
REVOKE ALL ON FUNCTION wave_keeps_its_word(), wave_unit_before_opening() FROM PUBLIC;
"""

LOOKUP = """
GRANT SELECT (opens_at) ON wave TO cri_lookup;
SET LOCAL ROLE cri_lookup;
CREATE FUNCTION lookup.waves_to_open(moment timestamptz)
    RETURNS TABLE (agency_id uuid, wave_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT agency_id, id FROM wave WHERE state = 'draft' AND opens_at <= moment
    $$;
REVOKE ALL ON FUNCTION lookup.waves_to_open(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup.waves_to_open(timestamptz) TO cri_app;
RESET ROLE;
"""


def upgrade() -> None:
    nothing = sa.text("'[]'::jsonb")
    op.add_column(
        "agency", sa.Column("service_lines", postgresql.JSONB(), nullable=False, server_default=nothing)
    )
    _change_wave()
    _refuse_practice()
    _create_log()
    # a replaced link is a new id of the same invitation: what was begun through the old one goes with it
    op.drop_constraint("fk_draft_agency_id_invitation_id", "draft", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_draft_agency_id_invitation_id"),
        "draft",
        "invitation",
        ["agency_id", "invitation_id"],
        ["agency_id", "id"],
        ondelete="CASCADE",
        onupdate="CASCADE",
    )
    op.execute(TRIGGERS)
    op.execute(LOOKUP)


def _change_wave() -> None:
    no, thirty = sa.text("false"), sa.text("30")
    for column in (
        sa.Column("practice", sa.Boolean(), nullable=False, server_default=no),
        sa.Column("practice_of", sa.Uuid(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in MOMENTS),
        sa.Column("comments_minimum", sa.Integer(), nullable=False, server_default=thirty),
        sa.Column("breakdowns", postgresql.ARRAY(sa.String(length=40)), nullable=True),
        sa.Column("service_lines", postgresql.JSONB(), nullable=True),
        sa.Column("relationship", sa.String(length=40), nullable=True),
        sa.Column("companion_code", sa.String(length=40), nullable=True),
        sa.Column("companion_version", sa.String(length=20), nullable=True),
    ):
        op.add_column("wave", column)
    real = ["agency_id", "id", "practice"]
    op.create_unique_constraint(op.f("uq_wave_agency_id_id_practice"), "wave", real)
    op.create_foreign_key(
        op.f("fk_wave_agency_id_practice_of"),
        "wave",
        "wave",
        ["agency_id", "practice_of"],
        ["agency_id", "id"],
        ondelete="CASCADE",
    )
    op.create_index("ix_wave_practice_of", "wave", ["agency_id", "practice_of"])
    op.drop_constraint(op.f("ck_wave_state_known"), "wave", type_="check")
    for name, rule in (
        (
            "state_known",
            RULE,
        ),
        ("comments_minimum_never_lowered", "comments_minimum >= 30"),
        ("companion_whole", "(companion_code IS NULL) = (companion_version IS NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_wave_{name}"), "wave", rule)


def _refuse_practice() -> None:
    """Nothing made from answers can belong to a practice wave: its own column says it never is of one."""
    for table in MADE_FROM_WAVES:
        op.add_column(
            table,
            sa.Column("practice", sa.Boolean(), sa.Computed("false", persisted=True), nullable=False),
        )
        op.drop_constraint(f"fk_{table}_agency_id_wave_id", table, type_="foreignkey")
        op.create_foreign_key(
            op.f(f"fk_{table}_agency_id_wave_id_practice"),
            table,
            "wave",
            ["agency_id", "wave_id", "practice"],
            ["agency_id", "id", "practice"],
            ondelete="CASCADE",
        )
    op.add_column(
        "contribution",
        sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        schema="pool",
    )
    op.create_check_constraint(
        op.f("ck_contribution_never_practice"), "contribution", "NOT practice", schema="pool"
    )


def _create_log() -> None:
    op.create_table(
        "wave_log",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_wave_log_account_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id"],
            ["wave.agency_id", "wave.id"],
            name=op.f("fk_wave_log_agency_id_wave_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_wave_log")),
    )
    op.create_index("ix_wave_log_wave", "wave_log", ["agency_id", "wave_id", "at"])
    op.execute("ALTER TABLE wave_log ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE wave_log FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON wave_log USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
    op.execute("GRANT SELECT, INSERT ON wave_log TO cri_app")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE cri_lookup")
    op.execute("DROP FUNCTION lookup.waves_to_open(timestamptz)")
    op.execute("RESET ROLE")
    op.execute("DROP TRIGGER keeps_its_word ON wave")
    op.execute("DROP TRIGGER before_opening ON wave_unit")
    op.execute("DROP FUNCTION wave_keeps_its_word(), wave_unit_before_opening()")
    op.drop_constraint("fk_draft_agency_id_invitation_id", "draft", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_draft_agency_id_invitation_id"),
        "draft",
        "invitation",
        ["agency_id", "invitation_id"],
        ["agency_id", "id"],
        ondelete="CASCADE",
    )
    op.drop_table("wave_log")
    op.drop_constraint(op.f("ck_contribution_never_practice"), "contribution", schema="pool", type_="check")
    op.drop_column("contribution", "practice", schema="pool")
    for table in MADE_FROM_WAVES:
        op.drop_constraint(op.f(f"fk_{table}_agency_id_wave_id_practice"), table, type_="foreignkey")
        op.drop_column(table, "practice")
        op.create_foreign_key(
            op.f(f"fk_{table}_agency_id_wave_id"),
            table,
            "wave",
            ["agency_id", "wave_id"],
            ["agency_id", "id"],
            ondelete="CASCADE",
        )
    op.execute("ALTER TABLE wave NO FORCE ROW LEVEL SECURITY")  # else not even the owner sees a row
    op.execute("DELETE FROM wave WHERE practice")  # they promised to be thrown away
    op.execute("ALTER TABLE wave FORCE ROW LEVEL SECURITY")
    for name in ("state_known", "comments_minimum_never_lowered", "companion_whole"):
        op.drop_constraint(op.f(f"ck_wave_{name}"), "wave", type_="check")
    op.create_check_constraint(op.f("ck_wave_state_known"), "wave", f"state IN ({STATES})")
    op.drop_index("ix_wave_practice_of", "wave")
    op.drop_constraint(op.f("fk_wave_agency_id_practice_of"), "wave", type_="foreignkey")
    op.drop_constraint(op.f("uq_wave_agency_id_id_practice"), "wave", type_="unique")
    for column in (
        "companion_version",
        "companion_code",
        "relationship",
        "service_lines",
        "breakdowns",
        "comments_minimum",
        *reversed(MOMENTS),
        "practice_of",
        "practice",
    ):
        op.drop_column("wave", column)
    op.drop_column("agency", "service_lines")
