"""The diagram of a model: boxes that hold its operations, and the groups around them.

    … ─annotate▶ Architecture ─simplify▶ Diagram ─scene▶ Scene ─layout▶ …
                                         ^^^^^^^

Simplifying turns an exact graph into a diagram with fewer and fewer boxes and loses nothing: each
operation of the exact graph is in exactly one box, whatever the level.

    exact   x ─▶ conv ─▶ bn ─▶ relu ─▶ conv_1 ─▶ bn_1 ─▶ add ─▶ relu_1
            └─────────────────────────────────────────────┘
    layers  x ─▶ [conv bn relu] ─▶ [conv_1 bn_1] ─▶ (add relu_1)
            └────────────────────────────────────────┘
    blocks  x ─▶ [conv bn relu conv_1 bn_1 add relu_1]
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from visualize.core.architecture import (
    Architecture,
    ModuleCall,
    NodeKind,
    Operation,
    Skip,
    TensorSpec,
    WiredGraph,
)
from visualize.core.dataflow import Operand
from visualize.core.phrases import NOTHING, Phrase


class BoxKind(enum.Enum):
    """What a box of a diagram represents."""

    INPUT = "input"
    OUTPUT = "output"
    OPERATION = "operation"
    """One operation, with what was fused into it: a convolution, its norm and activation."""
    MERGE = "merge"
    """An operation that combines two or more tensors, drawn as a sign."""
    IDIOM = "idiom"
    """Operations that a reader knows by one name, found by a rule: causal attention."""
    FORMULA = "formula"
    """A module that computes one formula and has the name of its class: ``RMSNorm``."""
    COMPUTATION = "computation"
    """A long run of operations without weights: ``upsample flow``."""
    SUBLAYER = "sublayer"
    """Layers that work together: attention with its projections, an MLP, experts."""
    BLOCK = "block"
    """A collapsed module: a block that the network repeats, or one that the user collapsed."""
    STAGE = "stage"
    """A collapsed run of blocks or layers at one resolution."""

    @property
    def is_collapsed(self) -> bool:
        """Whether such a box hides the structure inside it: a block, stage or computation."""
        return self in (BoxKind.BLOCK, BoxKind.STAGE, BoxKind.COMPUTATION)

    @property
    def is_end(self) -> bool:
        """Whether such a box is where the flow of data begins or ends."""
        return self in (BoxKind.INPUT, BoxKind.OUTPUT)

    @property
    def is_layer(self) -> bool:
        """Whether such a box is one step of the network: an operation, idiom or formula."""
        return self in (BoxKind.OPERATION, BoxKind.IDIOM, BoxKind.FORMULA)


class GroupKind(enum.Enum):
    """What a group of boxes is."""

    BLOCK = "block"
    STAGE = "stage"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Group:
    """A block, stage or repeat: a frame around boxes, or one colour for them.

    Groups nest. Boxes and groups name the innermost group around them:

        stage layer1 ┐
          repeat ×3  ├─ box.group = "repeat …", whose parent is "stage layer1"
            block    ┘

    Attributes:
        id: unique and stable name, which carries no other meaning.
        kind: block, stage or repeat.
        type: class name of the module, or of the blocks of which a stage consists.
        path: module path; for a stage that is not a module of its own, that of its first block.
        label: the path or paths it covers, for a reader.
        parent: id of the group around it, empty at the outermost level.
        count: number of blocks or layers in a stage or in one copy of a repeat; 1 for a block.
        repeat: number of equal copies, of which the boxes inside show one.
        shared: whether the copies are the same modules, called again.
        parallel: whether the copies run side by side and not one after the other.
    """

    id: str
    kind: GroupKind
    type: str
    path: str
    label: str
    parent: str = ""
    count: int = 1
    repeat: int = 1
    shared: bool = False
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Idiom:
    """Operations inside a box that a reader knows by one name.

    Attributes:
        label: the name, then details in smaller type.
        last: id of the operation whose result is that of the idiom.
        members: ids of all its operations, the last one included.
    """

    label: tuple[str | Phrase, ...]
    last: str
    members: frozenset[str]


@dataclass(frozen=True)
class Box:
    """One box of a `Diagram`: some operations of the exact graph that are drawn as one.

    Its numbers are sums over these operations, computed on demand.

    Attributes:
        id: unique and stable name.
        kind: what it represents.
        type: what it is called: a class, a function, the name of an idiom or computation.
        core: the operation it is named after; in a collapsed box, the first one.
        operations: all operations in it, in the order of execution, those of one copy after those
            of another.
        path: module path of the core, or of the collapsed module; of a sublayer, that of a module
            that holds nothing else, or empty.
        calls: the module calls around the core, outermost first.
        outputs: the tensors that it returns.
        weights: shape of every parameter it uses, those of the core first.
        idioms: the idioms among its operations, in order.
        operands: what its operations combine with data and is no data itself, in order.
        label: what an idiom, a computation, a sublayer, a learned token or noise is called, then
            details in smaller type; empty for all else.
        role: what a layer is for, such as the queries of an attention; empty for all else.
        group: id of the innermost group around it, or empty.
        count: number of blocks or layers in a collapsed stage.
        uses: how often these blocks or layers are used, more often than there are if any is shared.
        branches: number of parallel branches in a collapsed stage, none of which reads another; 1
            where its blocks or layers are in series.
        hidden: ids of those of its operations that the user hides.
        silent: ids of those that say nothing: they work on no data, or no output reads them.
        copies: the equal boxes it represents where a repeat is folded, itself first; empty for a
            box that represents itself alone.
        counts_as: the type of an operation that does the same, where ``type`` does not say it.
        states: constants that it reads in the first step of a loop, and later, in their place,
            what the step before returns.
    """

    id: str
    kind: BoxKind
    type: str
    core: Operation
    operations: tuple[Operation, ...]
    path: str = ""
    calls: tuple[ModuleCall, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    weights: tuple[tuple[int, ...], ...] = ()
    idioms: tuple[Idiom, ...] = ()
    operands: tuple[Operand, ...] = ()
    label: tuple[str | Phrase, ...] = ()
    role: Phrase = NOTHING
    group: str = ""
    count: int = 1
    uses: int = 1
    branches: int = 1
    hidden: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    copies: tuple[Box, ...] = ()
    counts_as: str = ""
    states: tuple[Phrase, ...] = ()

    @classmethod
    def of(cls, operation: Operation) -> Box:
        """The box of a single operation.

        >>> box = Box.of(Operation("add", NodeKind.FUNCTION, "add", merges=True))
        >>> box.kind, box.members
        (<BoxKind.MERGE: 'merge'>, ('add',))
        """
        kind = _ENDS.get(operation.kind) or (
            BoxKind.MERGE if operation.merges else BoxKind.OPERATION
        )
        return cls(
            id=operation.id,
            kind=kind,
            type=operation.type,
            core=operation,
            operations=(operation,),
            path=operation.path,
            calls=operation.calls,
            outputs=operation.outputs,
            weights=operation.weights,
            counts_as=operation.counts_as,
        )

    @property
    def does(self) -> str:
        """The type that says what it does: its own, or that of an operation that does the same."""
        return self.counts_as or self.type

    @property
    def index(self) -> int:
        """Position of the core in the order of execution."""
        return self.core.index

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The hyperparameters of the core."""
        return self.core.attributes

    @property
    def is_module(self) -> bool:
        """Whether it is a module, rather than a function or constant."""
        if self.kind is BoxKind.SUBLAYER:
            return bool(self.path)
        return (
            self.kind is BoxKind.FORMULA
            or self.kind.is_collapsed
            or self.core.kind is NodeKind.MODULE
        )

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of all operations in it."""
        return tuple([operation.id for operation in self.operations])

    @functools.cached_property
    def parameters(self) -> int:
        """Number of parameters of all its operations."""
        return sum(operation.parameters for operation in self.operations)

    @functools.cached_property
    def macs(self) -> int:
        """Multiply-accumulate operations of all its operations."""
        return sum(operation.macs for operation in self.operations)

    @property
    def repeat(self) -> int:
        """How many equal copies it represents, counted over all the repeats around it."""
        return len(self.copies) or 1

    @property
    def shown(self) -> Box:
        """The copy that is drawn: the first one, or the box itself."""
        return self.copies[0] if self.copies else self


_ENDS = {NodeKind.INPUT: BoxKind.INPUT, NodeKind.OUTPUT: BoxKind.OUTPUT}


@dataclass(frozen=True)
class Diagram(WiredGraph):
    """A simplified graph of a model, which knows the exact graph it was made from.

    Attributes:
        exact: the exact graph. Its skip connections are those of the diagram.
        graph: a directed acyclic `networkx.MultiDiGraph`; nodes carry ``box``, edges ``wire``. It
            is frozen: passes return new diagrams.
        groups: blocks, stages and repeats, outer ones first; empty until they are found.
        sides: ids of the operations that have boxes of their own though they work on no data; wires
            from them count as data. Empty until they are found.
    """

    exact: Architecture
    graph: nx.MultiDiGraph
    groups: tuple[Group, ...] = ()
    sides: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        nx.freeze(self.graph)

    @classmethod
    def of(cls, exact: Architecture) -> Diagram:
        """The diagram with one box for each operation."""
        return cls(exact, _graph(map(Box.of, exact.operations), exact))

    def with_boxes(self, boxes: Iterable[Box], groups: tuple[Group, ...] | None = None) -> Diagram:
        """The diagram in which each of ``boxes`` replaces the one with the same id.

        Args:
            boxes: the boxes that change.
            groups: the groups of the new diagram, if they change too.
        """
        changed = {**self._boxes, **{box.id: box for box in boxes}}
        graph = _graph(changed.values(), self)
        return replace(self, graph=graph, groups=self.groups if groups is None else groups)

    def box(self, node: str) -> Box:
        """The box with the id ``node``."""
        return self._boxes[node]

    @functools.cached_property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes in graph order, which is topological."""
        return tuple(self._boxes.values())

    @property
    def skips(self) -> tuple[Skip, ...]:
        """Those of the exact graph, in every step of its loops, which wires name by their index."""
        return self.exact.unrolled_skips

    def host(self, operation: str) -> str:
        """Id of the box that holds an operation of the exact graph."""
        return self.hosts[operation]

    @functools.cached_property
    def hosts(self) -> Mapping[str, str]:
        """Id of the box that holds each operation of the exact graph."""
        return {one.id: box.id for box in self.boxes for one in box.operations}

    def is_collapsed(self, skip: Skip) -> bool:
        """Whether everything that ``skip`` bypasses lies inside the box of its fork or merge.

        Fork and merge may share a box that does not hold the rest: that of a repeat, where one
        copy of the block ends and the next begins.
        """
        hosts = self.hosts
        ends = {hosts[skip.fork], hosts[skip.merge]}
        return ends.issuperset(map(hosts.__getitem__, skip.bypassed))

    def group(self, name: str) -> Group:
        """The group with the id ``name``."""
        return self._groups[name]

    def around(self, box: Box | Group) -> tuple[Group, ...]:
        """The groups around a box or group, innermost first."""
        return self._chains[box.parent if isinstance(box, Group) else box.group]

    def stage(self, box: Box | Group) -> Group | None:
        """The innermost stage around a box or group, if there is one."""
        stages = (group for group in self.around(box) if group.kind is GroupKind.STAGE)
        return next(stages, None)

    def inside(self, group: Group) -> tuple[Box, ...]:
        """The boxes inside a group, those of inner groups included."""
        return self._inside.get(group.id, ())

    @functools.cached_property
    def _boxes(self) -> Mapping[str, Box]:
        return dict(self.graph.nodes(data="box"))

    @functools.cached_property
    def _groups(self) -> Mapping[str, Group]:
        return {group.id: group for group in self.groups}

    @functools.cached_property
    def _chains(self) -> Mapping[str, tuple[Group, ...]]:
        """For each id of a group, that group and all around it, innermost first."""
        chains: dict[str, tuple[Group, ...]] = {"": ()}
        for group in self.groups:
            inner = [group]
            while inner[-1].parent not in chains:
                inner.append(self._groups[inner[-1].parent])
            for one in reversed(inner):
                chains[one.id] = (one, *chains[one.parent])
        return chains

    @functools.cached_property
    def _inside(self) -> Mapping[str, tuple[Box, ...]]:
        inside: dict[str, list[Box]] = {}
        for box in self.boxes:
            for group in self.around(box):
                inside.setdefault(group.id, []).append(box)
        return {name: tuple(boxes) for name, boxes in inside.items()}


def _graph(boxes: Iterable[Box], wired: WiredGraph) -> nx.MultiDiGraph:
    """A graph of ``boxes`` with the edges of ``wired``."""
    graph = nx.MultiDiGraph()
    for box in boxes:
        graph.add_node(box.id, box=box)
    # One by one: `add_edges_from`, or a copy of the graph, takes three times as long.
    for source, targets in wired.graph.adjacency():
        for target, edges in targets.items():
            for key, edge in edges.items():  # networkx would look for a key that is free
                graph.add_edge(source, target, key, wire=edge["wire"])
    return graph
