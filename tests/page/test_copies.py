"""Copies of a box, aligned."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.architecture import NodeKind, Operation
from visualize.core.diagram import Box
from visualize.page.copies import aligned, are_regular


def box(*types: str, name: str = "") -> Box:
    operations = tuple(
        Operation(f"{name}{place}{kind}", NodeKind.FUNCTION, kind)
        for place, kind in enumerate(types)
    )
    return replace(Box.of(operations[0]), operations=operations)


def folded(*copies: Box) -> Box:
    return replace(copies[0], copies=copies)


def test_equal_copies_are_aligned_as_they_are() -> None:
    both = folded(box("linear", "relu", name="a"), box("linear", "relu", name="b"))
    assert are_regular(both)
    assert [one.operations for one in aligned(both)] == [
        ("a0linear", "a1relu"),
        ("b0linear", "b1relu"),
    ]
    assert all(not one.others for one in aligned(both))


def test_what_has_no_counterpart_is_left_out_or_goes_with_its_neighbour() -> None:
    first = box("linear", "view", "add", name="a")
    other = box("linear", "add", "getitem", name="b")
    both = folded(first, other)
    assert not are_regular(both)
    _, beside = aligned(both)
    assert beside.operations == ("b0linear", None, "b1add")
    assert beside.others == ((2, "b2getitem"),)


def test_a_box_without_copies_is_its_own() -> None:
    alone = box("linear", "relu")
    assert are_regular(alone)
    assert [one.operations for one in aligned(alone)] == [alone.members]
