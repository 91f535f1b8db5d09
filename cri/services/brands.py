"""How an agency's documents look: its colour and its logo, changed by its administrator, kept for replays."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from cri.adapters.logos import printed_logo, read_logo
from cri.domain.brand import Brand, Logo, colour_of
from cri.services.agencies import this_agency
from cri.services.context import Context


def brand_of(context: Context) -> Brand:
    """The agency's colour and logo as they are now. A logo that the store has lost is left out."""
    agency = this_agency(context)
    return Brand(agency.colour, _logo(context, agency.logo_sha256))


def printed_brand(context: Context, told: Mapping[str, Any] | None) -> Brand:
    """The brand that a manifest tells of, as it was printed then; the house's for none."""
    return Brand() if told is None else Brand(told["colour"], _logo(context, told["logo_sha256"]))


def change_brand(
    context: Context, colour: str, logo: bytes | None = None, *, without_logo: bool = False
) -> None:
    """Change the colour, and the logo where one was sent. Documents that were made keep theirs.

    without_logo: take the present one away. Earlier ones stay in the store: reports are made again with them.
    Raises InputError for what is no colour or no logo, with where "colour" or "logo", and changes nothing.
    """
    agency = this_agency(context)
    wanted = colour_of(colour, "colour")
    if logo is not None:
        png = read_logo(logo, "logo").png
        sha256 = hashlib.sha256(png).hexdigest()
        context.parts.blobs.put(_key(context.agency_id, sha256), png)
        agency.logo_sha256 = sha256
    elif without_logo:
        agency.logo_sha256 = None
    agency.colour = wanted
    context.session.flush()


def logo_of(context: Context) -> bytes | None:
    """The agency's logo as PNG, None where it has none."""
    found = _logo(context, this_agency(context).logo_sha256)
    return None if found is None else found.png


def _logo(context: Context, sha256: str | None) -> Logo | None:
    if sha256 is None:
        return None
    try:
        return printed_logo(context.parts.blobs.get(_key(context.agency_id, sha256)))
    except FileNotFoundError:
        return None


def _key(agency_id: uuid.UUID, sha256: str) -> str:
    return f"logo/{agency_id}/{sha256}.png"
