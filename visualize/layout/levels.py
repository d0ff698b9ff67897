"""Levels: the figure and the frames in it, each with its units and the links between them.

    ╭─────────╮
    │   A     │        Level of the frame: entry port → A → B → exit port
    │   ↓     │  ──▶
    │   B     │        Level of the figure: … → FrameUnit → C
    ╰───┬─────╯
        C

A frame surrounds the boxes of a repeated part. At the level around it, it is one unit with an
entry and an exit on its axis; an arrow that crosses its border becomes one link at each level.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.core.scene import Scene, SceneArrow
from visualize.layout.links import Label, Link, Step
from visualize.layout.order import Part, decompose
from visualize.layout.units import BoxUnit, EntryPort, ExitPort, FrameUnit, Unit

FIGURE = ""
"""The frame of the figure itself."""


@dataclass
class Level:
    """What is directly in a frame, or in the figure itself.

    It does not change once `split_levels` returns it, so what is derived from it is cached.

    Attributes:
        frame: id of the frame, `FIGURE` for the figure.
        units: boxes, frames, and the ports of the frame, in the order of the flow.
        links: what connects them.
        inputs: the units that are inputs of the model, or that arrows enter beside the axis.
        side_inputs: the ends of arrows that enter a frame here, but are not on its axis.
    """

    frame: str
    units: list[Unit] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    inputs: set[Unit] = field(default_factory=set)
    side_inputs: list[tuple[Unit, Unit]] = field(default_factory=list)

    @property
    def entry(self) -> EntryPort:
        """Where data flows in, if it is one of the units."""
        return EntryPort(self.frame)

    @property
    def exit(self) -> ExitPort:
        """Where data flows out, if it is one of the units."""
        return ExitPort(self.frame)

    @functools.cached_property
    def flow(self) -> nx.DiGraph:
        """The units and the links except arcs, as a directed acyclic graph.

        All of it lies between the entry and the exit of the frame, also what only other tensors
        feed. What no input feeds comes before the frames that it enters.
        """
        flow = nx.DiGraph()
        flow.add_nodes_from(self.units)
        flow.add_edges_from(link.ends for link in self.links if not link.arc)
        order = {unit: place for place, unit in enumerate(self.units)}
        for source, frame in self.side_inputs:
            if source in self.aside and order[source] < order[frame]:
                flow.add_edge(source, frame)
        if self.entry in flow:
            sources = [unit for unit in self.units if not flow.in_degree(unit)]
            flow.add_edges_from((self.entry, unit) for unit in sources if unit != self.entry)
        if self.exit in flow:
            sinks = [unit for unit in self.units if not flow.out_degree(unit)]
            flow.add_edges_from((unit, self.exit) for unit in sinks if unit != self.exit)
        return flow

    @functools.cached_property
    def aside(self) -> frozenset[Unit]:
        """The units that nothing from the inputs reaches: they come as late as they can.

        Where there is no input, these are none of them.
        """
        if not self.inputs and self.entry not in self.units:
            return frozenset()
        return self._not_reached(self.inputs | {self.entry})

    @functools.cached_property
    def fed_aside(self) -> frozenset[Unit]:
        """The units of a frame that only arrows beside its axis reach: they come late as well.

        They make the keys and values of what is on the axis from the memory of an encoder.
        """
        if self.entry not in self.units:
            return frozenset()
        return self._not_reached({self.entry}) - self.aside - {self.exit}

    def _not_reached(self, start: set[Unit]) -> frozenset[Unit]:
        """The units to which nothing leads from those of ``start``."""
        targets: dict[Unit, list[Unit]] = {}
        for link in self.links:
            targets.setdefault(link.source, []).append(link.target)
        reached = {*start}
        waiting = [*reached]
        while waiting:
            for target in targets.get(waiting.pop(), ()):
                if target not in reached:
                    reached.add(target)
                    waiting.append(target)
        return frozenset(self.units) - reached

    @functools.cached_property
    def part(self) -> Part:
        """The flow, decomposed."""
        return decompose(self.flow)

    @property
    def shapes(self) -> dict[Unit, str]:
        """The shape that each unit returns, where an arrow has it as its label."""
        labels = {link.source: link.label for link in self.links if not link.arc}
        return {unit: label.text for unit, label in labels.items() if label}


@dataclass(frozen=True, slots=True)
class Levels:
    """All of a scene by levels.

    Attributes:
        frames: the levels of frames, inner ones before those around them.
        figure: the level of the figure.
        side_inputs: arrows that no level holds. They enter a frame, but are not on its axis.
    """

    frames: tuple[Level, ...]
    figure: Level
    side_inputs: tuple[Link, ...]


def split_levels(scene: Scene) -> Levels:
    """Divide ``scene`` into levels."""
    nesting = _nesting(scene)
    axes = _axes(scene, nesting)
    frames = dict.fromkeys(frame for frames in nesting.values() for frame in frames)
    levels = {frame: Level(frame) for frame in frames}
    side_inputs: list[Link] = []
    for number, (arrow, text) in enumerate(_labelled_once(scene.arrows)):
        source, target = nesting[arrow.source], nesting[arrow.target]
        entered = target[_common(source, target) :]
        if any(axes[frame] != arrow.source for frame in entered):
            ends = BoxUnit(arrow.source), BoxUnit(arrow.target)
            side_inputs.append(Link(arrow, (Step(number, 0),), *ends))
            _add_side_input(levels, arrow, source, target)
        else:
            label = Label(text, number) if text else None
            for frame, link in _links(arrow, number, label, source, target):
                levels[frame].links.append(link)
    _add_units(levels, scene, nesting)
    for level in levels.values():
        level.links = _without_doubles(level.links)
        _add_ports(level)
    depth = {frame: place for chain in nesting.values() for place, frame in enumerate(chain)}
    figure = levels.pop(FIGURE, Level(FIGURE))
    inner_first = sorted(levels.values(), key=lambda level: -depth[level.frame])
    return Levels(tuple(inner_first), figure, tuple(side_inputs))


def _add_side_input(
    levels: dict[str, Level], arrow: SceneArrow, source: Sequence[str], target: Sequence[str]
) -> None:
    """Note in the frames that ``arrow`` enters, and around them, that it does."""
    common = _common(source, target)
    chain: list[Unit] = [*map(FrameUnit, target[common:]), BoxUnit(arrow.target)]
    left = FrameUnit(source[common]) if common < len(source) else BoxUnit(arrow.source)
    levels[source[common - 1]].side_inputs.append((left, chain[0]))
    for frame, unit in zip(target[common:], chain[1:]):
        levels[frame].inputs.add(unit)


def _add_units(levels: dict[str, Level], scene: Scene, nesting: dict[str, tuple[str, ...]]) -> None:
    """Add boxes, and frames where their first boxes are."""
    added: set[str] = set()
    for box in scene.boxes:
        chain = nesting[box.id]
        for around, frame in itertools.pairwise(chain):
            if frame not in added:
                added.add(frame)
                levels[around].units.append(FrameUnit(frame))
        levels[chain[-1]].units.append(BoxUnit(box.id))
        if box.role == "input":
            levels[chain[-1]].inputs.add(BoxUnit(box.id))


def _labelled_once(arrows: Sequence[SceneArrow]) -> Iterator[tuple[SceneArrow, str]]:
    """Each arrow with its label; an arc does not repeat that of an arc from the same box."""
    seen: set[tuple[str, str]] = set()
    for arrow in arrows:
        shape = (arrow.source, arrow.label)
        yield arrow, "" if arrow.arc and shape in seen else arrow.label
        if arrow.arc:
            seen.add(shape)


def _nesting(scene: Scene) -> dict[str, tuple[str, ...]]:
    """The frames around each box, the figure first."""
    groups = {group.id: group for group in scene.groups}
    chains: dict[str, tuple[str, ...]] = {"": (FIGURE,)}

    def chain(group: str) -> tuple[str, ...]:
        if group not in chains:
            around = chain(groups[group].parent)
            chains[group] = (*around, group) if groups[group].framed else around
        return chains[group]

    return {box.id: chain(box.group) for box in scene.boxes}


def _axes(scene: Scene, nesting: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """For each frame the box whose result flows along its axis: what its first box reads.

    If that is several results, it is one from which no other of them is made.
    """
    order = {box.id: place for place, box in enumerate(scene.boxes)}
    entering: dict[str, list[SceneArrow]] = {}
    for arrow in sorted(scene.arrows, key=lambda arrow: (order[arrow.target], arrow.arc)):
        source, target = nesting[arrow.source], nesting[arrow.target]
        for frame in target[_common(source, target) :]:
            entering.setdefault(frame, []).append(arrow)
    flow = nx.DiGraph((arrow.source, arrow.target) for arrow in scene.arrows)
    axes: dict[str, str] = {}
    for frame, arrows in entering.items():
        first = [one.source for one in arrows if one.target == arrows[0].target and not one.arc]
        earlier = {one for other in first for one in nx.ancestors(flow, other)} if first[1:] else ()
        axes[frame] = next((one for one in first if one not in earlier), arrows[0].source)
    return axes


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many frames two boxes share."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other)) if a != b),
        min(len(one), len(other)),
    )


def _links(
    arrow: SceneArrow,
    number: int,
    label: Label | None,
    source: Sequence[str],
    target: Sequence[str],
) -> Iterator[tuple[str, Link]]:
    """Divide ``arrow`` at the borders of frames: its links from source to target, by frame."""
    common = _common(source, target)
    left, entered = source[common:], target[common:]
    parts: list[tuple[str, Unit, Unit]] = []
    unit: Unit = BoxUnit(arrow.source)
    for frame in reversed(left):
        parts.append((frame, unit, ExitPort(frame)))
        unit = FrameUnit(frame)
    around = source[common - 1]
    for frame in entered:
        parts.append((around, unit, FrameUnit(frame)))
        around, unit = frame, EntryPort(frame)
    parts.append((around, unit, BoxUnit(arrow.target)))
    last = len(parts) - 1
    labelled = last if arrow.arc else len(left)
    for place, (frame, start, end) in enumerate(parts):
        steps, head = (Step(number, place),), place == last
        text = label if place == labelled else None
        yield frame, Link(arrow, steps, start, end, arrow.arc and head, text, head)


def _without_doubles(links: Iterable[Link]) -> list[Link]:
    """One link for all arrows that cross a border together."""
    crossing: dict[tuple[Unit, Unit], int] = {}
    result: list[Link] = []
    for link in links:
        if link.head or link.ends not in crossing:
            if not link.head:
                crossing[link.ends] = len(result)
            result.append(link)
            continue
        first = result[crossing[link.ends]]
        steps, label = first.steps + link.steps, first.label or link.label
        result[crossing[link.ends]] = replace(first, steps=steps, label=label)
    return result


def _add_ports(level: Level) -> None:
    if any(link.source == level.entry for link in level.links):
        level.units.insert(0, level.entry)
    if any(link.target == level.exit for link in level.links):
        level.units.append(level.exit)
