"""Small nets exported as programs and as TorchScript, and what they must have in common."""

from __future__ import annotations

import collections
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from visualize.annotate import annotate
from visualize.core.architecture import Architecture
from visualize.core.traced import TracedModel
from visualize.tracing.inputs import Inputs
from visualize.tracing.scripted import trace_scripted

pytestmark = pytest.mark.filterwarnings("ignore")


class Block(nn.Module):
    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__()
        wide = channels * stride
        self.conv1 = nn.Conv2d(channels, wide, 3, stride, 1)
        self.norm = nn.BatchNorm2d(wide)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(wide, wide, 3, 1, 1)
        self.shortcut = nn.Conv2d(channels, wide, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv2(self.relu(self.norm(self.conv1(x))))
        y += self.shortcut(x)
        result: torch.Tensor = self.relu(y)
        return result


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Block(4), Block(4), Block(4, 2))
        self.unused = nn.Linear(3, 3)
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.head(self.blocks(x).mean([2, 3]))
        return result


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 16)
        self.position = nn.Parameter(torch.zeros(1, 6, 16))
        layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.layers = nn.ModuleList(
            [layer, nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)]
        )
        self.head = nn.Linear(16, 40)
        self.head.weight = self.embedding.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embedding(x) + self.position
        for layer in self.layers:
            x = layer(x)
        result: torch.Tensor = self.head(x)
        return result


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 16, 2, batch_first=True)
        self.head = nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y, _ = self.lstm(x)
        result: torch.Tensor = self.head(y[:, -1])
        return result


MODELS: dict[str, tuple[Callable[[], nn.Module], torch.Tensor]] = {
    "residual": (Residual, torch.zeros(2, 4, 8, 8)),
    "encoder": (Encoder, torch.ones(2, 6, dtype=torch.int64)),
    "recurrent": (Recurrent, torch.zeros(2, 7, 8)),
}


def export_to(model: nn.Module, path: Path, *inputs: torch.Tensor, **options: Any) -> str:
    torch.export.save(torch.export.export(model.eval(), inputs, **options), path)
    return str(path)


def changed(path: str, change: Callable[[str, bytes], bytes]) -> str:
    """A copy of an archive with other contents."""
    copy = path.replace(".pt2", "_changed.pt2")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return copy


def trace_script(model: nn.Module, *inputs: torch.Tensor) -> Architecture:
    assert isinstance(model, torch.jit.ScriptModule)
    graph, module = trace_scripted(model, Inputs.of(inputs))
    traced = TracedModel(graph, module, dict(module.named_parameters()), "recorded")
    return annotate(traced, name="script", class_name="script")


def facts_of(architecture: Architecture) -> dict[str, Any]:
    outputs = [layer.outputs for layer in architecture.operations if layer.kind.value == "output"]
    return {
        "parameters": architecture.parameters,
        "buffers": architecture.buffers,
        "unused": architecture.unused_parameters,
        "macs": architecture.macs,
        "skips": collections.Counter(skip.kind for skip in architecture.skips),
        "outputs": outputs,
    }
