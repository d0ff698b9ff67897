"""Mixtures of experts in an exact graph: what chooses some of them, and which modules they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from visualize.core.architecture import Architecture, Operation
from visualize.core.module_path import enclosing


def expert_modules(exact: Architecture) -> Mapping[str, int]:
    """The modules that are an expert each, by their path, and how many experts there are.

    As many of one class are numbered side by side as a router beside them chooses from.
    """
    siblings: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, kind in exact.modules.items():
        if path[-1:].isdigit():
            siblings[path.rpartition(".")[0], kind].append(path)
    routers = [(one.path, number) for one, number, _ in choices(exact)]
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


def choices(exact: Architecture) -> Iterator[tuple[Operation, int, int]]:
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
