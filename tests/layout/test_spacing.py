"""A denser spacing is less in every length that it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from visualize.layout.spacing import DENSE, KNOTTED, NARROW, ROOMY, TIGHT


def lengths(spacing: object) -> Iterator[float]:
    """All lengths, those of its parts too, in order."""
    for each in fields(spacing):  # type: ignore[arg-type]
        value = getattr(spacing, each.name)
        if is_dataclass(value):
            yield from lengths(value)
        else:
            yield value


def test_each_spacing_takes_no_more_room_than_the_one_before() -> None:
    for roomy, dense in ((ROOMY, DENSE), (DENSE, NARROW), (NARROW, KNOTTED), (NARROW, TIGHT)):
        pairs = list(zip(lengths(roomy), lengths(dense)))
        assert all(after <= before for before, after in pairs)
        assert any(after < before for before, after in pairs)


def test_every_length_is_described() -> None:
    groups = [getattr(ROOMY, each.name) for each in fields(ROOMY)]
    for group in [ROOMY, *(one for one in groups if hasattr(one, "__dataclass_fields__"))]:
        described = type(group).__doc__ or ""
        assert all(
            f"{each.name}: " in described
            for each in fields(group)
            if not hasattr(getattr(group, each.name), "__dataclass_fields__")
        )
