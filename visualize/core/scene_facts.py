"""What a scene knows of the model beside what it draws: totals, skip connections, copies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SceneModel:
    """The model that a figure shows, with its totals.

    Attributes:
        name: what the user called it.
        class_name: its class.
        parameters: all of them.
        trainable_parameters: those that require a gradient.
        unused_parameters: those that the run never touches, which are in no box.
        macs: multiply-accumulate operations of the run.
        batch: the size of its batch.
    """

    name: str
    class_name: str
    parameters: int
    trainable_parameters: int
    unused_parameters: int
    macs: int
    batch: int


@dataclass(frozen=True, slots=True)
class SceneSkip:
    """A skip connection of the model, drawn or not.

    Attributes:
        kind: of the connection.
        long: whether it bypasses a change of resolution.
        gradient: whether a gradient flows back over it.
        fork: id of the graph node where it begins.
        merge: id of the graph node where it ends.
        source: id of the box that holds its fork.
        target: id of the box that holds its merge.
        module: path of the module that merges.
        shape: that of the tensor which arrives.
        count: how many steps of a loop it represents.
    """

    kind: str
    long: bool
    gradient: bool
    fork: str
    merge: str
    source: str
    target: str
    module: str
    shape: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class SceneCopy:
    """The numbers of one of equal copies.

    Attributes:
        parameters: those that each copy has of its own.
        shared: those that all copies have in common, counted once.
        macs: of the copy that is drawn.
    """

    parameters: int = 0
    shared: int = 0
    macs: int = 0


NO_NUMBERS = SceneCopy()
