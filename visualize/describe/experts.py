"""Mixtures of experts: how many there are, and how many work on each token."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from visualize.core.architecture import Architecture, NodeKind
from visualize.core.experts import choices, expert_modules
from visualize.core.facts import Experts
from visualize.core.module_path import enclosing

_STACKED = 3  # dimensions of a weight with a matrix for each expert


def find_experts(exact: Architecture, weighted: Collection[str]) -> Experts | None:
    """The experts of a mixture, where a router chooses some of them for each token.

    Experts are slices of stacked weights, or modules of one class beside each other; a router is a
    ``topk`` or ``argmax`` over as many numbers.

    Args:
        exact: the graph of all operations.
        weighted: its weighted layers.
    """
    taken_of = {number: taken for _, number, taken in choices(exact)}
    held: dict[str, int] = {}
    for node in weighted:
        number = stack_of(exact, node)
        if number in taken_of:
            held.update(dict.fromkeys(_parameters_read(exact, node), number))
    modules = expert_modules(exact)
    for one in exact.operations:
        number = next((modules[path] for path in enclosing(one.path) if path in modules), 0)
        if number and one.parameters:
            held[one.id] = number
    if not held:
        return None
    number = max(held.values())
    inside = sum(exact.operation(node).parameters for node, of in held.items() if of == number)
    idle = inside - inside * taken_of[number] // number
    return Experts(number, taken_of[number], exact.parameters - idle)


def stack_of(exact: Architecture, node: str) -> int:
    """The number of matrices in the stacked weight of a layer; 0 if its weight is not stacked."""
    shapes = (exact.operation(one).outputs[0].shape for one in _parameters_read(exact, node))
    return next((shape[0] for shape in shapes if len(shape) == _STACKED), 0)


def _parameters_read(exact: Architecture, node: str) -> Iterator[str]:
    """The parameters that a function reads, by way of transpositions, casts and the like."""
    for source, _, wire in exact.inputs(node):
        while not wire.data and exact.operation(source).kind is NodeKind.FUNCTION:
            before = exact.inputs(source)
            if not before:
                break
            source = before[0][0]
        if not wire.data and exact.operation(source).kind is NodeKind.CONSTANT:
            yield source
