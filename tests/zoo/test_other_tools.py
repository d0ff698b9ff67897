"""What torchinfo, fvcore and ptflops print for models of many kinds, derived from our graph.

Each tool counts by rules (`tests.other_tools`). What a rule makes of our graph must be exactly what
its tool prints, so that every difference from our MACs is one that docs/counting.md explains.
"""

from __future__ import annotations

import contextlib
import functools
import io
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

import visualize
from tests import other_tools
from tests.other_tools import Rule, counted
from visualize.core.architecture import Architecture, NodeKind
from visualize.core.summary import RowKind

fvcore = pytest.importorskip("fvcore.nn")
ptflops = pytest.importorskip("ptflops")
torchinfo = pytest.importorskip("torchinfo")
transformers = pytest.importorskip("transformers")

pytestmark = pytest.mark.zoo


class UNet(nn.Module):
    """A U-Net of two levels, with transposed convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.encoders = nn.ModuleList([_twice(3, 16), _twice(16, 32)])
        self.middle = _twice(32, 64)
        self.ups = nn.ModuleList(
            [nn.ConvTranspose2d(64, 32, 2, 2), nn.ConvTranspose2d(32, 16, 2, 2)]
        )
        self.decoders = nn.ModuleList([_twice(64, 32), _twice(32, 16)])
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(16, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        first = self.encoders[0](x)
        second = self.encoders[1](self.pool(first))
        x = self.ups[0](self.middle(self.pool(second)))
        x = self.ups[1](self.decoders[0](torch.cat([x, second], 1)))
        return self.head(self.decoders[1](torch.cat([x, first], 1)))


def _twice(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        convolution = nn.Conv2d(channels, outputs, 3, padding=1)
        layers += [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class Tagger(nn.Module):
    """A tag for each word, by two layers of an LSTM in both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(1000, 64)
        self.lstm = nn.LSTM(64, 128, 2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(256, 17)

    def forward(self, words: Tensor) -> Tensor:
        return self.head(self.lstm(self.embedding(words))[0])


class Experts(nn.Module):
    """A dense mixture of experts."""

    def __init__(self) -> None:
        super().__init__()
        self.router = nn.Linear(64, 4)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64)) for _ in range(4)
        )

    def forward(self, x: Tensor) -> Tensor:
        weights = nn.functional.softmax(self.router(x), -1)
        return sum(weights[..., i : i + 1] * expert(x) for i, expert in enumerate(self.experts))


