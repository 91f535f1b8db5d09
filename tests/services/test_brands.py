"""A report is made again with the brand that it was printed with, whatever the agency has now."""

import pytest

from cri.domain.brand import Brand
from cri.domain.errors import InputError
from cri.services.brands import brand_of, change_brand, printed_brand
from cri.services.context import Context
from tests.unit.test_logos import SVG, drawn


def test_what_a_manifest_tells_of_is_found_again_after_every_change(ctx: Context) -> None:
    assert brand_of(ctx).logo is None
    told = []
    for colour, logo in (("#AA0000", drawn()), ("#00aa00", None), ("#0000aa", drawn(colour="#ffffff"))):
        change_brand(ctx, colour, logo)
        told.append((brand_of(ctx), brand_of(ctx).document()))
    change_brand(ctx, "#12436d", without_logo=True)
    assert brand_of(ctx) == Brand("#12436d")
    for brand, document in told:
        assert printed_brand(ctx, document) == brand
    assert len({brand for brand, _ in told}) == 3
    assert [brand.logo.is_light for brand, _ in told if brand.logo] == [False, False, True]


def test_of_a_report_from_before_there_were_brands_it_is_the_houses(ctx: Context) -> None:
    assert printed_brand(ctx, None) == Brand()


def test_a_wrong_part_changes_neither(ctx: Context) -> None:
    change_brand(ctx, "#aa0000", drawn())
    before = brand_of(ctx)
    for colour, logo in (("blue", drawn((90, 90))), ("#00aa00", SVG)):
        with pytest.raises(InputError):
            change_brand(ctx, colour, logo)
        assert brand_of(ctx) == before
