"""Every privilege of every role but the owner, written down: a new one is a decision, not an accident."""

import psycopg

READ, ADD, CHANGE, REMOVE, TIDY = "SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN"
JOBS = {READ, ADD, CHANGE, REMOVE}

TABLES: dict[tuple[str, str], set[str]] = {
    ("cri_app", "public.account"): {READ, ADD, CHANGE},
    ("cri_app", "public.platform_role"): {READ},
    ("cri_app", "public.platform_duty"): {READ},
    ("cri_app", "public.cri_migration"): {READ},
    ("cri_app", "public.agency"): {READ, ADD, CHANGE},
    ("cri_app", "public.membership"): {READ, ADD, CHANGE, REMOVE},
    ("cri_app", "public.organisation_unit"): {READ, ADD, CHANGE, REMOVE},
    ("cri_app", "public.person"): {READ, ADD, CHANGE, REMOVE},
    ("cri_app", "public.roster_import"): {READ, ADD, CHANGE},
    ("cri_app", "public.unit_event"): {READ, ADD, REMOVE},
    ("cri_app", "public.unit_succession"): {READ, ADD, REMOVE},
    ("cri_app", "public.collected_elsewhere"): {READ, ADD},
    ("cri_app", "public.wave"): {READ, ADD, CHANGE},
    ("cri_app", "public.wave_unit"): {READ, ADD},
    ("cri_app", "public.wave_log"): {READ, ADD},
    ("cri_app", "public.invitation"): {READ, ADD, CHANGE, REMOVE, TIDY},  # of practice waves: test_tenancy
    ("cri_app", "public.draft"): {READ, ADD, CHANGE, REMOVE, TIDY},
    ("cri_app", "public.mailbox_entry"): {READ, ADD, REMOVE, TIDY},
    ("cri_app", "public.mixed_entry"): {READ, ADD, REMOVE, TIDY},
    ("cri_app", "public.scorecard"): {READ, ADD},
    ("cri_app", "public.pack"): {READ, ADD},
    ("cri_app", "public.report"): {READ, ADD},
    ("cri_app", "public.unit_pack_order"): {READ, ADD, CHANGE},
    ("cri_app", "public.unit_pack"): {READ, ADD, CHANGE},
    ("cri_app", "public.staff_page"): {READ, ADD, REMOVE},
    ("cri_app", "public.invitation_code"): {READ, ADD, CHANGE, REMOVE},
    ("cri_app", "public.wave_promise"): {READ, ADD, REMOVE},
    ("cri_app", "public.further_sheet"): {READ, ADD},
    ("cri_app", "public.further_scorecard"): {READ, ADD},
    ("cri_app", "public.unit_link"): {READ, ADD, REMOVE},
    ("cri_app", "public.attempt_count"): {READ, ADD, CHANGE, REMOVE},
    ("cri_lookup", "public.attempt_count"): {READ, ADD, CHANGE},
    ("cri_app", "public.wave_comment"): {READ, ADD, CHANGE},
    ("cri_app", "public.comment_decision"): {READ, ADD},
    ("cri_app", "public.pool_consent"): {READ, ADD, CHANGE},
    ("cri_app", "public.message_text"): {READ, ADD, CHANGE, REMOVE},
    ("cri_app", "public.message_batch"): {READ, ADD, CHANGE},
    ("cri_app", "public.message"): {READ, ADD, CHANGE, REMOVE, TIDY},
    ("cri_app", "public.bad_address"): {READ, ADD, CHANGE, REMOVE},
    ("cri_app", "public.opt_out"): {READ, ADD, REMOVE},
    ("cri_app", "public.procrastinate_jobs"): JOBS,
    ("cri_app", "public.procrastinate_workers"): JOBS,
    ("cri_app", "public.procrastinate_events"): JOBS,
    ("cri_app", "public.procrastinate_periodic_defers"): JOBS,
    ("cri_pool", "pool.contribution"): {READ, ADD},
    ("cri_pool", "pool.edition"): {READ, ADD},
    ("cri_pool", "pool.edition_member"): {READ, ADD},
    ("cri_pool", "pool.ledger_cell"): {READ, ADD},
    ("cri_pool", "pool.contribution_flag"): {READ, ADD},
    ("cri_pool", "pool.decision"): {READ, ADD},
    ("cri_pool", "pool.withdrawal"): {READ, ADD},
    ("cri_pool", "pool.edition_draft"): {READ, ADD},
    ("cri_pool", "pool.draft_preview"): {READ, ADD},
    ("cri_pool", "pool.draft_step"): {READ, ADD},
    ("cri_pool", "pool.edition_import"): {READ, ADD},
    ("cri_pool", "pool.draft_progress"): {READ, ADD, CHANGE},
    ("cri_pool", "pool.vouching"): {READ, ADD},
    ("cri_pool", "pool.reference_edition"): {READ, ADD},
}
COLUMNS: dict[tuple[str, str], set[str]] = {
    ("cri_lookup", "public.invitation"): {"agency_id", "wave_id", "id", "token_digest", "used"},
    ("cri_lookup", "public.invitation_code"): {"agency_id", "invitation_id", "digest"},
    ("cri_lookup", "public.unit_link"): {"agency_id", "wave_id", "digest"},
    ("cri_lookup", "public.wave"): {"agency_id", "id", "open_link_digest", "state", "opens_at", "closes_at"},
    ("cri_lookup", "public.membership"): {"agency_id", "account_id", "role"},
    ("cri_lookup", "public.agency"): {"agency_id", "name"},
}
HOLDER = "CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END"


