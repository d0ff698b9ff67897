"""From a diagram to a scene: words, roles and tooltips of all that is drawn."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Skip, TensorSpec, Wire
from visualize.core.choices import ColorBy
from visualize.core.diagram import Box, BoxKind, Diagram, Group, GroupKind
from visualize.core.fonts import missing
from visualize.core.memory import memory_use
from visualize.core.module_path import spelled
from visualize.core.phrases import Phrase, phrase, verbatim
from visualize.core.quantities import amount as written
from visualize.core.quantities import giga
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.core.scene_facts import SceneCopy
from visualize.core.skips import listed_once
from visualize.core.statistics import combined
from visualize.core.theme import Theme
from visualize.core.words import shape
from visualize.scene import amounts, labels, names, numbers, skip_labels
from visualize.scene.amounts import Amount
from visualize.scene.bundles import bundled
from visualize.scene.decisions import decides
from visualize.scene.facts import found_skips, totals
from visualize.scene.flows import Flow, Made, made_between, read_twice, shapes, tensors_between
from visualize.scene.kinds import work_of_box
from visualize.scene.lines import clip
from visualize.scene.sharing import Sharing
from visualize.scene.shortcuts import shortcut

_MANY_INPUTS = 6
# The roles that a scene knows: formulas, idioms and sublayers are layers, computations blocks.
_ROLES = {
    BoxKind.INPUT: "input",
    BoxKind.OUTPUT: "output",
    BoxKind.OPERATION: "layer",
    BoxKind.MERGE: "merge",
    BoxKind.IDIOM: "layer",
    BoxKind.FORMULA: "layer",
    BoxKind.COMPUTATION: "block",
    BoxKind.SUBLAYER: "layer",
    BoxKind.BLOCK: "block",
    BoxKind.STAGE: "stage",
}


def build_scene(
    diagram: Diagram,
    level: str,
    *,
    title: str = "",
    legend: bool = True,
    names: bool = False,
    titles: Mapping[str, str] | None = None,
    color_by: ColorBy = ColorBy.STAGE,
) -> Scene:
    """Turn a diagram into a scene.

    Args:
        diagram: what is drawn.
        level: the level it was simplified to.
        title: shown above the figure; the model's name is used where a title must not be empty.
        legend: whether to explain the line styles of the skip connections that are present.
        names: whether boxes show their module paths.
        titles: custom labels of modules, by path.
        color_by: what the colours of boxes show.
    """
    builder = _Builder(diagram, names, titles or {})
    exact = diagram.exact
    return Scene(
        title=title,
        description=describe(exact),
        level=level,
        boxes=builder.boxes(),
        groups=tuple(map(builder.group, diagram.groups)),
        arrows=bundled(
            (builder.arrow(*edge) for edge in builder.wires),
            lambda box: diagram.box(box).shown.kind.is_collapsed,
        ),
        legend=legend,
        parameters=exact.parameters - exact.unused_parameters,
        color_by=color_by,
        hidden=sum(one.computes for box in diagram.boxes for one in numbers.hidden(box)),
        model=totals(exact),
        skips=tuple(found_skips(diagram)),
    )


def describe(exact: Architecture) -> str:
    """One sentence for screen readers: name, size, cost and skip connections."""
    skips = skip_labels.skips_inside(exact.skips) or "none"
    unused = exact.unused_parameters
    return (
        f"{exact.name}: {exact.parameters:,} parameters"
        + (f" ({unused:,} of them unused)" if unused else "")
        + f", {giga(exact.macs)} MACs, skip connections: {skips}"
    )


def missing_characters(scene: Scene, theme: Theme) -> list[str]:
    """The characters of ``scene`` for which there is no font: they would be drawn as boxes."""
    texts = [line for box in scene.boxes for line in box.label]
    texts += [text for group in scene.groups for text in (group.label, group.detail)]
    return missing([scene.title, *texts, *(arrow.label for arrow in scene.arrows)], theme.font)


@dataclass(frozen=True)
class _Builder:
    """Turns the parts of one diagram into those of a scene."""

    diagram: Diagram
    names: bool
    titles: Mapping[str, str]

    def boxes(self) -> tuple[SceneBox, ...]:
        """All boxes, each with the skip connections that are collapsed inside it.

        One in a loop counts once, as in a list of them.
        """
        collapsed: dict[str, list[Skip]] = {}
        for skip in self.diagram.skips:
            if self.diagram.is_collapsed(skip):
                collapsed.setdefault(self.diagram.host(skip.merge), []).append(skip)
        return tuple(self._box(box, collapsed.get(box.id, [])) for box in self.diagram.boxes)

    def _box(self, box: Box, collapsed: Sequence[Skip]) -> SceneBox:
        repeat = self._repeat_of(box)
        custom = self.titles.get(box.path, "") if box.is_module else ""
        title = labels.box_title(box, title=custom, repeat=repeat)
        amount = amounts.of_box(self.diagram, box)
        lines = labels.box_label(
            box,
            title,
            amount,
            repeat=repeat,
            inside=skip_labels.skips_in_copies(
                [_merged_in(copy, collapsed) for copy in box.copies or (box,)]
            ),
            unused=self._unused(box),
            shared=self._sharing.has(box),
            names=self.names,
            wrapped=box.kind is BoxKind.INPUT and self._has_many_inputs,
        )
        kinds = Counter(skip.kind.value for skip in listed_once(collapsed))
        memory = memory_use(box.operations)
        passing = shortcut(self.diagram, box, collapsed)
        return SceneBox(
            id=box.id,
            label=tuple(lines),
            title=title,
            role=_ROLES[box.kind],
            members=box.members,
            parameters=box.parameters,
            macs=box.macs,
            group=box.group,
            stage=self._stage(box),
            tooltip=_tooltip(box, amount),
            repeat=box.repeat,
            skips=tuple(sorted(kinds.items())),
            work=work_of_box(box),
            trainable=sum(one.trainable_parameters for one in box.operations),
            memory=memory.saved if memory else None,
            statistics=combined(one.statistics for one in box.operations),
            shortcut=passing.value if passing else "",
            shape=box.outputs[-1].shown if box.outputs else (),
            resolution=self._resolution(box),
            path=names.module_path(box),
            type=box.type,
            name=names.name_of(box),
            modules=names.modules_in(box),
            each=SceneCopy(amount.each, amount.shared, box.shown.macs),
            shapes=tuple(dict.fromkeys(one.shown for one in self._read_from(box))),
        )

    def _resolution(self, box: Box) -> tuple[int, ...]:
        """The one resolution of the feature maps that a box returns; empty if there is none."""
        returned = self._read_from(box)
        found = {tensor.shown[1:] if len(tensor.shown) > 2 else () for tensor in returned}
        return found.pop() if len(found) == 1 else ()

    def _read_from(self, box: Box) -> Sequence[TensorSpec]:
        """The tensors that others read from a box, or all that it returns if none does."""
        return self._returned.get(box.id, box.outputs)

    @functools.cached_property
    def _returned(self) -> Mapping[str, list[TensorSpec]]:
        """The tensors that others read from each box."""
        returned: dict[str, list[TensorSpec]] = {}
        for (source, _, _), tensors in self._tensors.items():
            returned.setdefault(source, []).extend(tensors)
        return returned

    @functools.cached_property
    def _has_many_inputs(self) -> bool:
        """Whether more inputs are side by side than fit with their shapes beside their names."""
        return sum(box.kind is BoxKind.INPUT for box in self.diagram.boxes) >= _MANY_INPUTS

    @functools.cached_property
    def _sharing(self) -> Sharing:
        return Sharing(self.diagram)

    def _unused(self, box: Box) -> Phrase | str:
        """What becomes of the result of a box that no other box reads."""
        if not self._is_unused(box):
            return ""
        steers = decides(self.diagram.exact, box.members)
        return phrase("control flow only") if steers else phrase("unused")

    def _is_unused(self, box: Box) -> bool:
        """Whether nothing reads what a box computes, and the model does not return it.

        What only the next step of a loop reads has no arrow in a figure of one step.
        """
        if box.kind.is_end or self.diagram.graph.out_degree(box.id) > 0:
            return False
        readers = (one for node in box.members for one in self.diagram.exact.graph.successors(node))
        if any(self._is_read_by(one, box) for one in readers):
            return False
        return all(one.kind is not NodeKind.OUTPUT for one in box.operations)

    def _is_read_by(self, reader: str, box: Box) -> bool:
        """Whether an operation of another box reads ``box``, and is not itself unused."""
        host = self.diagram.box(self.diagram.host(reader))
        return host.id != box.id and reader not in host.silent

    def group(self, group: Group) -> SceneGroup:
        """A block, stage or repeat."""
        inside = self.diagram.inside(group)
        amount = amounts.of_group(self.diagram, group)
        title = self.titles.get(group.path, "")
        if group.kind is not GroupKind.REPEAT:
            total = sum(box.parameters for box in inside)
            words = verbatim(title or spelled(group.label) or group.type)
            detail = written(total) if total else ""
        else:
            words = labels.repeat_title(group, title)
            detail = numbers.repeat_detail(group, amount)
        return SceneGroup(
            id=group.id,
            label=clip(str(words)),
            title=words,
            detail=detail,
            role=group.kind.value,
            parent=group.parent,
            repeat=group.repeat,
            framed=self._is_framed(group),
            stage=self._stage(group),
            tooltip=_named(spelled(group.label), group.type),
            path=group.path,
            type=group.type,
            each=SceneCopy(amount.each, amount.shared, self._macs_of_copy(group, inside)),
        )

    def _macs_of_copy(self, group: Group, inside: Sequence[Box]) -> int:
        """The MACs of one of the copies of a group; all inner copies of theirs are in it."""
        around = (group, *self.diagram.around(group))
        copies = math.prod(one.repeat for one in around)
        return sum(box.macs for box in inside) // copies

    def _is_framed(self, group: Group) -> bool:
        """Whether a frame is drawn: for every repeat that no box has in its label."""
        if group.kind is not GroupKind.REPEAT:
            return False
        inside = self.diagram.inside(group)
        return len(inside) > 1 or self._repeat_of(inside[0]) != group

    def _repeat_of(self, box: Box) -> Group | None:
        """The innermost repeat around a box, if it consists of this box alone."""
        repeats = (one for one in self.diagram.around(box) if one.kind is GroupKind.REPEAT)
        innermost = next(repeats, None)
        return innermost if innermost and len(self.diagram.inside(innermost)) == 1 else None

    def _stage(self, inner: Box | Group) -> str:
        """Id of the stage around a box or group, which decides the colour; empty if none."""
        stage = self.diagram.stage(inner)
        return stage.id if stage else ""

    @property
    def wires(self) -> Iterator[tuple[str, str, Wire]]:
        """What an arrow is drawn for: a tensor that a closed box reads twice has one."""
        twice = read_twice(self.diagram, self._made)
        for source, target, wire in self.diagram.wires:
            if (source, target, wire.skip) not in twice:
                yield source, target, wire

    @functools.cached_property
    def _made(self) -> Made:
        return made_between(self.diagram)

    @functools.cached_property
    def _tensors(self) -> Mapping[Flow, tuple[TensorSpec, ...]]:
        return tensors_between(self.diagram, self._made)

    def _chain(self, source: str, target: str) -> int:
        """How many copies follow each other in the repeats that an arrow leaves; 1 if none do."""
        inner = self.diagram.around(self.diagram.box(source))
        outer = self.diagram.around(self.diagram.box(target))
        left = [one for one in inner if one.kind is GroupKind.REPEAT and one not in outer]
        side_by_side = any(one.parallel for one in left)
        return 1 if side_by_side else math.prod(one.repeat for one in left)

    def arrow(self, source: str, target: str, wire: Wire) -> SceneArrow:
        """What flows from one box to another."""
        diagram = self.diagram
        skip = diagram.skips[wire.skip] if wire.skip is not None else None
        ends = (diagram.host(skip.fork), diagram.host(skip.merge)) if skip else None
        arc = (source, target) == ends
        tensors = self._tensors.get((source, target, wire.skip)) or _single(wire)
        size = shapes(tensors)
        label = ""
        end = diagram.box(target)
        if skip and arc:
            label = skip_labels.beside_arc(diagram.exact, skip)
        elif wire.copies > 1 and (copies := self._chain(source, target)) > 1:
            label = labels.several(wire.copies, copies)
        elif labels.shows_shapes(end):
            label = ""
        elif len(tensors) > 1 or any(_is_new_shape(diagram, source, one) for one in tensors):
            label = size
        return SceneArrow(
            source=source,
            target=target,
            label=label,
            skip=skip.kind.value if skip else None,
            arc=arc,
            long=skip is not None and skip.long,
            tooltip=_arrow_tooltip(size, skip),
            # An arrow into a repeat is in every copy; one out of it may represent several.
            repeat=max(end.repeat, wire.copies),
        )


def _merged_in(box: Box, collapsed: Sequence[Skip]) -> Sequence[Skip]:
    members = set(box.members) if collapsed else frozenset()
    return listed_once([skip for skip in collapsed if skip.merge in members])


def _named(name: str, kind: str) -> str:
    return f"{name} ({kind})" if kind else name


def _tooltip(box: Box, amount: Amount) -> str:
    lines = [_named(spelled(box.path) or box.id, box.type)]
    if box.outputs:
        lines.append("output " + ", ".join(shape(tensor) for tensor in box.outputs[:4]))
    if box.kind is BoxKind.INPUT and any(tensor.batch > 1 for tensor in box.outputs):
        lines.append(f"in a batch of {max(tensor.batch for tensor in box.outputs)}")
    each = f" each, {box.repeat} copies" if box.copies else ""
    if amount.each:
        lines.append(f"{amount.each:,} parameters{each}")
    if amount.shared:
        lines.append(f"{amount.shared:,} parameters shared by the copies")
    if box.shown.macs:
        lines.append(f"{box.shown.macs:,} MACs{each}")
    operations = box.shown.operations
    values = combined(one.statistics for one in operations)
    if values:
        lines.append(
            f"weights: mean {values.mean:.3g}, deviation {values.deviation:.3g}, "
            f"norm {values.norm:.4g}, {100 * values.pruned:.1f} % zero{each}"
        )
    if len(operations) > 1:
        steps = [spelled(one.path) or one.id for one in operations if one.outputs]
        listed = steps if len(steps) <= 8 else [*steps[:7], f"… {len(steps) - 7} more"]
        lines.append(", ".join(listed))
    return "\n".join(lines)


def _single(wire: Wire) -> tuple[TensorSpec, ...]:
    return (wire.tensor,) if wire.tensor else ()


def _arrow_tooltip(size: str, skip: Skip | None) -> str:
    if skip is None:
        return size
    facts = [
        f"{skip.kind.value} skip into {spelled(skip.module) or skip.merge}",
        size,
        f"{skip.streams} streams" if skip.streams else "",
        f"bypasses {skip.bypassed_parameters:,} parameters",
        "" if skip.gradient else "detached: no gradient flows back",
    ]
    return ", ".join(filter(None, facts))


def _is_new_shape(diagram: Diagram, node: str, tensor: TensorSpec) -> bool:
    """Whether ``tensor``, which a box returns, has another shape than everything it reads."""
    read = {wire.tensor.shown for _, _, wire in diagram.inputs(node) if wire.tensor}
    return bool(read) and tensor.shown not in read
