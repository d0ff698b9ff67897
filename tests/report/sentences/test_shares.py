"""Sentences on where parameters and MACs are."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests import nets
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences import sentences


def test_the_parts_with_the_most_and_where_they_disagree() -> None:
    assert (
        "layer4: 71.8 % of parameters, 22.7 % of MACs; layer2: 4.5 % of parameters, 22.7 % of "
        "MACs; layer1: 1.3 % of parameters, 25.5 % of MACs."
    ) in written("resnet18")
    assert "layer4：参数占 71.8 %，乘加占 22.7 %；layer2：" in written("resnet18", language="zh")
    assert "classifier (last module): 89.4 % of parameters, 0.8 % of MACs;" in written("vgg16")


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)),  # even
        nn.Sequential(nn.Linear(8, 96), nn.Linear(96, 96), nn.Linear(96, 1)),  # one has all
        nn.Sequential(nn.Linear(8, 8)),
        nn.ReLU(),
    ],
)
def test_nothing_where_shares_are_even_or_one_has_all(model: nn.Module) -> None:
    assert "of MACs" not in written(model, (1, 8))


def test_equal_shares_of_both_are_written_once() -> None:
    deep = nn.Sequential(*[nn.Linear(size, out, bias=False) for size, out in
                           ((8, 40), (40, 8), (8, 4), (4, 2))])  # fmt: skip
    both = "[0]: 47.1 % of parameters and MACs; [1]: 47.1 % of parameters and MACs."
    assert both in written(deep, (1, 8))


class Comparison(nn.Module):
    """Two images in one encoder, which has nearly everything."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1),
            nn.Flatten(), nn.Linear(8 * 64, 64),
        )  # fmt: skip
        self.out = nn.Linear(64, 1)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return self.out(self.net(one) - self.net(other))


def test_a_module_that_has_nearly_everything_is_opened() -> None:
    assert (
        "net[3]: 97.8 % of parameters, 44.1 % of MACs; net[1]: 1.7 % of parameters, 49.6 % of MACs."
    ) in written(Comparison(), (1, 1, 8, 8), (1, 1, 8, 8))


@pytest.mark.parametrize(
    ("widths", "named"),
    [
        ((8, 64, 8, 4, 2), ["[0]", "[1]"]),  # as much before as after the bottleneck
        ((8, 8, 8, 8, 8, 1, 1, 1), []),  # four are alike, too many for a line
        ((8, 64, 64, 4), ["[1]"]),
    ],
)  # fmt: skip
def test_of_equal_shares_all_are_named_or_none(widths: tuple[int, ...], named: list[str]) -> None:
    layers = [nn.Linear(*sizes, bias=False) for sizes in itertools.pairwise(widths)]
    *_, last = written(nn.Sequential(*layers), (1, 8)).split("sequential. ")
    assert [word.rstrip(":") for word in last.split() if word.startswith("[")] == named


class AtTheEnd(nn.Module):
    """The last weighted layer is a function of the model itself, with half of the parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.weight = nn.Embedding(16, 8), nn.Parameter(torch.ones(2, 8))

    def forward(self, x: Tensor) -> Tensor:
        """Look up, then multiply."""
        return nn.functional.linear(self.table(x), self.weight)


def test_functions_of_the_model_itself_have_a_name() -> None:
    summary = visualize.summarize(AtTheEnd(), torch.zeros(1, 4, dtype=torch.int64))
    english = " ".join(sentences(summary, load_language("en")))
    assert "table: 88.9 % of parameters, no MACs" in english
    assert "weight (last layer): 11.1 % of parameters, 100.0 % of MACs" in english


def test_roles_of_a_transformer() -> None:
    english, chinese = written("vit_b_16"), written("vit_b_16", language="zh")
    words = "MLP: 65.5 % of parameters, 63.5 % of MACs; attention: 32.7 % of parameters, 35.8 %"
    assert words in english
    assert "MLP：参数占 65.5 %，乘加占 63.5 %；注意力：参数占 32.7 %" in chinese
    assert "encoder.layers: " not in english  # nearly all
    assert "attention:" not in written("resnet18")


def test_roles_beside_stages() -> None:
    english = written("timm:swin_tiny_patch4_window7_224")
    assert "layers[3].blocks: 50.1 % of parameters, 15.6 % of MACs; " in english
    assert "MLP: 61.1 % of parameters, 61.8 % of MACs; " in english


def test_experts() -> None:
    tokens = torch.zeros(1, 6, dtype=torch.int64)
    summary = visualize.summarize(nets.Mixture(), tokens)
    english = " ".join(sentences(summary, load_language("en")))
    assert "Experts: 2 of 4 active per token, with 960 of 1.5 k parameters (65.2 %)." in english
    large = written("hf:MixtralConfig?num_hidden_layers=1")
    assert "active per token, with 656.5 million of 1.7 billion parameters" in large
    assert "Experts" not in written("vit_b_16")


def test_without_parameters_macs_alone_are_shared() -> None:
    layers = nn.Sequential(nn.Linear(64, 32), nn.Linear(32, 8), nn.Linear(8, 2))
    quantized = torch.ao.quantization.quantize_dynamic(layers, {nn.Linear}, torch.qint8)
    assert "[0]: 88.3 % of MACs." in written(quantized, (1, 64))
