"""Rules of a reader's own, what they cannot hide, and their cost."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests.formulas import Formula
from tests.owners import misplaced
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.simplify import simplify


def test_a_rule_of_ones_own() -> None:
    squared = visualize.activation("squared ReLU", lambda x: max(x, 0) ** 2)

    def match(view: visualize.View, node: str) -> visualize.Match | None:
        before = view.only_source(node)
        if view.kind(node) == "sin" and before and view.kind(before) == "cos":
            return visualize.Match(frozenset({before}), ("wave", "sin of cos"))
        return None

    def first(model: nn.Module) -> list[tuple[str, ...]]:
        rules = (squared, visualize.Rule("wave", match))
        figure = visualize.draw(model, (1, 6, 8), level="layer", idioms=rules)
        return [box.label for box in figure.scene.boxes]

    assert first(Formula(lambda x: x.relu() ** 2))[1] == (
        "Linear, 8 → 8",
        "squared ReLU · 72 params",
    )
    assert ("wave", "sin of cos") in first(Formula(lambda x: x.cos().sin()))
    assert not any("wave" in label for label in first(Formula(lambda x: x.sin().cos())))


def _fails(view: visualize.View, node: str) -> visualize.Match | None:
    raise KeyError(node)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (visualize.Rule("wave", _fails), "rule 'wave': raised KeyError at "),
        (visualize.Rule("wave", lambda view, node: {node}), "returned an object of type set"),
        (3, "idioms must be rules, not int"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(rule: visualize.Rule, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        visualize.draw(Formula(lambda x: x.cos().sin()), (1, 6, 8), idioms=[rule])


def test_a_rule_cannot_hide_a_residual_connection_or_an_input() -> None:
    def everything(view: visualize.View, node: str) -> visualize.Match | None:
        nodes = frozenset(box.id for box in view.diagram.boxes)
        return visualize.Match(nodes) if not view.users(node) else None

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return (x + self.layer(x)).relu()

    exact = visualize.trace(Residual(), (1, 6, 8))
    rules = (visualize.Rule("all", everything),)
    assert [box.type for box in simplify(exact, Level.LAYER, idioms=rules).boxes] == [
        box.type for box in simplify(exact, Level.LAYER).boxes
    ]


def test_idioms_cost_is_linear() -> None:
    """Twice the layers, about twice the questions that rules ask."""

    def asked(depth: int) -> int:
        count = 0

        def match(view: visualize.View, node: str) -> None:
            nonlocal count
            count += sum(len(inside) for _, inside in view.regions(node, lambda _: True))

        layers = [nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(depth)]
        exact = visualize.trace(nn.Sequential(*layers), (1, 6, 8))
        simplify(exact, Level.LAYER, idioms=(visualize.Rule("none", match),))
        return count

    assert asked(200) < 2.5 * asked(100)


class Attention(nn.Module):
    """Attention with two heads, written out or as one function."""

    def __init__(self, *, as_function: bool) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(16, 16) for _ in range(4))
        self.as_function = as_function

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        projected = self.query(x), self.key(memory), self.value(memory)
        query, key, value = (each.unflatten(-1, (2, 8)).transpose(1, 2) for each in projected)
        if self.as_function:
            mixed = F.scaled_dot_product_attention(query, key, value)
        else:
            mixed = (query @ key.transpose(-1, -2) / 8**0.5).softmax(-1) @ value
        return self.out(mixed.transpose(1, 2).flatten(2))


class Decoder(nn.Module):
    """Learned queries that attend to each other, and then to what is given."""

    def __init__(self, *, as_function: bool, queries: str) -> None:
        super().__init__()
        self.queries, self.given = queries, nn.Linear(8, 16)
        self.learned = nn.Parameter(torch.randn(5, 16))
        self.prepare = nn.Linear(16, 16)
        self.among, self.across = (Attention(as_function=as_function) for _ in range(2))
        self.norm = nn.LayerNorm(16)

    def forward(self, x: Tensor) -> Tensor:
        learned = self.learned.expand(x.shape[0], -1, -1)
        hidden = torch.zeros_like(learned) if self.queries == "added" else learned
        if self.queries == "prepared":
            hidden = self.prepare(hidden)
        hidden = self.norm(hidden + self.among(hidden + learned, hidden + learned))
        return hidden + self.across(hidden + learned, self.given(x))


@pytest.mark.parametrize("as_function", [True, False])
@pytest.mark.parametrize("queries", ["added", "prepared", "plain"])
def test_attention_among_learned_queries_is_in_boxes_of_its_own(
    as_function: bool, queries: str
) -> None:
    model = Decoder(as_function=as_function, queries=queries)
    exact = visualize.trace(model, (1, 7, 8))
    assert misplaced(exact) == []
    boxes = visualize.draw(exact, level="layer").scene.boxes
    layers = [box for box in boxes if "16 → " in " ".join(box.label)]
    assert len(layers) == 8 + (queries == "prepared")
    assert sum("attention" in box.label[0] for box in boxes) == 2


def test_transformer_decoder_with_learned_queries() -> None:
    class Queries(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.learned = nn.Parameter(torch.randn(1, 5, 16))
            layer = nn.TransformerDecoderLayer(16, 2, 32, batch_first=True)
            self.decoder = nn.TransformerDecoder(layer, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.decoder(self.learned, x)  # type: ignore[no-any-return]

    exact = visualize.trace(Queries(), (1, 7, 16))
    assert misplaced(exact) == []
    labels = [box.label[0] for box in visualize.draw(exact, level="layer").scene.boxes]
    assert sum("attention" in label for label in labels) == 4


def test_a_rule_hides_no_layer_of_another_module() -> None:
    def match(view: visualize.View, node: str) -> visualize.Match | None:
        before = view.only_source(node)
        ends = view.kind(node) == "sin" and before is not None
        return visualize.Match(frozenset({before}), ("wave",)) if ends and before else None

    class Sine(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.sin()

    class Wave(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x).sin()

    def first(model: nn.Module) -> list[str]:
        figure = visualize.draw(model, (1, 8), level="layer", idioms=[visualize.Rule("w", match)])
        return [box.label[0] for box in figure.scene.boxes[1:-1]]

    assert first(nn.Sequential(nn.Linear(8, 8), Sine())) == ["Linear, 8 → 8", "sin"]
    assert first(nn.Sequential(Wave(), nn.Linear(8, 2)))[0] == "wave"
