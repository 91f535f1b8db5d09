"""Guards: no view without one. A request's agency comes from memberships, never from its address."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, cast

from flask import abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from cri.db.models import Agency
from cri.db.queries.memberships import belongings_of
from cri.db.session import enter_agency
from cri.domain.access import Belonging, Duty, Permission, allows, choose_agency
from cri.services.context import Actor, Context
from cri.services.editions import Steward
from cri.web.database import db
from cri.web.parts import context_for, now

View = Callable[..., ResponseReturnValue]

CHOSEN: Final = "agency"
"""Where the session remembers the agency that somebody chose. It is checked again on every request."""

_GUARD: Final = "_cri_guard"


@dataclass(frozen=True, slots=True)
class Here:
    """Who is asking, and in which of their agencies; `belonging` and `agency`: None before one is chosen."""

    account_id: uuid.UUID
    name: str
    email: str
    belongings: tuple[Belonging, ...]
    duties: frozenset[str] = frozenset()
    belonging: Belonging | None = None
    agency: Agency | None = None


def here() -> Here | None:
    """What the guard of this request found out; None on public pages."""
    return cast("Here | None", g.get("here"))


def guard_of(view: Any) -> str | None:
    """What guards a view: "public", "signed in" or the permission it requires; None for an unguarded one."""
    return cast("str | None", getattr(view, _GUARD, None))


def mark_public(view: Any) -> None:
    """Say of a view, whoever wrote it, that anybody may see it."""
    setattr(view, _GUARD, "public")


def public(view: View) -> View:
    """Mark a view that anybody may see."""
    mark_public(view)
    return view


def signed_in(view: View) -> View:
    """Let in whoever is signed in, with or without an agency."""

    @wraps(view)
    def guarded(**arguments: Any) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return _to_sign_in()
        _find_out()
        return view(**arguments)

    setattr(guarded, _GUARD, "signed in")
    return guarded


def requires(permission: Permission) -> Callable[[View], View]:
    """Let in whoever may do this in their agency; the view is given the Context of that agency first."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _to_sign_in()
            found = _find_out()
            if found.belonging is None:
                return redirect(url_for("agencies.choose"))
            if not allows(permission, found.belonging.role):
                abort(403)
            return view(_context(found.account_id, found.belonging), **arguments)

        setattr(guarded, _GUARD, permission.value)
        return guarded

    return guard


def stewards(view: View) -> View:
    """Let in the pool's stewards; the view is given the Steward first, and no agency."""

    @wraps(view)
    def guarded(**arguments: Any) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return _to_sign_in()
        found = _find_out()
        if Duty.STEWARD not in found.duties:
            abort(403)
        return view(Steward(found.account_id, now()), **arguments)

    setattr(guarded, _GUARD, Duty.STEWARD.value)
    return guarded


def _find_out() -> Here:
    """Look the memberships up again, and enter the agency that is meant, if any."""
    belongings = belongings_of(db.session, current_user.id)
    belonging = choose_agency(belongings, _chosen())
    agency = None
    if belonging is not None:
        enter_agency(db.session, belonging.agency_id)
        agency = db.session.get_one(Agency, belonging.agency_id)
    duties = frozenset(role.name for role in current_user.roles)
    found = Here(
        current_user.id, current_user.name, current_user.email, belongings, duties, belonging, agency
    )
    g.here = found
    return found


def _context(account_id: uuid.UUID, belonging: Belonging) -> Context:
    return context_for(belonging.agency_id, Actor(account_id, belonging.role))


def _chosen() -> uuid.UUID | None:
    try:
        return uuid.UUID(session[CHOSEN])
    except (KeyError, ValueError):
        return None


def _to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and from there back to what was asked for, if that can be asked for again."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=back))
