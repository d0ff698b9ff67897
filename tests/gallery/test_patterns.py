from __future__ import annotations

import pytest

from visualize.core.errors import UnknownModelError, UsageError
from visualize.gallery.patterns import models_of


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["resnet18"], ["resnet18"]),  # which is part of resnet18 of timm
        (["torchvision:vgg11"], ["vgg11"]),
        (["squeezenet1*"], ["squeezenet1_0", "squeezenet1_1"]),
        (["vgg11", "vgg1[13]"], ["vgg11", "vgg13"]),
        (["resnet18?num_classes=10"], ["resnet18?num_classes=10"]),
        (["net.py:Net", "hf:BertConfig"], ["net.py:Net", "hf:BertConfig"]),
    ],
)
def test_what_patterns_name(patterns: list[str], expected: list[str]) -> None:
    assert models_of(patterns) == expected


def test_part_of_a_name() -> None:
    found = models_of(["mnasnet"])
    assert {"mnasnet0_5", "mnasnet1_0"} <= set(found)
    assert len(found) == len(set(found))


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(UnknownModelError, match="no model named 'resnet81'; did you mean"):
        models_of(["resnet81"])
    with pytest.raises(UnknownModelError, match="resnet1888"):
        models_of(["resnet1888?num_classes=10"])
    with pytest.raises(UsageError):
        models_of([""])
