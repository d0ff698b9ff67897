"""Folding: what is equal is shown once, what differs is not, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import networkx as nx
import pytest
import torch
from hypothesis import assume, example, given, settings
from torch import Tensor, nn

import visualize
from tests.diagrams import (
    CALLED_AGAIN,
    at_every_level,
    at_random,
    data_flow,
    outline,
    shown_skips,
)
from tests.graphs import Call, Program, Step, architectures, programs, run
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind, Group, GroupKind
from visualize.scene.build import build_scene
from visualize.simplify import simplify

REPEATED = Program(1, (Call("layers", "Block", (Step("around", second=8),), repeats=5),), 1)

# The same module twice in a row, and what both calls return side by side.
READ_OF_BOTH_CALLS = Program(
    1,
    (
        Call(
            "other",
            "Block",
            (
                Call("block", "Block", (Step("conv"), Step("flatten")), repeats=1),
                Step("conv"),
            ),
            repeats=2,
        ),
        Call("other", "Block", (Step("conv"),), repeats=2),
        Step("cat"),
    ),
    1,
)


# x and dropout(x) are added, and the sum to conv(x): two connections share the wires of that sum.
SHARED_BRANCH = Program(
    1, (Step("conv"), Step("dropout", 1), Step("add", 0, 0), Step("add", 0, 1)), 1
)


# A stage of two blocks is called twice: its gates are in a loop, and one box holds all steps.
GATES_CALLED_AGAIN = Program(
    1,
    (
        Call("block", "Block", (Call("block", "Block", (Step("gate"),)),), repeats=2),
        Call("block", "Block", (Call("block", "Block", (Step("conv"),)),), repeats=2),
    ),
    1,
)


# The first copy of a run is one box, inside of which two layers, or a gate, read what comes in.
_TWO_READ = (
    Call("encoder", "Block", (Step("norm"), Step("relu module"))),
    Step("relu module", first=1),
    Call("block", "Block", (Step("norm"),)),
    Call("encoder", "Block", (Step("conv"),)),
)
TWO_READ_THE_INPUT = Program(
    1, (Call("block", "Block", _TWO_READ), Call("block", "Sequential", _TWO_READ, repeats=2)), 1
)
_GATED = (Step("gate"), Call("block", "Block", (Step("conv"),)))
GATE_READS_THE_INPUT = Program(
    1,
    (
        Call("block", "Sequential", _GATED, repeats=2),
        Step("conv"),
        Call("block", "Block", _GATED),
        Call("block", "Block", (Step("conv"),), repeats=2),
    ),
    1,
)

# Both copies read two tensors of what is before them; of the first copy these are one.
ONE_READ_TWICE = Program(1, (Step("conv"), Step("add", 1, 1), Step("conv"), Step("add", 2, 3)), 1)


# Two copies are read by one concat, past the same block; to one of them that is a skip connection.
READ_IN_TWO_WAYS = Program(
    1,
    (
        Step("conv"),
        Call(
            "block",
            "Block",
            (
                Call("other", "Block", (Step("conv"), Step("strided conv")), repeats=2),
                Call("other", "Block", (Step("conv"),), first=1, repeats=2),
                Call("block", "Block", (Step("around", second=15),), repeats=1),
                Step("cat", 0, 39),
            ),
        ),
    ),
    1,
)


def repeats(architecture: Architecture, level: Level = Level.LAYER) -> list[Group]:
    """The repeats that a figure shows."""
    groups = simplify(architecture, level).groups
    return [group for group in groups if group.kind is GroupKind.REPEAT]


def counts(architecture: Architecture, level: Level = Level.LAYER) -> list[int]:
    return [group.repeat for group in repeats(architecture, level)]


@at_every_level
class TestNothingIsLost:
    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    @example(architecture=run(REPEATED))
    def test_operations_parameters_and_cost(self, level: Level, architecture: Architecture) -> None:
        folded = simplify(architecture, level)
        members = [member for box in folded.boxes for member in box.members]
        assert sorted(members) == sorted(architecture.graph)
        for box in folded.boxes:
            exact = [architecture.operation(member) for member in box.members]
            assert list(box.operations) == exact
            assert box.parameters == sum(part.parameters for part in exact)
            assert box.macs == sum(part.macs for part in exact)

    @at_random
    @given(architecture=architectures())
    @example(architecture=run(REPEATED))
    @example(architecture=run(TWO_READ_THE_INPUT))
    def test_flow_of_data(self, level: Level, architecture: Architecture) -> None:
        """Every path of data is drawn, but those from one copy to the next.

        What no output reads is in the last box that it reads, without an arrow from others.
        """
        folded = simplify(architecture, level)
        assert nx.is_directed_acyclic_graph(nx.DiGraph(folded.graph))
        order = {box: place for place, box in enumerate(folded.graph)}
        assert all(order[source] < order[target] for source, target, _ in folded.wires)
        homes, drawn = folded.hosts, set(nx.DiGraph(folded.graph).edges)
        silent = frozenset().union(*(box.silent for box in folded.boxes))
        for source, target in data_flow(architecture).edges:
            if target in silent:
                continue
            ends = homes[source], homes[target]
            between = folded.box(ends[0]).repeat > 1 and folded.box(ends[1]).repeat > 1
            assert ends[0] == ends[1] or ends in drawn or between

    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    @example(architecture=run(REPEATED))
    @example(architecture=run(READ_IN_TWO_WAYS))
    @example(architecture=run(READ_OF_BOTH_CALLS))
    @example(architecture=run(SHARED_BRANCH))
    @example(architecture=run(GATES_CALLED_AGAIN))
    @example(architecture=run(GATE_READS_THE_INPUT))
    @example(architecture=run(ONE_READ_TWICE))
    def test_skip_connections(self, level: Level, architecture: Architecture) -> None:
        """Those drawn, as often as they are repeated, and those in collapsed boxes are all.

        A tensor added twice (``f(x) + x + x``) is two connections, but may be one line.
        """
        different = {replace(skip, loop=None) for skip in architecture.unrolled_skips}
        assume(len(different) == len(architecture.unrolled_skips))
        expected = Counter(skip.kind.value for skip in architecture.unrolled_skips)
        assert shown_skips(simplify(architecture, level)) == expected
        assert shown_skips(simplify(architecture, level, folded=False)) == expected

    @settings(at_random, max_examples=10)
    @given(program=programs())
    def test_ids_do_not_matter(self, level: Level, program: Program) -> None:
        one, other = (simplify(run(program, prefix), level) for prefix in ("one_", "other_"))
        assert [box.repeat for box in one.boxes] == [box.repeat for box in other.boxes]
        assert outline(program, level, "one_") == outline(program, level, "other_")


class Residual(nn.Module):
    def __init__(self, width: int = 8, kernel: int = 3) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, kernel, padding=kernel // 2)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.first(x).relu())


class Loop(nn.Module):
    """Applies the layers it is given as ``forward`` says."""

    def __init__(self, *layers: nn.Module, way: str = "chain", times: int = 1) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.way = way
        self.times = times

    def forward(self, x: Tensor) -> Tensor | list[Tensor]:
        if self.way == "branches":
            return torch.cat([layer(x) for layer in self.layers], 1)
        results = []
        for _ in range(self.times):
            for layer in self.layers:
                x = layer(x)
                results.append(x)
        if self.way == "all":
            return torch.cat(results, 1)
        if self.way == "stack":
            return torch.stack(results)
        if self.way == "list":
            return results
        if self.way == "sum":
            return results[0] + results[1]
        if self.way == "tap":
            return x * results[1].mean()
        return x


def traced(model: nn.Module) -> Architecture:
    return visualize.trace(model, (1, 8, 6, 6))


def test_equal_blocks_in_a_row() -> None:
    (group,) = repeats(traced(Loop(*(Residual() for _ in range(7)))))
    assert (group.repeat, group.type, group.count) == (7, "Residual", 1)
    assert (group.shared, group.parallel) == (False, False)


class Shortcut(nn.Module):
    """A residual block whose shortcut is a module that does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Identity()
        self.body = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x) + self.body(x)


