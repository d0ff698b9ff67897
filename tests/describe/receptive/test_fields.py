"""Receptive fields of models: published ones, and those that gradients reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone

import visualize
from tests.dense_nets import CHANNELS, Causal, PyramidPooling, UNet, Wave
from tests.gradients import Steps, agrees, conv, reached
from visualize.core.facts import ReceptivePlace
from visualize.core.summary import Summary


def field(summary: Summary, path: str) -> tuple[float, ...] | None:
    """That of a module, or of the last row in it."""
    rows = [row for row in summary.rows if row.path == path or row.path.startswith(f"{path}.")]
    return next((row for row in rows if row.path == path), rows[-1]).receptive_field


@pytest.mark.parametrize(
    ("name", "last", "pixels"),
    [("alexnet", "features", 195), ("vgg16", "features", 212), ("resnet50", "layer4", 427)],
)
def test_receptive_fields_that_are_published(name: str, last: str, pixels: int) -> None:
    (row,) = (row for row in visualize.summarize(name).rows if row.name == f"{last}_total")
    assert row.receptive_field == (pixels, pixels)


NAMED = {
    "alexnet": ("features", 300),
    "convnext_tiny": ("features.3", 500),
    "densenet121": ("features.denseblock2", 400),
    "googlenet": ("inception4a", 400),
    "inception_v3": ("Mixed_6a", 400),
    "mnasnet1_0": ("layers.10", 500),
    "mobilenet_v2": ("features.13", 500),
    "regnet_x_400mf": ("trunk_output.block2", 400),
    "resnet18": ("layer3", 400),
    "resnet50": ("layer3", 500),
    "resnext50_32x4d": ("layer2", 300),
    "shufflenet_v2_x1_0": ("stage3", 500),
    "squeezenet1_1": ("features", 400),
    "vgg16": ("features", 300),
    "timm:convmixer_768_32": ("blocks.3", 300),
    "timm:darknet53": ("stages.1", 160),
    "timm:dla34": ("level2", 192),
    "timm:hrnet_w18_small": ("layer1", 128),
    "timm:inception_v4": ("features.6", 400),
    "timm:repvgg_a0": ("stages.1", 200),
    "timm:res2next50": ("layer2", 300),
    "timm:resnetv2_50": ("stages.0", 160),
    "timm:vgg11": ("features", 300),
    "timm:xception41p": ("blocks.3", 400),
    "wide_resnet50_2": ("layer2", 300),
}


def built(name: str) -> nn.Module:
    source, _, inner = name.rpartition(":")
    if source:
        timm = pytest.importorskip("timm")
        model: nn.Module = timm.create_model(inner)
        return model
    without = {"weights_backbone": None} if name.startswith("fcn") else {}
    return models.get_model(name, weights=None, **without)


@pytest.mark.zoo
@pytest.mark.parametrize("name", NAMED)
def test_receptive_fields_are_those_that_gradients_reach(name: str) -> None:
    layer, size = NAMED[name]
    model = built(name)
    sized = (1, 3, size, 128)
    found = field(visualize.summarize(model.eval(), sized, depth=3), layer)
    assert found is not None
    assert reached(model, *sized, layer=layer, axis=-2) == found[0]


def causal(dilations: tuple[int, ...]) -> nn.Module:
    return nn.Sequential(*(Causal(CHANNELS if one > 1 else 2, one) for one in dilations))


# Networks that have a result for each position, and the shape of their input.
DENSE: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "temporal convolutions": (lambda: causal((1, 2, 4)), (1, 2, 60)),
    "WaveNet": (lambda: Wave((1, 2, 4, 8)), (1, 1, 40)),
    "U-Net, volumes": (lambda: UNet(3, 1), (1, 1, 20, 6, 20)),
    "U-Net, bilinear": (lambda: UNet(2, 1, mode="bilinear"), (1, 1, 32, 24)),
    "U-Net, corners": (lambda: UNet(2, 1, mode="bilinear", align_corners=True), (1, 1, 32, 24)),
    "U-Net, other sizes": (lambda: UNet(2, 2, mode="bilinear"), (1, 1, 54, 34)),
    "U-Net, nearest": (lambda: UNet(2, 2, mode="nearest"), (1, 1, 55, 34)),
    "pyramid pooling": (lambda: PyramidPooling(7, 13), (1, 1, 64, 48)),
}


@pytest.mark.parametrize("name", DENSE)
def test_dense_networks_see_what_gradients_reach(name: str) -> None:
    build, shape = DENSE[name]
    assert agrees(build(), *shape)


@pytest.mark.parametrize("size", [3, 5, 6, 7, 13])
def test_pools_that_do_not_divide_a_map_have_the_widest_of_their_windows(size: int) -> None:
    model = nn.Sequential(conv(), nn.AdaptiveAvgPool2d(size), conv(1))
    assert agrees(model, 1, 1, 32, 30)


# A part of other models, and the shape of their input: volumes, segmentation, detection.
LARGER: dict[str, tuple[Callable[[], nn.Module], str, tuple[int, ...]]] = {
    "r3d_18": (lambda: built("r3d_18"), "layer1", (1, 3, 16, 32, 32)),
    "fcn_resnet50": (lambda: built("fcn_resnet50"), "backbone.layer1", (1, 3, 96, 32)),
    "feature pyramid": (
        lambda: resnet_fpn_backbone(backbone_name="resnet18", weights=None),
        "body.layer2",
        (1, 3, 128, 32),
    ),
}


@pytest.mark.zoo
@pytest.mark.parametrize("name", LARGER)
def test_parts_of_larger_models_see_what_gradients_reach(name: str) -> None:
    build, layer, shape = LARGER[name]
    model = build().eval()
    found = field(visualize.summarize(model, shape, depth=4), layer)
    assert found is not None
    for axis, (seen, size) in enumerate(zip(found, shape[2:]), 2):
        assert reached(model, *shape, layer=layer, axis=axis) == min(seen, size)


def test_where_a_model_sees_all_of_its_input() -> None:
    receptive = visualize.summarize("resnet18").facts.receptive
    assert receptive is not None
    assert receptive.place is ReceptivePlace.POOL
    assert (receptive.field, receptive.input) == ((435, 435), (224, 224))
    assert receptive.covers_from == "layer4.0"
    assert not receptive.gates


def test_a_network_that_sees_little() -> None:
    model = nn.Sequential(conv(3), conv(3))
    receptive = visualize.summarize(model, (1, 1, 32, 32)).facts.receptive
    assert receptive is not None
    assert receptive.place is ReceptivePlace.OUTPUT
    assert receptive.field == (5, 5)
    assert receptive.covers_from == ""


def test_it_has_no_meaning_without_windows() -> None:
    assert visualize.summarize(nn.Linear(4, 4), (1, 4)).facts.receptive is None


def test_windows_that_miss_the_end_of_the_input_are_pooled_all_the_same() -> None:
    model = nn.Sequential(nn.Conv1d(1, 4, 9, 4), nn.MaxPool1d(4), nn.AdaptiveAvgPool1d(1))
    summary = visualize.summarize(model, (1, 1, 180))
    assert summary.total.receptive_field == (21 + 16 * 9,)
    receptive = summary.facts.receptive
    assert receptive is not None
    assert receptive.place is ReceptivePlace.POOL
    assert (receptive.field, receptive.covers_from) == ((21,), "")


class Attends(nn.Module):
    """Patches, as many as fit, that attend to each other; a class token is read at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.token = nn.Conv2d(1, 8, 8, 4), nn.Parameter(torch.ones(1, 1, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """Join the token, attend once."""
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), 1, 8), x], 1)
        return self.attention(x, x, x, need_weights=False)[0][:, 0]


