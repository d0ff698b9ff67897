"""Sentences: facts that differ from model to model."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
import visualize.report
from tests import nets as models
from tests.nets import Scaled
from visualize.core.summary import Summary
from visualize.report.language import load_language
from visualize.report.sentences import sentences


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


def written(model: nn.Module, *shapes: tuple[int, ...], language: str = "en") -> str:
    """All sentences about ``model``."""
    summary = visualize.summarize(model, [torch.empty(shape) for shape in shapes])
    return " ".join(sentences(summary, load_language(language)))


def test_where_parameters_are(resnet18: Summary) -> None:
    english = " ".join(sentences(resnet18, load_language("en")))
    assert "Parameters: layer4 71.8 %, layer3 18.0 %, fc (last layer) 4.4 %." in english
    chinese = " ".join(sentences(resnet18, load_language("zh")))
    assert "参数分布：layer4 占 71.8 %，layer3 占 18.0 %，末层 fc 占 4.4 %。" in chinese
    vgg = " ".join(sentences(visualize.summarize("vgg16"), load_language("en")))
    assert "Parameters: classifier (last module) 89.4 %" in vgg
    assert "5 convolutional stages: features[0–2] (2 convs, 64×224×224)" in vgg
    assert "3 linear layers: classifier." in vgg


def test_stages_and_shortcuts(resnet18: Summary) -> None:
    english = " ".join(sentences(resnet18, load_language("en")))
    assert "8 blocks in 4 stages: layer1 (2 BasicBlocks, 64×56×56), layer2" in english
    assert "8 skip connections: 5 identity, 3 projection." in english
    assert "Projection shortcuts: 173,824 parameters (1.5 %) and 19.27 M MACs (1.1 %)." in english
    plain = written(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (1, 4))
    assert "No skip connections." in plain
    assert "No repeated blocks." in plain
    assert "rojection" not in plain


def test_sentences_about_small_models() -> None:
    assert "No parameters." in written(nn.ReLU(), (1, 4))
    assert "No weighted layers." in written(nn.BatchNorm2d(4), (1, 4, 2, 2))
    one = written(nn.Sequential(nn.Linear(4, 4)), (1, 4))
    assert "Depth: 1 weighted layer on the longest path." in one
    assert "Purely sequential." in one
    assert "2 skip connections, all across resolutions: 2 concat." in written(
        models.UNet(), (1, 3, 32, 32)
    )


class AtTheEnd(nn.Module):
    """The last weighted layer is a function of the model itself."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.weight = nn.Linear(4, 8), nn.Parameter(torch.ones(2, 8))

    def forward(self, x: Tensor) -> Tensor:
        """Multiply twice."""
        return nn.functional.linear(self.first(x), self.weight)


def test_functions_of_the_model_itself_have_a_name() -> None:
    sentence = written(AtTheEnd(), (1, 4))
    assert "48 MACs: first 66.7 %, linear (last layer) 33.3 %." in sentence
    assert "Parameters: first 71.4 %, weight 28.6 %." in sentence


@pytest.mark.parametrize(
    ("trainable", "words"),
    [(0, "75 parameters, all frozen"), (1, "75 parameters, 43 of them frozen")],
)
def test_the_number_of_frozen_parameters(trainable: int, words: str) -> None:
    model = Scaled()
    for parameter in list(model.parameters())[trainable:]:
        parameter.requires_grad_(False)
    assert words in sentences(visualize.summarize(model, (1, 4)), load_language("en"))[0]
