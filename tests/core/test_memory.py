"""What operations do to memory, summed up."""

from __future__ import annotations

from visualize.core.architecture import NodeKind, Operation
from visualize.core.memory import MemoryUse, memory_use


def operation(memory: MemoryUse | None) -> Operation:
    return Operation("relu", NodeKind.FUNCTION, "relu", memory=memory)


def test_what_is_saved_adds_up_and_of_peaks_the_highest_counts() -> None:
    operations = [operation(MemoryUse(8, 24)), operation(MemoryUse(4, 32)), operation(MemoryUse())]
    assert memory_use(operations) == MemoryUse(12, 32)


def test_what_was_not_measured_is_unknown_and_not_zero() -> None:
    assert memory_use([]) is None
    assert memory_use([operation(None)]) is None
    assert memory_use([operation(None), operation(MemoryUse(8, 24))]) == MemoryUse(8, 24)
