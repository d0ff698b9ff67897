"""Seeded edits of graphs are found: precision and recall of the operations that changed."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from tests.edits import EDITS, Edited, renamed
from visualize.compare import compare
from visualize.compare.subtrees import signature
from visualize.core.architecture import Architecture
from visualize.core.difference import Difference, Status


def found_by(difference: Difference, with_names: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    unlike = {Status.SAME} if with_names else {Status.SAME, Status.RENAMED}
    for side in (difference.old_status, difference.new_status):
        for node, status in side.items():
            is_kept = side is difference.new_status and status is not Status.ADDED
            if status not in unlike and not is_kept:
                found.setdefault(status.value, set()).add(node)
    return found


def counted(
    edited: Edited, given: Architecture, found: dict[str, set[str]], by_name: bool
) -> tuple[int, int, int]:
    """How many operations are found and true, found, and true.

    Without names, one of several equal operations in a row is as good as another.
    """

    def keys(nodes: set[str], side: Architecture) -> Counter[str]:
        return Counter(node if by_name else signature(side.operation(node)) for node in nodes)

    right = all_found = all_true = 0
    for status in {*found, *edited.truth}:
        side = edited.architecture if status == "added" else given
        one = keys(found.get(status, set()), side)
        two = keys(edited.truth.get(status, set()), side)
        right += (one & two).total()
        all_found += one.total()
        all_true += two.total()
    return right, all_found, all_true


def measure(
    architectures: list[Architecture], number: int, rename_all: bool
) -> tuple[float, float, list[str]]:
    totals, wrong = [0, 0, 0], []
    for seed in range(number):
        numbers = random.Random(seed)
        given = architectures[seed % len(architectures)]
        edit = EDITS[(seed // len(architectures)) % len(EDITS)]
        edited = edit(given, numbers)
        if rename_all:
            edited.truth.pop("renamed", None)
        after = renamed(edited.architecture) if rename_all else edited.architecture
        difference = compare(given, after)
        found = found_by(difference, not rename_all)
        numbers_found = counted(edited, given, found, not rename_all)
        if len(set(numbers_found)) > 1:
            wrong.append(f"{seed} {given.name} {edit.__name__}: {edited.truth} {found}")
        totals = [a + b for a, b in zip(totals, numbers_found)]
    right, all_found, all_true = totals
    return right / max(all_found, 1), right / max(all_true, 1), wrong


@pytest.fixture(scope="module")
def zoo() -> list[Architecture]:
    visualize = pytest.importorskip("visualize")
    names = (
        "resnet18", "resnet50", "densenet121", "mobilenet_v3_small", "googlenet", "vit_b_16",
        "efficientnet_b0", "vgg16", "swin_t", "convnext_tiny",
    )  # fmt: skip
    return [visualize.trace(name) for name in names]


@pytest.mark.parametrize("rename_all", [False, True])
def test_precision_and_recall(zoo: list[Architecture], rename_all: bool) -> None:
    precision, recall, wrong = measure(zoo, 500, rename_all)
    assert precision >= 0.99, wrong
    assert recall >= 0.99, wrong


def test_nothing_differs_from_itself(zoo: list[Architecture]) -> None:
    for one in zoo:
        assert not compare(one, one)
        other = compare(one, renamed(one))
        assert other.only_names
        assert not compare(renamed(one), renamed(one))


def test_the_inverse(zoo: list[Architecture]) -> None:
    for one, other in itertools.pairwise(zoo):
        assert compare(other, one) == compare(one, other).inverse
