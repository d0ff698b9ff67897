"""A figure: what `visualize.draw` returns."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from visualize.architecture import Architecture
from visualize.files import write_files
from visualize.render import Direction, Scene, Theme, check_format, fits_page, render


@dataclass(frozen=True)
class Figure:
    """A drawn model. In a notebook it shows itself.

    Attributes:
        architecture: the exact graph of the model.
        scene: what is drawn of it: boxes, arrows and groups as plain data.
        theme: the look.
        direction: where the flow goes.
    """

    architecture: Architecture
    scene: Scene
    theme: Theme
    direction: Direction

    def render(self, formats: Iterable[str]) -> dict[str, bytes]:
        """The figure in each of ``formats``: svg, pdf, png, dot or json.

        Raises:
            UsageError: there is no such format.
            RenderError: Graphviz failed.
        """
        name = self.scene.title or self.architecture.name
        return render(self.scene, self.theme, self.direction, formats, name)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the figure to ``path``; the suffix chooses the format.

        Raises:
            UsageError: the suffix is none of the formats, or ``path`` is a folder.
            OutputError: the file cannot be written.
        """
        target = Path(path)
        suffix = format_of(target)
        write_files({target: self.render([suffix])[suffix]})
        return target

    @property
    def fits_page(self) -> bool:
        """Whether it fits a page of 6.875 × 9 inches with type in its true size."""
        return fits_page(self.scene, self.theme, self.direction)

    @property
    def svg(self) -> str:
        """The figure as SVG."""
        return self.render(["svg"])["svg"].decode()

    def _repr_svg_(self) -> str:
        return self.svg


def format_of(path: Path) -> str:
    """The format that the suffix of ``path`` stands for.

    Raises:
        UsageError: there is no such format.
    """
    suffix = path.suffix.lower().removeprefix(".")
    check_format(suffix, str(path))
    return suffix
