"""Details: what is inside the closed boxes of a figure, each different structure once.

    overview            details
    ╭──────────────╮    ╭─ A ────────────────╮
    │ Bottleneck A │    │ 1×1 ▶ 3×3 ▶ 1×1 ▶ + │
    │ Bottleneck A │    │ ╰──────────────────╯ │
    ╰──────────────╯    ╰────────────────────╯

A detail is an annotation: its operations are members of the closed boxes and of no others.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

import networkx as nx

from visualize.core.architecture import Architecture, Operation
from visualize.core.choices import Level
from visualize.core.detail import Detail
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.hyperparameters import numbers
from visualize.core.module_path import CONTAINERS
from visualize.simplify import Choice, Simplifier
from visualize.simplify.idioms import Rule
from visualize.simplify.part import inside_of

# A closed box with fewer boxes inside is explained by its own words.
_WORTH_IT = 2
# A detail with more boxes shows the modules in it closed, with details of their own.
_MOST = 14
_MODULES = BoxKind.BLOCK, BoxKind.STAGE
# The part of a model's parameters that a box of several modules holds if it has a detail.
_LEAST = 0.001
_DEEPEST = 3  # details of details of details
# In the name of an idiom, what depends on widths.
_WIDTHS = re.compile(r"\d+")


class DetailFinder:
    """Finds the details of diagrams of one model; equal blocks are looked into once.

    Args:
        blocks: the model with all its blocks closed.
        rules: idioms that are tried before the built-in ones.
        deepest: how many details may be inside each other.
    """

    def __init__(
        self, blocks: Diagram, rules: Sequence[Rule] = (), deepest: int = _DEEPEST
    ) -> None:
        self.blocks = blocks
        self.rules = rules
        self.deepest = deepest
        # Equal work has equal structure, and is found without making a diagram of it.
        self._structures: dict[Hashable, Hashable] = {}
        self._details: dict[Hashable, Detail] = {}
        self._briefs: dict[str, Detail] = {}
        self._wholes: dict[str, Detail] = {}
        self._simplifiers: dict[nx.MultiDiGraph, Simplifier] = {}

    def of(self, overview: Diagram) -> tuple[Detail, ...]:
        """The details of a diagram, in the order of the boxes that they explain.

        Args:
            overview: a diagram with closed blocks or stages.
        """
        boxes: dict[Hashable, dict[str, None]] = {}
        strides: dict[Hashable, dict[int, None]] = {}
        parts: set[Hashable] = set()
        for stage in self._wired_stages(overview):
            boxes.setdefault(self._look_across(stage), {})[stage.id] = None
        for block in self.blocks.boxes:
            closed = overview.box(overview.host(block.core.id))
            if block.kind is not BoxKind.BLOCK or not _holds(closed, block):
                continue
            work = _work(overview.exact, block.shown)
            if work not in self._structures:
                self._structures[work] = self._look_into(block)
            boxes.setdefault(self._structures[work], {})[closed.id] = None
            strides.setdefault(self._structures[work], {})[_stride(block.shown)] = None
            if closed.kind is BoxKind.BLOCK and _layers(block) < _layers(closed):
                parts.add(self._structures[work])
        explained = set().union(*boxes.values())
        for closed in overview.boxes:
            if closed.id not in explained and _holds_much(closed, overview.exact):
                boxes.setdefault(self._look_into(closed), {})[closed.id] = None
        return tuple(
            replace(
                self._details[key],
                boxes=tuple(closed),
                strides=tuple(strides.get(key, ())),
                is_part=key in parts,
            )
            for key, closed in boxes.items()
            if key in self._details
        )

    def _wired_stages(self, overview: Diagram) -> list[Box]:
        """The closed stages in which skip connections join blocks, or blocks are in parallel."""
        if not any(one.kind is BoxKind.STAGE for one in overview.boxes):
            return []
        homes = {box.id: overview.host(box.core.id) for box in self.blocks.boxes}
        skips = ((start, end) for start, end, wire in self.blocks.wires if wire.skip is not None)
        wired = {homes[start] for start, end in skips if homes[start] == homes[end]}
        stages = (box for box in overview.boxes if box.kind is BoxKind.STAGE)
        return [stage for stage in stages if stage.id in wired or stage.branches > 1]

    def _look_across(self, stage: Box) -> Hashable:
        """The structure of a stage whose blocks are closed; its detail is kept."""
        blocks = self._simplifier(inside_of(self.blocks.exact, stage.shown)).to(Level.BLOCK)
        key = structure(blocks)
        if len(blocks.graph) <= _MOST:
            self._details.setdefault(key, Detail((), stage.shown, blocks))
        return key

    def _look_into(self, block: Box) -> Hashable:
        """The structure of a block; its detail is kept."""
        part = inside_of(self.blocks.exact, block.shown)
        layers = self._simplifier(part).layers
        key = structure(layers)
        if key not in self._details and _is_worth_it(layers):
            inside = layers
            inner: tuple[Detail, ...] = ()
            if self.deepest > 1:
                inside = layers_or_modules(self._simplifier(part), block.path)
            if inside is not layers:
                inner = DetailFinder(inside, self.rules, self.deepest - 1).of(inside)
            self._details[key] = Detail((), block.shown, inside, inner)
        return key

    def brief(self, detail: Detail) -> Detail:
        """A detail as `brief` makes it, without details of its own."""
        name = detail.box.id
        if name not in self._briefs:
            self._wholes[name] = detail
            self._briefs[name] = brief(detail, self._simplifier(detail.diagram.exact))
        return replace(detail, diagram=self._briefs[name].diagram, details=())

    def whole(self, detail: Detail) -> Detail:
        """The detail that `brief` made a brief one of; any other as it is."""
        return self._wholes.get(detail.box.id, detail)

    def _simplifier(self, part: Architecture) -> Simplifier:
        """That of a block: what it computes is needed for each of its diagrams."""
        if part.graph not in self._simplifiers:
            self._simplifiers[part.graph] = Simplifier(part, self.rules)
        return self._simplifiers[part.graph]


def _holds(closed: Box, block: Box) -> bool:
    """Whether a block is inside a closed box, all of it that is drawn."""
    return closed.kind in _MODULES and not set(block.shown.members).difference(closed.members)


def _holds_much(closed: Box, exact: Architecture) -> bool:
    """Whether a closed box has parameters that are worth a detail."""
    if closed.kind is BoxKind.COMPUTATION:
        return closed.parameters > _LEAST * exact.parameters
    return closed.kind in _MODULES and closed.parameters > 0


def _layers(box: Box) -> int:
    """The number of operations with weights in one copy of a box."""
    return sum(one.weight is not None for one in box.shown.operations)


def _stride(block: Box) -> int:
    """The greatest stride of the layers of a block."""
    return max((one for each in block.operations for one in numbers(each, "stride")), default=1)


def _is_worth_it(layers: Diagram) -> bool:
    return sum(not one.kind.is_end for one in layers.boxes) >= _WORTH_IT


def _work(exact: Architecture, box: Box) -> Hashable:
    """The types of operations in a block, and how these are wired."""
    order = {name: place for place, name in enumerate(box.members)}
    outside: dict[str, int] = {}
    wires = []
    for name in box.members:
        for source, _, wire in exact.inputs(name):
            start = order.get(source, -1 - outside.setdefault(source, len(outside)))
            kind = exact.unrolled_skips[wire.skip].kind if wire.skip is not None else None
            wires.append((start, order[name], kind))
    # Names of idioms depend on hyperparameters: so do the structures.
    types = tuple(
        (one.does, one.module_class, _kernel(one), _sizeless(one), _fate(one))
        for one in box.operations
    )
    return types, tuple(wires)


def _sizeless(operation: Operation) -> tuple[str, ...]:
    """The names of hyperparameters, and values that are no numbers."""
    return tuple(
        f"{name} {_WIDTHS.sub('', str(value))}" for name, value in operation.attributes.items()
    )


def brief(detail: Detail, simplifier: Simplifier) -> Detail:
    """A detail with its sublayers closed, and each module in which no skip connection ends.

    Of a block of a transformer, norms, attention, feed-forward network and adds are left.

    Args:
        detail: what is made brief.
        simplifier: of what is in it.
    """
    part = simplifier.exact
    sublayers = simplifier.to(Level.SUBLAYER)
    boxes = Counter(path for box in sublayers.boxes for path in _around(box, detail.box.path))
    merges = {
        call.path for skip in part.unrolled_skips for call in part.operation(skip.merge).calls
    }
    closed = {
        path
        for path, count in boxes.items()
        if count >= _WORTH_IT and path not in merges and part.modules.get(path) not in CONTAINERS
    }
    if closed:
        sublayers = simplifier.to(Level.SUBLAYER, choice=Choice(collapsed=frozenset(closed)))
    return replace(detail, diagram=min(detail.diagram, sublayers, key=lambda one: len(one.graph)))


def _around(box: Box, path: str) -> set[str]:
    """The modules below that at ``path`` that hold all of a box."""
    held = ({call.path for call in one.calls} for one in box.operations)
    return {one for one in set.intersection(*held) if one.startswith(f"{path}.")}


def layers_or_modules(simplifier: Simplifier, path: str) -> Diagram:
    """What is inside the block at ``path``: its layers; sublayers or modules if these are many."""
    layers = simplifier.layers
    if len(layers.graph) <= _MOST:
        return layers
    smallest = simplifier.to(Level.SUBLAYER)
    if len(smallest.graph) <= _MOST:
        return smallest
    for modules in _below(simplifier.exact, path):
        diagram = simplifier.to(Level.LAYER, choice=Choice(collapsed=modules))
        if len(diagram.graph) < len(smallest.graph):
            smallest = diagram
        if len(diagram.graph) <= _MOST:
            break
    return smallest


def _below(part: Architecture, path: str) -> Iterator[frozenset[str]]:
    """The modules that the one at ``path`` calls, and before them those that containers call."""
    called: dict[str, set[str]] = {}
    for one in part.operations:
        for around, call in itertools.pairwise(one.calls):
            called.setdefault(around.path, set()).add(call.path)
    inside = called.get(path, set())
    opened = set(inside)
    while containers := {one for one in opened if part.modules.get(one) in CONTAINERS}:
        opened -= containers
        opened = opened.union(*(called.get(one, ()) for one in containers))
    yield frozenset(opened)
    if opened != inside:
        yield frozenset(inside)


def structure(diagram: Diagram) -> Hashable:
    """What two blocks have in common that differ in nothing but their widths.

    It is the kinds of their boxes, what was fused into each, how they are wired, and the kinds of
    skip connection.
    """
    order = {box.id: place for place, box in enumerate(diagram.boxes)}
    wires = sorted(
        (order[source], order[target], _kind(diagram, wire.skip))
        for source, target, wire in diagram.wires
    )
    return tuple(map(_works, diagram.boxes)), tuple(wires)


def _kind(diagram: Diagram, skip: int | None) -> str:
    return diagram.skips[skip].kind.value if skip is not None else ""


def _works(box: Box) -> Hashable:
    """What a box does, whatever its width, and how often."""
    shown = box.shown
    name = _WIDTHS.sub("", str(shown.label[0])) if shown.label else ""
    return shown.kind, name, box.repeat, tuple(_types(shown))


def _types(box: Box) -> Iterator[Hashable]:
    if not box.kind.is_end:
        for one in box.operations:
            if one.id not in box.silent:
                yield one.does, _kernel(one), _fate(one)


def _fate(one: Operation) -> Hashable:
    """What became of an operation, whatever its width."""
    return one.fate and one.fate.kind


def _kernel(one: Operation) -> str:
    """The kernel of a convolution or pool, which is no width."""
    return str(one.attributes.get("kernel_size", ""))
