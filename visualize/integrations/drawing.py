"""Figures that are kept in a folder: what is unchanged is found there without importing torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core.errors import UsageError
from visualize.core.files import read_file, write_files
from visualize.core.option import as_plain
from visualize.core.provenance import Provenance
from visualize.core.quiet import quiet
from visualize.options import FigureOptions

if TYPE_CHECKING:
    from visualize.figure import Figure

_MOST = 500  # megabytes of a file
_SCHEMA = 2


@dataclass(frozen=True)
class Wanted:
    """A figure that is asked for.

    Attributes:
        model: the MODEL argument.
        inputs: specifications as of --input.
        options: of the figure.
        formats: of its files.
        language: of its caption.
        link: the address of a source line, with ``{file}`` and ``{line}``; empty for no links.
    """

    model: str
    inputs: tuple[str, ...]
    options: FigureOptions
    formats: tuple[str, ...] = ("svg",)
    language: str = "en"
    link: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "schema": _SCHEMA,
            "model": self.model,
            "inputs": list(self.inputs),
            "options": as_plain(self.options),
            "formats": list(self.formats),
            "language": self.language,
            "link": self.link,
        }

    @property
    def stem(self) -> str:
        """The name of its files, without the suffix."""
        return hashlib.sha256(json.dumps(self.to_dict()).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Kept:
    """A figure in a folder.

    Attributes:
        files: its files, by format.
        caption: in the language that was asked for.
        alternative: the figure in words.
        sources: the files that it was made from.
    """

    files: Mapping[str, Path]
    caption: str
    alternative: str
    sources: tuple[Path, ...]


def kept_figure(wanted: Wanted, folder: Path) -> Kept:
    """The files of a figure: those in ``folder`` if nothing has changed, else drawn now.

    Raises:
        VisualizeError: it cannot be drawn, or the files cannot be written.
    """
    return _kept(wanted, folder) or _drawn(wanted, folder)


def _kept(wanted: Wanted, folder: Path) -> Kept | None:
    """The figure in ``folder``, if there is one that is still what would be drawn."""
    try:
        plain = json.loads(read_file(folder / f"{wanted.stem}.json", _MOST))
        made_from = Provenance.from_dict(plain["made_from"])
        if plain["wanted"] != wanted.to_dict() or not made_from.is_current:
            return None
        kept = _as_kept(wanted, folder, plain, made_from)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # there is none, or it is damaged
    return kept if all(path.is_file() for path in kept.files.values()) else None


def _drawn(wanted: Wanted, folder: Path) -> Kept:
    """Draw the figure, and keep it."""
    from visualize import pipeline
    from visualize.sources import build

    with quiet():  # what libraries log is no part of the log of a build
        built, made_from = build(wanted.model, wanted.inputs, wanted.options)
        figure = pipeline.draw(built, options=replace(wanted.options, weights=""))
        drawn = figure.render(wanted.formats, links=_links(wanted, figure, built))
    plain = {
        "wanted": wanted.to_dict(),
        "made_from": made_from.to_dict(),
        "caption": figure.caption(wanted.language),
        "alternative": figure.alternative_text(wanted.language),
    }
    files = {folder / f"{wanted.stem}.{name}": data for name, data in drawn.items()}
    files[folder / f"{wanted.stem}.json"] = json.dumps(plain, ensure_ascii=False).encode()
    folder.mkdir(parents=True, exist_ok=True)
    write_files(files)
    return _as_kept(wanted, folder, plain, made_from)


def _links(wanted: Wanted, figure: Figure, built: object) -> dict[str, str]:
    """The addresses that boxes lead to, if these are asked for."""
    if not wanted.link:
        return {}
    from visualize.integrations.links import links
    from visualize.models.written import Written

    model = getattr(built, "model", None)
    if model is None:
        raise UsageError(
            "a saved graph has no source lines to link to", where="link", hint="name the model"
        )
    return links(wanted.link, figure, Written(model))


def _as_kept(wanted: Wanted, folder: Path, plain: Mapping[str, Any], made_from: Provenance) -> Kept:
    return Kept(
        {name: folder / f"{wanted.stem}.{name}" for name in wanted.formats},
        str(plain["caption"]),
        str(plain["alternative"]),
        tuple(map(Path, made_from.files)),
    )
