"""Mixtures of experts: how many there are, and how many work on each token."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from visualize.core.architecture import Architecture, NodeKind, Operation
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
    choices = {number: taken for _, number, taken in _choices(exact)}
    held: dict[str, int] = {}
    for node in weighted:
        number = stack_of(exact, node)
        if number in choices:
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
    idle = inside - inside * choices[number] // number
    return Experts(number, choices[number], exact.parameters - idle)


def expert_modules(exact: Architecture) -> Mapping[str, int]:
    """The modules that are an expert each, by their path, and how many experts there are.

    As many of one class are numbered side by side as a router beside them chooses from.
    """
    siblings: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, kind in exact.modules.items():
        if path[-1:].isdigit():
            siblings[path.rpartition(".")[0], kind].append(path)
    routers = [(one.path, number) for one, number, _ in _choices(exact)]
    return {
        path: number
        for (holder, _), paths in siblings.items()
        for router, number in routers
        if len(paths) == number and holder and _is_beside(router, holder)
        for path in paths
    }


def _is_beside(router: str, holder: str) -> bool:
    """Whether a router is in the module that holds all experts, or that holds their list."""
    around = enclosing(router)
    return holder in around or holder.rpartition(".")[0] in ("", *around)


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


def _choices(exact: Architecture) -> Iterator[tuple[Operation, int, int]]:
    """Each choice among a few numbers: of how many, and how many it takes."""
    for one in exact.operations:
        sources = exact.data_sources(one.id)
        if one.type not in ("topk", "argmax") or not sources or not one.outputs:
            continue
        given = exact.operation(sources[0]).outputs
        if given and given[0].shape and one.outputs[0].shape:
            number = given[0].shape[-1]
            taken = one.outputs[0].shape[-1] if one.type == "topk" else 1
            if taken < number:
                yield one, number, taken
