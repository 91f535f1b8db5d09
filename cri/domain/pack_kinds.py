"""The kinds of pack, each with the function that builds its document: the one list of them."""

from collections.abc import Mapping
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


PACK_KINDS: Final[Mapping[str, Builder]] = {
    "leader": benchmark_pack,
    "workshop": workshop_pack,
    "facilitator": facilitator_pack,
    "staff": staff_pack,
}
