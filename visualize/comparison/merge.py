"""Merging: the scene of the second model, with what only the first has beside what replaced it.

before  a ─▶ b ─▶ d          merged  a ─▶ c ─▶ d
after   a ─▶ c ─▶ d                  └╌▶ b ╌▶┘      b removed, c added
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import networkx as nx

from visualize.comparison.fates import Side
from visualize.comparison.groups import PREFIX, Groups
from visualize.comparison.statuses import notes_of, status_of
from visualize.core.architecture import Operation, Skip
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.difference import Difference
from visualize.core.fate import Status
from visualize.core.module_path import CONTAINERS, spelled
from visualize.core.scene import Scene, SceneArrow, SceneBox

_SIGNS = {Status.ADDED: "+", Status.REMOVED: "−"}
_Ends = tuple[str, str]


@dataclass(frozen=True)
class View:
    """One model as it is drawn.

    Attributes:
        side: the model.
        diagram: at one level.
        scene: of the diagram.
    """

    side: Side
    diagram: Diagram
    scene: Scene

    @functools.cached_property
    def status(self) -> Mapping[str, Status]:
        """What became of each box."""
        return {box.id: status_of(box, self.side) for box in self.diagram.boxes}

    def ends(self, skip: Skip) -> set[str]:
        """The boxes along the branch of a skip connection; empty where it is not drawn."""
        hosts = self.diagram.hosts
        nodes = (skip.fork, *skip.branch, skip.merge)
        return {hosts[node] for node in nodes} if all(node in hosts for node in nodes) else set()

    def along(self, skip: Skip) -> Iterator[SceneArrow]:
        """The arrows that are part of a skip connection."""
        ends = self.ends(skip)
        for arrow in self.scene.arrows:
            if arrow.skip == skip.kind.value and {arrow.source, arrow.target} <= ends:
                yield arrow


def merged(difference: Difference, before: View, after: View) -> Scene:
    """One scene of both models."""
    return _Merger(difference, before, after).scene()


def shown_alone(difference: Difference, view: View, *, is_old: bool) -> Scene:
    """The scene of one model with the marks of the difference, for a figure of both."""
    skips = [each.before if is_old else each.after for each in difference.skips]
    other = [each.after if is_old else each.before for each in difference.skips]
    gone = Status.REMOVED if is_old else Status.ADDED
    skipping = {
        arrow: Status.CHANGED if partner else gone
        for skip, partner in zip(skips, other)
        if skip
        for arrow in view.along(skip)
    }
    boxes = []
    for box in view.scene.boxes:
        status = view.status[box.id]
        is_noted = not is_old and status not in _SIGNS
        notes = notes_of(view.diagram.box(box.id), view.side) if is_noted else ()
        boxes.append(_marked(box, status, notes))
    arrows = (
        replace(one, status=skipping.get(one) or _between(one, view.status, gone))
        for one in view.scene.arrows
    )
    return replace(view.scene, boxes=tuple(boxes), arrows=tuple(arrows), compares=True)


def _between(arrow: SceneArrow, status: Mapping[str, Status], gone: Status) -> Status:
    """What became of an arrow that is no skip connection which differs."""
    ends = status.get(arrow.source), status.get(arrow.target)
    return gone if gone in ends else Status.SAME


def _marked(box: SceneBox, status: Status, notes: tuple[str, ...]) -> SceneBox:
    """A box with its status, a sign before its name, and notes below it."""
    first, *others = box.label or ("",)
    sign = _SIGNS.get(status, "")
    if box.role == "merge":
        # What is beside a circle is its note.
        return replace(box, status=status, label=(first, *others, *notes), shortcut="")
    if status is Status.SAME:
        if not box.is_closed:
            return replace(box, status=status, shortcut="")
        return replace(box, label=_folded(box), status=status, shortcut="")
    label = (f"{sign} {first}" if sign else first, *notes, *others)
    return replace(box, label=label, status=status, shortcut="")


def _folded(box: SceneBox) -> tuple[str, ...]:
    """The label of a closed part that is the same; a container has its path for a name."""
    first, *others = box.label
    if box.type in CONTAINERS and box.path:
        first = first.replace(box.type, spelled(box.path), 1)
    return (first, *others)


class _Merger:
    def __init__(self, difference: Difference, before: View, after: View) -> None:
        self.difference = difference
        self.before, self.after = before, after
        self.images = {box.id: image for box in before.diagram.boxes if (image := self._image(box))}
        self.groups = Groups(before.scene, after.scene, self.images)
        self.rewired = {
            after.diagram.hosts[node]
            for node, status in difference.new_status.items()
            if status is Status.REWIRED and node in after.diagram.hosts
        }

    def _image(self, box: Box) -> str:
        """The box of the second model for one of the first; empty for one that is gone."""
        hosts, partners = self.after.diagram.hosts, self.difference.partners
        if self.before.status[box.id] is Status.REMOVED:
            return ""
        if box.kind.is_end and not any(node in partners for node in box.members):
            return self._ends.get(box.id, "")
        nodes = (box.core.id, *(one.id for one in box.shown.operations), *box.members)
        return next((hosts[partners[one]] for one in nodes if partners.get(one) in hosts), "")

    @functools.cached_property
    def _ends(self) -> Mapping[str, str]:
        """Where data enters and leaves a part of a model, which no operation of it is."""
        found: dict[str, str] = {}
        for kind in (BoxKind.INPUT, BoxKind.OUTPUT):
            sides = (
                [box.id for box in view.diagram.boxes if box.kind is kind]
                for view in (self.before, self.after)
            )
            found.update(zip(*sides))
        return found

    def _name(self, box: str) -> str:
        """The box of the merged scene for one of the first model."""
        return self.images.get(box, f"{PREFIX}{box}")

    def scene(self) -> Scene:
        """One scene of both."""
        scene = self.after.scene
        gone = {
            f"{PREFIX}{box.id}": self._gone(box)
            for box in self.before.scene.boxes
            if box.id not in self.images
        }
        boxes = {box.id: self._stays(box) for box in scene.boxes} | gone
        arrows = [*self._new_arrows(), *self._old_arrows()]
        order, arrows = _ordered(boxes, arrows)
        return replace(
            scene,
            boxes=tuple(boxes[name] for name in order),
            groups=(*scene.groups, *reversed(self.groups.kept.values())),
            arrows=tuple(arrows),
            parameters=sum(box.parameters for box in boxes.values()),
            compares=True,
        )

    # Boxes

    def _stays(self, box: SceneBox) -> SceneBox:
        held = self.after.diagram.box(box.id)
        status = self.after.status[box.id]
        lost = self._lost.get(box.id, [])
        notes: tuple[str, ...] = ()
        if status not in _SIGNS:
            notes = notes_of(held, self.after.side, lost, self.before.side)
            if status is Status.SAME and notes:
                status = Status.CHANGED
            if status is Status.SAME and (name := self._old_name(held)):
                box = replace(box, label=(*box.label[:1], f"was {name}", *box.label[1:]))
        if box.role == "merge" and box.id in self._arcs and notes:
            # What is on the branch of a skip connection is written beside its arc.
            core = held.core.fate
            is_same = core is None or core.status in (Status.SAME, Status.REWIRED)
            return _marked(box, Status.SAME if is_same else status, ())
        return _marked(box, status, notes)

    def _old_name(self, box: Box) -> str:
        """What a layer or closed part was called, where it alone was renamed; not its number."""
        partner = self.difference.partners_after.get(box.core.id)
        if partner is None or not (box.shown.parameters and box.path):
            return ""
        old, new = self.difference.before.operation(partner).path, box.core.path
        depth = new.count(".") - box.path.count(".")
        was, now = (path.split(".")[: len(path.split(".")) - depth] for path in (old, new))
        if not was or len(was) != len(now) or was[:-1] != now[:-1]:
            return ""
        is_other = was[-1] != now[-1] and not (was[-1].isdigit() and now[-1].isdigit())
        return spelled(was[-1]) if is_other else ""

    @functools.cached_property
    def _arcs(self) -> Mapping[str, tuple[SceneArrow, tuple[str, ...]]]:
        """For each merge with one skip connection its arc, and what changed on its branch."""
        found: dict[str, list[SceneArrow]] = {}
        for arrow in self.after.scene.arrows:
            if arrow.arc and arrow.skip:
                found.setdefault(arrow.target, []).append(arrow)
        single = {target: arcs[0] for target, arcs in found.items() if len(arcs) == 1}
        diagram, side, other = self.after.diagram, self.after.side, self.before.side
        return {
            target: (arrow, notes)
            for target, arrow in single.items()
            if diagram.box(target).kind is BoxKind.MERGE
            and (notes := notes_of(diagram.box(target), side, self._lost.get(target, []), other))
        }

    @functools.cached_property
    def _lost(self) -> Mapping[str, list[Operation]]:
        """The operations that are gone, by the box that holds what stays of theirs."""
        found: dict[str, list[Operation]] = {}
        for box in self.before.diagram.boxes:
            if image := self.images.get(box.id, ""):
                for one in box.shown.operations:
                    if one.id not in self.difference.partners:
                        found.setdefault(image, []).append(one)
        return found

    def _gone(self, box: SceneBox) -> SceneBox:
        name, group = f"{PREFIX}{box.id}", self.groups.of(box.group)
        own = replace(box, id=name, group=group, stage=self.groups.stage_of(box.stage))
        return _marked(own, Status.REMOVED, ())

    # Arrows

    def _new_arrows(self) -> Iterator[SceneArrow]:
        gained = self._skips(self.after)
        old = {(self._name(one.source), self._name(one.target)) for one in self.before.scene.arrows}
        for arrow in self.after.scene.arrows:
            status = gained.get(arrow)
            if status is None:
                status = _between(arrow, self.after.status, Status.ADDED)
            ends = arrow.source, arrow.target
            if status is Status.SAME and arrow.target in self.rewired and ends not in old:
                status = Status.ADDED
            arc, notes = self._arcs.get(arrow.target, (None, ()))
            if arc is arrow and status is Status.SAME:
                label = ": ".join(filter(None, (arrow.label, ", ".join(notes))))
                yield replace(arrow, status=Status.CHANGED, label=label)
                continue
            yield _labelled(replace(arrow, status=status), self._kinds(arrow, gained))

    def _old_arrows(self) -> Iterator[SceneArrow]:
        """The arrows of the first model that are gone."""
        lost = self._skips(self.before)
        drawn = {(one.source, one.target) for one in self.after.scene.arrows}
        merging = {(one.target, one.skip) for one in self.after.scene.arrows if one.arc}
        seen: set[tuple[str, str, str | None]] = set()
        for arrow in self.before.scene.arrows:
            ends = self._name(arrow.source), self._name(arrow.target)
            is_gone = any(end.startswith(PREFIX) for end in ends)
            is_lost = lost.get(arrow) is Status.REMOVED
            is_rewired = ends[1] in self.rewired and ends not in drawn
            if ends[0] == ends[1] or not (is_gone or is_lost or is_rewired):
                continue
            if arrow.arc and not is_lost and (ends[1], arrow.skip) in merging:
                continue  # the connection that stays has an arc of its own
            if (*ends, arrow.skip) not in seen:
                seen.add((*ends, arrow.skip))
                own = replace(arrow, source=ends[0], target=ends[1], status=Status.REMOVED)
                yield _labelled(own, f"− {arrow.skip}" if is_lost and arrow.arc else "")

    def _skips(self, view: View) -> Mapping[SceneArrow, Status]:
        """The arrows of skip connections that were gained, lost or retyped."""
        is_old = view is self.before
        found = {}
        for each in self.difference.skips:
            skip, partner = (each.before, each.after) if is_old else (each.after, each.before)
            gone = Status.REMOVED if is_old else Status.ADDED
            for arrow in view.along(skip) if skip else ():
                found[arrow] = Status.CHANGED if partner else gone
        return found

    def _kinds(self, arrow: SceneArrow, gained: Mapping[SceneArrow, Status]) -> str:
        """What is written beside the arc of a skip connection that differs."""
        if arrow not in gained or not arrow.arc:
            return ""
        if gained[arrow] is Status.ADDED:
            return f"+ {arrow.skip}"
        for each in self.difference.skips:
            if each.before and each.after and arrow in self.after.along(each.after):
                return f"{each.before.kind.value} → {each.after.kind.value}"
        return ""


def _labelled(arrow: SceneArrow, text: str) -> SceneArrow:
    """An arrow with a text in front of its label."""
    if not text:
        return arrow
    return replace(arrow, label=f"{text}, {arrow.label}" if arrow.label else text)


def _ordered(
    boxes: Mapping[str, SceneBox], arrows: list[SceneArrow]
) -> tuple[list[str], list[SceneArrow]]:
    """The boxes in the order of the flow, and the arrows without those that run against it.

    What was moved is read at its new place; an arrow of the first model may then run backwards.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(boxes)
    kept = []
    for arrow in arrows:
        # Most arrows lead to a box from which none has led on yet.
        leads_on = graph.out_degree(arrow.target) > 0
        backwards = leads_on and nx.has_path(graph, arrow.target, arrow.source)
        if arrow.source != arrow.target and not backwards:
            graph.add_edge(arrow.source, arrow.target)
            kept.append(arrow)
    places: dict[str, float] = {
        name: float(place)
        for place, name in enumerate(one for one in boxes if not one.startswith(PREFIX))
    }
    for name in boxes:
        if name in places:
            continue
        before = [places[one] for one in graph.predecessors(name) if one in places]
        after = [places[one] for one in graph.successors(name) if one in places]
        places[name] = max(before) + 0.01 if before else min(after, default=0.0) - 0.5
    order = nx.lexicographical_topological_sort(graph, key=lambda one: (places[one], one))
    return list(order), kept
