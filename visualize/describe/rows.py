"""The rows of the table: the tree of modules, collapsed at blocks or at a given depth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import NamedTuple

from visualize.core import words
from visualize.core.architecture import Architecture, ModuleCall, NodeKind, Operation, Skip
from visualize.core.choices import SkipKind
from visualize.core.dtypes import added
from visualize.core.layers import layer_of
from visualize.core.memory import memory_use
from visualize.core.module_path import CONTAINERS, spelled
from visualize.core.operators import operator
from visualize.core.phrases import NOTHING, Phrase, counted, enumerated, phrase, term
from visualize.core.statistics import combined
from visualize.core.summary import ReceptiveField, Row, RowKind, Shape
from visualize.describe.boundaries import Crossing, calls_of, crossing_of, crossing_of_model
from visualize.describe.reads import with_reads
from visualize.describe.traits import block_traits

_WEIGHTS = "parametrizations"  # where torch keeps the modules that compute weights
_LISTED = 3  # kinds of modules in a container, or buffers


def make_rows(
    exact: Architecture,
    blocks: Collection[str],
    depth: int | None,
    fields: Mapping[str, ReceptiveField],
) -> Iterator[Row]:
    """The rows of a table, the sum over the model last.

    An expanded module has a row for each module it calls and for each function of its own that
    computes, and then their sum. Every operation with parameters or MACs is in exactly one row
    that is not a sum; several calls of a module are one row.

    Args:
        exact: the graph of all operations.
        blocks: paths of the modules that are collapsed.
        depth: how many modules deep the table goes instead.
        fields: the receptive field of each operation that has one.
    """
    table = _Table(exact, frozenset(blocks), depth, fields)
    root = table.tree()
    whole = table.row(root)
    parts = list(table.inside(root))
    yield from with_reads(exact, parts, table.row_of)
    if exact.unused_parameters or exact.unused_buffers:
        yield _unused(exact, whole)
    yield replace(
        whole,
        type=exact.class_name,
        kind=RowKind.TOTAL,
        parameters=exact.parameters,
        trainable_parameters=exact.trainable_parameters,
        dtypes=added([whole.dtypes, exact.unused_dtypes]),
        buffers=exact.buffers,
        statistics=combined([whole.statistics, exact.unused_statistics]),
    )


def _unused(exact: Architecture, whole: Row) -> Row:
    """What the run never touches, with the modules that hold it, other names, or else buffers."""
    names = list(map(spelled, exact.unused_modules))
    others = exact.unused_weights if exact.unused_parameters else exact.unused_buffers
    names += map(spelled, others[:_LISTED])
    names += ["…"] if len(others) > _LISTED else []
    return Row(
        name="unused",
        kind=RowKind.UNUSED,
        words=enumerated(names),
        parameters=exact.unused_parameters,
        trainable_parameters=exact.trainable_parameters
        - sum(one.trainable_parameters for one in exact.operations),
        dtypes=exact.unused_dtypes,
        buffers=sum(exact.unused_buffer_dtypes.values()),
        memory=None if whole.memory is None else 0,
        peak=None if whole.peak is None else 0,
        statistics=exact.unused_statistics,
    )


class _Step(NamedTuple):
    """The key of a child of a module: a module in it, or a function or parameter of its own."""

    name: str
    is_module: bool


@dataclass
class _Node:
    """A module of the tree, or one function or parameter in it, with the operations in it.

    A function that each call of its module makes is one, as the module is.

    Attributes:
        name: what it is called in the table.
        path: of the module or parameter; of a function, the id of its first operation.
        depth: how many modules are around it.
        operations: all those in it, in the order of execution.
        children: the modules, functions and parameters in it.
        is_operation: whether it is a leaf module, a function or a parameter.
        functions: how many functions of each type a call of the module has made so far.
    """

    name: str
    path: str = ""
    depth: int = 0
    operations: list[Operation] = field(default_factory=list)
    children: dict[_Step, _Node] = field(default_factory=dict)
    is_operation: bool = False
    functions: Counter[tuple[tuple[ModuleCall, ...], str]] = field(default_factory=Counter)

    def module(self, name: str) -> _Node:
        """The module that is called ``name`` here."""
        path = f"{self.path}.{name}".strip(".")
        return self._child(_Step(name, is_module=True), spelled(path), path)

    def add(self, operation: Operation) -> None:
        """Add a function or parameter of this module itself."""
        if operation.kind is NodeKind.CONSTANT:
            name, path = spelled(operation.path), operation.path
        else:
            self.functions[operation.calls, operation.type] += 1
            number = self.functions[operation.calls, operation.type]
            name = spelled(f"{self.path}.{operation.type}".strip("."))
            name, path = f"{name}_{number}" if number > 1 else name, operation.id
        node = self._child(_Step(name, is_module=False), name, path)
        node.is_operation = True
        node.operations.append(operation)

    @property
    def calls_modules(self) -> bool:
        """Whether it is a module that calls others, and not only what computes its weights."""
        return any(step.is_module and step.name != _WEIGHTS for step in self.children)

    @property
    def is_idle(self) -> bool:
        """Whether it is a module that calls nothing worth a row."""
        return not self.children and not self.is_operation

    def _child(self, step: _Step, name: str, path: str) -> _Node:
        return self.children.setdefault(step, _Node(name, path, self.depth + 1))


class _Table:
    def __init__(
        self,
        exact: Architecture,
        blocks: frozenset[str],
        depth: int | None,
        fields: Mapping[str, ReceptiveField],
    ) -> None:
        self.exact = exact
        self.blocks = blocks
        self.depth = depth
        self.fields = fields
        self.data = {one.id: bool(exact.data_sources(one.id)) for one in exact.operations}
        self.skips = _by_merge(exact.skips)
        self.unrolled_skips = _by_merge(exact.unrolled_skips)
        self.tied = {name: names for names in exact.tied for name in names}
        self.stages = 0
        self.row_of: dict[str, str] = {}  # the row that each operation is in, by its name

    def tree(self) -> _Node:
        """The tree of modules, each with all the operations in it."""
        root = _Node("TOTAL")
        for one in sorted(self.exact.operations, key=self._order):
            if one.kind in (NodeKind.INPUT, NodeKind.OUTPUT):
                continue
            node = root
            node.operations.append(one)
            steps = one.path.split(".") if one.path else []
            for step in steps[:-1] if one.kind is NodeKind.CONSTANT else steps:
                node = node.module(step)
                node.operations.append(one)
            if one.kind is NodeKind.MODULE:
                node.is_operation = True
            elif self._is_shown(one):
                node.add(one)
        return root

    def _order(self, operation: Operation) -> tuple[float, bool, bool, int]:
        """Where an operation is: parameters and then buffers come before what computes with them.

        When code takes a parameter off its module is not known to all tracers.
        """
        if operation.kind is not NodeKind.CONSTANT:
            return operation.index, True, False, 0
        readers = map(self.exact.operation, self.exact.graph.successors(operation.id))
        first = min(filter(attrgetter("outputs"), readers), key=attrgetter("index"), default=None)
        if first is None:
            return operation.index, False, False, 0
        wires = self.exact.graph.get_edge_data(operation.id, first.id)
        place = min(each["wire"].position for each in wires.values())
        return first.index, False, bool(operation.buffers), place

    def _is_shown(self, operation: Operation) -> bool:
        """Whether a function or parameter has a row of its own in an expanded module."""
        saves = operation.memory is not None and operation.memory.saved
        if operation.parameters or operation.buffers or operation.macs or saves:
            return True
        moves = operator(operation.type).moves_only
        return operation.kind is NodeKind.FUNCTION and self.data[operation.id] and not moves

    def inside(self, node: _Node) -> Iterator[Row]:
        """The rows of what is in a module."""
        for child in node.children.values():
            if child.is_idle:
                continue
            if self._is_collapsed(child):
                self.row_of |= {one.id: child.name for one in child.operations}
                yield replace(self.row(child), parent=node.path)
                continue
            rows = list(self.inside(child))
            if len(rows) == 1:  # no sum
                rows = [replace(rows[0], parent=node.path)]
            yield from rows
            if len(rows) > 1:
                whole = self.row(child)
                is_stage = _is_stage(whole, rows)
                self.stages += is_stage
                yield replace(
                    whole,
                    name=f"{child.name}_total",
                    kind=RowKind.TOTAL,
                    parent=node.path,
                    stage=self.stages if is_stage else 0,
                )

    def _is_collapsed(self, node: _Node) -> bool:
        """Whether a module is one row: a block, or one that calls no other, as a formula does."""
        if not node.children or node.is_operation:
            return True
        if self.depth is not None:
            return node.depth >= self.depth
        return node.path in self.blocks or not node.calls_modules

    def row(self, node: _Node) -> Row:
        """All that is in a node as one row."""
        operations = node.operations
        single = not node.children
        first = operations[0] if operations else Operation("", NodeKind.FUNCTION, "")
        crossing = self._crossing(node)
        memory = memory_use(operations)
        return Row(
            name=node.name,
            kind=RowKind.LAYER if single else RowKind.BLOCK,
            path=node.path,
            depth=node.depth,
            type=_type(first) if single else self.exact.modules.get(node.path, ""),
            words=_words(first) if single else self._held(node),
            traits=self._traits(node, crossing) if node.path in self.blocks else NOTHING,
            skips={} if single else self._skips(operations),
            weight=() if node.calls_modules or not node.path else self._weight(operations),
            weights={} if node.calls_modules else _named_weights(operations),
            attributes=first.attributes if single else {},
            inputs=crossing.inputs,
            outputs=crossing.outputs,
            parameters=sum(one.parameters for one in operations),
            trainable_parameters=sum(one.trainable_parameters for one in operations),
            dtypes=added(one.dtypes for one in operations),
            buffers=sum(one.buffers for one in operations),
            macs=sum(one.macs for one in operations),
            layer_outputs=sum(one.elements for one in operations if one.macs),
            memory=memory.saved if memory else None,
            peak=memory.peak if memory else None,
            receptive_field=self.fields.get(crossing.result),
            calls=len(operations) if single else calls_of(operations, node.path),
            shares=self._shares(operations) if single else (),
            statistics=combined(one.statistics for one in operations),
        )

    def _traits(self, node: _Node, crossing: Crossing) -> Phrase:
        skips = _merged(self.unrolled_skips, node.operations)
        return block_traits(self.exact, node.operations, skips, crossing.outputs)

    def _crossing(self, node: _Node) -> Crossing:
        if not node.path:
            return crossing_of_model(self.exact)
        if not node.children:
            return crossing_of(self.exact, node.operations[:1], "", self.data)
        return crossing_of(self.exact, node.operations, node.path, self.data)

    def _held(self, node: _Node) -> Phrase:
        """What a module does if it is one layer; else the contents of a container.

        Of a container that has a class of its own, only several modules of one class.
        """
        if not node.path:
            return NOTHING
        layer = None if node.calls_modules else self._layer(node.operations)
        if layer:
            return words.operation(layer)
        kinds = Counter[str]()
        for child in node.children.values():
            kind = self._class(child)
            kinds[kind] += 1 if kind else len(child.operations)
        if node.path in self.exact.modules:
            ((kind, number), *others) = kinds.items()
            alike = not others and number > 1 and self.exact.modules[node.path] in CONTAINERS
            return _several(kind, number) if alike and kind else NOTHING
        parts = [
            phrase("{number} × {kind}", number=number, kind=term(kind.lstrip("_")))
            if kind
            else counted("{number} parameter", "{number} parameters", number)
            for kind, number in kinds.items()
        ]
        return enumerated([*parts[:_LISTED], "…" if len(parts) > _LISTED else ""])

    def _class(self, node: _Node) -> str:
        """The class of a module or the type of a function; empty for a parameter."""
        works = (one for one in node.operations if one.kind is not NodeKind.CONSTANT)
        first = next(works, node.operations[0])
        known = self.exact.modules.get(node.path, "")
        if first.kind is NodeKind.CONSTANT and not known:
            return "buffer" if first.buffers else ""
        return known or first.type

    def _weight(self, operations: Sequence[Operation]) -> Shape:
        """The shape of the weight of some operations, or of their first matrix or parameter."""
        works = next((one.weight.shape for one in operations if one.weight), ())
        shapes = [
            one.outputs[0].shape if one.kind is NodeKind.CONSTANT else one.weights[0]
            for one in operations
            if one.weights
        ]
        return works or next((one for one in shapes if len(one) > 1), (*shapes, ())[0])

    def _layer(self, operations: Sequence[Operation]) -> Operation | None:
        return layer_of(one for one in operations if self.data[one.id])

    def _skips(self, operations: Sequence[Operation]) -> Mapping[str, int]:
        """The skip connections that are merged in a module, by kind; one in a loop counts once."""
        return dict(Counter(skip.kind.value for skip in _merged(self.skips, operations)))

    def _shares(self, operations: Sequence[Operation]) -> tuple[str, ...]:
        """The parameters of other modules that are the same tensors as those here."""
        if not operations or operations[0].kind is NodeKind.FUNCTION:
            return ()
        path = operations[0].path
        found: dict[str, None] = {}
        for name, names in self.tied.items():
            if name == path or name.startswith(f"{path}."):
                found.update(dict.fromkeys(one for one in names if one != name))
        return tuple(found)


def _named_weights(operations: Sequence[Operation]) -> Mapping[str, Shape]:
    return {name: shape for one in operations for name, shape in one.named_weights.items()}


def _by_merge(skips: Sequence[Skip]) -> Mapping[str, Sequence[Skip]]:
    found: dict[str, list[Skip]] = {}
    for skip in skips:
        found.setdefault(skip.merge, []).append(skip)
    return found


def _merged(by_merge: Mapping[str, Sequence[Skip]], operations: Sequence[Operation]) -> list[Skip]:
    """The skip connections whose merges are among some operations."""
    return [skip for one in operations for skip in by_merge.get(one.id, ())]


def _is_stage(whole: Row, rows: Sequence[Row]) -> bool:
    """Whether a module holds blocks of one class alone, with shortcuts to add to."""
    residual = any(SkipKind(kind).is_residual for kind in whole.skips)
    return bool(whole.words) and residual and all(row.kind is RowKind.BLOCK for row in rows)


def _several(kind: str, number: int) -> Phrase:
    name = term(kind.lstrip("_"))
    return counted("{number} {kind}", "{number} {kind}s", number, kind=name)


def _words(operation: Operation) -> Phrase:
    if operation.kind is NodeKind.CONSTANT:
        return phrase("buffer") if operation.buffers else phrase("parameter")
    return words.operation(operation)


def _type(operation: Operation) -> str:
    if operation.kind is NodeKind.CONSTANT:
        return "buffer" if operation.buffers else "parameter"
    return operation.type
