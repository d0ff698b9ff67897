"""A denser spacing is less in every length that it changes."""

from __future__ import annotations

from dataclasses import fields

from visualize.layout.spacing import DENSE, KNOTTED, NARROW, ROOMY, TIGHT


def test_each_spacing_takes_no_more_room_than_the_one_before() -> None:
    for roomy, dense in ((ROOMY, DENSE), (DENSE, NARROW), (NARROW, KNOTTED), (NARROW, TIGHT)):
        for each in fields(roomy):
            before, after = getattr(roomy, each.name), getattr(dense, each.name)
            assert before == after or after < before


def test_every_length_is_described() -> None:
    groups = [getattr(ROOMY, each.name) for each in fields(ROOMY)]
    for group in [ROOMY, *(one for one in groups if hasattr(one, "__dataclass_fields__"))]:
        described = type(group).__doc__ or ""
        assert all(
            f"{each.name}: " in described
            for each in fields(group)
            if not hasattr(getattr(group, each.name), "__dataclass_fields__")
        )