class Tensors(nn.Module):
    """A model of transformers that takes and returns tensors."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor) -> Any:
        returned = self.model(tokens)
        return returned.logits if hasattr(returned, "logits") else tuple(returned[:2])


def _transformer(name: str, **sizes: Any) -> nn.Module:
    model = getattr(transformers, name)
    return Tensors(model(model.config_class(vocab_size=500, **sizes)))


SIZES = {"num_hidden_layers": 2, "hidden_size": 128, "intermediate_size": 256}
HEADS = {"num_attention_heads": 4}
IMAGE, TOKENS = torch.rand(1, 3, 224, 224), torch.arange(16).reshape(1, 16)


def _torchvision(name: str) -> tuple[Callable[[], nn.Module], Tensor]:
    return functools.partial(models.get_model, name, weights=None), IMAGE


MODELS: dict[str, tuple[Callable[[], nn.Module], Tensor]] = {
    **{
        name: _torchvision(name)
        for name in (
            "resnet18", "resnet50", "mobilenet_v3_large", "vit_b_16", "swin_t", "densenet121",
            "efficientnet_b0", "convnext_tiny",
        )
    },
    "googlenet": (lambda: models.googlenet(init_weights=False), IMAGE),
    "unet": (UNet, torch.rand(1, 3, 64, 64)),
    "tagger": (Tagger, TOKENS),
    "experts": (Experts, torch.rand(1, 5, 64)),
    "gpt2": (
        lambda: _transformer("GPT2LMHeadModel", n_layer=2, n_embd=128, n_head=4, use_cache=False),
        TOKENS,
    ),
    "bert": (lambda: _transformer("BertModel", **SIZES, **HEADS, hidden_act="relu"), TOKENS),
    "mixtral": (
        lambda: _transformer(
            "MixtralForCausalLM", **SIZES, **HEADS, num_key_value_heads=2, num_local_experts=4,
            use_cache=False,
        ),
        TOKENS,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    name: str
    model: nn.Module
    inputs: Tensor
    architecture: Architecture


@pytest.fixture(scope="module", params=MODELS)
def case(request: pytest.FixtureRequest) -> Case:
    """One model at a time: pytest runs all tests of a parameter before the next."""
    build, inputs = MODELS[request.param]
    model = build().eval()
    return Case(request.param, model, inputs, visualize.trace(model, inputs))


def by_module(case: Case, rule: Rule) -> dict[str, int]:
    """What a rule counts in each module that is one operation."""
    found: dict[str, int] = {}
    for one in case.architecture.operations:
        if one.kind is NodeKind.MODULE:
            found[one.path] = found.get(one.path, 0) + rule(case.architecture, one)
    return found


def test_fvcore(case: Case) -> None:
    analysis = fvcore.FlopCountAnalysis(case.model, case.inputs)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    assert analysis.total() == counted(case.architecture, other_tools.of_fvcore)
    theirs = analysis.by_module()
    assert by_module(case, other_tools.of_fvcore).items() <= theirs.items()


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v3_large", "densenet121", "unet"])
def test_fvcore_calls_the_outputs_of_layers_activations(name: str) -> None:
    build, inputs = MODELS[name]
    model = build().eval()
    analysis = fvcore.ActivationCountAnalysis(model, inputs).unsupported_ops_warnings(False)
    assert analysis.total() == visualize.summarize(model, inputs).total.layer_outputs


@pytest.mark.parametrize(
    ("backend", "rule"),
    [
        ("pytorch", other_tools.of_ptflops_by_module),
        ("aten", other_tools.of_ptflops_by_operator),
    ],
)
def test_ptflops(case: Case, backend: str, rule: Rule) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        macs, parameters = ptflops.get_model_complexity_info(
            case.model, (1,), input_constructor=lambda _: case.inputs, as_strings=False,
            print_per_layer_stat=False, backend=backend,
        )  # fmt: skip
    assert macs == counted(case.architecture, rule)
    trainable = sum(p.numel() for p in case.model.parameters() if p.requires_grad)
    assert parameters == trainable == case.architecture.trainable_parameters


def _of_torchinfo(case: Case) -> Any:
    with torch.no_grad():
        return torchinfo.summary(case.model, input_data=[case.inputs], verbose=0, depth=100)


def test_torchinfo(case: Case) -> None:
    statistics = _of_torchinfo(case)
    rule = other_tools.of_torchinfo
    assert statistics.total_mult_adds == counted(case.architecture, rule)
    paths = {module: path for path, module in case.model.named_modules()}
    leaves = [info for info in statistics.summary_list if info.is_leaf_layer]
    theirs = {paths[info.module]: info.macs for info in leaves}
    ours = by_module(case, rule)
    assert {path: macs for path, macs in ours.items() if macs}.items() <= theirs.items()


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "googlenet", "unet", "tagger"])
def test_torchinfo_takes_twice_the_outputs_of_layers_with_parameters_for_memory(name: str) -> None:
    build, inputs = MODELS[name]
    model = build().eval()
    summary = visualize.summarize(model, inputs, depth=100)
    with torch.no_grad():
        statistics = torchinfo.summary(model, input_data=[inputs], verbose=0, depth=100)
    rows = [row for row in summary.rows if row.weight and row.kind is RowKind.LAYER]
    # Of several outputs it takes the first: the states of the LSTM are left out.
    outputs = [replace(row, outputs=row.outputs[:1]) for row in rows]
    assert statistics.total_output_bytes == 2 * sum(row.output_bytes for row in outputs)
    unused = sum(row.bytes for row in summary.rows if row.kind is RowKind.UNUSED)
    assert statistics.total_param_bytes == summary.total.bytes - unused
    # It measures its list of inputs in Python as well.
    assert 0 <= statistics.total_input - summary.total.input_bytes < 100


def test_torchinfo_counts_the_parameters_of_tied_layers_again(case: Case) -> None:
    tied = [
        math.prod(shape)
        for group in case.architecture.tied
        for name in group[1:]
        for shape in [case.model.get_parameter(name).shape]
    ]
    assert bool(tied) == (case.name == "gpt2")
    assert _of_torchinfo(case).total_params == case.architecture.parameters + sum(tied)
