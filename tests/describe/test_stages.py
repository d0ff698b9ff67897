"""Stages as a reader counts them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.core.summary import Facts, Part


class Residual(nn.Module):
    """Two layers, with a shortcut around them."""

    def __init__(self, width: int = 8, padding: int = 1) -> None:
        super().__init__()
        self.one = nn.Conv2d(width, width, 3, padding=1)
        self.two = nn.Conv2d(width, width, 3, padding=padding)
        self.edge = 1 - padding

    def forward(self, x: Tensor) -> Tensor:
        """Without padding, the shortcut is cropped."""
        crop = x[..., self.edge : -self.edge, self.edge : -self.edge] if self.edge else x
        return torch.relu(crop + self.two(self.one(x).relu()))


class Separable(nn.Module):
    """Two layers without a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.depthwise, self.pointwise = nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        """One after the other."""
        return self.pointwise(self.depthwise(x))


class Staged(nn.Module):
    """A stem, blocks in ``body``, and a head."""

    def __init__(self, stem: nn.Module, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.stem, self.body, self.head = stem, body, head

    def forward(self, x: Tensor) -> Tensor:
        """One after the other."""
        return self.head(self.body(self.stem(x)))


def facts(model: nn.Module | str) -> Facts:
    """The facts of a model of images."""
    images = None if isinstance(model, str) else torch.zeros(1, 8, 64, 64)
    return visualize.summarize(model, images).facts


def stages(model: nn.Module | str) -> list[tuple[str, str, int]]:
    """Name, class and number of blocks of each stage."""
    return [(part.name, part.type, part.blocks) for part in facts(model).parts if part.blocks]


def test_blocks_that_are_held_with_other_layers_are_one_stage() -> None:
    def unit() -> nn.Sequential:
        return nn.Sequential(Residual(), nn.Conv2d(8, 8, 1))

    model = nn.Sequential(nn.Sequential(unit(), unit(), unit()), nn.Conv2d(8, 2, 1))
    assert stages(model) == [("0", "Residual", 3)]
    (part,) = (part for part in facts(model).parts if part.blocks)
    assert part.layers == 9


def test_other_widths_and_resolutions_are_other_stages() -> None:
    def unit(width: int) -> nn.Sequential:
        return nn.Sequential(Residual(width), nn.Conv2d(width, 2 * width, 1))

    model = nn.Sequential(unit(8), unit(16), nn.MaxPool2d(2), Residual(32))
    assert [number for *_, number in stages(model)] == [1, 1, 1]


def test_blocks_without_padding_are_one_stage() -> None:
    model = nn.Sequential(nn.Sequential(Residual(padding=0), Residual(padding=0)), nn.MaxPool2d(2))
    assert stages(nn.Sequential(nn.Conv2d(8, 8, 1), *model)) == [("1", "Residual", 2)]


def test_two_classes_of_blocks_in_turn_are_a_stage_each() -> None:
    class Turns(nn.Module):
        """A block of each list after the other."""

        def __init__(self) -> None:
            super().__init__()
            self.local = nn.ModuleList([Residual(), Residual()])
            self.mixed = nn.ModuleList([Separable(), Separable()])

        def forward(self, x: Tensor) -> Tensor:
            """Take turns."""
            for local, mixed in zip(self.local, self.mixed):
                x = mixed(local(x))
            return x

    assert stages(Turns()) == [("local", "Residual", 2), ("mixed", "Separable", 2)]


def test_stems_and_heads_are_no_stages() -> None:
    body = nn.Sequential(Residual(), Residual(), Residual())
    model = Staged(nn.Sequential(Separable(), Separable()), body, nn.Conv2d(8, 2, 1))
    assert stages(model) == [("body", "Residual", 3)]
    assert list(facts(model).block_shortcuts) == ["body.0", "body.1", "body.2"]


def test_other_blocks_with_shortcuts_are_stages_wherever_they_are() -> None:
    class Other(Residual):
        """Another class."""

    body = nn.Sequential(Residual(), Residual(), Residual())
    model = Staged(nn.Sequential(Other(), Other()), body, nn.Conv2d(8, 2, 1))
    assert stages(model) == [("stem", "Other", 2), ("body", "Residual", 3)]


def test_a_module_that_is_not_repeated_is_no_stage() -> None:
    assert stages(Staged(Separable(), nn.MaxPool2d(2), nn.Conv2d(8, 2, 1))) == []
    assert stages("timm:vgg11") == []


def test_places_that_are_arranged_anew_keep_their_stride() -> None:
    class Patches(nn.Module):
        """Residual blocks on the same places in another order, as MobileViT has them."""

        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(8, 8, 2, 2), Residual(), Residual())
            self.inner = nn.Sequential(Residual(), Residual())

        def forward(self, x: Tensor) -> Tensor:
            """Four patches in a row."""
            x = self.body(x)
            return self.inner(x.reshape(1, 8, 16, 64))

    found: list[Part] = [part for part in facts(Patches()).parts if part.blocks]
    assert [part.stride for part in found] == [(2, 2), (2, 2)]
