"""What a summary consists of: the rows of a table, and facts about the structure of a model."""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visualize.core.architecture import Skip, TensorSpec
from visualize.core.dtypes import element_size, parameter_bytes
from visualize.core.facts import Cost, Experts, Receptive, Share
from visualize.core.phrases import NOTHING, Note, Phrase
from visualize.core.statistics import Statistics

# Along each axis of an image or signal, how many positions of it one value depends on, from the
# first to the last; infinite where that is all of it, however large it is.
ReceptiveField = tuple[float, ...]
Shape = tuple[int, ...]


class RowKind(str, enum.Enum):
    """What a row of the table is about."""

    LAYER = "layer"
    BLOCK = "block"
    TOTAL = "total"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Row:
    """An operation, a collapsed module, or the sum over an expanded one.

    Attributes:
        name: the module path as code has it, ``layer1[0]``; a sum is ``layer1_total`` or ``TOTAL``.
        kind: layer, block, total or unused.
        path: module path; for a function, the id of its operation.
        parent: path of the module whose sum it is part of; empty for the model.
        depth: how many modules are around it.
        type: class of the module, or name of the function.
        words: what an operation does, as papers write it; for a container without a class, what it
            contains; for unused parameters, their modules.
        traits: kernel, stride and expansion of a block, its heads and MLP ratio, in words.
        skips: for a collapsed module, the number of its skip connections of each kind.
        weight: shape of the first parameter of an operation.
        weights: shape of every parameter of an operation, by its name.
        attributes: the hyperparameters of an operation, as plain JSON values.
        reads: names of the rows, and of the inputs of the model, that its data comes from.
        inputs: shapes of the data that enters.
        outputs: shapes of the data that leaves.
        parameters: each tensor counted once, at its first use.
        trainable_parameters: those that require a gradient.
        dtypes: the number of its parameters of each dtype.
        buffers: number of buffer elements.
        macs: multiply-accumulate operations.
        layer_outputs: number of elements that its operations with such multiplications return.
        memory: bytes of activations that autograd saves here for the backward pass, and not before;
            None where they were not measured.
        peak: the most bytes of activations that are alive while it runs in inference.
        receptive_field: of its output, None where it has none.
        calls: how often the module is called in one forward pass.
        shares: names of the parameters of other modules that are tied to its own.
        statistics: of the values of its parameters, None where they are unknown.
        failed: whether the model failed here.
        stage: the number of the stage of residual blocks that it is the sum of, from 1; else 0.
    """

    name: str
    kind: RowKind
    path: str = ""
    parent: str = ""
    depth: int = 0
    type: str = ""
    words: Phrase = NOTHING
    traits: Phrase = NOTHING
    skips: Mapping[str, int] = field(default_factory=dict)
    weight: Shape = ()
    weights: Mapping[str, Shape] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    dtypes: Mapping[str, int] = field(default_factory=dict)
    buffers: int = 0
    macs: int = 0
    layer_outputs: int = 0
    memory: int | None = None
    peak: int | None = None
    receptive_field: ReceptiveField | None = None
    calls: int = 1
    shares: tuple[str, ...] = ()
    statistics: Statistics | None = None
    failed: bool = False
    stage: int = 0

    @property
    def bytes(self) -> int:
        """Bytes of its parameters."""
        return parameter_bytes(self.dtypes)

    @property
    def input_bytes(self) -> int:
        """Bytes of the data that enters."""
        return _bytes(self.inputs)

    @property
    def output_bytes(self) -> int:
        """Bytes of the data that leaves."""
        return _bytes(self.outputs)


def _bytes(tensors: Sequence[TensorSpec]) -> int:
    return sum(math.prod(tensor.shape) * element_size(tensor.dtype) for tensor in tensors)


