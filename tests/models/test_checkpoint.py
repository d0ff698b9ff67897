"""Checkpoints are read without running code; what is wrong with a file is one error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from visualize.core.errors import WeightsError
from visualize.models.checkpoint import read_checkpoint


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_torch_save_is_read(tmp_path: Path, zipped: bool) -> None:
    state = {"a": torch.arange(3.0)}
    torch.save(state, tmp_path / "w.pt", _use_new_zipfile_serialization=zipped)
    assert read_checkpoint(tmp_path / "w.pt")["a"].tolist() == [0, 1, 2]


def test_a_file_of_safetensors_is_known_by_its_content(tmp_path: Path) -> None:
    save_file({"a": torch.arange(3.0)}, tmp_path / "w.pt")
    assert read_checkpoint(tmp_path / "w.pt")["a"].tolist() == [0, 1, 2]


def test_a_module_in_a_file_is_refused(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 2), tmp_path / "w.pt")
    with pytest.raises(WeightsError, match="refused: it contains objects") as caught:
        read_checkpoint(tmp_path / "w.pt")
    assert caught.value.hint.startswith("save only its tensors")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "not a checkpoint"), (b"text", "not a checkpoint"), (b"PK\x03\x04", "truncated")],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(WeightsError, match=words):
        read_checkpoint(tmp_path / "w.pt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        read_checkpoint(tmp_path / "w.pt")


def test_a_script_is_not_even_given_to_torch(tmp_path: Path, monkeypatch: Any) -> None:
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / "script.pt")
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was loaded"))
    with pytest.raises(WeightsError, match="a TorchScript archive: a model with its weights"):
        read_checkpoint(tmp_path / "script.pt")