def test_privileges_on_tables_are_these_and_no_others(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        f"SELECT {HOLDER}, n.nspname || '.' || c.relname, a.privilege_type FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL aclexplode(c.relacl) a "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname IN ('public', 'pool', 'lookup') "
        "AND a.grantee <> c.relowner"
    ).fetchall()
    found: dict[tuple[str, str], set[str]] = {}
    for role, table, privilege in rows:
        found.setdefault((role, table), set()).add(privilege)
    assert found == TABLES


def test_privileges_on_columns_are_these_and_no_others(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        f"SELECT {HOLDER}, n.nspname || '.' || c.relname, t.attname, a.privilege_type FROM pg_attribute t "
        "JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, "
        "LATERAL aclexplode(t.attacl) a WHERE n.nspname IN ('public', 'pool', 'lookup')"
    ).fetchall()
    found: dict[tuple[str, str], set[str]] = {}
    for role, table, column, _ in rows:
        found.setdefault((role, table), set()).add(column)
    assert {row[3] for row in rows} == {"SELECT"}
    assert found == COLUMNS


def test_what_runs_with_more_than_its_callers_rights_is_five_lookups(superuser: psycopg.Connection) -> None:
    """Owned by a role that cannot sign in, with a fixed search path, for the service alone."""
    rows = superuser.execute(
        "SELECT p.oid::regprocedure::text, p.proowner::regrole::text, p.proconfig, "
        f"ARRAY(SELECT {HOLDER} FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner) "
        "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    moment = "timestamp with time zone"
    names = [
        "lookup.link(bytea)",
        "lookup.memberships(uuid)",
        f"lookup.try_code(bytea,{moment},bytea,bytea,{moment},integer,integer)",
        "lookup.waves(text)",
        "lookup.waves_to_open(timestamp with time zone)",
    ]
    path = ["search_path=public, pg_temp"]
    assert rows == [(name, "cri_lookup", path, ["cri_app"]) for name in names]


def test_roles_are_weak_and_belong_to_nobody_they_should_not(superuser: psycopg.Connection) -> None:
    roles = superuser.execute(
        "SELECT rolname, rolcanlogin, "
        "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication "
        "FROM pg_roles WHERE starts_with(rolname, 'cri_') ORDER BY 1"
    ).fetchall()
    assert roles == [
        ("cri_app", True, False),
        ("cri_lookup", False, False),
        ("cri_owner", True, False),
        ("cri_pool", True, False),
    ]
    for role in ("cri_app", "cri_pool", "cri_lookup"):
        others = superuser.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER') AND rolname <> %s",
            [role, role],
        ).fetchall()
        assert others == []


def test_nobody_but_the_owner_makes_things_here(superuser: psycopg.Connection) -> None:
    for role in ("cri_app", "cri_pool", "cri_lookup"):
        for schema in ("public", "pool"):
            row = superuser.execute(
                "SELECT has_schema_privilege(%s, %s, 'CREATE')", [role, schema]
            ).fetchone()
            assert row == (False,), (role, schema)
    for role, schema in (
        ("cri_app", "pool"),
        ("cri_pool", "lookup"),
        ("cri_lookup", "pool"),
    ):
        row = superuser.execute("SELECT has_schema_privilege(%s, %s, 'USAGE')", [role, schema]).fetchone()
        assert row == (False,), (role, schema)
