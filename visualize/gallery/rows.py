"""The row of a model in the index of a gallery, and the file beside its figure that keeps it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from visualize.core.errors import SourceError
from visualize.core.files import file_stem, read_file
from visualize.core.option import as_plain
from visualize.core.plain import decode
from visualize.core.provenance import Provenance
from visualize.options import FigureOptions

FIGURE, PAGE = "figure.svg", "page.html"
_FILE = "row.json"
_MOST = 4  # megabytes of a row
_SCHEMA = 1
# A name of a catalogue, which makes a folder of its own without more ado.
_PLAIN = re.compile(r"(?:(timm|hf):)?(\w[\w.]{0,79})", re.ASCII)


@dataclass(frozen=True)
class Row:
    """What the index says of a model.

    Attributes:
        model: the MODEL argument.
        class_name: of the model.
        inputs: the shapes of its inputs.
        parameters: their number.
        macs: multiply-accumulate operations of one forward pass.
        skips: the number of skip connections of each kind.
        level: the level of the figure.
        error: why there is no figure; empty if there is one.
    """

    model: str
    class_name: str = ""
    inputs: tuple[str, ...] = ()
    parameters: int = 0
    macs: int = 0
    skips: Mapping[str, int] = field(default_factory=dict)
    level: str = ""
    error: str = ""

    @property
    def folder(self) -> str:
        """The name of the folder of its files.

        >>> Row("timm:resnet18").folder, Row("net.py:Net").folder
        ('timm-resnet18', 'net.py_Net-636ad8')
        """
        if plain := _PLAIN.fullmatch(self.model):
            return "-".join(filter(None, plain.groups()))
        name = file_stem(self.model).strip("._")[:80]
        return f"{name}-{hashlib.sha256(self.model.encode('utf-8', 'replace')).hexdigest()[:6]}"


@dataclass(frozen=True)
class Drawn:
    """A model that was drawn.

    Attributes:
        row: what the index says of it.
        files: what is written, by name.
        provenance: what it was made from; None if it could not be drawn.
    """

    row: Row
    files: Mapping[str, bytes] = field(default_factory=dict)
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Made:
    """How all models of a gallery are drawn.

    Attributes:
        options: of their figures.
        inputs: specifications as of --input.
    """

    options: FigureOptions
    inputs: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"options": as_plain(self.options), "inputs": list(self.inputs)}


def write_row(folder: Path, drawn: Drawn, made: Made) -> dict[Path, bytes]:
    """The file that keeps the row of a model that was drawn; none if it could not be."""
    if drawn.provenance is None:
        return {}
    plain = {
        "schema": _SCHEMA,
        "row": asdict(drawn.row),
        "made_with": made.to_dict(),
        "made_from": drawn.provenance.to_dict(),
        "files": {name: _digest(data) for name, data in drawn.files.items()},
    }
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    return {folder / drawn.row.folder / _FILE: (text + "\n").encode()}


def read_row(folder: Path, model: str, made: Made) -> Row | None:
    """The row of a model whose files are there and would be drawn alike; None otherwise."""
    place = folder / Row(model).folder
    try:
        plain = json.loads(read_file(place / _FILE, _MOST))
        row: Row = decode(Row, plain["row"], _FILE)
        made_from = Provenance.from_dict(plain["made_from"])
        is_same = (plain["schema"], plain["made_with"]) == (_SCHEMA, made.to_dict())
        if not is_same or row.model != model or row.error or not made_from.is_current:
            return None
        for name, digest in plain["files"].items():
            if name not in (FIGURE, PAGE) or _digest(read_file(place / name, 1000)) != digest:
                return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SourceError):
        return None  # there is none, or it is damaged: the model is drawn again
    return row


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
