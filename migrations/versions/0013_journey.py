"""Following a link in one statement; drafts that are not tried to be compressed.

A draft is ciphertext of some kilobytes: PostgreSQL would try to compress it at each save, in vain.

`follow_link` runs with its caller's rights, so that row-level security decides what it finds. All that a page
needs to begin with is in its answer, so that a page costs one statement instead of four.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# `waves`, `digests`: waves that the caller knows, and how its draft would be named in each: which wave the
# link belongs to is known only here, and a draft's name depends on it. `draft_sought`: whether it was among
# them. `saving`: wave and draft stay locked till the transaction ends, the wave first, as sealing takes them;
# each statement sees what was committed before it, so that what was waited for is what is read.
FOLLOW = """
CREATE FUNCTION follow_link(link bytea, waves uuid[], digests bytea[], saving boolean)
    RETURNS TABLE (
        agency_id uuid, wave_id uuid, invitation_id uuid, unit_code varchar, personal boolean, used boolean,
        wave_label varchar, instrument_code varchar, instrument_version varchar, languages varchar[],
        noun varchar, minimum integer, comments_minimum integer, companion_code varchar,
        companion_version varchar, promises jsonb, synthetic boolean, practice boolean, breakdowns varchar[],
        state varchar, opened_at timestamptz, closes_at timestamptz, mailbox_key bytea,
        agency_name varchar, colour varchar, time_zone varchar, draft_sought boolean, draft bytea
    )
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    its_agency uuid;
    its_wave uuid;
    its_invitation uuid;
    its_place integer;
    own bytea;
BEGIN
    SELECT l.agency_id, l.wave_id, l.invitation_id INTO its_agency, its_wave, its_invitation
    FROM lookup.link(link) l;
    IF its_agency IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('app.agency_id', its_agency::text, true);
    IF saving THEN
        PERFORM FROM wave w WHERE w.agency_id = its_agency AND w.id = its_wave FOR KEY SHARE;
    END IF;
    its_place := array_position(waves, its_wave);
    IF its_invitation IS NOT NULL AND its_place IS NOT NULL THEN
        IF saving THEN
            SELECT d.ciphertext INTO own FROM draft d
            WHERE d.agency_id = its_agency AND d.wave_id = its_wave AND d.key_digest = digests[its_place]
                AND d.invitation_id = its_invitation
            FOR UPDATE;
        ELSE
            SELECT d.ciphertext INTO own FROM draft d
            WHERE d.agency_id = its_agency AND d.wave_id = its_wave AND d.key_digest = digests[its_place]
                AND d.invitation_id = its_invitation;
        END IF;
    END IF;
    RETURN QUERY
        SELECT its_agency, its_wave, its_invitation,
            CASE WHEN its_invitation IS NULL THEN u.unit_code ELSE i.unit_code END,
            coalesce(i.person_id IS NOT NULL, false), coalesce(i.used, false),
            w.label, w.instrument_code, w.instrument_version, w.languages, w.noun, w.minimum,
            w.comments_minimum, w.companion_code, w.companion_version,
            (SELECT jsonb_agg(p.texts ORDER BY p.place) FROM wave_promise p
                WHERE p.agency_id = its_agency AND p.wave_id = its_wave),
            w.synthetic, w.practice, w.breakdowns, w.state, w.opened_at, w.closes_at, w.mailbox_key,
            a.name, a.colour, a.time_zone, its_place IS NOT NULL, own
        FROM wave w
        JOIN agency a ON a.agency_id = its_agency
        LEFT JOIN invitation i ON i.agency_id = its_agency AND i.id = its_invitation
        LEFT JOIN unit_link u ON its_invitation IS NULL
            AND u.agency_id = its_agency AND u.wave_id = its_wave AND u.digest = link
        WHERE w.agency_id = its_agency AND w.id = its_wave;
END $$;
REVOKE ALL ON FUNCTION follow_link(bytea, uuid[], bytea[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION follow_link(bytea, uuid[], bytea[], boolean) TO cri_app;
ALTER TABLE draft ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    op.execute(FOLLOW)


def downgrade() -> None:
    op.execute("ALTER TABLE draft ALTER COLUMN ciphertext SET STORAGE EXTENDED")
    op.execute("DROP FUNCTION follow_link(bytea, uuid[], bytea[], boolean)")
