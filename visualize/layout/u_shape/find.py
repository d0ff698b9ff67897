"""Find the U in a flow: its spine, the skips across it, and where it turns."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.choices import SkipKind
from visualize.layout.levels import Level
from visualize.layout.order import Part, Series, decompose, units_of
from visualize.layout.sizes import LevelSizes
from visualize.layout.u_shape.feeds import find_feeds
from visualize.layout.u_shape.shape import Feed, Row, UShape
from visualize.layout.units import BoxUnit, Unit

# A U has at least as many straight skips.
_FEWEST = 2


def find_u(sizes: LevelSizes) -> UShape | None:
    """The U-shape of a flow, if it has one.

    It needs two or more nested long skips between boxes of the spine, directly or over boxes that
    work on them, and nothing else that leads from one side to the other. Three or more nested arcs
    are long as well if they are concats or lead to a lower resolution.
    """
    level = sizes.level
    skips = tuple(_skips(level))
    long = tuple(row for row in skips if level.links[row.links[0]].arrow.long)
    place = {unit: number for number, unit in enumerate(level.units)}
    if len(long) < _FEWEST and len(_deepest(skips, place)) <= _FEWEST:
        return None
    forks = [row.fork for row in (long if len(long) >= _FEWEST else skips)]
    feeds = find_feeds(level, min(forks, key=place.__getitem__))
    spine = _spine(level, skips, feeds)
    at = {unit: number for number, unit in enumerate(spine) if isinstance(unit, Unit)}
    if any(row.laterals and not (row.fork in at and row.merge in at) for row in skips):
        return None
    skips = tuple(row for row in skips if row.fork in at and row.merge in at)
    long = tuple(row for row in skips if row in long)
    if len(long) < _FEWEST:
        long = _nested(sizes, skips, at)
    if len(long) < _FEWEST:
        return None
    rows = _rows((*long, *_within(level, skips, long, at)), at) or _rows(long, at)
    level_rows = [row for row in rows if row.is_level]
    if len(level_rows) < _FEWEST or len(rows) > 2 * len(level_rows):
        return None
    return _turned(sizes, spine, rows, feeds)


def _skips(level: Level) -> Iterator[Row]:
    """The arcs and the long skips from their forks to their merges, with the units between these.

    Several links that lead the same way, such as to a concat and to its gate, are side by side.
    """
    numbers: dict[tuple[Unit, Unit], list[int]] = {}
    for number, link in enumerate(level.links):
        numbers.setdefault(link.ends, []).append(number)
    before: dict[Unit, list[Unit]] = {}
    after: dict[Unit, list[Unit]] = {}
    for source, target in numbers:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    arrows = {ends: [level.links[one] for one in found] for ends, found in numbers.items()}
    long = {ends for ends, links in arrows.items() if any(link.arrow.long for link in links)}
    laterals = {
        unit
        for unit in level.units
        if isinstance(unit, BoxUnit)
        and len(before.get(unit, ())) == len(after.get(unit, ())) == 1
        and long.issuperset(((before[unit][0], unit), (unit, after[unit][0])))
        and not any(link.arc for link in arrows[before[unit][0], unit])
    }
    for (source, target), links in arrows.items():
        if source in laterals:
            continue
        chain = [source, target]
        while chain[-1] in laterals:
            chain += after[chain[-1]]
        if len(chain) > 2 or any(link.arc for link in links):
            # One that is long comes first: it says what all are.
            found = [
                sorted(numbers[ends], key=lambda one: not level.links[one].arrow.long)
                for ends in itertools.pairwise(chain)
            ]
            yield Row(source, chain[-1], tuple(itertools.chain(*found)), tuple(chain[1:-1]))


def _spine(level: Level, skips: Sequence[Row], feeds: Sequence[Feed]) -> tuple[Part, ...]:
    """The parts of the flow in series, without skips and feeds; none if it is no series."""
    apart = {unit for row in skips for unit in row.laterals}
    apart |= {unit for feed in feeds for unit in units_of(feed.part)}
    skipping = {level.links[number].ends for row in skips for number in row.links}
    flow = nx.DiGraph()
    flow.add_nodes_from(unit for unit in level.units if unit not in apart)
    for edge in level.flow.edges:
        if apart.isdisjoint(edge) and edge not in skipping:
            flow.add_edge(*edge)
    part = decompose(flow) if flow else None
    return part.parts if isinstance(part, Series) else ()


def _rows(skips: Sequence[Row], at: Mapping[Unit, int]) -> list[Row]:
    """The skips, outermost first; none if some cross each other.

    Straight are those that nest, the inner ones first: what a decoder reads of the block beside it
    comes before what it reads of one above.
    """
    rows: list[Row] = []
    fork, merge = math.inf, -math.inf
    for row in sorted(skips, key=lambda row: (-at[row.fork], at[row.merge])):
        inside = at[row.fork] < fork and at[row.merge] > merge
        if inside:
            fork, merge = at[row.fork], at[row.merge]
        rows.append(row if inside else replace(row, is_level=False))
    spans = [(at[row.fork], at[row.merge]) for row in reversed(rows)]
    is_nested = all(a <= c and d <= b for (a, b), (c, d) in itertools.pairwise(spans))
    return rows[::-1] if is_nested else []


def _within(
    level: Level, skips: Sequence[Row], long: Sequence[Row], at: Mapping[Unit, int]
) -> Iterator[Row]:
    """The concats around the turn of the U: they change no resolution, and are across as well."""
    first, last = max(at[row.fork] for row in long), min(at[row.merge] for row in long)
    for row in skips:
        is_concat = level.links[row.links[0]].arrow.skip == SkipKind.CONCAT.value
        if is_concat and row not in long and first <= at[row.fork] and at[row.merge] <= last:
            yield row


def _deepest(skips: Sequence[Row], at: Mapping[Unit, int]) -> list[Row]:
    """The skips around one place, where there are most of them; the outermost first."""
    ordered = sorted(skips, key=lambda row: (at[row.fork], -at[row.merge]))
    merges: list[int] = []  # of those that are open, the nearest first
    most, fork, until = 0, 0, 0
    for number, row in enumerate(ordered, 1):
        while merges and merges[0] <= at[row.fork]:
            heapq.heappop(merges)
        heapq.heappush(merges, at[row.merge])
        if len(merges) > most:
            most, fork, until = len(merges), at[row.fork], number
    return [one for one in ordered[:until] if at[one.merge] > fork]


def _nested(sizes: LevelSizes, skips: Sequence[Row], at: Mapping[Unit, int]) -> tuple[Row, ...]:
    """The arcs around one place of the spine that most bypass, if they are those of a U."""
    rows = _deepest(skips, at)
    if len(rows) <= _FEWEST or not all(
        at[one.fork] < at[other.fork] and at[other.merge] < at[one.merge]
        for one, other in itertools.pairwise(rows)
    ):
        return ()
    links = sizes.level.links
    concats = all(links[row.links[0]].arrow.skip == SkipKind.CONCAT.value for row in rows)
    shapes = sizes.shape(rows[0].fork), sizes.shape(rows[-1].fork)
    falls = all(shapes) and any(
        math.prod(shapes[1][part]) < math.prod(shapes[0][part])
        for part in (slice(1, None), slice(None, -1))
    )
    return tuple(rows) if concats or falls else ()


@dataclass(frozen=True)
class _Turn:
    """A place where the spine may be cut."""

    left: tuple[Part, ...]
    bottom: Unit | None
    right: tuple[Part, ...]


def _turned(
    sizes: LevelSizes, spine: tuple[Part, ...], rows: Sequence[Row], feeds: tuple[Feed, ...]
) -> UShape | None:
    """The U that turns where the resolution does, or else half way, if it can be cut there."""
    at = {unit: number for number, unit in enumerate(spine) if isinstance(unit, Unit)}
    first = max(at[row.fork] for row in rows) + 1
    last = min(at[row.merge] for row in rows)
    if first > last:
        return None
    for turn in _turns(sizes, spine, first, last):
        shape = UShape(turn.left, turn.bottom, turn.right, tuple(rows), feeds)
        if _is_only_way(shape, sizes.level):
            return shape
    return None


def _turns(sizes: LevelSizes, spine: tuple[Part, ...], first: int, last: int) -> Iterator[_Turn]:
    """Where the spine may be cut, the best place first."""
    rise = _rise(sizes, spine[first - 1], spine[first:last])
    if rise:
        cut, odd = first + rise, True
    else:
        half, rest = divmod(last - first, 2)
        cut, odd = first + half + rest, rest > 0
    middle, before = spine[cut - 1], spine[cut - 2]
    if (
        odd
        and cut > first
        and isinstance(middle, BoxUnit)
        and not _are_alike(sizes, before, middle)
    ):
        yield _Turn(spine[: cut - 1], middle, spine[cut:])
        if not rise:
            cut -= 1
    for place in sorted(range(first, last + 1), key=lambda place: abs(place - cut)):
        yield _Turn(spine[:place], None, spine[place:])


def _are_alike(sizes: LevelSizes, one: Part, other: Unit) -> bool:
    """Whether two units belong to one stage, which stays together."""
    stage = sizes.stage(other)
    return bool(stage) and isinstance(one, Unit) and sizes.stage(one) == stage


def _rise(sizes: LevelSizes, fork: Part, middle: Sequence[Part]) -> int:
    """How many parts of ``middle`` come before the resolution rises; 0 if that is not known.

    Channels come first or last: positions are what there are fewer of behind the innermost fork.
    """
    shapes = [sizes.shape(part) if isinstance(part, Unit) else () for part in middle]
    above = sizes.shape(fork) if isinstance(fork, Unit) else ()
    for positions in (slice(1, None), slice(None, -1)):
        counts = [math.prod(shape[positions]) if shape else 0 for shape in shapes]
        known = [(number, count) for number, count in enumerate(counts) if count]
        if not known or min(count for _, count in known) >= math.prod(above[positions]):
            continue
        for (_, before), (number, count) in itertools.pairwise(known):
            if count > before:
                return number
        return len(middle) if len(known) == len(middle) else 0
    return 0


def _is_only_way(shape: UShape, level: Level) -> bool:
    """Whether skips, feeds and the way over the bottom alone connect the parts of a U."""
    left, right = _units(shape.left), _units(shape.right)
    bottom = {shape.bottom} if shape.bottom else set()
    ends = _units(shape.left[-1:]), _units(shape.right[:1])
    known = {number for row in shape.rows for number in row.links}
    known |= {number for feed in shape.feeds for number in feed.links}
    turns = 0
    for number, link in enumerate(level.links):
        if number in known:
            continue
        if bottom & {*link.ends}:
            if link.source not in ends[0] | bottom or link.target not in ends[1] | bottom:
                return False
        elif link.source in left and link.target in right:
            turns += 1
    return turns == (0 if bottom else 1) and _are_fed(shape, level, left | right | bottom)


def _units(parts: Collection[Part]) -> set[Unit]:
    return set().union(*map(units_of, parts))


def _are_fed(shape: UShape, level: Level, flow: set[Unit]) -> bool:
    """Whether feeds lead to units of the flow, each on the line of its side."""
    on_line = {*shape.left, shape.bottom, *shape.right}
    targets = {level.links[number].target for feed in shape.feeds for number in feed.links}
    return all(unit in on_line for unit in targets & flow) and targets <= flow
