"""Which details to show where there is no room for all: the richest, then the most used.

all ─▶ one a class ─▶ without details of their own ─▶ in brief ─▶ fewer and fewer
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from visualize.core.detail import Detail
from visualize.core.diagram import BoxKind
from visualize.simplify.details import structure

_READABLE = 40  # boxes in all details together

_Brief = Callable[[Detail], Detail]


def selections(details: Sequence[Detail], brief: _Brief) -> Iterator[tuple[Detail, ...]]:
    """Which details to show, all of them first and then less; never more than can be read.

    After all come one for each class of block; then those alone whose skip connections are in
    the blocks that they hold; then only those that draw a skip connection; then one for each class
    with the modules in it closed; and fewer and fewer of these, as long as one draws a skip
    connection if any does. Where only stages do, as in a DenseNet, their blocks are the last.

    Args:
        details: all there are.
        brief: closes the modules in a detail.
    """
    last: tuple[Detail, ...] = ()
    for shown in _choices(details, brief):
        if shown and shown != last and is_readable(shown):
            yield shown
        last = shown


def _choices(details: Sequence[Detail], brief: _Brief) -> Iterator[tuple[Detail, ...]]:
    yield tuple(details)
    shown = representative(details)
    yield shown
    if all(one.drawn_skips or not one.details for one in shown):
        yield tuple(replace(one, details=()) for one in shown)
    yield tuple(one for one in shown if _holds_drawing(one))
    single = apart(details)
    yield representative([one for one in single if one.drawn_skips])
    shown = representative([brief(one) for one in single])
    while shown:
        yield shown
        poorest = min(reversed(shown), key=_richness)
        shown = tuple(one for one in shown if one is not poorest)
    drawing = [one for one in single if one.drawn_skips]
    if drawing and all(one.box.kind is BoxKind.STAGE for one in drawing):
        yield representative([one for one in single if one.box.kind is BoxKind.BLOCK])


def others(details: Sequence[Detail], shown: Sequence[Detail]) -> list[Detail]:
    """Details that are not shown, without details of their own; that of most boxes first.

    Args:
        details: all there are.
        shown: those that have a place.
    """
    there = set(_names(shown))
    left = (one for one in apart(details) if one.box.id not in there)
    return sorted(left, key=lambda one: (len(one.boxes), _richness(one)), reverse=True)


def _names(details: Sequence[Detail]) -> Iterator[str]:
    for one in details:
        yield one.box.id
        yield from _names(one.details)


def apart(details: Sequence[Detail]) -> tuple[Detail, ...]:
    """Details without details of their own, each structure once.

    Where one draws no skip connection, those of the blocks in it explain the same boxes.
    """
    found: dict[Hashable, Detail] = {}
    for one in _apart(details):
        key = structure(one.diagram)
        found[key] = _joined(found[key], one) if key in found else one
    return tuple(found.values())


def _apart(details: Sequence[Detail]) -> Iterator[Detail]:
    for one in details:
        if _holds_drawing(one):
            is_part = one.is_part or one.box.kind is BoxKind.BLOCK
            inside = (replace(inner, boxes=one.boxes, is_part=is_part) for inner in one.details)
            yield from _apart(tuple(inside))
        else:
            yield replace(one, details=())


def _joined(one: Detail, other: Detail) -> Detail:
    """A detail that explains the boxes of another as well."""
    boxes = dict.fromkeys((*one.boxes, *other.boxes))
    return replace(
        one, boxes=tuple(boxes), strides=tuple(dict.fromkeys((*one.strides, *other.strides)))
    )


def _holds_drawing(detail: Detail) -> bool:
    """Whether a detail draws no skip connection, and one of its own details does."""
    return not detail.drawn_skips and any(
        inner.drawn_skips or _holds_drawing(inner) for inner in detail.details
    )


def is_readable(details: Sequence[Detail]) -> bool:
    """Whether all details together have no more boxes than can be read."""
    return _size(details) <= _READABLE


def _size(details: Sequence[Detail]) -> int:
    return sum(len(one.diagram.boxes) + _size(one.details) for one in details)


def representative(details: Sequence[Detail]) -> tuple[Detail, ...]:
    """One detail for each class of block: that which draws the most kinds of skip connection.

    And one for each class of which stages consist.
    """
    found: dict[tuple[BoxKind, str], Detail] = {}
    for detail in details:
        kind = detail.box.kind, detail.box.type
        known = found.get(kind)
        if known is None or _richness(detail) > _richness(known):
            found[kind] = replace(detail, details=representative(detail.details))
    return tuple(found.values())


def _richness(detail: Detail) -> tuple[int, int, int]:
    """How many kinds of skip connection a detail draws, how many boxes it explains, how briefly."""
    return len(detail.drawn_skips), len(detail.boxes), -len(detail.diagram.boxes)
