"""How much of a module is where: it belongs where most of its work is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from visualize.core.architecture import ModuleCall, Operation

# A layer weighs more than all else in a module.
_LAYER = 1000


def work_of_calls(operations: Iterable[Operation]) -> Counter[ModuleCall]:
    """How much of each call of a module is among ``operations``.

    Its first norm may be part of the layer before it; it is where its layers are.
    """
    work = Counter[ModuleCall]()
    for one in operations:
        for call in one.calls:
            work[call] += _LAYER if one.weight else 1
    return work
