"""Render: from a simplified `Architecture` to an image. Nothing here knows torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from visualize.documents import to_json
from visualize.errors import UsageError, shorten
from visualize.render.dot import to_dot
from visualize.render.engine import run_graphviz
from visualize.render.fonts import missing, require_face
from visualize.render.graphml import to_graphml
from visualize.render.layout import Direction, Layout, Page, lay_out
from visualize.render.mermaid import to_mermaid
from visualize.render.pdf import finish_pdf
from visualize.render.scene import OF_VALUES, ColorBy, Scene, build_scene
from visualize.render.scheme import follow_scheme
from visualize.render.svg import finish_svg
from visualize.render.themes import Theme, load_theme, theme_names
from visualize.render.tikz import to_tikz

__all__ = [
    "FORMATS",
    "OF_VALUES",
    "PLAIN_FORMATS",
    "ColorBy",
    "Direction",
    "Layout",
    "Page",
    "Scene",
    "Theme",
    "build_scene",
    "check_format",
    "lay_out",
    "load_theme",
    "may_fit",
    "missing_characters",
    "render",
    "theme_names",
    "with_font",
]

# What Graphviz draws, with its arguments; PNG at 200 dots per inch.
_GRAPHVIZ = {"svg": "", "pdf": "", "png": "-Gdpi=200"}
# No figure with more boxes fits a page; laying it out to see that would take long.
_MOST_BOXES = 150
FORMATS = (*_GRAPHVIZ, "dot", "tex", "mmd", "graphml", "json")
# What needs no layout of our own.
PLAIN_FORMATS = frozenset({"json", "mmd"})


def may_fit(scene: Scene) -> bool:
    """Whether ``scene`` could fit any page; what could not need not be laid out to see it."""
    return len(scene.boxes) <= _MOST_BOXES


def with_font(theme: Theme, font: str) -> Theme:
    """``theme`` in another font: an installed family, or a file.

    Raises:
        UsageError: there is no such font.
    """
    require_face(font)
    return replace(theme, font=font, night=theme.night and replace(theme.night, font=font))


def missing_characters(scene: Scene, theme: Theme) -> list[str]:
    """The characters of ``scene`` for which there is no font: they would be drawn as boxes."""
    texts = [line for box in scene.boxes for line in box.label]
    texts += [text for group in scene.groups for text in (group.label, group.detail)]
    return missing([scene.title, *texts, *(arrow.label for arrow in scene.arrows)], theme.font)


def check_format(name: str, where: str = "") -> None:
    """Raise a UsageError unless ``name`` is one of `FORMATS`."""
    if name not in FORMATS:
        raise UsageError(
            f"cannot write the format {shorten(name)!r}" if name else "has no suffix",
            where=where,
            hint=f"use one of .{', .'.join(FORMATS)}",
        )


def render(
    scene: Scene,
    theme: Theme,
    direction: Direction,
    page: Page,
    formats: Iterable[str],
    name: str,
    layout: Layout | None = None,
    caption: str = "",
) -> dict[str, bytes]:
    """Draw ``scene`` in each of ``formats``; the result holds one file's content for each.

    Args:
        name: title of the figure for those who cannot see it.
        layout: that of the scene, if it is known.
        caption: what TeX has for a caption; by default the scene's description.

    Raises:
        UsageError: a format is not one of `FORMATS`.
        RenderError: Graphviz failed.
    """
    wanted = list(dict.fromkeys(formats))
    for format_name in wanted:
        check_format(format_name)
    files: dict[str, bytes] = {}
    if "json" in wanted:
        files["json"] = to_json(scene.document())
    if "mmd" in wanted:
        files["mmd"] = to_mermaid(scene, theme, direction).encode()
    if PLAIN_FORMATS.issuperset(wanted):
        return files
    layout = layout or lay_out(scene, theme, direction, page)
    if "tex" in wanted:
        files["tex"] = to_tikz(
            scene, layout, theme, direction, caption or f"{scene.description}."
        ).encode()
    if "graphml" in wanted:
        files["graphml"] = to_graphml(scene, layout, theme, direction, name)
    dot = to_dot(scene, layout, theme, direction, name)
    files["dot"] = dot.encode()
    drawn = {each: _GRAPHVIZ[each] for each in wanted if each in _GRAPHVIZ}
    files |= run_graphviz(dot, drawn, theme.font) if drawn else {}
    if "pdf" in files:
        files["pdf"] = finish_pdf(files["pdf"], layout.around.size[0])
    if "svg" in files:
        files["svg"] = finish_svg(
            files["svg"], scene, layout.around.size, title=name, font=theme.font
        )
        if theme.night:
            source = to_dot(scene, layout, theme.night, direction, name)
            night = run_graphviz(source, {"svg": ""}, theme.font)
            dark = finish_svg(night["svg"], scene, layout.around.size, title=name, font=theme.font)
            files["svg"] = follow_scheme(files["svg"], dark)
    return {format_name: files[format_name] for format_name in wanted}
