"""The tensors that a truncated file lost are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from visualize.models.truncated import is_safetensors, lost_tensors

STATE = {name: torch.rand(1000) for name in ("a", "b", "c")}


def test_a_whole_file_lost_nothing(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "w.safetensors")
    assert lost_tensors(tmp_path / "w.safetensors") == []


@pytest.mark.parametrize(("kept", "lost"), [(0.9, 1), (0.5, 2), (0.2, 3)])
def test_safetensors_names_what_is_behind_the_end(tmp_path: Path, kept: float, lost: int) -> None:
    path = tmp_path / "w.safetensors"
    save_file(STATE, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert len(lost_tensors(path)) == lost


def test_an_archive_names_what_is_behind_the_end(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save(STATE, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert set(lost_tensors(path)) <= set(STATE)
    assert "c" in lost_tensors(path)


def test_files_of_other_kinds_have_no_names(tmp_path: Path) -> None:
    (tmp_path / "w.pt").write_bytes(b"PK text")
    assert lost_tensors(tmp_path / "w.pt") == []
    assert not is_safetensors(b"text")
    assert is_safetensors((9).to_bytes(8, "little") + b"{")
