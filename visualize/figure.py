"""A figure: what `visualize.draw` returns."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core.architecture import Architecture
from visualize.core.choices import Background, Direction, Level, TextForm
from visualize.core.color import is_brighter
from visualize.core.depth import depth_of, roomy, with_room
from visualize.core.errors import UsageError
from visualize.core.files import suffix, write_files
from visualize.core.inert import visible, visible_lines
from visualize.core.layout import Page
from visualize.core.length import Length
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.export import FileStyle, Job, check_format, need_layout, render
from visualize.fitting import Drawing, fit
from visualize.options import FigureOptions
from visualize.simplify import Simplifier

# A figure that is only drawn is neither checked nor described: what does that is imported late.
if TYPE_CHECKING:
    from visualize.check import Finding
    from visualize.core.summary import Summary
    from visualize.page.cell import Explorer
    from visualize.report import Drawn


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawn model. In a notebook it shows itself.

    Attributes:
        simplifier: makes the diagrams of the model.
        options: the options it was drawn with.
        drawing: the scene that was drawn, with its look and its page.
    """

    simplifier: Simplifier
    options: FigureOptions
    drawing: Drawing

    @classmethod
    def of(cls, architecture: Architecture, options: FigureOptions) -> Figure:
        """Draw all of ``architecture``; the option ``only`` has been applied to it already.

        Raises:
            UsageError: the theme, the font or a module that ``options`` name does not exist.
        """
        simplifier = Simplifier(architecture, options.idioms)
        depth = depth_of(architecture.modules)
        return cls(simplifier, options, with_room(depth, fit, simplifier, options))

    def __repr__(self) -> str:
        scene = self.scene
        boxes = f"{len(scene.boxes)} boxes at level {scene.level}"
        return f"<Figure of {visible(self.architecture.name)}: {boxes}>"

    @property
    def architecture(self) -> Architecture:
        """The exact graph of the model."""
        return self.simplifier.exact

    @property
    def scene(self) -> Scene:
        """What is drawn of it: boxes, arrows and groups as plain data."""
        return self.drawing.scene

    @property
    def theme(self) -> Theme:
        """Colours and type."""
        return self.drawing.arranger.theme

    @property
    def direction(self) -> Direction:
        """Direction of data flow."""
        return self.drawing.arranger.direction

    @property
    def page(self) -> Page:
        """The page that the figure should fit."""
        return self.drawing.arranger.page

    @property
    def fits_page(self) -> bool:
        """Whether the figure fits its page with text at its true size."""
        return self.drawing.fits

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure, in points."""
        return self.drawing.layout.around.size

    @roomy
    def render(
        self, formats: Iterable[str] | str, *, links: Mapping[str, str] | None = None
    ) -> dict[str, bytes]:
        """The figure in each of ``formats``: svg, pdf, png, html, dot, tex, mmd, graphml or json.

        The format html is a page to explore, whose closed boxes open; tex is TikZ, mmd is Mermaid,
        json the scene as plain data. One format alone need not be in a list.

        Args:
            formats: the formats.
            links: the addresses that boxes of an SVG lead to, by the ids of the boxes of `scene`.

        Raises:
            UsageError: a format is not one of these.
            RenderError: Graphviz failed.
        """
        wanted = [formats] if isinstance(formats, str) else list(formats)
        return render(
            self.scene,
            self.theme,
            self.direction,
            wanted,
            self._name,
            layout=self.drawing.layout if need_layout(wanted) else None,
            caption=self.caption() if "tex" in wanted else "",
            alternative=self.alternative_text() if need_layout(wanted) else "",
            style=FileStyle(
                is_transparent=self.options.background is Background.TRANSPARENT,
                outlines=self.options.text_form is TextForm.OUTLINES,
                dpi=self.options.dpi or FileStyle.dpi,
                links=links or {},
            ),
            page=self._write_page,
        )

    def _write_page(self, job: Job) -> bytes:
        from visualize.page import write_page

        return write_page(self.simplifier, self.drawing, self.options, job)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        width: Length | str | float | None = None,
        height: Length | str | float | None = None,
    ) -> Path:
        """Write the figure to ``path``; the suffix chooses the format.

        Args:
            path: the file.
            width: exact width, such as ``"3.25in"``, or in points. Text keeps its size: the
                figure is drawn again for this width. As drawn by default.
            height: maximum height.

        Raises:
            UsageError: the suffix is not that of a format, a length cannot be read, or ``path``
                is a folder.
            OutputError: the file cannot be written.
        """
        target = Path(path)
        format_name = format_of(target)
        figure = self if width is None and height is None else self._resized(width, height)
        write_files({target: figure.render([format_name])[format_name]})
        return target

    def _resized(
        self, width: Length | str | float | None, height: Length | str | float | None
    ) -> Figure:
        """The same figure for another size; a length that is not given stays as it is."""
        options = self._sized(width, height)
        return replace(self, options=options, drawing=fit(self.simplifier, options))

    def _sized(
        self, width: Length | str | float | None, height: Length | str | float | None
    ) -> FigureOptions:
        return replace(
            self.options,
            width=self.options.width if width is None else Length.of(width, "width"),
            height=self.options.height if height is None else Length.of(height, "height"),
        )

    def check(self, width: Length | str | float | None = None) -> list[Finding]:
        """What is wrong with the figure, as SVG; an empty list if no problems are found.

        What it prints (copies, counts, shapes, parameters) is compared with the exact graph.

        Args:
            width: the printed width, such as ``"3.25in"``; its own by default.

        Raises:
            UsageError: the width cannot be read.
        """
        points = None if width is None else Length.of(width, "width").points
        return self.check_rendered(self.render(["svg"])["svg"], "svg", points)

    @roomy
    def check_rendered(
        self, data: bytes, format_name: str, width: float | None = None
    ) -> list[Finding]:
        """What is wrong with the figure as `render` wrote it; see `check`.

        Args:
            data: the file's content.
            format_name: one of `visualize.check.FORMATS`.
            width: the printed width in points; its own by default.
        """
        from visualize.check import NUMBERS, check_figure

        page, options = self.page, self.options
        asked = (page.width if options.width else None, page.height if options.height else None)
        room = (page.width, page.height)
        seen = check_figure(data, format_name, width=width, asked=asked, page=room)
        # The graph shows more of what is printed than the file alone.
        findings = [finding for finding in seen if finding.rule != NUMBERS]
        return findings + self._agreement()

    def _agreement(self) -> list[Finding]:
        """Where what is printed differs from the graph."""
        from visualize.check import check_agreement

        return check_agreement(self.architecture, self.scene)

    @roomy
    def caption(self, language: str = "en") -> str:
        """A caption of one paragraph, in ``en`` or ``zh``, computed from the model."""
        from visualize.report import caption

        return visible_lines(caption(self._summary, self._drawn, language))

    @roomy
    def alternative_text(self, language: str = "en") -> str:
        """The figure in words, in ``en`` or ``zh``, for readers who cannot see it."""
        from visualize.report import alternative_text

        return visible_lines(alternative_text(self.architecture, self._drawn, language))

    @functools.cached_property
    def _summary(self) -> Summary:
        return summary_of(self.architecture)

    @property
    def _drawn(self) -> Drawn:
        from visualize.report import Drawn

        scene = self.scene
        return Drawn(
            level=scene.level,
            roles={box.role for box in scene.boxes},
            flow=scene.flow,
            boxes=len(scene.boxes),
            repeats=any(box.repeat > 1 for box in scene.boxes),
            lines={kind: self.theme.skips[kind].style for kind in scene.skip_kinds},
            inside=sum(number for box in scene.boxes for _, number in box.skips),
            color_by=scene.color_by.value,
            hidden=scene.hidden,
            bright=is_brighter(self.theme.ramp[1], self.theme.ramp[0]),
            panels=[detail.letter for detail in scene.details],
        )

    @property
    def svg(self) -> str:
        """The figure as SVG."""
        return self.render(["svg"])["svg"].decode()

    def explore(self, height: int = 600) -> Explorer:
        """The page to explore, which a notebook shows in a frame; closed boxes open in it.

        Args:
            height: of the frame, in pixels.

        Raises:
            UsageError: the height is no positive number.
        """
        from visualize.page.cell import Explorer

        if isinstance(height, bool) or not isinstance(height, int) or height < 1:
            raise UsageError(f"{height!r} is no number of pixels", where="height")
        return Explorer(self.render("html")["html"], self._name, height)

    def show(self) -> Path | None:
        """Show the page to explore: in the cell of a notebook if one runs, else in the browser.

        Returns:
            The file that the browser opened, in the temporary folder of the system, which clears
            it; None in a notebook.

        Raises:
            OutputError: there is no browser.
        """
        from visualize.core.notebook import display_function
        from visualize.page.cell import open_page

        if display := display_function():
            display(self.explore())
            return None
        return open_page(self.render("html")["html"])

    @property
    def _name(self) -> str:
        return self.scene.title or self.architecture.name

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        """What a notebook keeps of the figure: HTML for a browser, PDF and PNG for LaTeX."""
        from visualize.export.cell import CELL_FORMATS, cell_data, cell_metadata

        kinds = set(CELL_FORMATS if include is None else include) - set(exclude or ())
        formats = {CELL_FORMATS[kind] for kind in kinds & CELL_FORMATS.keys()} - {""}
        data = cell_data(self.render(sorted(formats)), kinds, repr(self))
        return data, cell_metadata(data, self.size, self._name)

    def _repr_svg_(self) -> str:
        return self.svg


def summary_of(architecture: Architecture, depth: int | None = None) -> Summary:
    """The summary of a model, down to modules ``depth`` deep or, by default, to blocks."""
    return with_room(depth_of(architecture.modules), _described, architecture, depth)


def _described(architecture: Architecture, depth: int | None) -> Summary:
    from visualize.describe import describe

    layers = Simplifier(architecture, closes_functions=False).to(Level.LAYER, folded=False)
    return describe(architecture, layers, depth=depth)


def format_of(path: Path) -> str:
    """The format that the suffix of ``path`` names.

    Raises:
        UsageError: there is no such format.
    """
    name = suffix(path)
    check_format(name, str(path))
    return name
