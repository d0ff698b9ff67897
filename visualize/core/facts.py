"""Facts about a model, as parts of its summary."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Sample(str, enum.Enum):
    """What a model computes a result for."""

    IMAGE = "image"
    SEQUENCE = "sequence"
    """A sequence of tokens."""
    INPUT = "input"
    """One input of another kind."""
    INPUTS = "inputs"
    """Several inputs."""
    RUN = "run"
    """Inputs without a batch, such as a graph."""


class Work(str, enum.Enum):
    """Kinds of operation, those that multiply and accumulate first."""

    CONVOLUTION = "convolution"
    LINEAR = "linear"
    RECURRENT = "recurrent"
    ATTENTION = "attention"
    PRODUCT = "product"
    """Products of two tensors of data outside attention."""
    NORM = "norm"
    ACTIVATION = "activation"
    POOLING = "pooling"
    ADDITION = "addition"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one sample costs.

    Attributes:
        macs: multiply-accumulate operations.
        sample: what a sample is.
        shape: its sizes, where it is one tensor.
        batch: the number of samples that were traced.
        batch_macs: multiply-accumulate operations of all of these.
        counted: the kinds of operation that ``macs`` counts.
        uncounted: the other kinds of operation that the model has.
        projection_macs: those of ``macs`` that projection shortcuts take.
    """

    macs: int = 0
    sample: Sample = Sample.RUN
    shape: tuple[int, ...] = ()
    batch: int = 1
    batch_macs: int = 0
    counted: tuple[Work, ...] = ()
    uncounted: tuple[Work, ...] = ()
    projection_macs: int = 0


class Role(str, enum.Enum):
    """What the layers of a transformer are for."""

    ATTENTION = "attention"
    MLP = "mlp"
    EXPERTS = "experts"
    RECURRENT = "recurrent"
    CONVOLUTION = "convolution"
    EMBEDDING = "embedding"
    CONDITIONING = "conditioning"
    HEAD = "head"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Share:
    """What a role takes of a model.

    Attributes:
        role: the role.
        parameters: number of its parameters.
        macs: its multiply-accumulate operations.
    """

    role: Role
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True)
class Experts:
    """A mixture of experts.

    Attributes:
        number: of experts in each mixture.
        active: how many of these work on each token.
        parameters: number of parameters that work on a token, those outside experts included.
    """

    number: int
    active: int
    parameters: int


class ReceptivePlace(str, enum.Enum):
    """Where the receptive field of a model is worth knowing."""

    POOL = "global pool"
    """Before the pooling that sees all of the input."""
    LINEAR = "linear"
    """Before the first layer that sees all of the input, a linear one."""
    OUTPUT = "output"
    """At the output, where no value sees all of the input by definition."""


@dataclass(frozen=True, slots=True)
class Receptive:
    """How much of its input a model sees.

    Attributes:
        place: where ``field`` is; None if it is empty.
        field: the receptive field there, along the axes of the input; empty where it says nothing.
        input: the sizes of these axes.
        covers_from: path of the module from which on a value can see all of the input; empty if
            that is none before ``place``.
        gates: whether gates that see a whole map are left out of account.
    """

    place: ReceptivePlace | None
    field: tuple[int, ...]
    input: tuple[int, ...]
    covers_from: str = ""
    gates: bool = False
