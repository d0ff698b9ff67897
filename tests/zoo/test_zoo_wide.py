"""Models beyond torchvision's classifiers: whatever they are made of, traced exactly.

Deselected by default; ``pytest -m zoo -n 2`` runs it. The measure of all MACs is what torch's own
counter finds in a plain run of the same model.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torchvision import models

import visualize
from tests.agreement import disagreements
from tests.depths import assert_depth_adds_up
from tests.huggingface_models import MODELS as TRANSFORMERS
from tests.owners import misplaced
from tests.timm_models import TIMM_MODELS
from tests.zoo.test_zoo import (
    ARGUMENTS,
    CLASSIFICATION,
    OPS_DIGITS,
    measured_macs,
    measured_macs_without_values,
)
from visualize.compare import compare
from visualize.core.architecture import Architecture
from visualize.core.example import Example
from visualize.models import LoadedModel, load_model
from visualize.tracing import Inputs

pytestmark = [pytest.mark.zoo, pytest.mark.filterwarnings("ignore:TF32 acceleration")]

# What fails, as "source:name", and why. A test that is listed must fail. The aim: an empty table.
FAILURES: dict[str, str] = {}
with contextlib.suppress(PackageNotFoundError):
    if version("transformers") == "5.24.0":
        FAILURES["hf:llama4"] = "it asks its text model for image outputs, which that has not"

OTHERS = sorted(set(models.list_models()) - set(CLASSIFICATION))
DETECTION = models.list_models(module=models.detection)

# What the run never touches. All other models of torchvision use every parameter.
UNUSED = {"quantized_googlenet": ("aux1", "aux2"), "quantized_inception_v3": ("AuxLogits",)}

# Which weights a detector has decides how many boxes it looks into, and how many objects it masks.
# As many were found with the published ones when their operations were counted.
FOUND = {
    "fasterrcnn_mobilenet_v3_large_320_fpn": {"box": 0},
    "fasterrcnn_mobilenet_v3_large_fpn": {"box": 0},
    "fasterrcnn_resnet50_fpn": {"box": 1000},
    "maskrcnn_resnet50_fpn": {"box": 1000, "mask": 0},
}

# Without any skip connection. All other models of transformers have some.
PLAIN = ("superpoint",)

# What they compute depends on values; all others are traced without any.
NEED_VALUES = (
    "dbrx", "deberta", "encodec", "idefics2", "idefics3", "led", "longformer", "mimi", "mistral3",
    "pix2struct", "smolvlm", "superpoint", "vilt", "vits", "voxtral",
)  # fmt: skip

# They read sizes or lengths out of their inputs as numbers, which is noted.
READ_VALUES = (
    "glm4v", "llava_next", "llava_onevision", "qwen2_5_vl", "qwen2_vl", "qwen3_vl", "xlm",
)  # fmt: skip

# Four or more inputs, heads or towers side by side are wider than a page, whatever the level.
TOO_WIDE = (
    "autoformer", "bridgetower", "deformable_detr", "grounding_dino", "informer",
    "time_series_transformer",
)  # fmt: skip

# What works by Fourier transforms or solves equations, which MACs do not include: a note says so.
UNCOUNTED = ("autoformer", "fnet", "qwen3_next")

# What is still wrong with a figure: the colours of a fifth stage, room for a panel that no block
# fits, level parts of arrows to one box that lie on each other.
NO_PANEL = ("hrnet", "pnasnet", "ssd300_vgg16", "glm4v")
UPON_EACH_OTHER = ("instructblip",)
FLAWS = {
    **{name: {"closed blocks"} for name in NO_PANEL},
    **{name: {"arrow over arrow"} for name in UPON_EACH_OTHER},
}

LLAMA_405B = (
    "hf:LlamaConfig?hidden_size=16384&intermediate_size=53248&num_hidden_layers=126"
    "&num_attention_heads=128&num_key_value_heads=8&vocab_size=128256"
    "&max_position_embeddings=131072"
)
DEEPSEEK_671B = "hf:DeepseekV3Config"
MOST_MEMORY = 1.5e9 / 1024  # in KiB, as Linux tells it


def cases(source: str, names: Iterable[str]) -> list[Any]:
    """One parameter of a test for each of ``names``."""
    keys = {name: f"{source}:{name}" for name in names}
    fails = {
        name: pytest.mark.xfail(reason=FAILURES[key], strict=True)
        for name, key in keys.items()
        if key in FAILURES
    }
    return [pytest.param(name, id=key, marks=fails.get(name, ())) for name, key in keys.items()]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be downloaded."""

    def connect(*_: object) -> None:
        raise AssertionError("something was to be downloaded")

    monkeypatch.setattr("socket.socket.connect", connect)


def trace(loaded: LoadedModel) -> Architecture:
    """Trace ``loaded``, and see that each of its parameters and layers is counted once."""
    torch.manual_seed(0)  # for models that draw at random how much they compute
    architecture = visualize.trace(loaded)
    counted = sum(layer.parameters for layer in architecture.operations)
    assert counted + architecture.unused_parameters == architecture.parameters
    assert architecture.parameters == sum(p.numel() for p in loaded.model.parameters())
    assert misplaced(architecture) == []
    assert_depth_adds_up(architecture)
    assert not compare(architecture, architecture)
    return architecture


