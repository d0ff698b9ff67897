"""The archive of an exported program: nothing in it is run, and what is wrong is one line."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.programs import (
    changed,
    export_to,
)
from visualize.core.errors import ConstructionError, SourceError
from visualize.models import load_model

pytestmark = pytest.mark.filterwarnings("ignore")


class Evil:
    """Runs code when it is unpickled."""

    def __init__(self, sentinel: Path) -> None:
        self.sentinel = sentinel

    def __reduce__(self) -> Any:
        return Path.touch, (self.sentinel,)


def test_pickles_that_run_code_are_refused(tmp_path: Path) -> None:
    sentinel = tmp_path / "ran"
    torch.save(((Evil(sentinel),), {}), tmp_path / "evil")
    evil = (tmp_path / "evil").read_bytes()
    path = export_to(nn.Linear(2, 2), tmp_path / "net.pt2", torch.zeros(1, 2))

    def in_inputs(name: str, content: bytes) -> bytes:
        return evil if "sample_inputs" in name else content

    def in_weights(name: str, content: bytes) -> bytes:
        if name.endswith("weights_config.json"):
            return content.replace(b'"use_pickle": false', b'"use_pickle": true')
        return evil if "weights/weight_" in name else content

    for change, what in ((in_inputs, "example inputs"), (in_weights, "weights")):
        with pytest.raises(SourceError, match=what) as caught:
            load_model(changed(path, change))
        assert "\n" not in str(caught.value)
    assert not sentinel.exists()


def test_files_that_hold_no_model_are_refused_in_one_line(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "weights.pt")
    torch.save(nn.Linear(2, 2), tmp_path / "module.pt")
    (tmp_path / "empty.pt2").touch()
    (tmp_path / "empty.pt").touch()
    (tmp_path / "text.pt2").write_text("text")
    (tmp_path / "folder.pt2").mkdir()
    whole = Path(export_to(nn.Linear(2, 2), tmp_path / "whole.pt2", torch.zeros(1, 2)))
    (tmp_path / "part.pt2").write_bytes(whole.read_bytes()[:2000])
    (tmp_path / "program.pt").write_bytes(whole.read_bytes())
    (tmp_path / "script.pt2").write_bytes((tmp_path / "weights.pt").read_bytes())
    expected = {
        "weights.pt": "contains weights, not a model",
        "module.pt": "pickled objects",
        "program.pt": "not a TorchScript",
        "empty.pt": "not a TorchScript",
        "missing.pt": "no such file",
        "missing.pt2": "no such file",
        "empty.pt2": "not an exported program",
        "text.pt2": "not an exported program",
        "part.pt2": "not an exported program",
        "script.pt2": "not an exported program",
        "folder.pt2": "cannot be read",
    }
    for name, message in expected.items():
        with pytest.raises(SourceError, match=message) as caught:
            load_model(str(tmp_path / name))
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)
    with pytest.raises(ConstructionError, match="no arguments"):
        load_model(f"{whole}?depth=3")


def test_a_script_as_example_inputs_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), tmp_path / "script.pt")
    path = Path(export_to(nn.Linear(2, 2), tmp_path / "net.pt2", torch.zeros(1, 2)))
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    (inputs,) = [name for name in held if "/sample_inputs/" in name]
    held[inputs] = (tmp_path / "script.pt").read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was loaded"))
    with pytest.raises(SourceError, match="its example inputs are pickled objects"):
        load_model(str(path))
