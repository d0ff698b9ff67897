"""ResNet-18 with a module of its own before the first layer, and how much that changes a file."""

from __future__ import annotations

import difflib

import torch
import torchvision
from torch import Tensor, nn


class Residual(nn.Module):
    """After it, every later sum is counted one higher."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x)


class Edited(nn.Module):
    """ResNet-18 after ``first``."""

    def __init__(self, first: nn.Module) -> None:
        super().__init__()
        self.first = first
        for name, child in torchvision.models.resnet18().named_children():
            self.add_module(name, child)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(self.first(x)))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


EDITS = {"layer": lambda: nn.Conv2d(3, 3, 3, padding=1), "block": Residual}


def before() -> nn.Module:
    return Edited(nn.Identity())


def after(edit: str) -> nn.Module:
    return Edited(EDITS[edit]())


def changed_lines(old: bytes, new: bytes) -> float:
    """The share of the lines of ``new`` that are not, in this order, in ``old``."""
    ours, theirs = old.decode().splitlines(), new.decode().splitlines()
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    kept = sum(match.size for match in matcher.get_matching_blocks())
    return 1 - kept / len(theirs)
