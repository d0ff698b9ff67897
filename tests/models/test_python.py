"""Models from Python files: built, called, or refused with the names that are near."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from torch import nn

from visualize.core.errors import ConstructionError, SourceError
from visualize.models.python import build, example_for
from visualize.models.specification import parse_model

FILE = """
from torch import nn
import neighbour

class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.layer = nn.Linear(width, width)

made = Net(3)
number = 3

def text():
    return "no model"
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "net.py").write_text(FILE)
    (tmp_path / "neighbour.py").write_text("")
    return str(tmp_path / "net.py")


@pytest.mark.parametrize(("name", "width"), [("Net", 4), ("Net(width=5)", 5), ("made", 3)])
def test_classes_are_called_and_modules_taken(file: str, name: str, width: int) -> None:
    path = list(sys.path)
    spec = parse_model(f"{file}:{name}")
    model = build(spec)
    assert isinstance(model.layer, nn.Linear)
    assert model.layer.in_features == width
    assert example_for(spec, model) is None
    assert sys.path == path


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("Nett", SourceError, "'Nett' is not defined; did you mean Net?"),
        ("number", SourceError, "number is not a model (type int)"),
        ("text", ConstructionError, "it returned an object of type str, not an nn.Module"),
        ("Net(height=1)", ConstructionError, "building the model raised TypeError"),
    ],
)
def test_what_cannot_be_built_is_explained(
    file: str, name: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        build(parse_model(f"{file}:{name}"))
    assert words in str(caught.value)
