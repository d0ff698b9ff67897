"""Archives of scripts that do harm: honest ones, with some of their members exchanged."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from visualize.models.scripted.code import CodeFile, parse_code, read_code
from visualize.models.scripted.enums import read_enums

OWN = "code/__torch__/tests/models/scripted/archives.py"
HERE = "__torch__.tests.models.scripted.archives"


class Inner(nn.Module):
    """A layer inside a model."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add one to what the layer returns."""
        return self.fc(x) + 1


class Net(nn.Module):
    """A model of nested modules."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()
        self.last = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run both."""
        return self.last(self.inner(x))


class WithState(nn.Module):
    """A layer that sets its own state, which runs when it is loaded; the path is replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0

    @torch.jit.export
    def __getstate__(self) -> tuple[int, bool]:
        """What `__setstate__` gets."""
        return (self.n, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[int, bool]) -> None:
        """Write a file."""
        self.training = state[1]
        self.n = state[0]
        torch.save(torch.zeros(1), "VICTIM")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute something."""
        return x + 1


def read(text: str, module: str) -> CodeFile:
    """The code of one module, as it is read in an archive."""
    tree = parse_code(text, module)
    return read_code(tree, module, read_enums(module, tree))


def saved(path: Path, model: nn.Module | None = None) -> Path:
    """A script of ``model`` in the file ``path``."""
    torch.jit.save(torch.jit.script((model or Net()).eval()), path)
    return path


def members(path: Path) -> dict[str, bytes]:
    """The members of an archive, without the folder around them."""
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def write(path: Path, content: Mapping[str, bytes], *more: tuple[str, bytes]) -> Path:
    """An archive of ``content``; ``more`` are further members, of any name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in (*content.items(), *more):
            archive.writestr(f"net/{name}", held)
    return path


def changed(path: Path, *changes: tuple[str, str], member: str = OWN) -> Path:
    """The honest archive, with text replaced in its own code or in another member."""
    content = members(saved(path))
    for before, after in changes:
        assert before.encode() in content[member], content[member].decode(errors="replace")
        content[member] = content[member].replace(before.encode(), after.encode(), 1)
    return write(path, content)
