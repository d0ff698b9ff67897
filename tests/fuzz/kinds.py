"""What files the program reads, and the command that reads each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
OUTPUT = "out.svg"
NETS = "nets.py"  # in the working folder: the model of what is no model
_NETS = """
from torch import nn

class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
    def forward(self, x):
        return self.norm(self.conv(x)) + 1
"""
_TINY = (f"{NETS}:Tiny", "--input", "1,3,8,8", "-o", OUTPUT)
_DRAWN = ("-o", OUTPUT, "--timeout", "10")


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        name: also of its folder in the corpus.
        command: the arguments that read ``{}``, the name of a file.
    """

    name: str
    command: tuple[str, ...]

    def reads(self, name: str) -> list[str]:
        """The command for a file."""
        return [each.format(name) for each in self.command]

    def corpus(self) -> list[Path]:
        """Files that are read, in the order of their names."""
        return sorted((CORPUS / self.name).iterdir())


_CHECKPOINT = ("draw", *_TINY, "--weights", "{}", "--color-by", "norm")
KINDS = {
    kind.name: kind
    for kind in (
        Kind("checkpoint", _CHECKPOINT),
        Kind("safetensors", _CHECKPOINT),
        Kind("exported", ("draw", "{}", *_DRAWN)),
        Kind("script", ("draw", "{}", "--input", "1,4", *_DRAWN)),
        Kind("config", ("draw", "hf:{}", *_DRAWN)),
        Kind("graph", ("draw", "{}", *_DRAWN)),
        Kind("theme", ("draw", *_TINY, "--theme", "{}")),
        Kind("options", ("draw", *_TINY, "--config", "{}")),
        Kind("font", ("draw", *_TINY, "--font", "{}")),
        Kind("svg", ("check", "{}")),
        Kind("pdf", ("check", "{}")),
        Kind("tex", ("check", "{}")),
    )
}


def prepare(folder: Path) -> None:
    """Write the small model that files without one are tried with."""
    (folder / NETS).write_text(_NETS)


def commands() -> Iterator[list[str]]:
    """One command for each file of the corpus."""
    for kind in KINDS.values():
        for path in kind.corpus():
            yield kind.reads(str(path))
