"""A denser spacing is less in every length that it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from visualize.layout.densities import DENSE, KNOTTED, NARROW, ROOMY, SLIM, TIGHT


def lengths(spacing: object) -> Iterator[float]:
    """All lengths, those of its parts too, in order."""
    for each in fields(spacing):  # type: ignore[arg-type]
        value = getattr(spacing, each.name)
        if is_dataclass(value):
            yield from lengths(value)
        else:
            yield value


def test_each_spacing_takes_no_more_room_than_the_one_before() -> None:
    pairs = [(ROOMY, DENSE), (DENSE, NARROW), (NARROW, KNOTTED), (NARROW, TIGHT)]
    pairs.append((DENSE, replace(SLIM, padding=DENSE.padding)))
    for roomy, dense in pairs:
        both = list(zip(lengths(roomy), lengths(dense)))
        assert all(after <= before for before, after in both)
        assert any(after < before for before, after in both)
