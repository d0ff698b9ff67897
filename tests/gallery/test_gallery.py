from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from visualize.core.errors import OutputError
from visualize.gallery import Row, make_gallery
from visualize.gallery.rows import Drawn
from visualize.gallery.runners import Draw
from visualize.options import FigureOptions

MODELS = ["nets.py:Small", "nets.py:Raising", "nets.py:Large"]
OPTIONS = FigureOptions()


@dataclass
class Recording:
    """Draws one model after another in reverse order, and may be interrupted."""

    most: int = 99
    asked: list[str] = field(default_factory=list)

    def run(
        self, draw: Draw, models: Sequence[str], options: FigureOptions
    ) -> Generator[Drawn, None, None]:
        for model in reversed(models):
            if len(self.asked) == self.most:
                raise KeyboardInterrupt
            self.asked.append(model)
            yield draw(model, options)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_gallery(folder: Path) -> None:
    seen: list[Row] = []
    made = make_gallery(MODELS, folder / "site", OPTIONS, Recording(), seen.append)
    assert [row.model for row in made.rows] == MODELS
    assert [row.model for row in made.failed] == ["nets.py:Raising"]
    assert sorted(row.model for row in seen) == sorted(MODELS)
    assert made.kept == 0
    assert len(files(folder / "site")) == 7
    text = (folder / "site" / "index.html").read_text()
    assert text.index("nets.py:Small") < text.index("nets.py:Raising") < text.index("nets.py:Large")


def test_it_goes_on_where_it_was_interrupted(folder: Path) -> None:
    whole = folder / "whole"
    make_gallery(MODELS, whole, OPTIONS, Recording(), lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        make_gallery(MODELS, folder / "site", OPTIONS, Recording(1), lambda _: None)
    assert "nets.py:Large" in (folder / "site" / "index.html").read_text()
    resumed = Recording()
    made = make_gallery(MODELS, folder / "site", OPTIONS, resumed, lambda _: None)
    assert resumed.asked == ["nets.py:Raising", "nets.py:Small"]
    assert made.kept == 1
    assert files(folder / "site") == files(whole)


def test_only_what_changed_is_drawn_again(folder: Path) -> None:
    site = folder / "site"
    make_gallery(MODELS[::2], site, OPTIONS, Recording(), lambda _: None)
    again = Recording()
    make_gallery(MODELS[::2], site, OPTIONS, again, lambda _: None)
    assert again.asked == []
    (folder / "nets.py").write_text((folder / "nets.py").read_text().replace("(8)", "(9)"))
    make_gallery(MODELS[::2], site, OPTIONS, again, lambda _: None)
    assert len(again.asked) == 2
    make_gallery(MODELS[::2], site, FigureOptions(theme="night"), again, lambda _: None)
    assert len(again.asked) == 4


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    asked = Recording()
    with pytest.raises(OutputError, match="the folder cannot be made"):
        make_gallery(MODELS, Path("/proc/site"), OPTIONS, asked, lambda _: None)
    assert asked.asked == []


def test_inputs_are_those_of_every_model(folder: Path) -> None:
    models = MODELS[::2]
    made = make_gallery(models, folder / "site", OPTIONS, Recording(), lambda _: None, ("7,2,4",))
    assert [row.inputs for row in made.rows] == [("2×4",), ("2×4",)]
    assert not (folder / "site" / Row(MODELS[1]).folder).exists()
