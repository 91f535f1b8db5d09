"""An agency's consent to the pool: who gave it, when, to which text; revocable for all that is to come."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select

from cri.adapters.consent_texts import ConsentText
from cri.db.models import Agency, PoolConsent, Wave
from cri.db.queries.consents import consents, standing_consent
from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.facets import check_facets
from cri.services.context import Context
from cri.services.contributions import lock_agency

OWNER_LENGTH = 300


class SyntheticAgencyError(CriError):
    """Made-up data never enter the pool of real agencies."""


def consents_of(context: Context) -> list[PoolConsent]:
    """Every consent the agency has given, the newest first."""
    return consents(context.session, context.agency_id)


def give_consent(context: Context, text: ConsentText) -> None:
    """Record that the agency agrees to `text`, unless a consent stands; asks for what is to be contributed.

    Raises SyntheticAgencyError for an agency whose data are made up.
    """
    agency = lock_agency(context)
    if agency.synthetic:
        raise SyntheticAgencyError
    if standing_consent(context.session, context.agency_id) is not None:
        return
    context.session.add(
        PoolConsent(
            agency_id=context.agency_id,
            text_version=text.version,
            text_locale=text.locale,
            text_sha256=text.sha256,
            given_by=_account(context),
            given_at=context.now,
        )
    )
    _ask_to_settle(context)


def revoke_consent(context: Context) -> None:
    """Take the consent back, if one stands; asks for the withdrawal of all that was contributed."""
    lock_agency(context)
    standing = standing_consent(context.session, context.agency_id)
    if standing is None:
        return
    standing.revoked_by, standing.revoked_at = _account(context), context.now
    _ask_to_settle(context)


def change_facets(context: Context, facets: Mapping[str, str], owner: str) -> None:
    """Say what decides the agency's peer groups, and who owns it ("": it is its own owner).

    facets: sector, country, relationship. They hold for contributions from now on. Raises InputError.
    """
    check_facets(facets)
    named = " ".join(owner.split())
    if len(named) > OWNER_LENGTH:
        what = f"{len(named)} characters"
        raise InputError([InputProblem(what, "owner", f"at most {OWNER_LENGTH} characters")])
    agency: Agency = lock_agency(context)
    agency.sector, agency.country = facets["sector"], facets["country"]
    agency.relationship_type, agency.owner = facets["relationship"], named
    context.session.flush()


def _ask_to_settle(context: Context) -> None:
    context.session.flush()
    scored = select(Wave.id).where(Wave.agency_id == context.agency_id, Wave.state == "scored")
    for wave_id in context.session.scalars(scored):
        context.parts.defer(context.session, "contribute", context.agency_id, wave_id)


def _account(context: Context) -> uuid.UUID:
    if context.actor.account_id is None:
        raise PermissionError("a consent is given and taken back by somebody")
    return context.actor.account_id