def measured_macs_with_values(model: nn.Module, example: Example | None) -> Any:
    """What torch counts in a real run; how values are rounded may decide what a model does."""
    torch.manual_seed(0)
    macs = measured_macs(model, Inputs.of(example).with_values())
    return pytest.approx(macs, rel=0.02)


# torchvision


@pytest.mark.parametrize("name", cases("torchvision", OTHERS))
def test_torchvision(name: str):
    loaded = load_model(name)
    architecture = trace(loaded)
    assert architecture.unused_modules == UNUSED.get(name, ())
    if name in DETECTION:
        assert architecture.macs == measured_macs_with_values(loaded.rebuild(), loaded.example)
    else:
        assert architecture.macs == measured_macs_without_values(loaded)
    if name not in ARGUMENTS:  # published with another head, which test_zoo adds
        assert_as_published(loaded.model, architecture)
    assert_one_good_page(architecture, name)


def assert_one_good_page(architecture: Architecture, name: str = ""):
    figure = visualize.draw(architecture)
    assert figure.fits_page
    assert len(figure.scene.boxes) <= 40
    assert {finding.rule for finding in figure.check()} == FLAWS.get(name, set())


def assert_as_published(model: nn.Module, architecture: Architecture):
    published = [weights.meta for weights in models.get_model_weights(architecture.name)]
    total, unused = architecture.parameters, architecture.unused_parameters
    sizes = {total, total - unused, total - backbone_norms(model)}
    assert {meta["num_params"] for meta in published} <= sizes
    macs = sum(published_macs(architecture))
    assert round(macs / 1e9, OPS_DIGITS) in {meta["_ops"] for meta in published}


def backbone_norms(model: nn.Module) -> int:
    """Parameters that many a published detector has as buffers: its backbone is frozen there."""
    norms = (part for path, part in model.named_modules() if path.startswith("backbone.body."))
    norms = (part for part in norms if isinstance(part, nn.BatchNorm2d))
    return sum(p.numel() for norm in norms for p in norm.parameters())


def published_macs(architecture: Architecture) -> Iterable[int]:
    """MACs of each layer, if as many objects were found as with the published weights."""
    found = FOUND.get(architecture.name, {})
    for layer in architecture.operations:
        head = layer.path.removeprefix("roi_heads.").partition("_")[0]
        if layer.macs and head in found:
            yield layer.macs * found[head] // layer.outputs[0].shape[0]
        else:
            yield layer.macs


# timm


def test_timm_is_covered():
    timm = pytest.importorskip("timm")
    files = (Path(timm.__file__).parent / "models").glob("[!_]*.py")
    with_models = {file.stem for file in files if "\n@register_model\n" in file.read_text()}
    assert set(TIMM_MODELS) == with_models


@pytest.mark.parametrize("file", cases("timm", TIMM_MODELS))
def test_timm(file: str):
    pytest.importorskip("timm")
    loaded = load_model(f"timm:{TIMM_MODELS[file]}")
    architecture = trace(loaded)
    assert architecture.macs == measured_macs_without_values(loaded)
    assert architecture.notes == ()
    if file not in TOO_WIDE:
        assert_one_good_page(architecture, file)
    assert list(disagreements(architecture)) == []


# transformers


def test_transformers_are_many():
    assert len({text.partition("?")[0] for text in TRANSFORMERS.values()}) >= 40


@pytest.mark.parametrize("name", cases("hf", TRANSFORMERS))
def test_transformers(name: str):
    pytest.importorskip("transformers")
    loaded = load_model(TRANSFORMERS[name])
    architecture = trace(loaded)
    assert bool(architecture.skips) != (name in PLAIN)
    assert bool(architecture.notes) == (name in (*NEED_VALUES, *READ_VALUES, *UNCOUNTED))
    if name not in TOO_WIDE:
        assert_one_good_page(architecture, name)
    assert list(disagreements(architecture)) == []
    model = loaded.rebuild()
    model.set_experts_implementation("eager")  # torch has formulas neither for grouped products
    with torch.backends.mkldnn.flags(enabled=False):  # nor for fused LSTMs
        assert architecture.macs == measured_macs_with_values(model, loaded.example)


# Scale

MEASURE = """
import collections, json, pathlib, re, sys
import visualize
from visualize.models import load_model

loaded = load_model(sys.argv[1])
architecture = visualize.trace(loaded)
parameters = sum(p.numel() for p in loaded.model.parameters())
counted = sum(layer.parameters for layer in architecture.operations)
skips = collections.Counter((skip.module, skip.kind.value) for skip in architecture.skips)
# Not ru_maxrss, which begins with what the process that started this one held.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps([architecture.parameters, parameters, counted, sorted(skips.items()), peak]))
"""


@pytest.mark.parametrize(
    ("text", "size", "layers"),
    [(LLAMA_405B, 405_853_388_800, 126), (DEEPSEEK_671B, 671_026_404_352, 61)],
    ids=["llama", "deepseek"],
)
def test_scale(text: str, size: int, layers: int):
    pytest.importorskip("transformers")
    command = [sys.executable, "-c", MEASURE, text]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    traced, built, counted, skips, peak = json.loads(run.stdout)
    assert (traced, built, counted) == (size, size, size)
    blocks = sorted(f"model.layers.{index}" for index in range(layers))
    assert skips == [[[block, "identity"], 2] for block in blocks]
    assert peak < MOST_MEMORY
