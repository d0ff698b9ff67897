"""What an audit finds in blocks with mistakes, and in sound models."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch import Tensor, nn

import visualize
from tests.broken_blocks import Bare, Broken
from tests.describe.test_shortcuts import Around
from tests.graphs import architectures
from visualize.core.architecture import Architecture
from visualize.core.audit import FindingKind
from visualize.core.choices import Refusal
from visualize.results.audit import Audit
from visualize.simplify import only

SHAPE = (2, 7, 16)
AT = "blocks.3"


def found(model: nn.Module | str, inputs: object = SHAPE) -> list[tuple[str, str]]:
    """What was found in each module, in order."""
    audit = visualize.audit(model, inputs)
    return [(each.kind.value, each.module) for each in audit.findings]


@pytest.mark.parametrize(
    ("mistake", "kinds"),
    [
        ("", []),
        ("after norm", ["start"]),
        ("forgotten", ["missing"]),
        ("itself", ["missing", "same"]),
        ("own output", ["start"]),
        ("branch detached", ["cut"]),
        ("shortcut detached", ["detached"]),
        ("zero", ["zero"]),
    ],
)
@pytest.mark.parametrize("depth", [4, 12])
def test_each_mistake_is_found_where_it_is(mistake: str, kinds: list[str], depth: int) -> None:
    assert found(Broken(mistake, depth)) == [(kind, AT) for kind in kinds]


def test_where_shortcuts_begin() -> None:
    audit = visualize.audit(Broken("after norm"), SHAPE)
    assert [block.starts for block in audit.blocks[2:4]] == [("", "add"), ("norm1", "add")]
    (finding,) = audit.findings
    assert (finding.found, finding.expected) == ("norm1", "")
    assert "broken_blocks.py" in finding.source


def test_a_layer_before_the_shortcut() -> None:
    class Net(nn.Module):
        """A residual network with one block that assigns x before it is kept."""

        class Block(nn.Module):
            def __init__(self, early: bool) -> None:
                super().__init__()
                self.early, self.one, self.two = early, nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

            def forward(self, x: Tensor) -> Tensor:
                """Two layers around which x is kept."""
                y = self.one(x).relu()
                x = y if self.early else x
                out: Tensor = self.two(y) + x
                return out

        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(*[self.Block(number == 1) for number in range(5)])

        def forward(self, x: Tensor) -> Tensor:
            """All blocks."""
            out: Tensor = self.layers(x)
            return out

    assert found(Net(), (1, 4, 8, 8)) == [("start", "layers.1")]


def test_a_zero_norm_is_a_scale_of_zero() -> None:
    import torchvision

    model = torchvision.models.resnet18(zero_init_residual=True)
    assert [kind for kind, _ in found(model, (1, 3, 64, 64))] == ["zero"] * 8
    assert found(torchvision.models.resnet18(), (1, 3, 64, 64)) == []
    assert not visualize.audit("resnet18").architecture.has_statistics


def test_a_block_without_weights_beside_its_shortcut() -> None:
    audit = visualize.audit(Bare(), SHAPE)
    assert [block.skips for block in audit.blocks] == [()] * 4
    reasons = [each.untyped.reason for each in audit.findings if each.untyped]
    assert reasons == [Refusal.UNWEIGHTED] * 4
    assert not audit.problems


@pytest.mark.parametrize(
    "name",
    ["resnet18", "resnet50", "mobilenet_v2", "efficientnet_b0", "vit_b_16", "swin_t", "vgg11"],
)
def test_sound_models_are_all_clear(name: str) -> None:
    assert found(name, None) == []


def test_blocks_of_another_list_may_be_built_otherwise() -> None:
    class Net(nn.Module):
        """The last stage has no shortcuts."""

        class Block(nn.Module):
            def __init__(self, adds: bool) -> None:
                super().__init__()
                self.adds, self.layer = adds, nn.Conv2d(4, 4, 3, padding=1)

            def forward(self, x: Tensor) -> Tensor:
                """A layer, with or without a shortcut."""
                y: Tensor = self.layer(x).relu()
                return x + y if self.adds else y

        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Sequential(*[self.Block(True) for _ in range(4)])
            self.two = nn.Sequential(*[self.Block(False) for _ in range(2)])

        def forward(self, x: Tensor) -> Tensor:
            """Both stages."""
            out: Tensor = self.two(self.one(x))
            return out

    assert found(Net(), (1, 4, 8, 8)) == []


class Decoder(nn.Module):
    """Layers that refine two streams, of which the first begins with zeros and one is left over."""

    class Layer(nn.Module):
        """A residual branch for each stream, and a norm that only the first layer has."""

        def __init__(self, first: bool) -> None:
            super().__init__()
            self.first = nn.LayerNorm(16) if first else nn.Identity()
            self.one, self.two, self.three = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)

        def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            """Both streams, each with a shortcut."""
            x = self.first(x)
            x = x + self.one(x + y).relu()
            return x, y + self.three(self.two(y).relu())

    def __init__(self, zeros: bool) -> None:
        super().__init__()
        self.zeros = zeros
        self.layers = nn.ModuleList([self.Layer(number == 0) for number in range(5)])

    def forward(self, y: Tensor) -> Tensor:
        """What the first stream ends as."""
        x = torch.zeros(2, 7, 16) if self.zeros else y * 2
        for layer in self.layers:
            x, y = layer(x, y)
        return x


@pytest.mark.parametrize("zeros", [False, True])
def test_layers_that_are_given_or_return_something_else_are_not_compared(zeros: bool) -> None:
    assert [kind for kind, _ in found(Decoder(zeros)) if kind != "untyped"] == []


def test_what_is_detached_between_steps_is_on_purpose() -> None:
    class Refined(nn.Module):
        """Layers that are given a place that is computed from the last one, without a gradient."""

        class Layer(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.one = nn.Linear(16, 16)

            def forward(self, x: Tensor, place: Tensor) -> Tensor:
                """A residual branch that knows its place."""
                x = x + place
                out: Tensor = x + self.one(x).relu()
                return out

        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([self.Layer() for _ in range(4)])
            self.place = nn.Linear(16, 16)

        def forward(self, x: Tensor) -> Tensor:
            """Each layer, with its place."""
            for layer in self.layers:
                x = layer(x, self.place(x.detach()).relu())
            return x

    assert [each for each in found(Refined()) if each[0] != "untyped"] == []


def test_the_code_around_the_blocks_may_add() -> None:
    assert found(Around(), (2, 7, 8)) == [("missing", "blocks.0")]


def test_a_stage_of_two_blocks_that_a_projection_begins() -> None:
    import torchvision
    from torchvision.models.resnet import BasicBlock

    class Forgotten(BasicBlock):
        """A block without its shortcut."""

        def forward(self, x: Tensor) -> Tensor:
            """Two layers."""
            out: Tensor = self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))
            return out

    Forgotten.__name__ = "BasicBlock"
    model = torchvision.models.resnet18()
    model.layer3[1] = Forgotten(256, 256)
    assert found(model, (1, 3, 64, 64)) == [("missing", "layer3.1")]


def test_a_frozen_part_is_not_cut() -> None:
    class Frozen(nn.Module):
        """Blocks that run without gradients, under a head that learns."""

        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = Broken(), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            """The body is not trained."""
            with torch.no_grad():
                x = self.body(x)
            out: Tensor = self.head(x)
            return out

    assert found(Frozen()) == []


def test_a_part_of_a_model_has_the_sums_in_it() -> None:
    whole = visualize.trace(Bare(), SHAPE)
    assert len(whole.untyped) == 4
    part = only(whole, "blocks.1")
    assert [one.merge for one in part.untyped] == [whole.untyped[1].merge]


@given(architectures())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_it_never_fails(exact: Architecture) -> None:
    audit = Audit.of(exact)
    for format_name in ("table", "md", "csv", "json", "latex"):
        for language in ("en", "zh"):
            assert audit.to_text(format=format_name, language=language).endswith("\n")
    for finding in audit.findings:
        assert isinstance(finding.kind, FindingKind)
    for path in exact.modules:
        if path:
            assert audit.inside(path).modules


class Layer(nn.Module):
    """A block of one layer, which may have lost its shortcut."""

    def __init__(self, skips: bool) -> None:
        super().__init__()
        self.skips = skips
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layer(x).relu() if self.skips else self.layer(x).relu()


@pytest.mark.parametrize("lost", [0, 2, 4])
def test_a_block_of_one_layer_that_lost_its_shortcut(lost: int) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(*(Layer(n != lost) for n in range(5))))
    audit = visualize.audit(model, (1, 4))
    assert [one.path for one in audit.blocks] == [f"1.{number}" for number in range(5)]
    assert [one.module for one in audit.problems] == [f"1.{lost}"]
    assert [one.path for one in audit.lacking("identity")] == [f"1.{lost}"]
