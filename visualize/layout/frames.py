"""Frames: the figure as nested levels, each laid out on its own, the innermost first.

A frame stands around the boxes of a repeated part. At the level around it, it is one unit with an
entry and an exit on its axis; what crosses its border becomes one link a level.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.core.scene import Scene, SceneArrow
from visualize.layout.legs import Step

# No id of a box or group begins with it.
_MARK = "\0"
FIGURE = ""


def frame_unit(frame: str) -> str:
    """The unit that stands for ``frame`` at the level around it."""
    return f"{_MARK}frame {frame}"


def entry_unit(frame: str) -> str:
    """The point where data flows into ``frame``."""
    return f"{_MARK}entry {frame}"


def exit_unit(frame: str) -> str:
    """The point where data flows out of ``frame``."""
    return f"{_MARK}exit {frame}"


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow, or the part of it that lies at one level.

    Attributes:
        arrow: what it draws.
        steps: the parts of arrows that it draws.
        source: unit that it leaves.
        target: unit at which it arrives.
        arc: whether it runs beside the boxes between its ends.
        label: what stands beside it.
        head: whether the arrow ends here.
    """

    arrow: SceneArrow
    steps: tuple[Step, ...]
    source: str
    target: str
    arc: bool = False
    label: str = ""
    head: bool = True


@dataclass
class Level:
    """What stands directly in a frame, or in the figure itself.

    Attributes:
        frame: id of the frame, `FIGURE` for the figure.
        units: boxes, frames, and the entry and exit of the frame, in the order of the flow.
        links: what connects them.
    """

    frame: str
    units: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def flow(self) -> nx.DiGraph:
        """The units and the links that are no arcs, as a directed acyclic graph.

        All flows from the entry of the frame to its exit, also what other tensors feed.
        """
        flow = nx.DiGraph()
        flow.add_nodes_from(self.units)
        flow.add_edges_from((link.source, link.target) for link in self.links if not link.arc)
        entry, leave = entry_unit(self.frame), exit_unit(self.frame)
        if entry in flow:
            sources = [unit for unit in self.units if not flow.in_degree(unit)]
            flow.add_edges_from((entry, unit) for unit in sources if unit != entry)
        if leave in flow:
            sinks = [unit for unit in self.units if not flow.out_degree(unit)]
            flow.add_edges_from((unit, leave) for unit in sinks if unit != leave)
        return flow

    @property
    def told(self) -> dict[str, str]:
        """The shape that each unit returns, where an arrow tells it."""
        return {link.source: link.label for link in self.links if not link.arc}


def split_levels(scene: Scene) -> tuple[list[Level], dict[int, SceneArrow]]:
    """The levels of ``scene``, inner ones before those around them, and the arrows between them.

    Those arrows no level holds: they enter a frame, but are not the tensor on its axis.
    """
    nesting = _nesting(scene)
    axes = _axes(scene, nesting)
    frames = dict.fromkeys(frame for frames in nesting.values() for frame in frames)
    levels = {frame: Level(frame) for frame in frames}
    aside: dict[int, SceneArrow] = {}
    for number, arrow in enumerate(_told_once(scene.arrows)):
        inside = _frames_entered(nesting[arrow.source], nesting[arrow.target])
        if any(axes[frame] != arrow.source for frame in inside):
            aside[number] = arrow
        else:
            _add_links(levels, number, arrow, nesting[arrow.source], nesting[arrow.target])
    for box in scene.boxes:
        chain = nesting[box.id]
        for around, frame in itertools.pairwise(chain):
            if frame_unit(frame) not in levels[around].units:
                levels[around].units.append(frame_unit(frame))
        levels[chain[-1]].units.append(box.id)
    for level in levels.values():
        level.links = _without_doubles(level.links)
        _add_ends(level)
    depth = {frame: len(chain) for chain in nesting.values() for frame in chain[-1:]}
    depth |= {
        frame: place for chain in nesting.values() for place, frame in enumerate(chain, start=1)
    }
    return sorted(levels.values(), key=lambda level: -depth[level.frame]), aside


def _told_once(arrows: Sequence[SceneArrow]) -> Iterator[SceneArrow]:
    """``arrows``, where an arc says nothing that another arc from the same box says."""
    told: set[tuple[str, str]] = set()
    for arrow in arrows:
        said = (arrow.source, arrow.label)
        yield replace(arrow, label="") if arrow.arc and said in told else arrow
        if arrow.arc:
            told.add(said)


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
    """For each frame the box whose result flows along its axis: what its first box reads."""
    order = {box.id: place for place, box in enumerate(scene.boxes)}
    axes: dict[str, str] = {}
    for arrow in sorted(scene.arrows, key=lambda arrow: (order[arrow.target], arrow.arc)):
        for frame in _frames_entered(nesting[arrow.source], nesting[arrow.target]):
            axes.setdefault(frame, arrow.source)
    return axes


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many frames two boxes share."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other)) if a != b),
        min(len(one), len(other)),
    )


def _frames_entered(source: Sequence[str], target: Sequence[str]) -> Sequence[str]:
    return target[_common(source, target) :]


def _add_links(
    levels: dict[str, Level],
    number: int,
    arrow: SceneArrow,
    source: Sequence[str],
    target: Sequence[str],
) -> None:
    """Divide ``arrow`` at the borders of frames, from its source to its target."""
    common = _common(source, target)
    left, entered = source[common:], target[common:]
    steps: list[tuple[str, str, str]] = []
    unit = arrow.source
    for frame in reversed(left):
        steps.append((frame, unit, exit_unit(frame)))
        unit = frame_unit(frame)
    around = source[common - 1]
    for frame in entered:
        steps.append((around, unit, frame_unit(frame)))
        around, unit = frame, entry_unit(frame)
    steps.append((around, unit, arrow.target))
    for place, (frame, start, end) in enumerate(steps):
        last = place == len(steps) - 1
        label = arrow.label if place == (len(steps) - 1 if arrow.arc else len(left)) else ""
        levels[frame].links.append(
            Link(arrow, (Step(number, place),), start, end, arrow.arc and last, label, last)
        )


def _without_doubles(links: Iterable[Link]) -> list[Link]:
    """One link for all arrows that cross a border together."""
    crossing: dict[tuple[str, str], int] = {}
    result: list[Link] = []
    for link in links:
        ends = (link.source, link.target)
        if link.head or ends not in crossing:
            if not link.head:
                crossing[ends] = len(result)
            result.append(link)
            continue
        first = result[crossing[ends]]
        # The label belongs to the first arrow that has one: its step comes first.
        named = link.label and not first.label
        steps = link.steps + first.steps if named else first.steps + link.steps
        result[crossing[ends]] = replace(first, label=first.label or link.label, steps=steps)
    return result


def _add_ends(level: Level) -> None:
    entry, leave = entry_unit(level.frame), exit_unit(level.frame)
    if any(link.source == entry for link in level.links):
        level.units.insert(0, entry)
    if any(link.target == leave for link in level.links):
        level.units.append(leave)