@dataclass(frozen=True, slots=True)
class SkipRow:
    """A skip connection.

    Attributes:
        skip: its kind, ends and branch.
        steps: the same in each step of a loop; itself alone outside of loops.
        costs: multiply-accumulate operations of each operation on its branch, by id, in all steps
            of a loop.
        bypassed_layers: weighted layers on the paths that it bypasses.
        bypassed_macs: multiply-accumulate operations on these paths.
        source: the line of code that merges.
        start: what ends at its fork: a module, or a function in one.
        end: what ends at its merge.
        tensor: what arrives at the merge over the branch.
    """

    skip: Skip
    steps: tuple[Skip, ...]
    costs: Mapping[str, int]
    bypassed_layers: int
    bypassed_macs: int
    source: str
    start: str
    end: str
    tensor: TensorSpec

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations on its branch, in one step of a loop."""
        return sum(self.costs[node] for node in self.skip.branch)


@dataclass(frozen=True, slots=True)
class Part:
    """A stage, or a module between stages.

    Attributes:
        name: the modules it is made of.
        type: class of the blocks of a stage; empty if it is not a stage.
        blocks: number of blocks of a stage.
        tensor: its output.
        parameters: number of its parameters.
        macs: its multiply-accumulate operations.
        last: whether it contains the last weighted layer of the model.
        layers: number of its weighted layers.
        width: number of channels of its output; 0 if unknown.
        widths: the smallest and largest of what its blocks return; one number where all are equal,
            and empty if unknown.
        places: number of positions of its output.
        stride: of these against the input along each axis; empty if unknown.
        strides: the smallest and largest of what its blocks return, as ``widths``.
    """

    name: str
    type: str
    blocks: int
    tensor: TensorSpec
    parameters: int
    macs: int
    last: bool = False
    layers: int = 0
    width: int = 0
    places: int = 1
    stride: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    strides: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Depth:
    """The weighted layers of a model by where they are; each is counted once.

    Attributes:
        longest: on the longest path from an input to an output; what papers call the depth.
        projections: in projection shortcuts that this path does not pass.
        gates: in gates, as squeeze-and-excitation has them.
        parallel: on other branches beside this path.
    """

    longest: int
    projections: int = 0
    gates: int = 0
    parallel: int = 0


@dataclass(frozen=True)
class PathLengths:
    """The number of paths over residual connections, by the number of weighted layers on them.

    A network without residual connections has one path, the longest one.

    Attributes:
        counts: how many paths have each length.
        partial: whether these are the paths along one of several residual streams that meet.
    """

    counts: Mapping[int, int]
    partial: bool = False

    @property
    def number(self) -> int:
        """The number of all paths."""
        return sum(self.counts.values())

    @property
    def shortest(self) -> int:
        """Weighted layers on the shortest path."""
        return min(self.counts, default=0)

    @property
    def longest(self) -> int:
        """Weighted layers on the longest path."""
        return max(self.counts, default=0)

    @property
    def median(self) -> float:
        """The middle length; between two lengths, their mean."""
        passed = 0
        lengths = sorted(length for length, count in self.counts.items() if count)
        for length, longer in itertools.pairwise((*lengths, *lengths[-1:])):
            passed += self.counts[length]
            if passed * 2 > self.number:
                return length
            if passed * 2 == self.number:
                middle = length + longer
                return middle // 2 if middle % 2 == 0 else middle / 2
        return 0

    def quantile(self, share: float) -> int:
        """The length that this share of all paths does not exceed."""
        passed, number = 0, self.number
        for length, count in sorted(self.counts.items()):
            passed += count
            if passed >= share * number:
                return length
        return 0


@dataclass(frozen=True)
class Facts:
    """The structure of a model in numbers.

    Attributes:
        weighted_layers: number of convolutions, linear layers and the like, as papers count them.
        depth: those of them on the longest path, and where the others are.
        paths: lengths of the paths over residual connections, as Veit et al. 2016 count them.
        is_sequential: whether each layer reads the one before it and no other.
        parts: the stages and the modules between them, in order.
        skips: the number of skip connections of each kind.
        long_skips: those of them that run across a change of resolution.
        detached_skips: those of them over which no gradient flows back.
        looped_skips: for each number of steps, those of them in loops of so many steps.
        projection_parameters: parameters of projection shortcuts.
        projection_macs: their multiply-accumulate operations.
        tied: groups of parameter names that share one tensor.
        buffer_dtypes: the number of buffer elements of each dtype.
        packed_dtypes: the number of weights packed in quantized layers, of each dtype.
        unused_modules: the outermost modules that hold only unused parameters.
        unused_weights: names of the other unused parameters.
        block_shortcuts: the number of shortcuts of each block of a stage, by its path.
        cost: what one sample costs.
        roles: what attention, MLPs and the like have, in a model with attention.
        experts: the mixtures of experts, None without any.
        receptive: how much of its input it sees; None where that has no meaning.
    """

    weighted_layers: int
    depth: Depth
    paths: PathLengths
    is_sequential: bool = False
    parts: tuple[Part, ...] = ()
    skips: Mapping[str, int] = field(default_factory=dict)
    long_skips: int = 0
    detached_skips: int = 0
    looped_skips: Mapping[int, int] = field(default_factory=dict)
    projection_parameters: int = 0
    projection_macs: int = 0
    tied: tuple[tuple[str, ...], ...] = ()
    buffer_dtypes: Mapping[str, int] = field(default_factory=dict)
    packed_dtypes: Mapping[str, int] = field(default_factory=dict)
    unused_modules: tuple[str, ...] = ()
    unused_weights: tuple[str, ...] = ()
    block_shortcuts: Mapping[str, int] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)
    roles: tuple[Share, ...] = ()
    experts: Experts | None = None
    receptive: Receptive | None = None

    @property
    def skip_uses(self) -> int:
        """How often skip connections are used, those in loops once a step."""
        more = sum((steps - 1) * number for steps, number in self.looped_skips.items())
        return sum(self.skips.values()) + more


@dataclass(frozen=True)
class Summary:
    """All that a report on a model contains.

    Attributes:
        name: what the user called the model.
        class_name: class of the model.
        documentation: the first paragraph of its docstring.
        published: names of the weights that are published for it.
        weights: the source of the weights in the statistics, a name or a file.
        rows: the table, in the order of execution; the last row is the sum.
        facts: its structure.
        batch: batch size that it was traced with.
        notes: what a user should know about how it was traced.
        error: why the model failed, if this is of what ran before it did; then facts and sentences
            are not known.
    """

    name: str
    class_name: str
    rows: tuple[Row, ...]
    facts: Facts
    batch: int = 1
    documentation: str = ""
    published: tuple[str, ...] = ()
    weights: str = ""
    notes: tuple[Note, ...] = ()
    error: str | None = None

    @property
    def failed(self) -> bool:
        """Whether it is of what ran before the model failed."""
        return self.error is not None

    @property
    def total(self) -> Row:
        """The sum over the whole model."""
        return self.rows[-1]
