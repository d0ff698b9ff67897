"""The typed graph every stage works on: operations, tensors, skip connections.

An `Architecture` wraps a `networkx.MultiDiGraph`. Each node carries a `Layer` under the key
``layer``, each edge a `Wire` under the key ``wire``. Nothing here knows torch.
"""

from __future__ import annotations

import enum
import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from visualize.core.choices import SkipKind as SkipKind
from visualize.core.statistics import Statistics


class NodeKind(str, enum.Enum):
    """What a node of the graph is."""

    INPUT = "input"
    MODULE = "module"
    FUNCTION = "function"
    CONSTANT = "constant"
    OUTPUT = "output"


class Role(str, enum.Enum):
    """What a node stands for in a figure."""

    INPUT = "input"
    OUTPUT = "output"
    LAYER = "layer"
    MERGE = "merge"
    BLOCK = "block"
    STAGE = "stage"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape and dtype of a tensor; the batch dimension is included."""

    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One call of a module.

    Attributes:
        path: module path.
        number: how many times this module was called before.
    """

    path: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One operation of a model or, after simplification, one box that stands for several.

    Attributes:
        id: unique and stable name of the node.
        index: its place in the order of execution.
        kind: input, module, function, constant or output.
        type: class name of the module or name of the function, ``Conv2d`` or ``add``.
        path: module path; for a function, that of the module whose ``forward`` calls it.
        scope: one entry a module call that encloses the operation, outermost first. A second
            call of the same module has another entry (``"block@1"``), so calls can be told apart.
        module_class: fully qualified class of a module, empty for a function.
        attributes: its hyperparameters, as plain JSON values.
        parameters: number of parameters counted here: each tensor once, at its first use.
        trainable_parameters: those of them that require a gradient.
        buffers: number of buffer elements counted here, in the same way.
        macs: multiply-accumulate operations of one forward pass.
        outputs: the tensors it returns.
        weights: shape of every parameter it uses, also of those counted elsewhere.
        statistics: of the values of the parameters counted here, where these were asked for; of a
            box, its parts have them.
        source: where a merge is written, ``resnet.py:102: out += identity``; empty if unknown.
        parts: the operations that a box stands for, in order; empty for an exact node.
        role: what it stands for in a figure.
        group: id of the innermost group it belongs to, empty if none.
        repeat: how many equal copies a box stands for, by all the repeats around it.
        copy: one of these copies, None if there is but one.
        hidden: ids of the operations in it that the reader asked not to see.
        label: what a box says whose operations are an idiom, in lines. Inside of a box the last
            operation of an idiom has its lines, and the others have one that is empty.
    """

    id: str
    kind: NodeKind
    type: str
    index: int = 0
    path: str = ""
    scope: tuple[str, ...] = ()
    module_class: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    parameters: int = 0
    trainable_parameters: int = 0
    buffers: int = 0
    macs: int = 0
    outputs: tuple[TensorSpec, ...] = ()
    weights: tuple[tuple[int, ...], ...] = ()
    statistics: Statistics | None = None
    source: str = ""
    parts: tuple[Layer, ...] = ()
    role: Role = Role.LAYER
    group: str = ""
    repeat: int = 1
    copy: Layer | None = None
    hidden: frozenset[str] = frozenset()
    label: tuple[str, ...] = ()

    @property
    def call(self) -> int:
        """How often the module around or of this operation was called before."""
        return int(self.scope[-1].partition("@")[2] or 0) if self.scope else 0

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of the operations of the exact graph that this node stands for."""
        return tuple(part.id for part in self.parts) or (self.id,)

    @property
    def operations(self) -> tuple[Layer, ...]:
        """The exact operations this node stands for: its parts, or itself."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class Wire:
    """What an edge carries.

    Attributes:
        tensor: the tensor that flows, or None for a plain value such as a size.
        position: index of the edge among the inputs of its target.
        data: whether it carries data: a tensor computed from the model's inputs.
        skip: index into `Architecture.skips` if the edge is part of a skip branch.
        copies: how many equal sources have such an edge, where one stands for all.
    """

    tensor: TensorSpec | None
    position: int = 0
    data: bool = True
    skip: int | None = None
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Skip:
    """A skip connection from ``fork`` to ``merge``; see `visualize.annotate.skips`.

    All nodes are named as in the exact graph, also where a simplified graph holds the skip.

    Attributes:
        kind: identity, projection, concat or gate.
        long: whether the bypassed path changes resolution on its way and comes back.
        fork: node where the paths part.
        merge: node where they meet.
        merge_type: add, concat or multiply.
        module: path of the module whose ``forward`` merges.
        branch: nodes strictly between fork and merge on the skip branch, in order.
        bypassed: nodes on the paths that the skip bypasses, in order.
        shape: shape of the tensor that arrives at the merge over the skip branch.
        parameters: parameters on the skip branch.
        bypassed_parameters: parameters on the bypassed paths.
    """

    kind: SkipKind
    long: bool
    fork: str
    merge: str
    merge_type: str
    module: str
    branch: tuple[str, ...]
    bypassed: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int = 0
    bypassed_parameters: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A block, stage or repeat: a frame around boxes, or one colour for them.

    Attributes:
        id: unique and stable name.
        role: block, stage or repeat.
        type: class name of the module, or of the blocks of which a stage is made.
        path: module path; for a stage that is no module of its own, that of its first block.
        label: the path or paths it covers, for a reader.
        parent: id of the group around it, empty at the outermost level.
        count: number of blocks or layers in a stage; 1 for a block.
        repeat: how many equal copies follow each other where the boxes inside show one.
        shared: whether the copies are the same modules, called so many times.
        parallel: whether the copies stand side by side and not one after the other.
    """

    id: str
    role: Role
    type: str
    path: str
    label: str
    parent: str = ""
    count: int = 1
    repeat: int = 1
    shared: bool = False
    parallel: bool = False


