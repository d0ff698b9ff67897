"""Random sets of open boxes: nothing overlaps, and closed boxes hold each operation once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from torch import nn

import visualize
from tests.nets import UNet
from tests.page.checked import checked
from tests.page.pages import SHAPE, Net, document

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="no Node")

SETS = 10
MODELS: dict[str, tuple[nn.Module | str, tuple[int, ...] | None]] = {
    "copies": (Net(), SHAPE),
    "unet": (UNet(), (1, 3, 16, 16)),
    "resnet18": ("resnet18", None),
    "googlenet": ("googlenet", None),
    "t5": ("hf:T5Config?num_layers=3&num_decoder_layers=3", None),
}


@pytest.mark.parametrize("name", MODELS)
def test_any_set_of_boxes_can_be_open(name: str, tmp_path: Path) -> None:
    model, shape = MODELS[name]
    assert checked(document(visualize.draw(model, shape)), tmp_path, SETS) == []


@pytest.mark.parametrize("direction", ["LR", "BT"])
def test_whatever_the_direction(direction: str, tmp_path: Path) -> None:
    page = document(visualize.draw(Net(), SHAPE, direction=direction))
    assert checked(page, tmp_path, SETS) == []


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
@pytest.mark.parametrize("level", ["block", "layer"])
def test_frames_that_are_drawn_open_can_be_closed(
    level: str, direction: str, tmp_path: Path
) -> None:
    page = document(visualize.draw("resnet18", level=level, direction=direction))
    assert checked(page, tmp_path, SETS) == []


@pytest.mark.parametrize(("field", "fault"), [("area", "overlap"), ("copies", "is in 0 boxes")])
def test_what_is_wrong_is_found(field: str, fault: str, tmp_path: Path) -> None:
    page = document(visualize.draw(Net(), SHAPE))
    *_, one, other = page["views"][page["root"]]["boxes"]
    one[field] = other[field]
    assert fault in "\n".join(checked(page, tmp_path, 1))
