"""What people call the ends of a skip connection: the block that ends there."""

from __future__ import annotations

from collections import Counter

from visualize.core.architecture import Architecture, ModuleCall, NodeKind, Operation
from visualize.core.module_path import CONTAINERS, spelled
from visualize.core.operators import ACTIVATION, IDENTITY, NORM, family

# What a reader counts to the merge that it follows.
_FUSED = ACTIVATION | NORM | IDENTITY


class Ends:
    """Names for nodes of an exact graph, spelled as code has them."""

    def __init__(self, exact: Architecture) -> None:
        self.exact = exact
        self.readers: dict[str, list[Operation]] = {}
        for source, target, wire in exact.wires:
            if wire.data:
                self.readers.setdefault(source, []).append(exact.operation(target))
        self.numbers = _numbers(exact)

    def of_fork(self, node: str) -> str:
        """The module whose result a node is, or the node in the module that computes it."""
        one = self.exact.operation(node)
        if one.kind is NodeKind.INPUT:
            return one.id
        return self._module(one, one) or self._function(one)

    def of_merge(self, node: str) -> str:
        """The module whose result a merge is, apart from a norm or activation that follows it."""
        merge = last = self.exact.operation(node)
        while len(readers := self.readers.get(last.id, [])) == 1:
            (reader,) = readers
            if family(reader.type) not in _FUSED or reader.calls[: len(merge.calls)] != merge.calls:
                break
            last = reader
        return self._module(merge, last) or self._function(merge)

    def _module(self, one: Operation, last: Operation) -> str:
        """The module around an operation whose result ``last`` is; empty if there is none.

        Several modules may end together. A reader looks for the innermost block in a list of
        equal ones, or for the innermost module that is more than a list or one layer.
        """
        ending = [call for call in one.calls if self._leaves(call, last)]
        inner = [call for call in ending if not _is_layer(one, call)]
        blocks = [call for call in inner if self._class(call) not in CONTAINERS]
        listed = [call for call in blocks if call.path.rpartition(".")[2].isdigit()]
        if listed or blocks:
            return spelled((listed or blocks)[-1].path)
        return spelled((inner or ending)[0].path) if ending else ""

    def _leaves(self, call: ModuleCall, last: Operation) -> bool:
        """Whether the result of an operation in a module call is used outside."""
        readers = self.readers.get(last.id, [])
        depth = last.calls.index(call)
        return any(reader.calls[depth : depth + 1] != (call,) for reader in readers) or not readers

    def _class(self, call: ModuleCall) -> str:
        return self.exact.modules.get(call.path, "")

    def _function(self, one: Operation) -> str:
        """``blocks[0].add``: a function in its module, numbered if there are several."""
        number = self.numbers.get(one.id, 1)
        name = f"{one.path}.{one.type}".strip(".") if one.kind is NodeKind.FUNCTION else one.path
        return (spelled(name) or one.id) + (f"_{number}" if number > 1 else "")


def _is_layer(one: Operation, call: ModuleCall) -> bool:
    """Whether a call is that of the operation itself."""
    return one.kind is NodeKind.MODULE and call == one.calls[-1]


def _numbers(exact: Architecture) -> dict[str, int]:
    """For each function, its number among those of its type in the same module call, from 1."""
    seen: Counter[tuple[tuple[ModuleCall, ...], str]] = Counter()
    numbers: dict[str, int] = {}
    for one in exact.operations:
        if one.kind is NodeKind.FUNCTION:
            seen[one.calls, one.type] += 1
            numbers[one.id] = seen[one.calls, one.type]
    return numbers
