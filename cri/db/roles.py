"""The database's roles, and making them.

cri_owner owns the tables and runs migrations; cri_app is the service (no ownership, no bypass);
cri_pool reads and writes the benchmark pool and nothing else; cri_lookup, which cannot sign in, owns
the few functions that find the agency of a link or an account.
"""

import hashlib
import hmac
from dataclasses import dataclass

import psycopg
from psycopg import sql

OWNER, APPLICATION, POOL, LOOKUP = "cri_owner", "cri_app", "cri_pool", "cri_lookup"
_LOCK = 7_241_002  # roles belong to the whole server: one maker at a time


@dataclass(frozen=True)
class RolePasswords:
    """One password a role, derived so that a restart finds the same."""

    owner: str
    application: str
    pool: str


def derive_passwords(secret: bytes) -> RolePasswords:
    """Passwords from the installation's `database` secret."""
    owner, application, pool = (
        hmac.new(secret, name.encode(), hashlib.sha256).hexdigest() for name in (OWNER, APPLICATION, POOL)
    )
    return RolePasswords(owner, application, pool)


def make_roles(superuser_url: str, passwords: RolePasswords) -> None:
    """Make the four roles, or set their passwords again. `superuser_url`: may create roles."""
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        signing_in = {OWNER: passwords.owner, APPLICATION: passwords.application, POOL: passwords.pool}
        for role, password in signing_in.items():
            # an administrator who is no superuser may not even repeat that a role is not to be one
            statement = (
                "ALTER ROLE {} LOGIN PASSWORD {}"
                if role in present
                else "CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"
            )
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
        if LOOKUP not in present:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(LOOKUP)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(LOOKUP), sql.Identifier(OWNER)))


def make_database(superuser_url: str, name: str, template: str = "template0") -> None:
    """Make database `name`, owned by cri_owner and closed to everybody else, unless it exists."""
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
            )
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
                sql.Identifier(name), sql.Identifier(APPLICATION), sql.Identifier(POOL)
            )
        )
