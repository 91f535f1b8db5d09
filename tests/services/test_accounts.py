"""Accounts and where they belong."""

import uuid

import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.passwords import hash_password
from cri.db.models import Account
from cri.db.queries.memberships import belongings_of
from cri.domain.access import Role
from cri.domain.errors import InputError
from cri.services.accounts import create_account, grant_membership
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.services.conftest import PASSWORD


def test_an_account_keeps_no_password_and_belongs_where_it_is_told(
    sessions: sessionmaker[Session], parts: Parts
) -> None:
    first, second = make_agency(sessions, "Beta"), make_agency(sessions, "Alpha")
    email = f"{uuid.uuid4().hex}@example.org"
    with sessions() as session:
        account_id = create_account(session, parts.secrets, f"  {email.upper()} ", PASSWORD, "Ana")
        grant_membership(session, first, account_id, "leader")
        grant_membership(session, second, account_id, Role.VIEWER)
        grant_membership(session, first, account_id, Role.ADMINISTRATOR)
        session.commit()
    with sessions() as session:
        account = session.get_one(Account, account_id)
        assert account.email == email
        assert account.password is not None
        assert account.password.startswith("$argon2id$")
        found = belongings_of(session, account_id)
        assert [(one.agency_name, one.role) for one in found] == [
            ("Alpha", Role.VIEWER),
            ("Beta", Role.ADMINISTRATOR),
        ]
        assert belongings_of(session, uuid.uuid4()) == ()


def test_two_hashes_of_one_password_differ_and_need_the_pepper() -> None:
    made = {hash_password(pepper, PASSWORD) for pepper in (b"a" * 32, b"a" * 32, b"b" * 32)}
    assert len(made) == 3


@pytest.mark.parametrize(
    ("email", "password", "name", "where"),
    [
        ("nobody", PASSWORD, "", "email"),
        ("ana@example.org", "short", "", "password"),
        ("ana@example.org", "x" * 129, "", "password"),
        ("ana@example.org", PASSWORD, "x" * 201, "name"),
    ],
)
def test_an_account_that_cannot_be(
    sessions: sessionmaker[Session], parts: Parts, email: str, password: str, name: str, where: str
) -> None:
    with sessions() as session, pytest.raises(InputError) as refused:
        create_account(session, parts.secrets, email, password, name)
    assert [problem.where for problem in refused.value.problems] == [where]


def test_one_address_one_account(sessions: sessionmaker[Session], parts: Parts) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    with sessions() as session:
        create_account(session, parts.secrets, email, PASSWORD)
        with pytest.raises(InputError, match="there is an account"):
            create_account(session, parts.secrets, email.upper(), PASSWORD)


def test_there_is_no_other_role(sessions: sessionmaker[Session], agency_id: uuid.UUID) -> None:
    with sessions() as session, pytest.raises(InputError, match="owner is no role"):
        grant_membership(session, agency_id, uuid.uuid4(), "owner")
