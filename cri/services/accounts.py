"""Accounts of people who sign in, and where they belong."""

import uuid

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.adapters.passwords import hash_password
from cri.adapters.secret_files import Secrets
from cri.db.models import Account, Membership
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.errors import InputError, InputProblem
from cri.domain.roster import is_email

PASSWORD_LEAST, PASSWORD_MOST = 12, 128
NAME_LENGTH = 200


def create_account(
    session: Session, secrets: Secrets, email: str, password: str, name: str = ""
) -> uuid.UUID:
    """Make an account that belongs nowhere yet; returns its id.

    Raises InputError for a bad or taken address, an over-long name, a password not of 12 to 128 characters.
    """
    address = email.strip().lower()
    problems = []
    if not is_email(address):
        problems.append(InputProblem("not an e-mail address", "email", "name@example.org"))
    elif session.scalar(select(Account.id).where(Account.email == address)):
        problems.append(InputProblem("there is an account with this address", "email", "another address"))
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        expected = f"{PASSWORD_LEAST} to {PASSWORD_MOST} characters"
        problems.append(InputProblem(f"{len(password)} characters", "password", expected))
    if len(name) > NAME_LENGTH:
        problems.append(InputProblem(f"{len(name)} characters", "name", f"at most {NAME_LENGTH} characters"))
    if problems:
        raise InputError(problems)
    account = Account(
        id=uuid.uuid4(),
        email=address,
        password=hash_password(secrets.password, password),
        fs_uniquifier=uuid.uuid4().hex,
        name=name.strip(),
    )
    session.add(account)
    session.flush()
    return account.id


def grant_membership(session: Session, agency_id: uuid.UUID, account_id: uuid.UUID, role: Role | str) -> None:
    """Let an account be `role` in an agency, in place of what it was there; the session enters the agency.

    Raises InputError for a role that does not exist.
    """
    try:
        known = Role(role)
    except ValueError:
        raise InputError([InputProblem(f"{role} is no role", "role", ", ".join(Role))]) from None
    enter_agency(session, agency_id)
    statement = insert(Membership).values(agency_id=agency_id, account_id=account_id, role=known.value)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Membership.agency_id, Membership.account_id],
            set_={"role": statement.excluded.role},
        )
    )
