"""Pages of many models: all that opens in them is the graph of all operations."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import visualize
from tests.page.checked import checked
from tests.page.pages import document
from tests.page.walk import walk
from visualize.core.choices import Level
from visualize.figure import Figure
from visualize.models import parse_inputs

pytestmark = pytest.mark.zoo

NAMES = [
    "resnet18",
    "resnet50", "densenet121", "swin_t", "mobilenet_v3_large", "efficientnet_b0", "maxvit_t",
    "raft_small", "timm:dla34", "timm:hrnet_w18", "timm:convnext_tiny", "timm:twins_svt_small",
    "hf:T5Config", "hf:LlamaConfig", "hf:BertConfig", "hf:WhisperConfig", "hf:MixtralConfig",
    "outputs/unet.py:UNet", "googlenet", "mobilenet_v3_small", "regnet_y_800mf", "convnext_tiny",
    "r3d_18", "vit_b_16", "deeplabv3_resnet50", "hf:GPT2Config",
    "hf:CLIPConfig", "hf:SamConfig", "hf:DetrConfig", "fasterrcnn_resnet50_fpn",
    "hf:MambaConfig?num_hidden_layers=2", "hf:DeepseekV3Config?num_hidden_layers=5",
    "segmentation_models_pytorch:UnetPlusPlus(encoder_weights=None)",
    'ultralytics.nn.tasks:DetectionModel(cfg="yolov8n.yaml", verbose=False)',
    "diffusers:UNet2DConditionModel(cross_attention_dim=768)", "diffusers:DiTTransformer2DModel",
]  # fmt: skip
INPUTS = {
    "outputs/unet.py:UNet": ("1,3,256,256",),
    "segmentation_models_pytorch:UnetPlusPlus(encoder_weights=None)": ("1,3,64,64",),
    'ultralytics.nn.tasks:DetectionModel(cfg="yolov8n.yaml", verbose=False)': ("1,3,64,64",),
    "diffusers:UNet2DConditionModel(cross_attention_dim=768)": (
        "sample=1,4,16,16", "timestep=1:int64", "encoder_hidden_states=1,7,768",
    ),
    "diffusers:DiTTransformer2DModel": (
        "hidden_states=1,4,32,32", "timestep=1:int64", "class_labels=1:int64<1000",
    ),
}  # fmt: skip
SETS = 50
LARGEST = 250_000  # bytes, compressed


@pytest.fixture(scope="module", params=NAMES)
def opened(request: pytest.FixtureRequest) -> tuple[Figure, dict[str, Any]]:
    """A figure and what its page is made of. Of the gallery and beyond, where it is installed."""
    name: str = request.param
    library = name.partition(":")[0].partition(".")[0]
    if library in ("segmentation_models_pytorch", "ultralytics", "diffusers"):
        pytest.importorskip(library)
    figure = visualize.draw(name, example(name))
    return figure, document(figure)


def example(name: str) -> tuple[int, ...] | dict[str, Any] | None:
    """Inputs of a model that has none of its own."""
    if name not in INPUTS:
        return None
    inputs = parse_inputs(INPUTS[name])
    return inputs.kwargs or inputs.args


def test_all_opened_is_the_figure_of_single_operations(
    opened: tuple[Figure, dict[str, Any]],
) -> None:
    figure, page = opened
    walked = walk(page)
    places = {one.id: place for place, one in enumerate(figure.architecture.operations)}
    whole = figure.simplifier.to(Level.OP, folded=False)
    # Boxes of different levels may share the sizes that two of them read in another way.
    silent = {places[node] for box in whole.boxes for node in box.silent}

    def saying(operations: Iterable[int]) -> tuple[int, ...]:
        return tuple(one for one in operations if one not in silent)

    named = {box.id: saying(places[node] for node in box.members) for box in whole.boxes}
    assert sorted(one for box in walked.boxes for one in box) == list(range(len(places)))
    assert sorted(map(saying, walked.boxes)) == sorted(named.values())
    arrows = {(saying(start), saying(end)) for start, end in walked.arrows}
    assert arrows == {(named[source], named[end]) for source, end, _ in whole.wires}
    assert len(zlib.compress(json.dumps(page).encode(), 9)) < LARGEST


@pytest.mark.skipif(not shutil.which("node"), reason="no Node")
def test_any_set_of_boxes_can_be_open(
    opened: tuple[Figure, dict[str, Any]], tmp_path: Path
) -> None:
    _, page = opened
    assert checked(page, tmp_path, SETS) == []
