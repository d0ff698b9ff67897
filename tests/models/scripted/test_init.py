"""TorchScript archives are loaded; other files of PyTorch are recognized and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import visualize
from visualize.core.errors import ConstructionError, SourceError
from visualize.models.scripted import build, example_for
from visualize.models.specification import parse_model

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_script_is_built_without_values(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(nn.Linear(2, 3)), tmp_path / "net.pt")
    spec = parse_model(str(tmp_path / "net.pt"))
    model = build(spec)
    assert all(parameter.is_meta for parameter in model.parameters())
    assert example_for(spec, model) is None


class Halved(nn.Module):
    """Divides sizes, for which tracing makes tensors of one number."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(4, 4, 1) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give half of the channels another place, before each convolution."""
        for conv in self.convs:
            n, c, size = x.shape
            x = conv(x.view(n, 2, c // 2, size).transpose(1, 2).reshape(n, c, size))
        return x


def test_sizes_that_a_traced_script_computes_are_known(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    torch.jit.save(torch.jit.trace(Halved(), torch.rand(1, 4, 8), check_trace=False), path)
    assert visualize.trace(str(path), (1, 4, 8)).macs == 2 * 4 * 4 * 8


def test_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConstructionError, match="takes no arguments"):
        build(parse_model(f"{tmp_path}/net.pt?width=3"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"a": torch.zeros(1)}, "contains weights, not a model"),
        (nn.Linear(2, 2), "contains pickled objects, which run code when loaded"),
    ],
)
def test_other_archives_are_recognized(tmp_path: Path, content: object, words: str) -> None:
    torch.save(content, tmp_path / "net.pt")
    with pytest.raises(SourceError, match=words):
        build(parse_model(str(tmp_path / "net.pt")))
