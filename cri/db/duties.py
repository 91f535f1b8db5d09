"""Duties on the platform: given by whoever owns the database, never by the service itself."""

from sqlalchemy import create_engine, text

from cri.domain.access import Duty
from cri.domain.errors import InputError, InputProblem

_APPOINT = text(
    "INSERT INTO platform_duty (user_id, role_id) SELECT account.id, platform_role.id "
    "FROM account, platform_role WHERE account.email = :email AND platform_role.name = :duty "
    "ON CONFLICT DO NOTHING"
)
_KNOWN = text("SELECT 1 FROM account WHERE email = :email")


def appoint(owner_url: str, email: str, duty: Duty) -> None:
    """Give an account a duty; once is enough. owner_url: address of the role that owns the tables.

    Raises InputError for an address that no account has.
    """
    address = email.strip().lower()
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            if connection.scalar(_KNOWN, {"email": address}) is None:
                raise InputError([InputProblem("no account has it", address, "the e-mail address of one")])
            connection.execute(_APPOINT, {"email": address, "duty": duty.value})
    finally:
        engine.dispose()
