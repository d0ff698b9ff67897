"""A figure: what `visualize.draw` returns."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from visualize.check import Finding, check_figure
from visualize.core.architecture import Architecture
from visualize.core.choices import Direction
from visualize.core.files import suffix, write_files
from visualize.core.layout import Layout, Page
from visualize.core.quantities import parse_length
from visualize.core.scene import Scene
from visualize.core.summary import Summary
from visualize.core.theme import Theme
from visualize.export import check_format, need_layout, render
from visualize.fitting import may_fit
from visualize.layout import lay_out
from visualize.report import Drawn, alternative_text, caption


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawn model. In a notebook it shows itself.

    Attributes:
        architecture: the exact graph of the model.
        scene: what is drawn of it: boxes, arrows and groups as plain data.
        theme: the look.
        direction: where the flow goes.
        page: the room it has.
        redraw: draws the model again, with the same options, for another page.
        describe: makes the summary of the model, which a caption tells of.
    """

    architecture: Architecture
    scene: Scene
    theme: Theme
    direction: Direction
    page: Page
    redraw: Callable[[Page], Figure] = field(compare=False)
    describe: Callable[[], Summary] = field(compare=False)

    def __repr__(self) -> str:
        scene = self.scene
        boxes = f"{len(scene.boxes)} boxes at level {scene.level}"
        return f"<Figure of {self.architecture.name}: {boxes}>"

    def render(self, formats: Iterable[str]) -> dict[str, bytes]:
        """The figure in each of ``formats``: svg, pdf, png, dot, tex, mmd, graphml or json.

        The format tex is TikZ, mmd is Mermaid, json the scene as plain data.

        Raises:
            UsageError: there is no such format.
            RenderError: Graphviz failed.
        """
        name = self.scene.title or self.architecture.name
        wanted = list(formats)
        return render(
            self.scene,
            self.theme,
            self.direction,
            wanted,
            name,
            layout=self._layout if need_layout(wanted) else None,
            caption=self.caption() if "tex" in wanted else "",
        )

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        width: str | float | None = None,
        height: str | float | None = None,
    ) -> Path:
        """Write the figure to ``path``; the suffix chooses the format.

        Args:
            path: where to.
            width: exact width, such as ``"3.25in"``, or in points; type keeps its size, and what
                does not fit is laid out anew. As drawn by default.
            height: the most it may be high.

        Raises:
            UsageError: the suffix is none of the formats, a length is none, or ``path`` is a
                folder.
            OutputError: the file cannot be written.
        """
        target = Path(path)
        format_name = format_of(target)
        figure = self
        if width is not None or height is not None:
            figure = self.redraw(make_page(width, height, self.page))
        write_files({target: figure.render([format_name])[format_name]})
        return target

    def check(self, width: str | float | None = None) -> list[Finding]:
        """Where the figure, as SVG, falls short of what a good one is; nothing, if nowhere.

        Args:
            width: at which it is printed, such as ``"3.25in"``; its own by default.

        Raises:
            UsageError: the length is none.
        """
        points = None if width is None else _points(width, "width")
        return check_figure(self.render(["svg"])["svg"], "svg", width=points)

    def caption(self, language: str = "en") -> str:
        """A paragraph to stand below the figure, in ``en`` or ``zh``; all of it is computed."""
        return caption(self.describe(), self._drawn, language)

    def alternative_text(self, language: str = "en") -> str:
        """The figure in words, for those who cannot see it, in ``en`` or ``zh``."""
        return alternative_text(self.describe(), self._drawn, language)

    @property
    def _drawn(self) -> Drawn:
        scene = self.scene
        repeats = any(box.repeat > 1 for box in scene.boxes)
        return Drawn(
            level=scene.level,
            roles={box.role for box in scene.boxes},
            flow=scene.flow,
            boxes=len(scene.boxes),
            repeats=repeats,
            lines={kind: self.theme.skips[kind].style for kind in scene.skip_kinds},
            inside=sum(number for box in scene.boxes for _, number in box.skips),
            color_by=scene.color_by.value,
            hidden=scene.hidden,
        )

    @property
    def fits_page(self) -> bool:
        """Whether it fits its page with type in its true size."""
        return may_fit(self.scene) and self._layout.fits(self.page)

    @functools.cached_property
    def _layout(self) -> Layout:
        return lay_out(self.scene, self.theme, self.direction, self.page)

    @property
    def svg(self) -> str:
        """The figure as SVG."""
        return self.render(["svg"])["svg"].decode()

    def _repr_svg_(self) -> str:
        return self.svg


def make_page(
    width: str | float | None, height: str | float | None, otherwise: Page | None = None
) -> Page:
    """The page that a user asks for; lengths are text such as ``3.25in`` or points.

    Raises:
        UsageError: a length is none.
    """
    page = otherwise or Page()
    if width is not None:
        page = replace(page, width=_points(width, "width"), exact=True)
    if height is not None:
        page = replace(page, height=_points(height, "height"))
    return page


def _points(length: str | float, where: str) -> float:
    return parse_length(length if isinstance(length, str) else f"{length}pt", where)


def format_of(path: Path) -> str:
    """The format that the suffix of ``path`` stands for.

    Raises:
        UsageError: there is no such format.
    """
    name = suffix(path)
    check_format(name, str(path))
    return name
