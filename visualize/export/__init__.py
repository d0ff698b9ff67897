"""Export: from a scene and its layout to files. Nothing here knows torch."""

from __future__ import annotations

from collections.abc import Iterable

from visualize.core.choices import Direction
from visualize.core.documents import to_json
from visualize.core.errors import UsageError, shorten
from visualize.core.layout import Layout
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.export.dot import to_dot
from visualize.export.engine import run_graphviz
from visualize.export.graphml import to_graphml
from visualize.export.mermaid import to_mermaid
from visualize.export.pdf import finish_pdf
from visualize.export.scheme import follow_scheme
from visualize.export.svg import finish_svg
from visualize.export.tikz import to_tikz

__all__ = [
    "FORMATS",
    "PLAIN_FORMATS",
    "check_format",
    "render",
]

# What Graphviz draws, with its arguments; PNG at 200 dots per inch.
_GRAPHVIZ = {"svg": "", "pdf": "", "png": "-Gdpi=200"}
FORMATS = (*_GRAPHVIZ, "dot", "tex", "mmd", "graphml", "json")
# What needs no layout of our own.
PLAIN_FORMATS = frozenset({"json", "mmd"})


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
    formats: Iterable[str],
    name: str,
    layout: Layout | None = None,
    caption: str = "",
) -> dict[str, bytes]:
    """Draw ``scene`` in each of ``formats``; the result holds one file's content for each.

    Args:
        name: title of the figure for those who cannot see it.
        layout: that of the scene; plain formats need none.
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
    assert layout is not None, "only plain formats need no layout"
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