@pytest.mark.parametrize(("size", "whole"), [(64, True), (66, True), (67, True), (9, False)])
def test_patches_that_miss_a_border_are_the_whole_input(size: int, whole: bool) -> None:
    receptive = visualize.summarize(Attends(), (1, 1, size, size)).facts.receptive
    assert receptive is not None
    assert (receptive.place is None) == whole
    assert receptive.covers_from == ("attention" if whole else "")


def test_a_part_of_a_map_is_no_whole() -> None:
    model = Steps(lambda x, one: one(x)[:, :, 5, 5], conv(3))
    receptive = visualize.summarize(model, (1, 1, 32, 32)).facts.receptive
    assert receptive is not None
    assert receptive.place is ReceptivePlace.OUTPUT
    assert receptive.field == (3, 3)


def test_a_tensor_without_values_sees_nothing() -> None:
    """As when a detector finds nothing, though layers follow."""

    class Finds(nn.Module):
        """A head for each position that is kept, which is none."""

        def __init__(self) -> None:
            super().__init__()
            self.conv, self.head = nn.Conv1d(3, 4, 3), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            """Keep no position."""
            return self.head(self.conv(x)[..., :0].transpose(1, 2))

    summary = visualize.summarize(Finds(), (1, 3, 16))
    assert field(summary, "conv") == (3,)
    assert field(summary, "head") is None


class Pyramid(nn.Module):
    """One head on maps of two resolutions, in either order, or on one alone."""

    def __init__(self, *read: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 2, 1)
        self.head = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 5, 1))
        self.read = read

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = [self.first(x)]
        maps.append(self.second(maps[0]))
        return {f"p{level}": self.head(maps[level]) for level in self.read}


@pytest.mark.parametrize(("read", "pixels"), [((0, 1), 15), ((1, 0), 15), ((1,), 15), ((0,), 7)])
def test_of_several_outputs_that_which_sees_most_counts(read: tuple[int, ...], pixels: int) -> None:
    receptive = visualize.summarize(Pyramid(*read), (1, 3, 32, 32)).facts.receptive
    assert receptive is not None
    assert receptive.place is ReceptivePlace.OUTPUT
    assert receptive.field == (pixels, pixels)
