from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from torch import nn

import visualize
from visualize import sources
from visualize.core.choices import ColorBy
from visualize.core.errors import EndlessError, SourceError, UsageError, WeightsError
from visualize.models import LoadedModel
from visualize.options import FigureOptions, TraceOptions


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return visualize.trace(nn.Sequential(nn.Linear(4, 2)), (1, 4)).save(tmp_path / "net.json")


def silent(_: str) -> None:
    """Report nothing."""


def test_a_saved_graph_is_read(saved: Path) -> None:
    read = sources.read(str(saved), None, TraceOptions())
    assert isinstance(read, visualize.Architecture)
    assert read.parameters == 10
    assert sources.load_graph(saved).to_dict() == read.to_dict()
    assert str(sources.read("resnet18", None, TraceOptions())) == "resnet18"


@pytest.mark.parametrize("options", [{"train": True}, {"weights": "w.pt"}, {"leaves": ("A",)}])
def test_options_that_can_change_nothing(saved: Path, options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="is a saved graph, which is traced already"):
        sources.read(str(saved), None, TraceOptions(**options))
    with pytest.raises(UsageError, match="--input can change nothing"):
        sources.read(str(saved), (1, 4), TraceOptions())


def test_what_is_no_saved_graph(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text("{}")
    with pytest.raises(SourceError):
        sources.load_graph(tmp_path / "net.json")


def test_what_is_built_already() -> None:
    model = nn.Linear(4, 2)
    loaded = sources.load(model, TraceOptions(), silent)
    assert loaded.name == "Linear"
    assert sources.load(loaded, TraceOptions(), silent) is loaded
    with pytest.raises(UsageError, match="weights= works only with model names"):
        sources.load(model, TraceOptions(weights="w.pt"), silent)


def test_statistics_that_were_not_computed() -> None:
    traced = visualize.trace(nn.Linear(4, 2), (1, 4))
    assert sources.with_statistics(traced, TraceOptions()) is traced
    with pytest.raises(WeightsError, match="without the statistics of its weights"):
        sources.with_statistics(traced, TraceOptions(statistics=True))


@sources.limit(0.05)
def endless() -> None:
    while True:
        pass


def test_a_limit() -> None:
    with sources.limit(None):
        pass
    with pytest.raises(EndlessError):
        endless()


def test_reading_a_graph_needs_no_torch(saved: Path) -> None:
    code = (
        "import sys; from visualize import sources; sources.load_graph(sys.argv[1]); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(saved)], check=True)


def test_what_a_figure_depends_on(saved: Path, tmp_path: Path) -> None:
    built, made_from = sources.build(str(saved), (), FigureOptions())
    assert isinstance(built, visualize.Architecture)
    assert [Path(name).name for name in made_from.files] == ["net.json"]
    (tmp_path / "net.py").write_text("from torch import nn\nclass Net(nn.Linear): pass\n")
    spec = f"{tmp_path / 'net.py'}:Net(in_features=4,out_features=2)"
    built, made_from = sources.build(spec, ("1,4",), FigureOptions())
    assert isinstance(built, LoadedModel)
    assert [Path(name).name for name in made_from.files] == ["net.py"]
    assert {"torch", "torch-visualize", "python"} <= set(made_from.versions)
    _, made_from = sources.build("resnet18", (), FigureOptions())
    assert {"torch", "torchvision"} <= set(made_from.versions)
    assert not made_from.files


def test_what_a_saved_graph_lacks_is_said_as_it_is_typed(saved: Path) -> None:
    with pytest.raises(WeightsError, match=r"`visualize graph MODEL --weights NAME -o FILE.json`"):
        sources.read(str(saved), None, FigureOptions(color_by=ColorBy.NORM))
    with pytest.raises(UsageError, match="was saved without its memory; write it again with `vis"):
        sources.read(str(saved), None, FigureOptions(color_by=ColorBy.MEMORY))
    assert sources.read(str(saved), None, FigureOptions(color_by=ColorBy.MACS))
