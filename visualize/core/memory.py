"""Memory of activations: what autograd saves for a backward pass, and what lives in inference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualize.core.phrases import Note, phrase

if TYPE_CHECKING:
    from visualize.core.architecture import Operation

MEMORY_UNKNOWN = Note(phrase("memory is unknown: the model could not be run to measure it"))
MEMORY_IN_EVAL_MODE = Note(
    phrase("memory for backward is that of eval mode: the model does not run in training mode")
)


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """What one operation does to memory, in bytes, for a batch as it was traced.

    Parameters, buffers and other tensors that the model holds are not counted, those that it is
    given are. A storage counts once and whole, however many views of it there are.

    Attributes:
        saved: the storages that autograd saves here for the backward pass, and not before; in
            training mode if the model runs in it.
        peak: the most that is alive at any moment while it runs in inference.
    """

    saved: int = 0
    peak: int = 0


def memory_use(operations: Iterable[Operation]) -> MemoryUse | None:
    """What several operations do to memory; None if it was not measured.

    >>> from visualize.core.architecture import NodeKind, Operation
    >>> relu = Operation("relu", NodeKind.FUNCTION, "relu", memory=MemoryUse(16, 48))
    >>> tanh = Operation("tanh", NodeKind.FUNCTION, "tanh", memory=MemoryUse(8, 40))
    >>> memory_use([relu, tanh])
    MemoryUse(saved=24, peak=48)
    """
    known = [one.memory for one in operations if one.memory is not None]
    if not known:
        return None
    return MemoryUse(sum([use.saved for use in known]), max([use.peak for use in known]))
