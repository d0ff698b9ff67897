"""The rows of the table: the tree of modules, closed where a reader wants no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.architecture import Architecture, Layer, NodeKind
from visualize.core.memory import activation_memory
from visualize.core.operators import IDENTITY, RESHAPE, SLICE, family
from visualize.core.statistics import combined
from visualize.core.summary import Row, RowKind, Shape
from visualize.core.words import operation
from visualize.describe.receptive import receptive_fields

_LISTED = 3  # kinds of modules in a container


def make_rows(exact: Architecture, blocks: Collection[str], depth: int | None) -> Iterator[Row]:
    """The rows of a table, the sum over the model last.

    An open module gives a row for each that it calls, for each function of its own that computes,
    and their sum. Every operation is in one row that is no sum, or has neither parameters nor
    MACs; several calls of a module are one row.

    Args:
        exact: the graph of all operations.
        blocks: paths of the modules that are closed.
        depth: how many modules deep the table goes instead.
    """
    table = _Table(exact, frozenset(blocks), depth)
    root = table.tree()
    yield from table.inside(root)
    if exact.unused_parameters:
        yield Row(
            name="unused",
            kind=RowKind.UNUSED,
            words=", ".join(exact.unused_modules),
            parameters=exact.unused_parameters,
            trainable_parameters=exact.trainable_parameters
            - sum(layer.trainable_parameters for layer in exact.layers),
            statistics=exact.unused_statistics,
        )
    whole = table.row(root)
    yield replace(
        whole,
        type=exact.class_name,
        kind=RowKind.TOTAL,
        parameters=exact.parameters,
        trainable_parameters=exact.trainable_parameters,
        buffers=exact.buffers,
        statistics=combined([whole.statistics, exact.unused_statistics]),
    )


@dataclass
class _Node:
    """A module of the tree, or one function or parameter in it, with the operations in it."""

    name: str
    path: str = ""
    depth: int = 0
    operations: list[Layer] = field(default_factory=list)
    children: dict[str, _Node] = field(default_factory=dict)
    is_operation: bool = False

    def module(self, step: str) -> _Node:
        """The module that is called ``step`` here."""
        path = f"{self.path}.{step}".strip(".")
        return self.children.setdefault(step, _Node(_name(path), path, self.depth + 1))

    def add(self, layer: Layer) -> None:
        """Add a function or parameter of this module itself."""
        if layer.kind is NodeKind.CONSTANT:
            name, path = _name(layer.path), layer.path
        else:
            earlier = sum(layer.type == child.operations[0].type for child in self._functions())
            number = f"_{earlier + 1}" if earlier else ""
            name, path = _name(f"{self.path}.{layer.type}".strip(".")) + number, layer.id
        # No step of a module path has a space in it.
        node = self.children.setdefault(f"{path} ", _Node(name, path, self.depth + 1))
        node.is_operation = True
        node.operations.append(layer)

    @property
    def calls_modules(self) -> bool:
        """Whether it is a module that calls others."""
        return any(" " not in step for step in self.children)

    @property
    def is_idle(self) -> bool:
        """Whether it is a module that calls nothing of its own worth a row."""
        return not self.children and not self.is_operation

    def _functions(self) -> Iterator[_Node]:
        return (child for key, child in self.children.items() if key.endswith(" "))


class _Table:
    def __init__(self, exact: Architecture, blocks: frozenset[str], depth: int | None) -> None:
        self.exact = exact
        self.blocks = blocks
        self.depth = depth
        self.fields = receptive_fields(exact)
        self.data = {
            layer.id: any(wire.data for _, _, wire in exact.inputs(layer.id))
            for layer in exact.layers
        }
        self.tied = {name: names for names in exact.tied for name in names}

    def tree(self) -> _Node:
        """The tree of modules, each with all the operations in it."""
        root = _Node("TOTAL")
        for layer in self.exact.layers:
            if layer.kind in (NodeKind.INPUT, NodeKind.OUTPUT):
                continue
            node = root
            node.operations.append(layer)
            steps = layer.path.split(".") if layer.path else []
            for step in steps[:-1] if layer.kind is NodeKind.CONSTANT else steps:
                node = node.module(step)
                node.operations.append(layer)
            if layer.kind is NodeKind.MODULE:
                node.is_operation = True
            elif self._is_shown(layer):
                node.add(layer)
        return root

    def _is_shown(self, layer: Layer) -> bool:
        """Whether a function or parameter has a row of its own in an open module."""
        if layer.parameters or layer.macs:
            return True
        moves = family(layer.type) in RESHAPE | SLICE | IDENTITY
        return layer.kind is NodeKind.FUNCTION and self.data[layer.id] and not moves

    def inside(self, node: _Node) -> Iterator[Row]:
        """The rows of what is in a module."""
        for child in node.children.values():
            if child.is_idle:
                continue
            if self._is_closed(child):
                yield self.row(child)
                continue
            rows = list(self.inside(child))
            yield from rows
            if len(rows) > 1:
                yield replace(self.row(child), name=f"{child.name}_total", kind=RowKind.TOTAL)

    def _is_closed(self, node: _Node) -> bool:
        """Whether a module is one row: a block, or one that calls no other, as a formula does."""
        if not node.children or node.is_operation:
            return True
        if self.depth is not None:
            return node.depth >= self.depth
        return node.path in self.blocks or not node.calls_modules

    def row(self, node: _Node) -> Row:
        """All that is in a node as one row."""
        layers = node.operations
        single = not node.children
        first = layers[0] if layers else Layer("", NodeKind.FUNCTION, "")
        inputs, outputs, last = self._ends(layers)
        return Row(
            name=node.name,
            kind=RowKind.LAYER if single else RowKind.BLOCK,
            path=node.path,
            depth=node.depth,
            type=_type(first) if single else self.exact.modules.get(node.path, ""),
            words=_words(first) if single else self._held(node),
            skips={} if single else self._skips(layers),
            weight=() if node.calls_modules else self._weight(layers),
            inputs=inputs,
            outputs=outputs,
            parameters=sum(layer.parameters for layer in layers),
            trainable_parameters=sum(layer.trainable_parameters for layer in layers),
            buffers=sum(layer.buffers for layer in layers),
            macs=sum(layer.macs for layer in layers),
            memory=sum(self._memory(layer) for layer in layers),
            receptive_field=self.fields.get(last),
            calls=len(layers) if single else 1,
            shares=self._shares(layers) if single else (),
            statistics=combined(layer.statistics for layer in layers),
        )

    def _held(self, node: _Node) -> str:
        """What a container holds that is never called and has no class here."""
        kinds = Counter(
            self.exact.modules.get(child.path, "") or child.operations[0].type
            for child in node.children.values()
        )
        if node.path in self.exact.modules or not node.path:
            return ""
        told = [f"{number} × {kind.lstrip('_')}" for kind, number in kinds.items()]
        return ", ".join(told[:_LISTED]) + (", …" if len(told) > _LISTED else "")

    def _memory(self, layer: Layer) -> int:
        return activation_memory(layer) if self.data[layer.id] else 0

    def _weight(self, layers: Sequence[Layer]) -> Shape:
        """The shape of the first parameter that some operations have."""
        shapes = (
            layer.outputs[0].shape if layer.kind is NodeKind.CONSTANT else layer.weights[0]
            for layer in layers
            if layer.weights
        )
        return next(shapes, ())

    def _skips(self, layers: Sequence[Layer]) -> Mapping[str, int]:
        """The skip connections that are merged in a module, by kind."""
        members = {layer.id for layer in layers}
        kinds = (skip.kind.value for skip in self.exact.skips if skip.merge in members)
        return dict(Counter(kinds))

    def _shares(self, layers: Sequence[Layer]) -> tuple[str, ...]:
        """The parameters of other modules that are the same tensors as those here."""
        path = layers[0].path if layers else ""
        found: dict[str, None] = {}
        for name, names in self.tied.items():
            if name == path or name.startswith(f"{path}."):
                found.update(dict.fromkeys(one for one in names if one != name))
        return tuple(found)

    def _ends(self, layers: Sequence[Layer]) -> tuple[tuple[Shape, ...], tuple[Shape, ...], str]:
        """Shapes of what enters and of what leaves, and the last operation whose result leaves."""
        members = {layer.id for layer in layers}
        inputs: dict[str, Shape] = {}
        for layer in layers:
            for source, _, wire in self.exact.inputs(layer.id):
                if wire.data and wire.tensor and source not in members:
                    inputs.setdefault(source, wire.tensor.shape)
        leaving = [
            layer
            for layer in layers
            if layer.outputs and not members.issuperset(self.exact.graph.successors(layer.id))
        ]
        leaving = (
            [layer for layer in leaving if self.data[layer.id]] or leaving or list(layers[-1:])
        )
        last = leaving[-1] if leaving else None
        outputs = tuple(tensor.shape for layer in leaving for tensor in layer.outputs)
        return tuple(inputs.values()), outputs, last.id if last else ""


def _words(layer: Layer) -> str:
    constant = layer.kind is NodeKind.CONSTANT
    return "" if constant else operation(replace(layer, parts=()))


def _type(layer: Layer) -> str:
    return "parameter" if layer.kind is NodeKind.CONSTANT else layer.type


def _name(path: str) -> str:
    """A module path as code has it.

    >>> _name("layer1.0.downsample.1")
    'layer1[0].downsample[1]'
    """
    return re.sub(r"(?:^|\.)(\d+)(?=\.|$)", r"[\1]", path)