def test_what_does_nothing_belongs_to_its_own_block() -> None:
    blocks = [Shortcut() for _ in range(4)]
    architecture = traced(nn.Sequential(nn.Conv2d(8, 8, 1), *blocks))
    for level in (Level.BLOCK, Level.LAYER):
        assert counts(architecture, level) == [4]


def test_what_differs_is_not_folded() -> None:
    blocks = [Residual(), Residual(), Residual(kernel=5), Residual(), Residual(kernel=1)]
    assert counts(traced(Loop(*blocks))) == [2]
    assert counts(traced(Loop(Residual(), Residual(kernel=5), Residual(kernel=1)))) == []


def test_dropout_rates_may_differ() -> None:
    blocks = [nn.Sequential(Residual(), nn.Dropout(rate)) for rate in (0.1, 0.2, 0.3)]
    assert counts(traced(Loop(*blocks))) == [3]


def test_dropout_may_be_missing() -> None:
    """As a drop path of rate 0, which is an identity, in the first block only."""
    blocks = [nn.Sequential(Residual(), *[nn.Identity()] * (n == 0)) for n in range(3)]
    assert counts(traced(Loop(*blocks))) == [3]


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(16)
        self.wide = nn.Linear(16, 64)
        self.narrow = nn.Linear(64, 16)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.narrow(self.wide(self.norm(x)).relu())


