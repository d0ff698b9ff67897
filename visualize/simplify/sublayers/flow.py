"""What the search for sublayers sees of a diagram, and what may become one box."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from visualize.core.architecture import Operation, SkipKind
from visualize.core.diagram import Box, BoxKind, Diagram, Idiom
from visualize.core.hyperparameters import numbers
from visualize.core.operators import (
    ACTIVATION,
    AFFINE,
    CONVOLUTION,
    NORM,
    MergeType,
    family,
    merge_type,
)
from visualize.core.phrases import Phrase, term
from visualize.core.words import short_name

# Boxes that are further apart in the order of execution belong to no common sublayer.
_WIDEST = 400
_ADDS = (SkipKind.IDENTITY, SkipKind.SCALED, SkipKind.PROJECTION)


@dataclass(frozen=True)
class Sublayer:
    """Layers that become one box.

    Attributes:
        core: id of the box whose place in the network it takes.
        nodes: ids of all boxes in it.
        label: what it is called, then details in smaller type.
        type: what it is.
        counts_as: the type of an operation that does the same, where ``type`` does not say it.
    """

    core: str
    nodes: frozenset[str]
    label: tuple[str | Phrase, ...]
    type: str
    counts_as: str = ""


class Flow:
    """A diagram of layers, of which some become one box.

    Args:
        diagram: one box for each layer, with groups marked.
        expanded: paths of modules whose layers stay as they are.
    """

    def __init__(self, diagram: Diagram, expanded: Collection[str] = ()) -> None:
        self.diagram = diagram
        self._order = {box.id: place for place, box in enumerate(diagram.boxes)}
        self._users = {node: tuple(diagram.graph.successors(node)) for node in diagram.graph}
        self._sources = {
            node: tuple(dict.fromkeys(source for source, _, _ in diagram.inputs(node)))
            for node in diagram.graph
        }
        self._closed = {
            box.id
            for box in diagram.boxes
            if not (box.kind.is_layer or box.kind is BoxKind.MERGE)
            or any(call.path in expanded for call in box.calls)
        }

    @property
    def open_boxes(self) -> Iterator[Box]:
        """The boxes that belong to no sublayer yet and can."""
        return (box for box in self.diagram.boxes if self.is_open(box.id))

    def claim(self, sublayer: Sublayer) -> None:
        """Note that boxes belong to a sublayer, and to no other."""
        self._closed |= sublayer.nodes

    def is_open(self, node: str) -> bool:
        """Whether a box can belong to a sublayer: no skip connection ends there."""
        return node not in self._closed and node not in self._merges

    def is_open_or_gate(self, node: str) -> bool:
        """The same, where nothing but gates may end."""
        return node not in self._closed and all(map(self._is_gate, self._merges.get(node, ())))

    @property
    def gates(self) -> list[str]:
        """The boxes at which a gate ends."""
        return [node for node in self._merges if any(map(self._is_gate, self._merges[node]))]

    @functools.cached_property
    def _merges(self) -> Mapping[str, frozenset[int]]:
        """The skip connections that end at a box, by their numbers."""
        drawn = enumerate(self.diagram.skips)
        return _collected(
            (self.diagram.host(skip.merge), number)
            for number, skip in drawn
            if not self.diagram.is_collapsed(skip)
        )

    @functools.cached_property
    def _arriving(self) -> Mapping[str, frozenset[int]]:
        """The skip connections of which a wire arrives at a box."""
        wires = self.diagram.wires
        return _collected((end, wire.skip) for _, end, wire in wires if wire.skip is not None)

    @functools.cached_property
    def _leaving(self) -> Mapping[str, frozenset[int]]:
        """The skip connections of which a wire leaves a box."""
        wires = self.diagram.wires
        return _collected((start, wire.skip) for start, _, wire in wires if wire.skip is not None)

    def _is_gate(self, number: int) -> bool:
        return self.diagram.skips[number].kind is SkipKind.GATE

    def box(self, node: str) -> Box:
        """A box by its id."""
        return self.diagram.box(node)

    def boxes(self, nodes: Iterable[str]) -> list[Box]:
        """Boxes in the order of execution."""
        return [self.box(node) for node in sorted(nodes, key=self._order.__getitem__)]

    def kind(self, node: str) -> str:
        """What a box does, in one word without case and underscores."""
        return family(self.box(node).does)

    def sizes(self, node: str) -> tuple[int, ...]:
        """The shape of what a box returns, without the batch."""
        outputs = self.box(node).outputs
        return outputs[0].shown if outputs else ()

    def sources(self, node: str) -> tuple[str, ...]:
        """The boxes whose results a box reads, each once."""
        return self._sources[node]

    def users(self, node: str) -> tuple[str, ...]:
        """The boxes that read its result, each once."""
        return self._users[node]

    def only_user(self, node: str) -> str | None:
        """The box that reads the result of another, if there is one and it is open."""
        users = self.users(node)
        return users[0] if len(users) == 1 and self.is_open(users[0]) else None

    def is_projection(self, node: str) -> bool:
        """Whether a box is a linear layer or a convolution."""
        return self.box(node).kind is BoxKind.OPERATION and self.kind(node) in AFFINE

    def is_pointwise(self, node: str) -> bool:
        """Whether a box is a linear layer, or a convolution that works on each position alone."""
        if not self.is_projection(node):
            return False
        return self.kind(node) not in CONVOLUTION or is_pointwise(self.box(node).core)

    def multiplies(self, node: str) -> bool:
        """Whether a box multiplies two tensors, of which one gates the other."""
        box = self.box(node)
        return box.kind is BoxKind.MERGE and merge_type(box.does) is MergeType.MULTIPLY

    def activates(self, node: str) -> bool:
        """Whether a box is an activation, or a layer that one was fused into."""
        box = self.box(node)
        written = (one for one in box.idioms if _is_step(box, one) and not _is_norm(one))
        return any(written) or any(family(one.does) in ACTIVATION for one in _plain(box))

    def branch(self, node: str) -> frozenset[str]:
        """The boxes of the smallest residual branch around a box; empty if there is none."""
        number = self._branches.get(self.box(node).core.id)
        if number is None:
            return frozenset()
        return frozenset(map(self.diagram.host, self.diagram.skips[number].bypassed))

    @functools.cached_property
    def _branches(self) -> Mapping[str, int]:
        """The smallest residual branch around each operation, by its number."""
        added = [one for one in enumerate(self.diagram.skips) if one[1].kind in _ADDS]
        added.sort(key=lambda one: -len(one[1].bypassed))
        return {node: number for number, skip in added for node in skip.bypassed}

    def exits(self, nodes: Collection[str]) -> list[str]:
        """Those of ``nodes`` whose result others read."""
        return [one for one in nodes if any(user not in nodes for user in self.users(one))]

    def whole(self, nodes: Collection[str]) -> frozenset[str] | None:
        """``nodes`` with all that lies between them; None if this cannot be one box.

        No skip connection may end, begin or pass in it, except that one may begin with its result,
        and that a gate may be inside; and of a block, it holds all or only a part.
        """
        places = sorted(map(self._order.__getitem__, nodes))
        if not places or places[-1] - places[0] > _WIDEST:
            return None
        window = self.diagram.boxes[places[0] : places[-1] + 1]
        below, above = set(nodes), set(nodes)
        for box in window:
            if not below.isdisjoint(self.sources(box.id)):
                below.add(box.id)
        for box in reversed(window):
            if not above.isdisjoint(self.users(box.id)):
                above.add(box.id)
        hull = frozenset(nodes) | (below & above)
        if self._closed.isdisjoint(hull) and self._keeps_skips(hull) and self._keeps_blocks(hull):
            return hull
        return None

    def _keeps_skips(self, nodes: frozenset[str]) -> bool:
        touched: set[int] = set()
        for node in nodes:
            touched |= self._merges.get(node, frozenset()) | self._arriving.get(node, frozenset())
            for number in self._leaving.get(node, ()):
                fork = self.diagram.host(self.diagram.skips[number].fork)
                if fork != node or self.exits(nodes) != [node]:
                    touched.add(number)
        return all(self._is_gate(number) and self._is_inside(number, nodes) for number in touched)

    def _is_inside(self, number: int, nodes: frozenset[str]) -> bool:
        skip = self.diagram.skips[number]
        ends = (skip.fork, skip.merge, *skip.branch, *skip.bypassed)
        return nodes.issuperset(map(self.diagram.host, ends))

    def _keeps_blocks(self, nodes: frozenset[str]) -> bool:
        """Whether no block or stage is cut: a sublayer lies in it, or all of it in the sublayer."""
        around = {self.box(node).group: self.diagram.around(self.box(node)) for node in nodes}
        shared = set.intersection(*(set(groups) for groups in around.values()))
        cut = {group for groups in around.values() for group in groups} - shared
        return all(nodes.issuperset(box.id for box in self.diagram.inside(group)) for group in cut)


def _collected(pairs: Iterable[tuple[str, int]]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for node, number in pairs:
        found.setdefault(node, set()).add(number)
    return {node: frozenset(numbers) for node, numbers in found.items()}


def is_pointwise(layer: Operation) -> bool:
    """Whether a convolution works on each position alone, and on all channels."""
    weight = layer.weight
    groups = weight.groups if weight else layer.attributes.get("groups", 1)
    kernel = weight.shape[2:] if weight else numbers(layer, "kernel_size")
    return groups == 1 and set(kernel) <= {1}


def steps(boxes: Iterable[Box]) -> list[Phrase | str]:
    """The norms and activations in boxes by their names, each once, in order."""
    return list(dict.fromkeys(name for box in boxes for name in _steps(box)))


def _steps(box: Box) -> Iterator[Phrase | str]:
    idioms = {name: idiom for idiom in box.idioms for name in idiom.members}
    for one in box.operations:
        idiom = idioms.get(one.id)
        if idiom is None:
            if one.id not in box.silent and family(one.does) in NORM | ACTIVATION:
                yield term(short_name(one))
        elif idiom.last == one.id and _is_step(box, idiom):
            yield idiom.label[0]


def _is_step(box: Box, idiom: Idiom) -> bool:
    """Whether an idiom in a box is a norm or activation, as all are that were fused into it."""
    return box.core.id not in idiom.members or family(box.does) in NORM | ACTIVATION


def _plain(box: Box) -> Iterator[Operation]:
    """The operations of a box that are part of no idiom."""
    named = frozenset().union(*(idiom.members for idiom in box.idioms))
    return (one for one in box.operations if one.id not in named)


def _is_norm(idiom: Idiom) -> bool:
    return family(str(idiom.label[0])).replace(" ", "") in NORM
