"""Who may do what: one table of pure predicates over what somebody is in an agency.

No predicate gives anybody an answer: no page, no API and no role here reads raw rows.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What an account is in one agency."""

    ADMINISTRATOR = "administrator"
    LEADER = "leader"
    VIEWER = "viewer"


class Duty(StrEnum):
    """What an account does on the platform, for all agencies. None of them reads an answer or a name."""

    STEWARD = "steward"


class Permission(StrEnum):
    """What a page or an endpoint lets somebody do."""

    BELONG = "belong"
    RUN_WAVES = "run waves"
    READ_RESULTS = "read results"
    TAKE_REPORTS = "take reports away"
    TELL_STAFF = "tell staff"
    CLEAR_COMMENTS = "clear comments"


@dataclass(frozen=True, slots=True)
class Belonging:
    """An account's place in one agency."""

    agency_id: uuid.UUID
    agency_name: str
    role: Role


def _any_role(role: Role) -> bool:
    return role in Role


def _administrator(role: Role) -> bool:
    return role is Role.ADMINISTRATOR


def _leader(role: Role) -> bool:
    return role is Role.LEADER


def _not_only_viewing(role: Role) -> bool:
    return role is not Role.VIEWER


PREDICATES: Final[Mapping[Permission, Callable[[Role], bool]]] = MappingProxyType(
    {
        Permission.BELONG: _any_role,
        Permission.RUN_WAVES: _administrator,
        Permission.READ_RESULTS: _any_role,
        Permission.TAKE_REPORTS: _not_only_viewing,
        Permission.TELL_STAFF: _leader,
        # Those who run the survey, not those whose staff wrote: leaders read what was cleared.
        Permission.CLEAR_COMMENTS: _administrator,
    }
)


def allows(permission: Permission, role: Role) -> bool:
    """Whether `role` is enough for `permission`. One without a predicate is an error, never a yes."""
    return PREDICATES[permission](role)


def choose_agency(belongings: tuple[Belonging, ...], chosen: uuid.UUID | None) -> Belonging | None:
    """Where somebody acts: the chosen agency if they still belong to it, or their only one; else None."""
    found = next((one for one in belongings if one.agency_id == chosen), None)
    if found is None and len(belongings) == 1:
        return belongings[0]
    return found
