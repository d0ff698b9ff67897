"""How many copies may be drawn as one, by who uses their results."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.graphs import Net
from visualize.core.diagram import Diagram
from visualize.simplify.prune import prune_plumbing
from visualize.simplify.rows import Rows, Step
from visualize.simplify.sameness import Sameness
from visualize.simplify.taps import Taps

Use = Callable[[Net, Sequence[str]], str]


def taps_of(use: Use, *, rows: Rows | None = None) -> Taps:
    """A chain of five equal layers, whose results ``use`` uses."""
    net = Net()
    results = [net.input(1, 8)]
    for number in range(5):
        results.append(net.linear(results[-1], name=f"layer{number}"))
    net.output(use(net, results[1:]))
    diagram = prune_plumbing(Diagram.of(net.build()))
    return Sameness(diagram.exact, diagram.boxes).with_rows(rows or Rows()).taps


def untapped(taps: Taps, *, is_chain: bool = True, is_shared: bool = False) -> int:
    return taps.untapped(1, 1, 5, is_chain=is_chain, is_shared=is_shared)


def concat(net: Net, results: Sequence[str]) -> str:
    return net.function("cat", *results, shape=(1, 40))


def stack(net: Net, results: Sequence[str]) -> str:
    return net.function("stack", *results, shape=(1, 5, 8))


def test_a_chain_of_which_only_the_end_is_used_is_whole() -> None:
    assert untapped(taps_of(lambda _, results: results[-1])) == 5


@pytest.mark.parametrize(
    ("use", "is_chain", "copies"),
    [(stack, True, 5), (concat, True, 1), (concat, False, 5)],
)
def test_results_of_all_copies(use: Use, is_chain: bool, copies: int) -> None:
    assert untapped(taps_of(use), is_chain=is_chain) == copies


def test_a_result_that_is_used_elsewhere_ends_the_run() -> None:
    def use(net: Net, results: Sequence[str]) -> str:
        return net.add(results[2], results[-1])

    assert untapped(taps_of(use)) in (1, 3)


def use_each(net: Net, results: Sequence[str], order: Sequence[int] = range(5)) -> str:
    return stack(net, [net.linear(results[number], name="out") for number in order])


def test_another_loop_may_use_each_result() -> None:
    outs = {f"out_{number}" if number else "out": Step("out", number) for number in range(5)}
    assert untapped(taps_of(use_each)) == 1
    assert untapped(taps_of(use_each, rows=Rows(outs))) == 5


def test_another_loop_may_use_the_last_result_first() -> None:
    outs = {f"out_{number}" if number else "out": Step("out", number) for number in range(5)}
    backwards = taps_of(lambda net, results: use_each(net, results, range(4, -1, -1)))
    backwards = Taps(
        backwards.exact, backwards.reads, backwards.operations, backwards.places, Rows(outs)
    )
    assert untapped(backwards) == 5
    mixed = taps_of(lambda net, results: use_each(net, results, (2, 0, 1, 4, 3)), rows=Rows(outs))
    assert untapped(mixed) < 5
