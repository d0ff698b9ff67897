"""Scenes with several resolutions at once, made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tests.layouts import scene
from visualize.core.scene import Scene
from visualize.layout.rows.find import Rows
from visualize.layout.units import BoxUnit, Unit

# A U-Net++ of three resolutions: a, b and c go down, the others are a triangle beside them.
TRIANGLE = [
    ("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("b", "e"), ("a", "e"),
    ("a", "+"), ("e", "+"), ("d", "f"), ("+", "f"),
]  # fmt: skip
# Down, up and down again, as in detectors.
ZIGZAG = [
    ("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("d", "e"), ("a", "e"),
    ("e", "f"), ("d", "f"), ("f", "g"), ("c", "g"),
]  # fmt: skip


def pyramid(edges: Sequence[tuple[str, str]], rows: Sequence[Iterable[str]]) -> Scene:
    """A scene whose boxes have the resolution of the row that names them; others none."""
    side = {name: 64 >> number for number, names in enumerate(rows) for name in names}
    drawn = scene(edges)
    boxes = (
        replace(box, resolution=(side[box.id],) * 2) if box.id in side else box
        for box in drawn.boxes
    )
    return replace(drawn, boxes=tuple(boxes))


def triangle() -> Scene:
    """A U-Net++."""
    return pyramid(TRIANGLE, ["ae+f", "bd", "c"])


def zigzag() -> Scene:
    """The neck of a detector, with a head that has no resolution."""
    return pyramid([*ZIGZAG, ("g", "h")], ["ae", "bdf", "cg"])


def named(unit: Unit) -> str:
    """The name of the box of a unit."""
    assert isinstance(unit, BoxUnit)
    return unit.box


def places(rows: Rows) -> Mapping[str, tuple[int, int]]:
    """Column and row of each box."""
    return {named(unit): (home.column, home.row) for unit, home in rows.homes.items()}