class Backbone(nn.Module):
    """Blocks, and what the code around them does to the result of the last."""

    def __init__(self, then: Callable[[Tensor], Tensor], head: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Tokens() for _ in range(6)])
        self.then = then
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        head: Tensor = self.head(self.then(x))
        return head


def merged(x: Tensor) -> Tensor:
    return x.reshape(1, 5, 2, 16).permute(0, 3, 1, 2)


@pytest.mark.parametrize(
    ("then", "head"),
    [
        (lambda x: x.transpose(1, 2), nn.Conv1d(16, 4, 1)),
        (lambda x: x.flatten(1), nn.Linear(160, 4)),
        (lambda x: x.transpose(1, 2).unflatten(2, (5, 2)), nn.Identity()),
        (merged, nn.Sequential(Residual(16), Residual(16))),
    ],
)
@pytest.mark.parametrize("level", [Level.BLOCK, Level.LAYER])
def test_reshaping_behind_a_block_is_no_part_of_it(
    level: Level, then: Callable[[Tensor], Tensor], head: nn.Module
) -> None:
    architecture = visualize.trace(Backbone(then, head), (1, 10, 16))
    assert counts(architecture, level)[0] == 6
    blocks = [box for box in visualize.draw(architecture, level="block").scene.boxes if box.skips]
    assert blocks[0].label[0] == "Tokens, 16 ×6"


