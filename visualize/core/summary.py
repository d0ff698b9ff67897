"""What a summary tells of a model: the rows of a table, and facts about its structure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from visualize.core.architecture import Skip
from visualize.core.statistics import Statistics

# Along each dimension of an image, how much of it one value depends on; infinite for all of it.
ReceptiveField = tuple[float, ...]
Shape = tuple[int, ...]


class RowKind(str, enum.Enum):
    """What a row of the table stands for."""

    LAYER = "layer"
    BLOCK = "block"
    TOTAL = "total"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Row:
    """An operation, a module that is closed, or the sum over one that is open.

    Attributes:
        name: the module path as code has it, ``layer1[0]``; a sum is ``layer1_total`` or ``TOTAL``.
        kind: layer, block, total or unused.
        path: module path; for a function, the id of its operation.
        depth: how many modules are around it.
        type: class of the module, or name of the function.
        words: what an operation does, as papers write it; for a container without a class, what it
            holds.
        skips: for a closed module, the number of skip connections of each kind that it holds.
        weight: shape of the first parameter of an operation.
        inputs: shapes of the data that enters.
        outputs: shapes of the data that leaves.
        parameters: each tensor counted once, where it is used first.
        trainable_parameters: those that require a gradient.
        buffers: number of buffer elements.
        macs: multiply-accumulate operations.
        memory: bytes of all tensors that it computes.
        receptive_field: of what leaves, None where there is no such thing.
        calls: how often the module is called in one pass.
        shares: names of the parameters elsewhere that are tied to its own.
        statistics: of the values of its parameters, None where they are not known.
    """

    name: str
    kind: RowKind
    path: str = ""
    depth: int = 0
    type: str = ""
    words: str = ""
    skips: Mapping[str, int] = field(default_factory=dict)
    weight: Shape = ()
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    buffers: int = 0
    macs: int = 0
    memory: int = 0
    receptive_field: ReceptiveField | None = None
    calls: int = 1
    shares: tuple[str, ...] = ()
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class SkipRow:
    """A skip connection.

    Attributes:
        skip: where it runs, and of what kind it is.
        macs: multiply-accumulate operations on its branch.
        bypassed_layers: weighted layers on the paths that it bypasses.
        bypassed_macs: multiply-accumulate operations on these paths.
        source: the line of code in which its ends meet.
    """

    skip: Skip
    macs: int
    bypassed_layers: int
    bypassed_macs: int
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stage, or what stands between stages.

    Attributes:
        name: the modules it is made of.
        type: class of the blocks of a stage, empty for what is none.
        blocks: how many blocks a stage has.
        shape: of what leaves it.
        parameters: in it.
        macs: in it.
        last: whether the last weighted layer of the model is in it.
    """

    name: str
    type: str
    blocks: int
    shape: Shape
    parameters: int
    macs: int
    last: bool = False


@dataclass(frozen=True)
class PathLengths:
    """How many paths lead from the inputs to the outputs, by the weighted layers they pass."""

    counts: Mapping[int, int]

    @property
    def number(self) -> int:
        """How many paths there are."""
        return sum(self.counts.values())

    @property
    def shortest(self) -> int:
        """Weighted layers on the shortest path."""
        return min(self.counts, default=0)

    @property
    def longest(self) -> int:
        """Weighted layers on the longest path."""
        return max(self.counts, default=0)

    def quantile(self, share: float) -> int:
        """The length that this share of all paths do not exceed."""
        passed, number = 0, self.number
        for length, count in sorted(self.counts.items()):
            passed += count
            if passed >= share * number:
                return length
        return 0


@dataclass(frozen=True)
class Facts:
    """What a person would say of the structure of a model.

    Attributes:
        weighted_layers: convolutions, linear layers and their like, wherever they stand.
        paths: lengths of the paths through the model.
        parts: stages and what stands between them, in order.
        skips: the number of skip connections of each kind.
        long_skips: those of them that bypass a change of resolution.
        projection_layers: weighted layers on projection shortcuts.
        projection_parameters: parameters of projection shortcuts.
        projection_macs: their multiply-accumulate operations.
        tied: names of parameters that are one tensor.
    """

    weighted_layers: int
    paths: PathLengths
    parts: tuple[Part, ...] = ()
    skips: Mapping[str, int] = field(default_factory=dict)
    long_skips: int = 0
    projection_layers: int = 0
    projection_parameters: int = 0
    projection_macs: int = 0
    tied: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Summary:
    """All that is told of a model.

    Attributes:
        name: what the user called the model.
        class_name: class of the model.
        documentation: the first paragraph of its documentation.
        published: names of the weights that are published for it.
        weights: what the statistics of values are of, a name or a file.
        rows: the table, in the order of execution; its last row is the sum.
        facts: its structure.
        batch: size of the batch that it was traced with.
        notes: what a user should know of how it was traced.
    """

    name: str
    class_name: str
    rows: tuple[Row, ...]
    facts: Facts
    batch: int = 1
    documentation: str = ""
    published: tuple[str, ...] = ()
    weights: str = ""
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Row:
        """The sum over the whole model."""
        return self.rows[-1]
