"""Trying a typed code is counted inside: one that was good once is no wrong try, and nobody is told which.

What is left of a practice wave can be destroyed, its invitations as well. A draft says whether it holds any
answer, so that of those begun with one link only empty ones make room.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# An honest person's code was good once: the check symbol tells slips. So what counts is what nobody ever
# showed, and the service is not told which it was: it gets an invitation, or nothing. A dead code writes the
# same two rows as an unknown one and only adds nothing to them: equal work for the disk. Rows begin with one,
# whatever was typed, so that none says more than before.
TRY = """
GRANT SELECT, INSERT, UPDATE ON attempt_count TO cri_lookup;
SET LOCAL ROLE cri_lookup;
DROP FUNCTION lookup.code(bytea, timestamptz);
CREATE FUNCTION lookup.try_code(
    typed bytea, moment timestamptz, near bytea, far bytea, over timestamptz,
    near_most integer, far_most integer
)
    RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    its uuid;
    alive boolean;
    wrong integer;
BEGIN
    SELECT c.invitation_id, i.token_digest IS NOT NULL AND NOT i.used AND w.state = 'open'
        AND moment < w.closes_at INTO its, alive
    FROM invitation_code c
    JOIN invitation i ON i.agency_id = c.agency_id AND i.id = c.invitation_id
    JOIN wave w ON w.agency_id = i.agency_id AND w.id = i.wave_id
    WHERE c.digest = typed;
    IF alive THEN
        RETURN its;
    END IF;
    wrong := CASE WHEN its IS NULL THEN 1 ELSE 0 END;
    INSERT INTO attempt_count AS known (bucket, until, tries) VALUES (near, over, 1)
        ON CONFLICT (bucket) DO UPDATE SET tries = least(known.tries + wrong, near_most);
    INSERT INTO attempt_count AS known (bucket, until, tries) VALUES (far, over, 1)
        ON CONFLICT (bucket) DO UPDATE SET tries = least(known.tries + wrong, far_most);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION
    lookup.try_code(bytea, timestamptz, bytea, bytea, timestamptz, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    lookup.try_code(bytea, timestamptz, bytea, bytea, timestamptz, integer, integer) TO cri_app;
RESET ROLE;
"""
TRY_NO_MORE = """
SET LOCAL ROLE cri_lookup;
DROP FUNCTION lookup.try_code(bytea, timestamptz, bytea, bytea, timestamptz, integer, integer);
CREATE FUNCTION lookup.code(typed bytea, moment timestamptz)
    RETURNS TABLE (agency_id uuid, invitation_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT c.agency_id, c.invitation_id FROM invitation_code c
        JOIN invitation i ON i.agency_id = c.agency_id AND i.id = c.invitation_id
        JOIN wave w ON w.agency_id = i.agency_id AND w.id = i.wave_id
        WHERE c.digest = typed AND i.token_digest IS NOT NULL AND NOT i.used
        AND w.state = 'open' AND moment < w.closes_at
    $$;
REVOKE ALL ON FUNCTION lookup.code(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup.code(bytea, timestamptz) TO cri_app;
RESET ROLE;
REVOKE SELECT, INSERT, UPDATE ON attempt_count FROM cri_lookup;
"""
# Invitations of real waves are never deleted, whatever mistake the service makes: a missing one would tell.
PRACTICE = """
GRANT DELETE ON invitation TO cri_app;
CREATE POLICY practice_only ON invitation AS RESTRICTIVE FOR DELETE USING (EXISTS (
    SELECT FROM wave w WHERE w.agency_id = invitation.agency_id AND w.id = invitation.wave_id AND w.practice
));
"""
# Drafts from before may hold answers.
ANSWERED = "ALTER TABLE draft ADD COLUMN answered boolean NOT NULL DEFAULT true"


def upgrade() -> None:
    op.execute(TRY)
    op.execute(PRACTICE)
    op.execute(ANSWERED)
    op.execute("ALTER TABLE draft ALTER COLUMN answered DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE draft DROP COLUMN answered")
    op.execute("DROP POLICY practice_only ON invitation")
    op.execute("REVOKE DELETE ON invitation FROM cri_app")
    op.execute(TRY_NO_MORE)
