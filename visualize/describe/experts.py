"""Mixtures of experts: how many there are, and how many work on each token."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from visualize.core.architecture import Architecture, NodeKind
from visualize.core.facts import Experts

_STACKED = 3  # dimensions of a weight with a matrix for each expert


def find_experts(exact: Architecture, weighted: Collection[str]) -> Experts | None:
    """The experts of a mixture, where a router chooses some of them for each token.

    Experts are slices of stacked weights; a router is a ``topk`` over as many numbers.

    Args:
        exact: the graph of all operations.
        weighted: its weighted layers.
    """
    choices = dict(_choices(exact))
    stacks = {node: stack_of(exact, node) for node in weighted}
    numbers = {number for number in stacks.values() if number in choices}
    if not numbers:
        return None
    number = max(numbers)
    held = {
        source
        for node, experts in stacks.items()
        if experts == number
        for source in _parameters_read(exact, node)
    }
    inside = sum(exact.operation(node).parameters for node in held)
    idle = inside - inside * choices[number] // number
    return Experts(number, choices[number], exact.parameters - idle)


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


def _choices(exact: Architecture) -> Iterator[tuple[int, int]]:
    """For each ``topk`` of a few numbers: of how many, and how many it takes."""
    for one in exact.operations:
        sources = exact.data_sources(one.id)
        if one.type != "topk" or not sources or not one.outputs:
            continue
        given = exact.operation(sources[0]).outputs
        if given and given[0].shape and one.outputs[0].shape:
            number, taken = given[0].shape[-1], one.outputs[0].shape[-1]
            if taken < number:
                yield number, taken
