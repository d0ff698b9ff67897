from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torchvision

from visualize.models import load_model
from visualize.models.written import Place, Written

LINES = """
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv: nn.Module = nn.Conv2d(4, 4, 3, padding=1)
        self.parts = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU())

    def forward(self, x):
        y = self.parts(self.conv(x))
        return x + y

class Deeper(Block):
    pass

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(Block(), Deeper())
"""


def line(text: str) -> int:
    return next(number for number, one in enumerate(LINES.splitlines(), 1) if text in one)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "net.py").write_text(LINES)
    return Written(load_model(f"{tmp_path}/src/net.py:Net").model)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", "class Net"),
        ("0", "class Block"),
        ("1", "class Deeper"),
        ("0.conv", "self.conv:"),
        ("1.conv", "self.conv:"),  # of the class that it is derived from
        ("0.parts", "self.parts ="),
        ("0.parts.1", "self.parts ="),
    ],
)
def test_the_line_of_a_module(written: Written, path: str, text: str) -> None:
    place = written.of_module(path)
    assert place
    assert place.line == line(text)
    assert written.short(place.file) == "src/net.py"


def test_the_line_of_a_function(written: Written) -> None:
    merge = line("return x + y")
    places = [
        written.of_function("0", f"net.py:{merge}: return x + y"),
        written.of_function("1", ""),
        written.of_function("1.parts", "other.py:3: x"),
    ]
    forward = line("def forward")
    assert [place and place.line for place in places] == [merge, forward, forward]


def test_what_is_not_the_models_own_has_no_line() -> None:
    written = Written(load_model("resnet18").model)
    place = written.of_module("layer1.0")
    assert place == Place(Path(torchvision.models.resnet.__file__).resolve(), place.line)
    assert written.short(place.file) == "torchvision/models/resnet.py"
    assert written.of_module("nothing") is None
    plain = Written(sys.modules["torch"].nn.Sequential(sys.modules["torch"].nn.ReLU()))
    assert plain.of_module("nothing") is None


def test_a_class_without_a_file_has_no_line() -> None:
    from torch import nn

    scope: dict[str, type] = {}
    exec("from torch import nn\nclass Made(nn.Module): pass", scope)
    assert Written(nn.Sequential(scope["Made"]())).of_module("0") is None
