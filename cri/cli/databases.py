"""Make a PostgreSQL server ready for the service: roles, database, schema."""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.db.migrate import upgrade
from cri.db.roles import APPLICATION, OWNER, POOL, RolePasswords, make_database, make_roles
from cri.domain.errors import InputError, InputProblem

DATABASE = "cri"


@dataclass(frozen=True)
class Addresses:
    """Where each role of the service connects."""

    application: str
    owner: str
    pool: str


def prepare_embedded(server: EmbeddedPostgres, passwords: RolePasswords) -> Addresses:
    """Roles, database and schema on the embedded server, which runs already. Harmless when repeated."""
    make_roles(server.superuser_url, passwords)
    make_database(server.superuser_url, DATABASE)
    addresses = Addresses(
        application=server.url(APPLICATION, passwords.application, DATABASE),
        owner=server.url(OWNER, passwords.owner, DATABASE),
        pool=server.url(POOL, passwords.pool, DATABASE),
    )
    upgrade(addresses.owner)
    return addresses


def prepare_given(
    application: str, owner: str | None, pool: str | None, passwords: RolePasswords
) -> Addresses:
    """The same on a server of the operator's.

    With all three addresses they are used as they are. With DATABASE_URL alone, its role must be an
    administrator's: it is used once, to make our own roles, and never to serve pages.
    Raises InputError naming the variable that cannot be used.
    """
    if owner is None or pool is None:
        addresses = _make_own_roles(application, passwords)
    else:
        addresses = Addresses(application, owner, pool)
    upgrade(addresses.owner)
    refuse_mighty_role(addresses.application)  # once the tables exist: it must not be their owner
    return addresses


def _make_own_roles(administrator: str, passwords: RolePasswords) -> Addresses:
    address = make_url(administrator)
    if not _may_make_roles(administrator):
        raise InputError(
            [
                InputProblem(
                    f"role {address.username} can neither make the service's roles nor serve without them",
                    "DATABASE_URL",
                    "an administrator's address, or DATABASE_OWNER_URL and DATABASE_POOL_URL beside it "
                    "(docs/operations.md)",
                )
            ]
        )
    make_roles(administrator, passwords)
    name = sql.Identifier(str(address.database))
    with psycopg.connect(_plain(administrator), autocommit=True) as connection:
        owner = sql.Identifier(OWNER)
        connection.execute(sql.SQL("GRANT CREATE, CONNECT ON DATABASE {} TO {}").format(name, owner))
        connection.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
                name, sql.Identifier(APPLICATION), sql.Identifier(POOL)
            )
        )
    return Addresses(
        application=_as(address, APPLICATION, passwords.application),
        owner=_as(address, OWNER, passwords.owner),
        pool=_as(address, POOL, passwords.pool),
    )


def _may_make_roles(url: str) -> bool:
    with psycopg.connect(_plain(url)) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    return bool(row and row[0])


def refuse_mighty_role(url: str) -> None:
    """Raise InputError when the role of `url` passes the wall between agencies, or could take it down."""
    with psycopg.connect(_plain(url)) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class "
            "WHERE oid = to_regclass('public.invitation') AND pg_has_role(current_user, relowner, 'MEMBER')) "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if row and row[0]:
        role = make_url(url).username
        raise InputError(
            [
                InputProblem(
                    f"role {role} may read every agency's rows",
                    "DATABASE_URL",
                    "a role that neither owns the tables nor bypasses row-level security",
                )
            ]
        )


def _as(address: URL, role: str, password: str) -> str:
    return address.set(username=role, password=password).render_as_string(hide_password=False)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)
