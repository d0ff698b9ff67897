"""Pages of many models: all that opens in them is the graph of all operations."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

import visualize
from tests.page.checked import checked
from tests.page.pages import document
from tests.page.walk import walk
from visualize.core.choices import Level

pytestmark = pytest.mark.zoo

NAMES = [
    "resnet50", "densenet121", "swin_t", "mobilenet_v3_large", "efficientnet_b0", "maxvit_t",
    "raft_small", "timm:dla34", "timm:hrnet_w18", "timm:convnext_tiny", "timm:twins_svt_small",
    "hf:T5Config", "hf:LlamaConfig", "hf:BertConfig", "hf:WhisperConfig", "hf:MixtralConfig",
    "outputs/unet.py:UNet", "googlenet", "mobilenet_v3_small", "regnet_y_800mf", "convnext_tiny",
    "r3d_18", "vit_b_16", "deeplabv3_resnet50", "hf:GPT2Config",
    "hf:CLIPConfig", "hf:SamConfig", "hf:DetrConfig", "fasterrcnn_resnet50_fpn",
]  # fmt: skip
OPENED = [
    "resnet18", "resnet50", "outputs/unet.py:UNet", "googlenet", "vit_b_16", "swin_t",
    "hf:T5Config", "hf:LlamaConfig", "timm:dla34", "densenet121",
    "regnet_y_800mf", "r3d_18", "timm:hrnet_w18", "fasterrcnn_resnet50_fpn",
]  # fmt: skip
SHAPES = {"outputs/unet.py:UNet": (1, 3, 256, 256)}
SETS = 50
LARGEST = 250_000  # bytes, compressed


@pytest.mark.parametrize("name", NAMES)
def test_all_opened_is_the_figure_of_single_operations(name: str) -> None:
    figure = visualize.draw(name, SHAPES.get(name))
    page = document(figure)
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
@pytest.mark.parametrize("name", OPENED)
def test_any_set_of_boxes_can_be_open(name: str, tmp_path: Path) -> None:
    page = document(visualize.draw(name, SHAPES.get(name)))
    assert checked(page, tmp_path, SETS) == []
