"""What `summarize` returns prints, shows and writes itself as the command does."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

import visualize
from tests.commands import run
from tests.nets import Residual
from visualize import Summary, VisualizeError
from visualize.core.errors import UnknownOptionError

SHAPE = (1, 3, 16, 16)


@pytest.fixture(scope="module")
def summary() -> Summary:
    return visualize.summarize(Residual(), SHAPE)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("nets") / "residual.py"
    path.write_text("from tests.nets import Residual\n")
    return f"{path}:Residual"


def printed(net: str, *more: str) -> str:
    result = run("summary", net, "--input", "1,3,16,16", *more)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


@pytest.mark.parametrize("options", [{}, {"language": "zh", "sort": "macs", "format": "md"}])
def test_it_prints_what_the_command_prints(net: str, options: dict[str, str]) -> None:
    flags = {"language": "--lang"}
    more = [
        word for name, value in options.items() for word in (flags.get(name, f"--{name}"), value)
    ]
    made = visualize.summarize(Residual(), SHAPE, **options)
    assert f"{made}\n" == printed(net, *more)
    later = visualize.summarize(Residual(), SHAPE).to_text(**options)
    assert later == printed(net, *more)


def test_it_prints_itself(
    summary: Summary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary.print()
    assert capsys.readouterr().out == f"{summary}\n" == summary.to_text()
    summary.print(width=70, format="md", notes=False)
    assert capsys.readouterr().out == summary.to_text(width=70, format="md", notes=False)
    monkeypatch.setenv("COLUMNS", "60")
    summary.print(notes=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, lines)) <= 60
    with pytest.raises(UnknownOptionError):
        summary.print(wide=3)


def test_it_is_as_wide_as_the_terminal(summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "90")
    assert all(cell_len(line) <= 90 for line in str(summary).splitlines())
    assert 90 < width_of_table(summary.to_text(width=110)) <= 110


def width_of_table(text: str) -> int:
    """The width of the rule below the headings."""
    return max(cell_len(line) for line in text.splitlines() if line.startswith("─"))


def test_its_repr_is_short(summary: Summary) -> None:
    assert repr(summary) == "<Summary of Residual: 10 rows, 11,114 parameters>"


def test_notes_are_printed() -> None:
    guessed = visualize.summarize(Residual())
    assert guessed.notes
    assert str(guessed).splitlines()[-1].startswith("note: assumed --input")
    assert "note: assumed --input" in guessed._repr_html_()
    assert guessed.to_text() == f"{guessed}\n"
    assert "note:" not in guessed.to_text(notes=False)
    assert guessed.to_text(format="csv") == guessed.to_text(format="csv", notes=False)
    assert guessed.to_text(language="zh").splitlines()[-1].startswith("提示")


def test_plain_data_is_the_json_of_the_command(summary: Summary, net: str) -> None:
    assert summary.to_dict() == json.loads(printed(net, "--format", "json"))


def test_rows_as_a_data_frame(summary: Summary) -> None:
    pandas = pytest.importorskip("pandas")
    frame = summary.to_dataframe()
    assert len(frame) == len(summary.rows)
    for column in ("depth", "parameters", "trainable_parameters", "buffers", "macs", "memory"):
        assert pandas.api.types.is_integer_dtype(frame[column]), column
    parts = frame[frame.kind != "total"]
    assert parts.parameters.sum() == summary.total.parameters
    assert list(frame.name) == [row.name for row in summary.rows]
    assert "norm" not in frame
    assert len(pandas.DataFrame(summary.rows)) == len(summary.rows)


def test_statistics_are_columns_of_a_data_frame() -> None:
    pandas = pytest.importorskip("pandas")
    frame = visualize.summarize(Residual(), SHAPE, statistics=True).to_dataframe()
    for column in ("mean", "deviation", "norm", "sparsity"):
        assert pandas.api.types.is_float_dtype(frame[column])
    assert "statistics" not in frame
    assert frame.norm.iloc[-1] > 0


def test_without_pandas(summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(VisualizeError) as caught:
        summary.to_dataframe()
    assert str(caught.value) == "pandas is not installed; pip install pandas"


@pytest.mark.parametrize(
    ("suffix", "format_name"),
    [("txt", "table"), ("md", "md"), ("csv", "csv"), ("json", "json"), ("tex", "latex")],
)
def test_it_writes_itself(
    summary: Summary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    format_name: str,
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    path = summary.save(tmp_path / f"net.{suffix}", language="zh")
    assert path.read_text(encoding="utf-8") == summary.to_text(format=format_name, language="zh")


def test_wrong_usage_is_one_line(summary: Summary, tmp_path: Path) -> None:
    with pytest.raises(VisualizeError, match=r"cannot write the format 'pdf'; use one of \.txt"):
        summary.save(tmp_path / "net.pdf")
    with pytest.raises(UnknownOptionError, match="did you mean sort"):
        summary.to_text(sorted="macs")
    with pytest.raises(VisualizeError, match="language"):
        summary.to_text(language="fr")
