"""The exact graph of a model: its operations, the tensors between them, its skip connections.

    model ─trace▶ fx.Graph ─annotate▶ Architecture ─simplify▶ Diagram ─scene▶ Scene ─ …
                                      ^^^^^^^^^^^^

An `Architecture` wraps a `networkx.MultiDiGraph`. Each node carries an `Operation` under the key
``operation``, each edge a `Wire` under the key ``wire``. Nothing here knows torch.
"""

from __future__ import annotations

import enum
import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from visualize.core.boundary import Boundary
from visualize.core.calls import FunctionCall as FunctionCall
from visualize.core.calls import ModuleCall as ModuleCall
from visualize.core.choices import SkipKind as SkipKind
from visualize.core.fate import Fate
from visualize.core.memory import MemoryUse, memory_use
from visualize.core.module_path import enclosing as enclosing
from visualize.core.operands import Constant as Constant
from visualize.core.operands import Weight as Weight
from visualize.core.phrases import Note
from visualize.core.skips import Skip as Skip
from visualize.core.skips import Untyped, listed_once, numbers_in_list
from visualize.core.statistics import Statistics


class NodeKind(str, enum.Enum):
    """What an operation is."""

    INPUT = "input"
    MODULE = "module"
    FUNCTION = "function"
    CONSTANT = "constant"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape and dtype of a tensor.

    Attributes:
        shape: its sizes, the batch included.
        dtype: name of its dtype.
        sample: its sizes for one sample: without the batch, or divided by it where an axis holds
            more, such as all windows of all images; None if it has no batch.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    sample: tuple[int, ...] | None = None

    @property
    def shown(self) -> tuple[int, ...]:
        """The sizes that figures and tables show, without the batch."""
        return self.shape if self.sample is None else self.sample

    @property
    def batch(self) -> int:
        """The size of its batch; 1 if it has none."""
        return math.prod(self.shape) // (math.prod(self.shown) or 1) or 1


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a model, as the trace recorded it: the payload of a node of `Architecture`.

    Attributes:
        id: unique and stable name of the node.
        kind: input, module, function, constant or output.
        type: class name of the module or name of the function, ``Conv2d`` or ``add``.
        index: position in the order of execution.
        path: module path; for a function, that of the module whose ``forward`` calls it.
        calls: the module calls around the operation, outermost first; for a module its own call
            comes last.
        module_class: fully qualified class of a module, empty for a function.
        attributes: its hyperparameters, as plain JSON values.
        parameters: number of parameters counted here: each tensor once, at its first use.
        trainable_parameters: those of them that require a gradient.
        dtypes: the number of its parameters of each dtype, counted in the same way.
        buffers: number of buffer elements, counted in the same way.
        buffer_dtypes: the number of these of each dtype.
        packed_dtypes: the number of weights packed in a quantized layer, of each dtype.
        macs: multiply-accumulate operations of one forward pass.
        weight_macs: those of them that compute its weights, once for all samples.
        outputs: the tensors it returns.
        held: elements of every parameter it uses, by name, also of those counted elsewhere.
        weights: shape of every parameter it uses, also of those counted elsewhere.
        named_weights: shape of every parameter of the model it uses, by its name in its module.
        weight: what it multiplies its input with, or looks it up in, if it is a layer of this kind.
        counts_as: the type of an operation that does the same, where ``type`` does not say it:
            ``Conv2d`` for a subclass, ``Linear`` for a product with a weight.
        constant: the other operand of a sum, product, power and the like that has one data input.
        other_weights: number of weights it uses that are no parameters of the model: packed in a
            quantized layer, not registered, or computed in the run instead of its own.
        statistics: of the values of the parameters counted here, if they were requested.
        helpers: the functions of the model's own code that a function is called in: what the
            ``forward`` of its module calls, outermost first.
        source: where a merge is written, ``resnet.py:102: out += identity``; empty if unknown.
        merges: whether it combines two or more data inputs: an add, a concat or a product.
        neighbour: for an input or output of a module that is drawn on its own, the outside module
            that the tensor comes from or goes to; empty otherwise.
        detached: whether the model switched gradients off around it.
        function: the call of a function that it is part of, if the model marks it as one operation.
        memory: what it does to memory, if that was measured.
        fate: what became of it, in one of two models that are compared, if it differs.
    """

    id: str
    kind: NodeKind
    type: str
    index: int = 0
    path: str = ""
    calls: tuple[ModuleCall, ...] = ()
    module_class: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    parameters: int = 0
    trainable_parameters: int = 0
    dtypes: Mapping[str, int] = field(default_factory=dict)
    buffers: int = 0
    buffer_dtypes: Mapping[str, int] = field(default_factory=dict)
    packed_dtypes: Mapping[str, int] = field(default_factory=dict)
    macs: int = 0
    weight_macs: int = 0
    outputs: tuple[TensorSpec, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)
    weights: tuple[tuple[int, ...], ...] = ()
    named_weights: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    weight: Weight | None = None
    counts_as: str = ""
    constant: Constant | None = None
    other_weights: int = 0
    statistics: Statistics | None = None
    helpers: tuple[str, ...] = ()
    source: str = ""
    merges: bool = False
    neighbour: str = ""
    detached: bool = False
    function: FunctionCall | None = None
    memory: MemoryUse | None = None
    fate: Fate | None = None

    @property
    def computes(self) -> bool:
        """Whether it is a module or function, and no input, constant or output."""
        return self.kind in (NodeKind.MODULE, NodeKind.FUNCTION)

    @property
    def elements(self) -> int:
        """The number of elements that it returns."""
        return sum(math.prod(tensor.shape) for tensor in self.outputs)

    @property
    def does(self) -> str:
        """The type that says what it does: its own, or that of an operation that does the same."""
        return self.counts_as or self.type

    @property
    def call(self) -> int:
        """How many times the innermost of its modules was called before."""
        return self.calls[-1].number if self.calls else 0


@dataclass(frozen=True, slots=True)
class Wire:
    """What an edge carries.

    Attributes:
        tensor: the tensor that flows, or None for a plain value such as a size.
        position: index of the edge among the inputs of its target.
        data: whether it carries data: a tensor computed from the model's inputs.
        skip: index into `Architecture.unrolled_skips` if the edge is part of a skip branch.
        copies: how many equal wires it represents, where the boxes at its ends represent copies.
    """

    tensor: TensorSpec | None
    position: int = 0
    data: bool = True
    skip: int | None = None
    copies: int = 1


def arriving(graph: nx.MultiDiGraph) -> Mapping[str, Sequence[tuple[str, str, Wire]]]:
    """The edges that arrive at each node, as ``(source, target, wire)``, by position."""
    found: dict[str, list[tuple[str, str, Wire]]] = {node: [] for node in graph}
    # From the adjacency dicts: the views of networkx cost several times as much.
    for source, targets in graph.adjacency():
        for target, edges in targets.items():
            for edge in edges.values():
                found[target].append((source, target, edge["wire"]))
    for wires in found.values():
        if len(wires) > 1:
            wires.sort(key=lambda edge: edge[2].position)
    return found


def batch_of(operations: Iterable[Operation]) -> int:
    """The size of the batch of the inputs among ``operations``; 1 if they have none."""
    ends = (one for one in operations if one.kind is NodeKind.INPUT)
    tensors = (tensor for one in ends for tensor in one.outputs if tensor.sample is not None)
    return next((tensor.batch for tensor in tensors), 1)


class WiredGraph:
    """A directed acyclic `networkx.MultiDiGraph` whose edges carry a `Wire` under ``wire``.

    The graph is never changed once it is wrapped, so what is derived from it is cached.
    """

    graph: nx.MultiDiGraph

    @property
    def wires(self) -> Iterator[tuple[str, str, Wire]]:
        """All edges as ``(source, target, wire)``, by target and then by position."""
        for node in self.graph:
            yield from self.inputs(node)

    def inputs(self, node: str) -> Sequence[tuple[str, str, Wire]]:
        """The edges that arrive at ``node``, by position."""
        return self._arriving[node]

    def data_sources(self, node: str) -> list[str]:
        """The sources of the edges that carry data to ``node``, by position."""
        return [source for source, _, wire in self.inputs(node) if wire.data]

    @functools.cached_property
    def _arriving(self) -> Mapping[str, Sequence[tuple[str, str, Wire]]]:
        return arriving(self.graph)


@dataclass(frozen=True)
class Architecture(WiredGraph):
    """The exact graph of a model: every operation of one run, and the totals of the model.

    Attributes:
        name: what the user called the model.
        class_name: class of the model.
        graph: a directed acyclic `networkx.MultiDiGraph`; nodes carry ``operation``, edges
            ``wire``. It must not be changed.
        modules: class name of every module that is called, by path.
        boundaries: what each module call is given and returns, if it is known.
        unrolled_skips: the skip connections of every step of its loops, ordered by their merges.
        untyped: the sums that look residual and are no skip connections, in order.
        parameters: number of parameters, unused ones included.
        trainable_parameters: those that require a gradient.
        buffers: number of buffer elements, those of unused buffers included.
        buffer_dtypes: the number of these of each dtype.
        unused_buffers: names of the buffers that the traced run never touches.
        unused_buffer_dtypes: the number of their elements of each dtype.
        unused_parameters: parameters that the traced run never touches.
        unused_modules: paths of the outermost modules that hold only unused parameters.
        unused_weights: names of the other unused parameters.
        unused_dtypes: the number of unused parameters of each dtype.
        tied: groups of parameter names that share one tensor.
        unused_statistics: of the values of the unused parameters, if they were requested.
        tracer: ``"symbolic"`` or ``"recorded"``.
        documentation: the first paragraph of the model's docstring.
        published: names of the weights that are published for it.
        weights: the source of the statistics, a name or a file; empty for the model's own values.
        notes: what a user should know about the trace, such as what was assumed or made up.
        failures: the attempts at tracing that failed before, and why.
    """

    name: str
    class_name: str
    graph: nx.MultiDiGraph
    modules: Mapping[str, str] = field(default_factory=dict)
    boundaries: Mapping[ModuleCall, Boundary] = field(default_factory=dict)
    unrolled_skips: tuple[Skip, ...] = ()
    untyped: tuple[Untyped, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    buffers: int = 0
    buffer_dtypes: Mapping[str, int] = field(default_factory=dict)
    unused_buffers: tuple[str, ...] = ()
    unused_buffer_dtypes: Mapping[str, int] = field(default_factory=dict)
    unused_parameters: int = 0
    unused_modules: tuple[str, ...] = ()
    unused_weights: tuple[str, ...] = ()
    unused_dtypes: Mapping[str, int] = field(default_factory=dict)
    tied: tuple[tuple[str, ...], ...] = ()
    unused_statistics: Statistics | None = None
    tracer: str = "symbolic"
    documentation: str = ""
    published: tuple[str, ...] = ()
    weights: str = ""
    notes: tuple[Note, ...] = ()
    failures: tuple[str, ...] = ()

    def operation(self, node: str) -> Operation:
        """The operation with the id ``node``."""
        return self._operations[node]

    @functools.cached_property
    def skips(self) -> tuple[Skip, ...]:
        """The skip connections, ordered by their merges; one in a loop once, with its count."""
        return listed_once(self.unrolled_skips)

    @functools.cached_property
    def skip_numbers(self) -> tuple[int, ...]:
        """For each of the `unrolled_skips` its index into `skips`."""
        return numbers_in_list(self.unrolled_skips)

    @functools.cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations in graph order, which is topological."""
        return tuple(self._operations.values())

    def in_order(self, nodes: Iterable[str]) -> list[str]:
        """Ids of operations in graph order."""
        return sorted(nodes, key=self._positions.__getitem__)

    @functools.cached_property
    def _positions(self) -> Mapping[str, int]:
        return {node: place for place, node in enumerate(self.graph)}

    @functools.cached_property
    def skips_by_merge(self) -> Mapping[str, Sequence[int]]:
        """The indices into `unrolled_skips` of those that end at each operation."""
        found: dict[str, list[int]] = {}
        for number, skip in enumerate(self.unrolled_skips):
            found.setdefault(skip.merge, []).append(number)
        return found

    @functools.cached_property
    def _operations(self) -> Mapping[str, Operation]:
        return dict(self.graph.nodes(data="operation"))

    @functools.cached_property
    def call_ids(self) -> Mapping[ModuleCall, str]:
        """A unique id for every module call: the path, and ``path@1`` for the second call.

        >>> graph = nx.MultiDiGraph()
        >>> calls = (ModuleCall("block"), ModuleCall("block", 1))
        >>> graph.add_node("x", operation=Operation("x", NodeKind.FUNCTION, "relu", calls=calls))
        >>> list(Architecture("net", "Net", graph).call_ids.values())
        ['block', 'block@1']
        """
        calls = dict.fromkeys(call for operation in self.operations for call in operation.calls)
        # The path is the id of a first call, and may look like the id of a later one.
        taken = {call.path for call in calls}
        ids: dict[ModuleCall, str] = {}
        for call in calls:
            name = f"{call.path}@{call.number}" if call.number else call.path
            while call.number and name in taken:
                name += "'"
            taken.add(name)
            ids[call] = name
        return ids

    @functools.cached_property
    def batch(self) -> int:
        """The size of the batch of the inputs; 1 if they have none."""
        return batch_of(self.operations)

    @property
    def has_statistics(self) -> bool:
        """Whether the values of any of its parameters are known."""
        known = (operation.statistics for operation in self.operations)
        return self.unused_statistics is not None or any(known)

    @functools.cached_property
    def memory(self) -> MemoryUse | None:
        """What one forward pass does to memory; None if it was not measured."""
        return memory_use(self.operations)

    @functools.cached_property
    def computations(self) -> int:
        """The number of operations that compute something."""
        return sum(one.computes for one in self.operations)

    @functools.cached_property
    def macs(self) -> int:
        """Multiply-accumulate operations of one forward pass."""
        return sum(operation.macs for operation in self.operations)
