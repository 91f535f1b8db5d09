"""Guards of the API: the same table of permissions as the pages, answered with status codes."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, NoReturn, cast

from flask import current_app, session
from flask_security import current_user
from flask_smorest import abort
from sqlalchemy.orm import Session

from cri.db.queries.memberships import belongings_of
from cri.db.session import enter_agency
from cri.domain.access import Permission, allows, choose_agency
from cri.services.context import Actor, Context

EXTENSION: Final = "cri_api"
_GUARD: Final = "_cri_guard"


@dataclass(frozen=True, slots=True)
class Edge:
    """What the application lends the API: the session, contexts on it, where the chosen agency is kept."""

    session: Callable[[], Session]
    context_for: Callable[[uuid.UUID, Actor], Context]
    chosen_key: str


def requires(permission: Permission) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in whoever may do this in their agency; the view is given the Context of that agency first."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            return view(_enter(permission), **arguments)

        setattr(guarded, _GUARD, permission.value)
        return guarded

    return guard


def _enter(permission: Permission) -> Context:
    edge = cast("Edge", current_app.extensions[EXTENSION])
    if not current_user.is_authenticated:
        abort(401, message="Sign in first.")
    belongings = belongings_of(edge.session(), current_user.id)
    belonging = choose_agency(belongings, _chosen(edge.chosen_key))
    if belonging is None:
        return _refuse("Choose an agency first: this account belongs to none or to several.")
    if not allows(permission, belonging.role):
        return _refuse("The account's role in this agency does not allow it.")
    enter_agency(edge.session(), belonging.agency_id)
    return edge.context_for(belonging.agency_id, Actor(current_user.id, belonging.role))


def _refuse(message: str) -> NoReturn:
    abort(403, message=message)
    raise AssertionError  # abort never returns, but its library does not say so


def _chosen(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(session[key])
    except (KeyError, ValueError):
        return None
