"""Drawings of frames are placed at the level around them, also where the flow goes back."""

from __future__ import annotations

from tests.layouts import scene, sizes_of
from visualize.layout.drawing import assemble
from visualize.layout.frames import lay_out_frame
from visualize.layout.levels import split_levels
from visualize.layout.order import decompose
from visualize.layout.place import Placer
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import FrameUnit


def test_a_frame_is_mirrored_where_the_flow_goes_back() -> None:
    drawn = scene([("a", "b"), ("b", "c")], frames={"b": "f", "c": "f"})
    levels, sizes = split_levels(drawn), sizes_of(drawn)
    unit = FrameUnit("f")
    insides = {unit: lay_out_frame(levels.frames[0], drawn.groups[0], sizes, {})}
    units = LevelSizes(sizes, levels.figure, {unit: insides[unit].extent})
    placer = Placer(units)
    placement = placer.place(decompose(placer.flow))
    forward = assemble(placement, units, insides)
    back = assemble(placement, units, insides, frozenset([unit]))
    assert [box.box.id for box in forward.boxes] == ["a", "b", "c"]
    assert forward.boxes[1].center.along < forward.boxes[2].center.along
    assert back.boxes[1].center.along > back.boxes[2].center.along
    assert back.frames[0].rectangle == forward.frames[0].rectangle
    assert len(forward.legs) == len(back.legs) == len(levels.frames[0].links)
