"""Side boxes: layers on constants, learned tokens and noise, and what belongs to other boxes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
import torch
from hypothesis import given
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests.diagrams import at_every_level, at_random
from tests.formulas import assert_whole
from tests.graphs import architectures
from visualize.core.architecture import Architecture, NodeKind
from visualize.core.choices import Level
from visualize.core.dataflow import Dataflow
from visualize.scene.build import build_scene
from visualize.simplify import simplify

Arrows = list[tuple[str, str]]


class Net(nn.Module):
    """Modules and tensors by name, and a function of them and the inputs."""

    def __init__(self, forward: Callable[..., Tensor], **parts: Any) -> None:
        super().__init__()
        self.function = forward
        for name, part in parts.items():
            if isinstance(part, Tensor) and not isinstance(part, nn.Parameter):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


def drawn(model: nn.Module, *shape: int, level: str = "layer") -> tuple[dict[str, str], Arrows]:
    """The boxes, their first lines with the others, and the first lines that arrows join."""
    architecture = visualize.trace(model.eval(), shape)
    assert_whole(architecture, simplify(architecture, Level(level)))
    scene = visualize.draw(architecture, level=level).scene
    names = {box.id: box.label[0] for box in scene.boxes}
    labels = {box.label[0]: " · ".join(box.label[1:]) for box in scene.boxes}
    return labels, [(names[arrow.source], names[arrow.target]) for arrow in scene.arrows]


def mlp(*sizes: int) -> nn.Sequential:
    layers = [nn.Linear(one, other) for one, other in itertools.pairwise(sizes)]
    return nn.Sequential(layers[0], nn.ReLU(), *layers[1:])


def parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.rand(shape))


class TestLayersOnConstants:
    def test_a_filter_network_on_a_grid(self) -> None:
        grid = torch.linspace(-1, 1, 6)[:, None]
        net = Net(
            lambda m, x: m.a(x) * (m.filter(m.grid) * torch.exp(-m.grid)),
            a=nn.Linear(8, 8), filter=mlp(1, 16, 8), grid=grid,
        )  # fmt: skip
        boxes, arrows = drawn(net, 1, 6, 8)
        assert boxes["Linear, 1 → 16"] == "ReLU · 32 params"
        assert boxes["Linear, 16 → 8"].endswith("136 params")
        assert boxes["Linear, 8 → 8"] == "72 params"
        assert boxes["×"] == ""
        assert ("Linear, 1 → 16", "Linear, 16 → 8") in arrows
        assert ("Linear, 16 → 8", "×") in arrows

    def test_a_network_that_makes_the_weights_of_a_convolution(self) -> None:
        net = Net(
            lambda m, x: F.conv2d(x, m.maker(m.code).view(4, 3, 3, 3)),
            code=parameter(1, 5), maker=mlp(5, 7, 108),
        )  # fmt: skip
        boxes, arrows = drawn(net, 1, 3, 8, 8)
        assert boxes["code, 5"] == ""
        assert ("code, 5", "Linear, 5 → 7") in arrows
        assert any(source == "Linear, 7 → 108" and "conv" in target for source, target in arrows)

    def test_a_module_without_layers_is_one_box(self) -> None:
        boxes, arrows = drawn(Net(lambda m, x: x * m.kernel(6), kernel=Kernel()), 1, 4, 6)
        assert boxes["Kernel"] == "48 params"
        assert ("Kernel", "×") in arrows

    def test_a_bias_in_each_block_folds_with_it(self) -> None:
        def attend(m: Any, x: Tensor) -> Tensor:
            scores = m.q(x) @ m.k(x).transpose(-1, -2) + m.bias(m.grid)[..., 0]
            return x + scores.softmax(-1) @ m.v(x)

        grid = torch.rand(6, 6, 1)
        parts = [
            {"q": nn.Linear(8, 8), "k": nn.Linear(8, 8), "v": nn.Linear(8, 8), "bias": mlp(1, 4, 1)}
            for _ in range(3)
        ]
        net = nn.Sequential(*(Net(attend, grid=grid, **part) for part in parts))
        architecture = visualize.trace(net, (1, 6, 8))
        repeats = [box.repeat for box in visualize.draw(architecture, level="layer").scene.boxes]
        assert repeats.count(3) == len(repeats) - 2  # all but the input and the output

    def test_an_adjacency_that_is_learned(self) -> None:
        """Graph WaveNet: an activation is behind the product, so it is no low-rank weight."""
        net = Net(
            lambda m, x: x @ torch.relu(m.one @ m.other), one=parameter(6, 2), other=parameter(2, 6)
        )
        boxes, arrows = drawn(net, 1, 4, 6)
        assert boxes["one, 6×2"] == boxes["other, 2×6"] == "12 params"
        assert ("one, 6×2", "matmul") in arrows

    def test_equal_layers_in_a_row_are_not_parallel(self) -> None:
        net = Net(lambda m, x: x * m.filter(m.grid), filter=mlp(4, 4, 4, 4, 4), grid=torch.rand(4))
        boxes, _ = drawn(net, 1, 4)
        assert not any("parallel" in line for line in boxes.values())


class Kernel(nn.Module):
    """A kernel computed from several parameters, as those of state space models."""

    def __init__(self) -> None:
        super().__init__()
        self.rate, self.scale = parameter(4, 6), parameter(4, 6)

    def forward(self, length: int) -> Tensor:
        powers = torch.exp(-self.rate[..., None] * torch.arange(length))
        return torch.einsum("hn,hnl->hl", self.scale * self.rate, powers)


class TestTokens:
    def test_a_class_token_meets_the_data_in_a_concat(self) -> None:
        def join(m: Any, x: Tensor) -> Tensor:
            tokens = m.class_token.expand(x.shape[0], -1, -1)
            return m.b(torch.cat([tokens, m.a(x)], 1) + m.pos)

        net = Net(
            join, class_token=parameter(1, 1, 8), pos=parameter(1, 6, 8), a=nn.Linear(3, 8),
            b=nn.Linear(8, 8),
        )  # fmt: skip
        boxes, arrows = drawn(net, 2, 5, 3)
        assert boxes["class token, 8"] == ""
        assert boxes["Linear, 3 → 8"] == "32 params"
        assert boxes["‖"] == "+ pos"
        assert ("class token, 8", "‖") in arrows

    def test_a_token_that_is_written_to_a_slice(self) -> None:
        def write(m: Any, x: Tensor) -> Tensor:
            out = torch.zeros(x.shape[0], 6, 8)
            out[:, :1] = m.token
            out[:, 1:] = m.a(x)
            return m.b(out)

        net = Net(write, token=parameter(1, 1, 8), a=nn.Linear(3, 8), b=nn.Linear(8, 2))
        boxes, arrows = drawn(net, 2, 5, 3)
        assert boxes["token, 8"] == ""
        assert "token, 8" in [source for source, _ in arrows]

    def test_a_token_in_a_module_of_its_own(self) -> None:
        class Register(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.weight = parameter(2, 8)

            def forward(self, batch: int) -> Tensor:
                return self.weight.expand(batch, -1, -1)

        net = Net(
            lambda m, x: torch.cat([m.register(x.shape[0]), m.a(x)], 1),
            register=Register(), a=nn.Linear(3, 8),
        )  # fmt: skip
        boxes, arrows = drawn(net, 2, 5, 3)
        assert boxes["register, 2×8"] == "16 params"
        assert ("register, 2×8", "‖") in arrows

    def test_tokens_with_different_names_are_no_copies(self) -> None:
        def join(m: Any, x: Tensor) -> Tensor:
            return torch.cat([m.first, m.second, x], 1)

        boxes, _ = drawn(Net(join, first=parameter(1, 1, 8), second=parameter(1, 1, 8)), 1, 5, 8)
        assert {"first, 8", "second, 8"} <= set(boxes)

    def test_a_learned_query_and_a_learned_state(self) -> None:
        attention = nn.MultiheadAttention(8, 2, batch_first=True)
        net = Net(
            lambda m, x: m.attend(m.query, x, x)[0], attend=attention, query=parameter(1, 3, 8)
        )
        assert ("query, 3×8", "multi-head attention, 2 heads") in drawn(net, 1, 5, 8)[1]
        net = Net(
            lambda m, x: m.rnn(x, m.state)[0],
            rnn=nn.GRU(8, 4, batch_first=True), state=parameter(1, 1, 4),
        )  # fmt: skip
        assert ("state, 4", "GRU, 8 → 4") in drawn(net, 1, 5, 8)[1]

    def test_learned_queries_have_layers(self) -> None:
        def read(m: Any, x: Tensor) -> Tensor:
            q = m.q(m.norm(m.latents)).expand(x.shape[0], -1, -1)
            return m.o(F.scaled_dot_product_attention(q, m.k(x), m.v(x)))

        layers = {name: nn.Linear(8, 8) for name in "qkvo"}
        boxes, arrows = drawn(
            Net(read, latents=parameter(4, 8), norm=nn.LayerNorm(8), **layers), 2, 5, 8
        )
        assert boxes["latents, 4×8"] == "32 params"
        assert ("latents, 4×8", "LayerNorm") in arrows


class TestNoise:
    @at_every_level
    def test_noise_is_added(self, level: Level) -> None:
        net = Net(lambda m, x: m.b(add_noise(m.a(x))), a=nn.Linear(4, 6), b=nn.Linear(6, 2))
        boxes, _ = drawn(net, 1, 4, level=level.value)
        words = [f"{first} · {rest}" for first, rest in boxes.items()]
        assert sum("+ noise" in word for word in words) == 1
        assert not any("×" in word for word in words)

    def test_noise_scales_a_deviation(self) -> None:
        net = Net(
            lambda m, x: m.mu(x) + torch.randn_like(m.mu(x)) * m.sigma(x).exp(),
            mu=nn.Linear(6, 2), sigma=nn.Linear(6, 3 - 1),
        )  # fmt: skip
        boxes, arrows = drawn(net, 1, 6)
        assert "× noise" in boxes["exp"]
        assert ("exp", "+") in arrows

    def test_noise_that_is_concatenated_or_has_layers(self) -> None:
        def make(m: Any, x: Tensor) -> Tensor:
            noise = torch.randn(x.shape[0], 3)
            return torch.cat([m.a(x), noise], 1) * m.b(torch.rand(x.shape[0], 5))

        _, arrows = drawn(Net(make, a=nn.Linear(4, 4), b=nn.Linear(5, 7)), 2, 4)
        assert {("noise, 3", "‖"), ("noise, 5", "Linear, 5 → 7"), ("Linear, 5 → 7", "×")} <= set(
            arrows
        )

    def test_noise_that_is_not_added_or_multiplied(self) -> None:
        def draw(m: Any, x: Tensor) -> Tensor:
            h = m.a(x)
            return torch.addcmul(h, torch.randn(1, 4), h.exp()).maximum(torch.rand_like(h))

        _, arrows = drawn(Net(draw, a=nn.Linear(4, 4)), 1, 4)
        assert {("noise, 4", "addcmul"), ("noise, 4", "maximum")} <= set(arrows)

    def test_a_difference_with_noise(self) -> None:
        boxes, _ = drawn(Net(lambda m, x: m.a(x) - torch.randn_like(x), a=nn.Linear(4, 4)), 1, 4)
        assert "− noise" in boxes


def add_noise(x: Tensor) -> Tensor:
    return x + 0.1 * torch.randn_like(x)


class TestNoSideBoxes:
    """What belongs to the operation that it serves."""

    @pytest.mark.parametrize(
        "forward",
        [
            lambda m, x: m.a(x) + m.table,
            lambda m, x: m.a(x) + m.table[torch.arange(8)],
            lambda m, x: m.a(x) * torch.exp(m.table).clamp(max=2),
            lambda m, x: F.layer_norm(m.a(x), (8,), weight=1 + m.table),
            lambda m, x: F.linear(m.a(x), m.one @ m.other),
            lambda m, x: F.linear(m.a(x), m.one.T.reshape(8, 2) @ m.other / m.other.norm()),
            lambda m, x: m.a(x) + m.lookup(torch.arange(1)),
        ],
        ids=["added", "looked up", "scaled", "norm", "low rank", "normalized", "embedding"],
    )
    def test_weights_and_tables(self, forward: Callable[..., Tensor]) -> None:
        net = Net(
            forward, a=nn.Linear(4, 8), table=parameter(8), one=parameter(8, 2),
            other=parameter(2, 8), lookup=nn.Embedding(4, 8),
        )  # fmt: skip
        boxes, arrows = drawn(net, 1, 4)
        entered = {target for _, target in arrows}
        assert [box for box in boxes if box not in entered] == ["x 4"]

    def test_a_norm_says_nothing_of_its_weight(self) -> None:
        net = Net(
            lambda m, x: F.layer_norm(m.a(x), (8,), weight=1 + m.gain),
            a=nn.Linear(4, 8), gain=parameter(8),
        )  # fmt: skip
        assert drawn(net, 1, 4)[0]["Linear, 4 → 8"] == "LayerNorm · 48 params"


class TestUnread:
    """What no output reads says nothing; a layer is a box of its own all the same."""

    def test_statistics_of_data(self) -> None:
        def keep(m: Any, x: Tensor) -> Tensor:
            h = m.a(x) + m.b(x)
            m.spread = torch.std(h, 0) + 0.1
            m.active = (torch.relu(h) * m.gain).flatten(1).max(1)[0]
            return m.c(h)

        net = Net(keep, a=nn.Linear(4, 8), b=nn.Linear(4, 8), c=nn.Linear(8, 2), gain=torch.ones(8))
        boxes, _ = drawn(net, 5, 4)
        assert boxes["+"] == ""
        assert [box for box in boxes if box.startswith("x")] == ["x 4"]

    def test_an_input_has_its_own_shape(self) -> None:
        def watch(m: Any, x: Tensor) -> Tensor:
            m.largest = x.flatten(1).max(1)[0] + m.bias
            return m.a(x)

        boxes, _ = drawn(Net(watch, a=nn.Conv2d(3, 4, 3), bias=torch.ones(1)), 1, 3, 8, 8)
        assert list(boxes) == ["image 3×8×8", "3×3 conv, 4", "output 4×6×6"]

    def test_a_layer(self) -> None:
        def keep(m: Any, x: Tensor) -> Tensor:
            h = m.a(x)
            m.kept = m.extra(h)
            return m.b(h)

        net = Net(keep, a=nn.Linear(4, 8), b=nn.Linear(8, 2), extra=nn.Linear(8, 3))
        boxes, _ = drawn(net, 1, 4)
        assert boxes["Linear, 8 → 3"] == "unused · 27 params"
        assert boxes["Linear, 8 → 2"] == "18 params"


@pytest.mark.parametrize(
    ("forward", "start", "layer"),
    [
        (lambda m, x: F.conv2d(m.start, m.style(x).view(4, 8, 1, 1)), (1, 8, 4, 4), "1×1 conv, 4"),
        (
            lambda m, x: F.conv2d(m.start.relu(), m.style(x).view(32, 1, 1, 1), groups=8),
            (1, 8, 4, 4),
            "1×1 depthwise conv, 32",
        ),
        (lambda m, x: F.linear(m.start, m.style(x).view(4, 8)), (3, 8), "Linear, 8 → 4"),
    ],
)
def test_what_a_layer_with_computed_weights_works_on_has_a_box(
    forward: Callable[..., Tensor], start: tuple[int, ...], layer: str
) -> None:
    boxes, arrows = drawn(Net(forward, start=parameter(*start), style=nn.Linear(5, 32)), 1, 5)
    (name,) = (box for box in boxes if box.startswith("start"))
    assert f"{torch.Size(start).numel()}" in boxes[name]
    assert (name, layer) in arrows
    assert boxes["Linear, 5 → 32"] == "192 params"


@at_every_level
@at_random
@given(architecture=architectures())
def test_words_are_of_live_operations_on_data(level: Level, architecture: Architecture) -> None:
    """A box that says "+ table" holds a sum with that table which an output reads."""
    live = Dataflow.of(architecture).live
    scene = build_scene(simplify(architecture, level, folded=False), level.value)
    constants: dict[str, set[str]] = {}
    for one in architecture.operations:
        if one.kind is NodeKind.CONSTANT:
            name = one.path.rpartition(".")[2].replace("_", " ")
            constants.setdefault(name, set()).add(one.id)
    for box in scene.boxes:
        for word in " · ".join(box.label).split(" · "):
            sign, _, name = word.partition(" ")
            if sign in ("+", "×", "‖") and name in constants:
                # Of a layer that nothing reads, all that follows is unread as well.
                heard = live.intersection(box.members) or box.members
                assert any(_joins(architecture, one, constants[name]) for one in heard), word


def _joins(exact: Architecture, node: str, constants: set[str]) -> bool:
    works = exact.operation(node).type in ("add", "mul", "cat")
    return works and not constants.isdisjoint(nx.ancestors(exact.graph, node))
