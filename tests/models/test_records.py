"""Tensors whose records in an archive are shorter than they are."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import visualize
from visualize.core.errors import WeightsError
from visualize.models.checkpoint import read_checkpoint
from visualize.models.records import holds_script, is_compressed, short_tensors

SOURCE = """
from torch import nn

def net():
    return nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 8))
"""


def archive(
    folder: Path,
    change: Callable[[str, bytes], bytes],
    method: int = zipfile.ZIP_STORED,
) -> Path:
    """A checkpoint of two layers in which some of the records were changed."""
    whole, changed = folder / "whole.pt", folder / "changed.pt"
    torch.save(nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 8)).state_dict(), whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(changed, "w", method) as target:
        for record in source.infolist():
            name = record.filename
            target.writestr(name, change(name.rpartition("data/")[2], source.read(name)))
    return changed


@pytest.mark.parametrize(
    ("record", "left", "name"),
    [("0", -4, "0.weight"), ("1", -1, "0.bias"), ("2", -2, "1.weight")],
)
def test_a_short_record_is_an_error_and_no_statistics(
    tmp_path: Path, record: str, left: int, name: str
) -> None:
    file = archive(tmp_path, lambda place, data: data[:left] if place == record else data)
    (tmp_path / "net.py").write_text(SOURCE)
    with pytest.raises(WeightsError, match=f"damaged: values of {name} missing"):
        visualize.draw(f"{tmp_path}/net.py:net", (1, 64), weights=str(file), color_by="norm")


def test_a_record_that_ends_far_too_early(tmp_path: Path) -> None:
    file = archive(tmp_path, lambda place, data: data[:1000] if place == "0" else data)
    with pytest.raises(WeightsError):
        read_checkpoint(file)


def test_the_last_record_may_be_short_too(tmp_path: Path) -> None:
    file = archive(tmp_path, lambda place, data: data[:-4] if place == "3" else data)
    with pytest.raises(WeightsError):
        read_checkpoint(file)


def test_a_record_may_be_longer_than_its_tensor(tmp_path: Path) -> None:
    file = archive(tmp_path, lambda place, data: data + bytes(64) if place == "0" else data)
    assert set(read_checkpoint(file)) == {"0.weight", "0.bias", "1.weight", "1.bias"}


def test_compressed_values_are_not_read_as_values(tmp_path: Path) -> None:
    file = archive(tmp_path, lambda place, data: data, zipfile.ZIP_DEFLATED)
    assert is_compressed(file)
    with pytest.raises(WeightsError, match="compressed"):
        read_checkpoint(file)


def test_tensors_that_share_a_record_or_hold_nothing(tmp_path: Path) -> None:
    whole, file = torch.arange(12.0), tmp_path / "shared.pt"
    torch.save({"a": whole[:4], "b": whole[4:], "empty": torch.empty(0), "c": whole.int()}, file)
    content = read_checkpoint(file)
    assert short_tensors(file, content) == []
    assert torch.equal(content["b"], whole[4:])


def test_records_that_belong_to_no_tensor(tmp_path: Path) -> None:
    file = archive(tmp_path, lambda place, data: data)
    content = dict(read_checkpoint(file))
    del content["0.bias"]
    assert short_tensors(file, content) == []


def test_scripts_are_known_by_a_member(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / "script.pt")
    torch.save({"a": torch.zeros(2)}, tmp_path / "weights.pt")
    (tmp_path / "text.pt").write_text("text")
    held = [holds_script(tmp_path / f"{name}.pt") for name in ("script", "weights", "text")]
    assert held == [True, False, False]
