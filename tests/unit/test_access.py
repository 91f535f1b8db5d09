"""Who may do what: the table, cell by cell."""

import uuid

import pytest

from cri.domain.access import PREDICATES, Belonging, Permission, Role, allows, choose_agency

ALLOWED = {
    Permission.BELONG: {Role.ADMINISTRATOR, Role.LEADER, Role.VIEWER},
    Permission.RUN_WAVES: {Role.ADMINISTRATOR},
    Permission.READ_RESULTS: {Role.ADMINISTRATOR, Role.LEADER, Role.VIEWER},
    Permission.TAKE_REPORTS: {Role.ADMINISTRATOR, Role.LEADER},
    Permission.TELL_STAFF: {Role.LEADER},
    Permission.CLEAR_COMMENTS: {Role.ADMINISTRATOR},
}


@pytest.mark.parametrize("permission", Permission)
def test_each_permission_is_given_to_exactly_these_roles(permission: Permission) -> None:
    assert {role for role in Role if allows(permission, role)} == ALLOWED[permission]
    assert permission in PREDICATES


def test_no_permission_is_about_single_answers() -> None:
    assert not any("answer" in permission for permission in Permission)


def test_the_agency_is_the_chosen_one_only_while_one_belongs_to_it() -> None:
    first, second = (Belonging(uuid.uuid4(), name, Role.LEADER) for name in ("A", "B"))
    assert choose_agency((first, second), second.agency_id) == second
    assert choose_agency((first, second), None) is None
    assert choose_agency((first, second), uuid.uuid4()) is None
    assert choose_agency((first,), second.agency_id) == first
    assert choose_agency((), first.agency_id) is None
