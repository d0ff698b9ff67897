"""What `skips` returns prints, shows and writes itself as the command does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import visualize
from tests.commands import run
from tests.nets import Residual, UNet
from visualize import VisualizeError
from visualize.core.choices import SkipKind

SHAPE = (1, 3, 16, 16)


def printed(tmp_path: Path, *more: str) -> str:
    path = tmp_path / "residual.py"
    path.write_text("from tests.nets import Residual\n")
    result = run("skips", f"{path}:Residual", "--input", "1,3,16,16", *more)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_it_prints_what_the_command_prints(tmp_path: Path) -> None:
    assert f"{visualize.skips(Residual(), SHAPE)}\n" == printed(tmp_path)
    table = visualize.skips(Residual(), SHAPE, kind="projection", language="zh")
    assert f"{table}\n" == printed(tmp_path, "--kind", "projection", "--lang", "zh")
    assert table.to_list() == json.loads(
        printed(tmp_path, "--kind", "projection", "--format", "json")
    )
    assert table.save(tmp_path / "skips.csv").read_text() == table.to_text(format="csv")


def test_it_prints_itself(capsys: pytest.CaptureFixture[str]) -> None:
    table = visualize.skips(Residual(), SHAPE)
    table.print(width=70)
    assert capsys.readouterr().out == table.to_text(width=70)


def test_it_is_a_sequence_of_connections() -> None:
    architecture = visualize.trace(Residual(), SHAPE)
    table = visualize.skips(architecture)
    assert repr(table) == "<Skip connections of Residual: 4>"
    assert [row.skip for row in table] == list(architecture.skips)
    assert len(table) == 4
    assert table[0] == table.rows[0]
    assert table[1:] == table.rows[1:]


def test_connections_are_chosen() -> None:
    assert {row.skip.kind for row in visualize.skips(UNet(), long=True)} == {SkipKind.CONCAT}
    assert len(visualize.skips(Residual(), SHAPE, kind=["projection", SkipKind.IDENTITY])) == 4
    assert not visualize.skips(Residual(), SHAPE, long=True)
    with pytest.raises(VisualizeError, match="no kind named 'residual'; use one of identity"):
        visualize.skips(Residual(), SHAPE, kind="residual")


def test_a_model_without_any() -> None:
    table = visualize.skips(Residual(), SHAPE, kind="gate")
    assert "no skip connections to list" in str(table)
    assert "no skip connections to list" in table._repr_html_()


def test_rows_as_a_data_frame() -> None:
    pandas = pytest.importorskip("pandas")
    table = visualize.skips(Residual(), SHAPE)
    frame = table.to_dataframe()
    assert pandas.api.types.is_bool_dtype(frame.long)
    assert pandas.api.types.is_integer_dtype(frame.bypassed_macs)
    assert list(frame.kind) == [row.skip.kind.value for row in table]