def test_different_parts_of_a_result_are_different_inputs() -> None:
    """Slicing is more than reshaping: layers that read other channels are no copies."""

    class Groups(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = Residual(16)
            self.left = Residual(8)
            self.right = Residual(8)

        def forward(self, x: Tensor) -> Tensor:
            x = self.stem(x)
            return torch.cat([self.left(x[:, :8]), self.right(x[:, 8:])], 1)

    assert counts(visualize.trace(Groups(), (1, 16, 6, 6))) == []


def test_a_period() -> None:
    blocks = [Residual(kernel=kernel) for kernel in (3, 5) * 4]
    (group,) = repeats(traced(Loop(*blocks)))
    assert (group.repeat, group.count) == (4, 2)


def test_five_of_one_kind_for_one_of_another() -> None:
    blocks = [Residual(kernel=kernel) for kernel in (3, 3, 3, 3, 3, 5) * 3]
    assert counts(traced(Loop(*blocks))) == [3, 5]


def test_equal_copies_of_equal_copies_are_one_run() -> None:
    stages = [Loop(Residual(), Residual()) for _ in range(4)]
    for level in (Level.LAYER, Level.BLOCK):
        assert counts(traced(nn.Sequential(*stages)), level) == [8]


def test_calls_of_other_modules_are_no_copies_of_one_that_is_called_again() -> None:
    stages = [Loop(Residual(), times=3) for _ in range(2)]
    found = repeats(traced(nn.Sequential(*stages)))
    assert [(one.repeat, one.shared) for one in found] == [(2, False), (3, True)]


def test_nested() -> None:
    stages = [Loop(*(Residual() for _ in range(3)), nn.Conv2d(8, 8, 1)) for _ in range(4)]
    assert counts(traced(nn.Sequential(*stages))) == [4, 3]


def test_parallel_branches() -> None:
    (group,) = repeats(traced(Loop(*(Residual() for _ in range(6)), way="branches")))
    assert (group.repeat, group.parallel) == (6, True)


def test_one_block_applied_again_is_shared() -> None:
    (group,) = repeats(traced(Loop(Residual(), times=5)))
    assert (group.repeat, group.shared) == (5, True)
    folded = simplify(traced(Loop(Residual(), times=5)), Level.LAYER)
    weighted = [box for box in folded.boxes if box.weights]
    assert len(weighted) == 2
    assert all(box.copies and box.shown.parameters == box.parameters for box in weighted)


class Steps(nn.Module):
    """A cell that is applied to every step of a sequence, one after the other."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor) -> Tensor:
        state, results = self.cell(x[:, 0]), []
        for step in range(1, x.shape[1]):
            state = self.cell(x[:, step] + state)
            results.append(state)
        return torch.stack(results, 1)


def test_steps_of_a_sequence_are_calls_of_one_cell() -> None:
    found = repeats(visualize.trace(Steps(nn.Linear(4, 4)), (1, 10, 4)))
    assert [(one.repeat, one.shared) for one in found] == [(9, True)]


class Slices(nn.Module):
    """Equal layers, each of which reads one slice of the input."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(5))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([layer(x[:, step]) for step, layer in enumerate(self.layers)], 1)


class Recurrence(nn.Module):
    """A cell applied at every step of a sequence, from a state of zeros."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.cell: nn.Module = nn.GRUCell(6, 6)
        if way.startswith("lstm"):
            self.cell = nn.LSTMCell(6, 6)
        self.before, self.of_state = nn.Linear(6, 6), nn.Linear(6, 6)
        self.out = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        state, results = torch.zeros(x.shape[0], 6), []
        if self.way.startswith("lstm"):
            memory = torch.zeros(x.shape[0], 6)
            for step in range(x.shape[1]):
                state, memory = self.cell(x[:, step], (state, memory))
                results.append(self.out(state).unsqueeze(1))
            return torch.cat(results, 1)
        if self.way == "feedback":
            for _ in range(x.shape[1]):
                state = self.cell(x[:, 0] + state, state)
                results.append(self.out(state))
                state = results[-1]
            return torch.stack(results, 1)
        for part in reversed(x.unbind(1)) if self.way == "reversed" else x.unbind(1):
            if self.way == "by hand":
                state = torch.tanh(self.before(part) + self.of_state(state))
            elif self.way == "concat":
                state = self.out(torch.cat([part, state], 1)[:, 3:9]).sigmoid()
            else:
                state = self.cell(part, state)
            results.append(self.out(state))
        return torch.stack(results, 1)


class TwoLoops(nn.Module):
    """One loop forwards, one backwards, and a third over what both return."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.GRUCell(6, 6), nn.GRUCell(6, 6)
        self.out = nn.Linear(12, 3)

    def forward(self, x: Tensor) -> Tensor:
        state = back = torch.zeros(x.shape[0], 6)
        forwards: list[Tensor] = []
        backwards: list[Tensor] = []
        for step in range(x.shape[1]):
            state = self.one(x[:, step], state)
            forwards.append(state)
        for step in reversed(range(x.shape[1])):
            back = self.other(x[:, step], back)
            backwards.insert(0, back)
        both = zip(forwards, backwards)
        return torch.stack([self.out(torch.cat(pair, 1)) for pair in both], 1)


def test_a_loop_over_the_results_of_others() -> None:
    architecture = visualize.trace(TwoLoops(), (2, 12, 6))
    folded = simplify(architecture, Level.LAYER)
    assert {box.repeat for box in folded.boxes if box.weights} == {12}
    assert len(folded.boxes) < 8
    assert visualize.draw(architecture, level="layer").check() == []


class Writing(nn.Module):
    """Writes the result of each step into a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        state, written = torch.zeros(x.shape[0], 6), torch.zeros_like(x)
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
            written[:, step] = state
        return written


class Gated(nn.Module):
    """A slice that has a box of its own but for the first step, where it is read with zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(5, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        state = memory = torch.zeros(x.shape[0], 2, 4, 4)
        results = []
        for step in range(x.shape[1]):
            i, f, o, g = self.conv(torch.cat([x[:, step], state], 1)).split(2, 1)
            memory = f.sigmoid() * memory + i.sigmoid() * g.tanh()
            state = o.sigmoid() * memory.tanh()
            results.append(state)
        return torch.stack(results, 1)


def test_a_loop_of_gates() -> None:
    assert_is_one_loop(visualize.trace(Gated(), (2, 12, 3, 4, 4)))


def test_a_loop_that_writes_slices() -> None:
    assert_is_one_loop(visualize.trace(Writing(), (2, 12, 6)))


WAYS = ["gru", "lstm", "feedback", "reversed", "by hand", "concat"]


@pytest.mark.parametrize("way", WAYS)
def test_a_loop_from_a_state_of_zeros(way: str) -> None:
    architecture = visualize.trace(Recurrence(way), (2, 12, 6))
    figure = visualize.draw(architecture, level="layer")
    assert len(figure.scene.boxes) < 12
    assert figure.check() == []
    assert_is_one_loop(architecture)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("way", WAYS)
def test_a_loop_in_a_script(way: str) -> None:
    """A script has the operations of a cell, which make more boxes."""
    x = torch.zeros(2, 12, 6)
    assert_is_one_loop(visualize.trace(torch.jit.trace(Recurrence(way), x), x))


def assert_is_one_loop(architecture: Architecture) -> None:
    folded = simplify(architecture, Level.LAYER)
    assert [(one.repeat, one.shared) for one in folded.groups if one.repeat > 1] == [(12, True)]
    assert {box.repeat for box in folded.boxes if box.weights} == {12}


def test_layers_of_their_own_that_read_slices_are_no_copies() -> None:
    assert repeats(visualize.trace(Slices(), (1, 5, 4))) == []


@pytest.mark.parametrize("way", ["stack", "list"])
def test_results_of_all_copies_may_be_collected(way: str) -> None:
    architecture = traced(Loop(*(Residual() for _ in range(4)), way=way))
    assert counts(architecture) == [4]
    folded = simplify(architecture, Level.LAYER)
    end = folded.boxes[-1 if way == "list" else -2].id
    wires = [wire.copies for _, _, wire in folded.inputs(end)]
    assert sum(wires) == 4
    labels = [arrow.label for arrow in build_scene(folded, "layer").arrows if arrow.target == end]
    assert "all 4" in labels


@pytest.mark.parametrize("layers", [[Residual(), Residual(), Residual()], [Residual()]])
def test_features_of_all_copies_that_are_joined_are_drawn_one_by_one(
    layers: list[nn.Module],
) -> None:
    """Of 8 and 8 and 8 channels a reader sees why they are 24."""
    architecture = traced(Loop(*layers, way="all", times=3 // len(layers)))
    for level in (Level.LAYER, Level.BLOCK):
        folded = simplify(architecture, level)
        concat = next(box.id for box in folded.boxes if box.type == "cat")
        assert [wire.copies for _, _, wire in folded.inputs(concat)] == [1, 1, 1]


def test_features_of_all_copies_that_are_added_are_drawn_one_by_one() -> None:
    assert counts(traced(Loop(Residual(), Residual(), way="sum"))) == []


def test_a_run_is_cut_where_a_copy_is_tapped() -> None:
    assert counts(traced(Loop(*(Residual() for _ in range(6)), way="tap"))) == [2, 4]


def test_queries_keys_and_values_are_no_copies() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))

        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.scaled_dot_product_attention(
                self.query(x), self.key(x), self.value(x)
            )

    assert counts(visualize.trace(Attention(), (1, 2, 6, 8))) == []


def test_a_block_represents_its_copies() -> None:
    folded = simplify(traced(Loop(*(Residual() for _ in range(7)))), Level.BLOCK)
    block = next(box for box in folded.boxes if box.kind is BoxKind.BLOCK)
    assert block.repeat == 7
    assert block.copies
    assert block.shown.parameters * 7 == block.parameters
    scene = build_scene(folded, "block")
    box = next(box for box in scene.boxes if box.role == "block")
    assert box.label == ("Residual, 8 ×7", "1 residual · 1.2 k each")
    assert box.skips == (("identity", 7),)
