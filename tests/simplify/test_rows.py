"""One operation in all copies of a run."""

from __future__ import annotations

from tests.graphs import Net
from visualize.simplify.rows import Rows, Step


def test_an_operation_in_no_run_is_a_row_of_its_own() -> None:
    assert Rows().step("conv") == Step("conv", 0)


def test_rows_are_those_of_the_first_copy() -> None:
    rows = Rows.of([{-1: ["a0", "b0"], 0: ["a1", "b1"], 1: ["a2", "b2"]}])
    assert rows.step("b0") == Step("b1", -1)
    assert rows.step("a2") == Step("a1", 1)
    assert not rows.guessed


def test_a_guess_takes_what_looks_alike() -> None:
    net = Net()
    x = net.input(1, 8)
    results = [net.linear(x, name="cell") for _ in range(3)]
    net.output(*results, net.linear(x, name="other"))
    rows = Rows.guess(net.build().operations)
    assert rows.guessed
    assert {rows.step(node).row for node in results} == {"cell"}
    assert "other" not in rows.steps