@dataclass(frozen=True)
class Architecture:
    """An annotated model graph.

    Attributes:
        name: what the user called the model.
        class_name: class of the model.
        graph: a directed acyclic `networkx.MultiDiGraph`; nodes carry ``layer``, edges ``wire``.
        modules: class name of every module that is called, by path.
        skips: the skip connections, ordered by their merges.
        groups: blocks and stages, outer ones first; empty for an exact graph.
        parameters: number of parameters, unused ones included.
        trainable_parameters: those that require a gradient.
        buffers: number of buffer elements.
        unused_parameters: parameters that the traced run never touches.
        unused_modules: paths of the outermost modules that hold only unused parameters.
        tied: names of parameters that are one tensor, as of an embedding and the last layer.
        unused_statistics: of the values of the unused parameters, where these were asked for.
        tracer: ``"symbolic"`` or ``"recorded"``.
        documentation: the first paragraph of the model's own documentation.
        published: names of the weights that are published for it.
        weights: what the statistics are of, a name or a file; empty for the model's own values.
        notes: what a user should know of how the graph was made: what was assumed or made up.
        failures: the ways of tracing that were tried before in vain, and why.
    """

    name: str
    class_name: str
    graph: nx.MultiDiGraph
    modules: Mapping[str, str] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()
    groups: tuple[Group, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    buffers: int = 0
    unused_parameters: int = 0
    unused_modules: tuple[str, ...] = ()
    tied: tuple[tuple[str, ...], ...] = ()
    unused_statistics: Statistics | None = None
    tracer: str = "symbolic"
    documentation: str = ""
    published: tuple[str, ...] = ()
    weights: str = ""
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    def layer(self, node: str) -> Layer:
        """The payload of ``node``."""
        layer: Layer = self.graph.nodes[node]["layer"]
        return layer

    @property
    def layers(self) -> Iterator[Layer]:
        """The payloads of all nodes, in graph order, which is topological."""
        return (layer for _, layer in self.graph.nodes(data="layer"))

    @property
    def wires(self) -> Iterator[tuple[str, str, Wire]]:
        """All edges as ``(source, target, wire)``, by target and then by position."""
        for node in self.graph:
            yield from self.inputs(node)

    def inputs(self, node: str) -> Sequence[tuple[str, str, Wire]]:
        """The edges that arrive at ``node``, by position; they are those of the first call."""
        arriving = self._arriving.get(node)
        if arriving is None:
            # Read off the graph's own tables: its views cost several times as much.
            arriving = self._arriving[node] = [
                (source, node, edge["wire"])
                for source, edges in self.graph.pred[node].items()
                for edge in edges.values()
            ]
            arriving.sort(key=lambda edge: edge[2].position)
        return arriving

    @functools.cached_property
    def _arriving(self) -> dict[str, list[tuple[str, str, Wire]]]:
        return {}

    @functools.cached_property
    def batch(self) -> int:
        """The size that most tensors begin with: that of the batch."""
        sizes = Counter(
            tensor.shape[0]
            for layer in self.operations.values()
            for tensor in layer.outputs
            if layer.kind is not NodeKind.CONSTANT and len(tensor.shape) > 1
        )
        return max(sizes, key=lambda size: sizes[size], default=1)

    @property
    def has_statistics(self) -> bool:
        """Whether the values of any of its parameters are known."""
        known = (layer.statistics for layer in self.layers)
        return self.unused_statistics is not None or any(known)

    @functools.cached_property
    def homes(self) -> Mapping[str, str]:
        """The node that stands for each operation of the exact graph."""
        return {member: layer.id for layer in self.layers for member in layer.members}

    @functools.cached_property
    def operations(self) -> Mapping[str, Layer]:
        """The operations of the exact graph, by id."""
        return {part.id: part for layer in self.layers for part in layer.operations}

    def is_closed(self, skip: Skip) -> bool:
        """Whether everything that ``skip`` bypasses lies inside the box of its fork or merge.

        Fork and merge may be in one box and the rest in others: in that of a repeat, where one
        copy of the block ends and the next begins.
        """
        homes = self.homes
        ends = {homes[skip.fork], homes[skip.merge]}
        return all(homes[node] in ends for node in skip.bypassed)

    @functools.cached_property
    def macs(self) -> int:
        """Multiply-accumulate operations of one forward pass."""
        return sum(layer.macs for layer in self.layers)
