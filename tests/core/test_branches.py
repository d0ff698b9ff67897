"""Branches that several skip connections share cost once."""

from __future__ import annotations

from visualize.core.architecture import Skip, SkipKind
from visualize.core.branches import cost_of_branches

MACS = {"project": 30, "pool": 0, "again": 30}


def connection(merge: str, branch: tuple[str, ...], held: dict[str, int]) -> Skip:
    return Skip(
        kind=SkipKind.PROJECTION,
        long=False,
        fork="x",
        merge=merge,
        merge_type="add",
        module="",
        branch=branch,
        bypassed=("work",),
        shape=(1, 4),
        held=held,
    )


def test_shared_branches_and_parameters_cost_once() -> None:
    shared = {"project.weight": 8, "project.bias": 2}
    skips = [
        connection("first", ("pool", "project"), shared),
        connection("second", ("pool", "project"), shared),
        connection("third", ("again",), {"project.weight": 8}),
    ]
    assert cost_of_branches(skips, MACS.__getitem__) == (10, 60)
    assert cost_of_branches([], MACS.__getitem__) == (0, 0)
