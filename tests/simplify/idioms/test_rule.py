"""Rules of a reader's own, what they cannot hide, and their cost."""

from __future__ import annotations

import pytest
from torch import Tensor, nn

import visualize
from tests.formulas import Formula
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

    assert first(Formula(lambda x: x.relu() ** 2))[1] == ("Linear, 8 → 8", "squared ReLU · 72")
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
