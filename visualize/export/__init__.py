"""Export: from a scene and its layout to files. Nothing here knows torch.

A scene and its layout become a `Picture`, and each format is a function that writes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from visualize.core.choices import Direction
from visualize.core.layout import Layout
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.export.formats import (
    FORMATS,
    FileStyle,
    Job,
    check_format,
    need_layout,
    register,
)

__all__ = ["FORMATS", "FileStyle", "Job", "check_format", "need_layout", "register", "render"]


def render(
    scene: Scene,
    theme: Theme,
    direction: Direction,
    formats: Iterable[str],
    name: str,
    layout: Layout | None = None,
    caption: str = "",
    alternative: str = "",
    style: FileStyle | None = None,
    page: Callable[[Job], bytes] | None = None,
) -> dict[str, bytes]:
    """Write ``scene`` in each of ``formats``; the result holds the content of one file for each.

    Args:
        scene: what is drawn.
        theme: the look.
        direction: where the flow goes on the page.
        formats: suffixes, as in `FORMATS`.
        name: the title of the figure, for those who cannot see it.
        layout: of the scene, unless `need_layout` says that the formats need none.
        caption: for formats with a caption; the description of the scene by default.
        alternative: the figure in words; the description of the scene by default.
        style: of the files; `FileStyle` as it is by default.
        page: writes the format html.

    Raises:
        UsageError: a format is not one of `FORMATS`.
        RenderError: Graphviz failed.
    """
    wanted = list(dict.fromkeys(formats))
    for format_name in wanted:
        check_format(format_name)
    below = caption or f"{scene.description}."
    style = style or FileStyle()
    job = Job(scene, theme, direction, name, below, layout, alternative, style, page)
    return {format_name: FORMATS[format_name].write(job) for format_name in wanted}
