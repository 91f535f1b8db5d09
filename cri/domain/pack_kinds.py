"""The kinds of pack, each with the function that builds its document: the one list of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from cri.domain.instrument import Instrument
from cri.domain.pack_benchmark import benchmark_pack
from cri.domain.pack_facilitator import facilitator_pack
from cri.domain.pack_staff import staff_pack
from cri.domain.pack_workshop import workshop_pack

Document = Mapping[str, Any]


class Builder(Protocol):
    """Makes a pack of a kind; arguments and result as of `leader_pack`."""

    def __call__(
        self,
        scorecard: Document,
        placement: Document | None = None,
        edition: Document | None = None,
        *,
        instrument: Instrument | None = None,
        noun: str | None = None,
    ) -> dict[str, Any]:
        """Build the document of this kind from a scorecard and its place in an edition."""


class WavesBuilder(Protocol):
    """Makes a pack that shows earlier waves as well; arguments and result as of `workshop_pack`."""

    def __call__(
        self,
        scorecard: Document,
        placement: Document | None = None,
        edition: Document | None = None,
        *,
        instrument: Instrument | None = None,
        noun: str | None = None,
        earlier: Sequence[Document] = (),
    ) -> dict[str, Any]:
        """Build the document of this kind from a scorecard, its place in an edition and earlier ones."""


PACK_KINDS: Final[Mapping[str, Builder]] = {
    "leader": benchmark_pack,
    "workshop": workshop_pack,
    "facilitator": facilitator_pack,
    "staff": staff_pack,
}
OVER_WAVES: Final[Mapping[str, WavesBuilder]] = {
    "workshop": workshop_pack,
    "facilitator": facilitator_pack,  # it numbers and shows the workshop pack's pages
}
"""Those that show all waves where the earlier ones are given."""


def build_pack(
    kind: str,
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
    earlier: Sequence[Document] = (),
) -> dict[str, Any]:
    """Build a pack of a kind; earlier scorecards go into those of OVER_WAVES. KeyError for another kind."""
    if kind in OVER_WAVES:
        build = OVER_WAVES[kind]
        return build(scorecard, placement, edition, instrument=instrument, noun=noun, earlier=earlier)
    return PACK_KINDS[kind](scorecard, placement, edition, instrument=instrument, noun=noun)
