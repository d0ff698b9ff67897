"""What is combined where, whatever way it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.followed_batch import Run
from tests.found_skips import found
from tests.graphs import Net
from visualize.annotate.skips import find_skips
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.merges import find_merges


def merges(net: Net) -> list[tuple[str, str, list[str]]]:
    """The node, type and operands of each merge."""
    return [
        (merge.node, merge.type.value, [operand.source for operand in merge.operands])
        for merge in find_merges(Flow(net.graph))
    ]


def test_an_add_of_adds_is_one_merge(net: Net, x: str) -> None:
    one, two = net.conv(x, name="one"), net.conv(x, name="two")
    net.add(net.add(one, x), net.add(two, one))
    assert merges(net) == [("add_2", "add", ["one", "x", "two", "one"])]


def test_an_add_that_is_read_twice_is_a_merge_of_its_own(net: Net, x: str) -> None:
    y = net.add(net.conv(x, name="one"), x)
    net.add(net.conv(y, name="two"), y)
    assert merges(net) == [("add", "add", ["one", "x"]), ("add_1", "add", ["two", "add"])]


@pytest.mark.parametrize(("dim", "number"), [(1, 1), (2, 2)])
def test_a_concat_of_concats_along_one_dimension(net: Net, x: str, dim: int, number: int) -> None:
    y = net.function("cat", x, net.conv(x), shape=(1, 16, 16, 16), dim=1)
    net.function("cat", y, net.conv(x, 16), shape=(1, 24, 16, 16), **{"1": dim})
    assert len(merges(net)) == number


def test_step_by_step_or_at_once(net: Net, x: str) -> None:
    one = net.conv(x, name="one")
    two = net.conv(one, name="two")
    net.cat(net.cat(x, one), two)
    assert found(net) == [("concat", "x", "cat", ()), ("concat", "one", "cat_1", ("cat",))]


@pytest.mark.parametrize("kind", ["sum", "mean"])
@pytest.mark.parametrize(("dim", "number"), [(0, 1), (1, 0), (-5, 1)])
def test_a_stack_that_is_summed(net: Net, x: str, kind: str, dim: int, number: int) -> None:
    stack = net.function("stack", x, net.conv(x), shape=(2, *net.shape(x)))
    net.function(kind, stack, shape=net.shape(x), **{"1": dim})
    expected = [("identity", "x", "stack", ())]
    assert found(net) == expected[:number]


@pytest.mark.parametrize(
    "run",
    [
        lambda f, x: torch.cat([x[None], f(x)[None]]).sum(0),
        lambda f, x: torch.cat([f(x).unsqueeze(2), x.unsqueeze(2)], 2).mean(2),
        lambda f, x: torch.cat([x.view(2, 1, 8, 16), f(x).view(2, 1, 8, 16)], dim=1).sum(dim=1),
    ],
)
def test_a_concat_along_a_new_dimension_that_is_summed(run: Callable[..., Tensor]) -> None:
    model = Run(run, nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16)))
    (skip,) = visualize.trace(model, (2, 8, 16)).skips
    assert (skip.kind.value, skip.merge_type) == ("identity", "add")


def test_a_concat_that_is_summed_along_another_dimension(net: Net, x: str) -> None:
    joined = net.function("cat", x, net.conv(x), shape=(2, 8, 16, 16), **{"1": 0})
    net.function("sum", joined, shape=(2, 16, 16), **{"1": 1})
    assert [kind for kind, *_ in found(net)] == ["concat"]


def test_a_stack_is_no_merge(net: Net, x: str) -> None:
    net.function("stack", x, net.conv(x), shape=(2, *net.shape(x)))
    assert merges(net) == []


@pytest.mark.parametrize(
    ("kind", "attributes", "kinds", "scale"),
    [
        ("lerp", {"weight": 0.25}, "scaled", "0.75"),
        ("add", {"alpha": 0.1}, "identity", ""),
        ("sub", {}, "identity", ""),
        ("rsub", {}, "identity", ""),
        ("addcmul", {"value": 0.5}, "identity", ""),
        ("addcdiv", {"value": 0.5}, "identity", ""),
    ],
)
def test_other_ways_to_add(
    net: Net, x: str, kind: str, attributes: dict[str, Any], kinds: str, scale: str
) -> None:
    gain = [net.constant("gain", 8, 1, 1)] if kind.startswith("addc") else []
    net.function(kind, x, net.conv(x), *gain, **attributes)
    (skip,) = find_skips(net.graph)
    assert (skip.kind.value, skip.scale) == (kinds, scale)
    assert skip.merge_type == ("subtract" if "sub" in kind else "add")


@pytest.mark.parametrize(("kind", "scale"), [("add", "0.1"), ("lerp", "0.25"), ("rsub", "")])
def test_what_comes_second(net: Net, x: str, kind: str, scale: str) -> None:
    option = {"weight": 0.25} if kind == "lerp" else {"alpha": 0.1}
    net.function(kind, net.conv(x), x, **option)
    assert [skip.scale for skip in find_skips(net.graph)] == [scale]


@pytest.mark.parametrize("kind", ["addcmul", "addcdiv"])
def test_a_product_of_features_that_is_added(net: Net, x: str, kind: str) -> None:
    net.function(kind, x, net.conv(x, name="one"), net.function("sigmoid", x))
    assert found(net) == [("identity", "x", kind, ())]


def test_a_product_that_works_as_a_layer(net: Net, x: str) -> None:
    work = net.conv(x, name="one")
    net.function("addmm", x, work, net.constant("weight", 8, 8))
    assert found(net) == [("identity", "x", "addmm", ())]


@pytest.mark.parametrize("kind", ["index_add", "scatter_add"])
def test_what_is_added_at_some_places(net: Net, x: str, kind: str) -> None:
    some = net.function("getitem", x, shape=(1, 8, 4, 16))
    net.function(kind, x, net.conv(some), shape=net.shape(x))
    assert found(net) == [("identity", "x", kind, ())]


def test_adding_zero_first(net: Net, x: str) -> None:
    net.add(net.function("add", x, a=0), net.conv(x))
    assert found(net) == [("identity", "x", "add_1", ("add",))]


def write(net: Net, base: str, value: str, index: str) -> str:
    return net.function("setitem", base, value, shape=net.shape(base), b=["...", index])


def test_slices_that_are_written_to_a_new_tensor(net: Net, x: str) -> None:
    new = net.constant("new", 1, 8, 16, 32, buffer=True)
    base = write(net, new, x, "slice(None, 16, None)")
    write(net, base, net.conv(x), "slice(16, None, None)")
    (skip,) = find_skips(net.graph)
    assert (skip.kind.value, skip.fork, skip.merge_type) == ("concat", "x", "concat")


def test_slices_that_are_written_to_a_feature(net: Net, x: str) -> None:
    write(net, net.conv(x, name="base"), net.conv(x), "slice(None, 16, None)")
    assert merges(net) == []


class Backcast(nn.Module):
    """N-BEATS: each block subtracts what it explains; nothing reads what the last one leaves."""

    def __init__(self, *, returned: bool) -> None:
        super().__init__()
        self.returned = returned
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(3))
        self.back = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
        self.out = nn.ModuleList(nn.Linear(8, 4) for _ in range(3))

    def forward(self, x: Tensor) -> list[Tensor]:
        forecasts = []
        for block, back, out in zip(self.blocks, self.back, self.out, strict=True):
            hidden = block(x)
            x = x - back(hidden)
            forecasts.append(out(hidden))
        return [*forecasts, x] if self.returned else forecasts


class TwoStreams(nn.Module):
    """Two streams that read each other, as text and image do; only one of them is returned."""

    def __init__(self) -> None:
        super().__init__()
        self.text = nn.ModuleList(nn.Sequential(nn.Linear(16, 8), nn.ReLU()) for _ in range(2))
        self.image = nn.ModuleList(nn.Sequential(nn.Linear(16, 8), nn.ReLU()) for _ in range(2))

    def forward(self, image: Tensor, text: Tensor) -> Tensor:
        for of_text, of_image in zip(self.text, self.image, strict=True):
            both = torch.cat([image, text], -1)
            image, text = image + of_image(both), text + of_text(both)
        return image


def test_a_merge_that_no_output_reads_is_none() -> None:
    def kinds(model: nn.Module, *shapes: tuple[int, ...]) -> list[str]:
        return [skip.kind.value for skip in visualize.trace(model, list(shapes)).skips]

    assert kinds(Backcast(returned=True), (2, 8)) == ["identity"] * 3
    assert kinds(Backcast(returned=False), (2, 8)) == ["identity"] * 2
    assert kinds(TwoStreams(), (2, 8), (2, 8)) == ["identity"] * 3


def test_what_only_an_unread_merge_reads_is_unused() -> None:
    figure = visualize.draw(Backcast(returned=False), (2, 8), level="layer")
    labels = [" · ".join(box.label) for box in figure.scene.boxes]
    assert sum("unused" in label for label in labels) == 1
    assert sum(box.repeat for box in figure.scene.boxes if box.label[0] == "−") == 2
