"""A draft is saved by one statement that refuses when another tab came first.

`save_over` runs with its caller's rights, so that row-level security decides what it finds.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The wave first, as sealing takes them. Each statement sees what was committed before it: of a wave that was
# sealed meanwhile it finds the state, of a draft that was saved meanwhile another beginning: a random number
# that no two writings share. Nothing outlives the statement: it is a transaction by itself.
SAVE = """
CREATE FUNCTION save_over(
    its_agency uuid, its_wave uuid, its_link uuid, digest bytea, seen bytea, written bytea, holds boolean
)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config('app.agency_id', its_agency::text, true);
    PERFORM FROM wave w WHERE w.agency_id = its_agency AND w.id = its_wave
        AND w.state IN ('open', 'closing') FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE draft d SET ciphertext = written, answered = holds
    WHERE d.agency_id = its_agency AND d.wave_id = its_wave AND d.key_digest = digest
        AND d.invitation_id = its_link AND substring(d.ciphertext FROM 1 FOR 24) = seen;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION save_over(uuid, uuid, uuid, bytea, bytea, bytea, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION save_over(uuid, uuid, uuid, bytea, bytea, bytea, boolean) TO cri_app;
"""


def upgrade() -> None:
    op.execute(SAVE)


def downgrade() -> None:
    op.execute("DROP FUNCTION save_over(uuid, uuid, uuid, bytea, bytea, bytea, boolean)")
