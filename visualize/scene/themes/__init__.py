"""Themes: how a figure looks, as data. Each ``.toml`` file in this folder is one."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from visualize.core.errors import UsageError, shorten, shorten_path
from visualize.core.files import read_file
from visualize.core.fonts import require_face
from visualize.core.fonts.faces import find_face
from visualize.core.inert import family_name
from visualize.core.theme import LineStyle, Mark, Stroke, Theme, Tint

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FOLDER = Path(__file__).parent
_LARGEST = 200
_MOST = 1  # megabytes of a file
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# The themes that ``auto`` is made of.
LIGHT, DARK = "paper", "dark"
AUTO = "auto"


def theme_names() -> list[str]:
    """The names of the themes that come with the program."""
    return sorted([AUTO, *(path.stem for path in _FOLDER.glob("*.toml"))])


def load_theme(name: str) -> Theme:
    """Load a theme by its name or from a ``.toml`` file.

    A file changes what it names and keeps the rest of ``paper``, also inside a table:
    ``[skips.gate]`` with a ``color`` keeps the style and the width. ``auto`` is ``paper``, with the
    colours of ``dark`` for readers in dark mode.

    Raises:
        UsageError: there is no such theme, or its file is not valid.
    """
    if not name.endswith(".toml"):
        if name not in theme_names():
            raise UsageError(
                f"no theme named {shorten(name)!r}",
                where="--theme",
                hint=f"use one of {', '.join(theme_names())}, or a .toml file",
            )
        if name == AUTO:
            return with_night(load_theme(LIGHT))
        return _theme(_read(_FOLDER / f"{name}.toml"), name)
    return _theme(_merged(_read(_FOLDER / "paper.toml"), _read(Path(name))), name)


def _merged(values: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with those of ``own`` in their place, table by table.

    >>> _merged({"size": 9, "frame": {"fill": "a", "line": "b"}}, {"frame": {"line": "c"}})
    {'size': 9, 'frame': {'fill': 'a', 'line': 'c'}}
    """
    merged = {**values, **own}
    for key in values.keys() & own.keys():
        if isinstance(values[key], dict) and isinstance(own[key], dict):
            merged[key] = _merged(values[key], own[key])
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = tomllib.loads(read_file(path, _MOST).decode("utf-8"))
        return values
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}",
            where=f"theme {shorten_path(str(path))}",
            hint="check the path",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"is not valid TOML: {error}", where=f"theme {shorten_path(str(path))}"
        ) from error


def _theme(values: dict[str, Any], name: str) -> Theme:
    known = {field.name for field in fields(Theme)} - {"night"}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(
            f"unknown key {unknown[0]!r}",
            where=f"theme {shorten_path(name)}",
            hint=f"keys are {', '.join(sorted(known))}",
        )
    try:
        return Theme(
            font=_font(values["font"]),
            size=_points(values["size"]),
            detail_size=_points(values["detail_size"]),
            background=_color(values["background"]),
            text=_color(values["text"]),
            muted=_color(values["muted"]),
            line=_color(values["line"]),
            neutral=_tint(values["neutral"]),
            terminal=_tint(values["terminal"]),
            merge=_tint(values["merge"]),
            frame=_tint(values["frame"]),
            stages=tuple(_tint(tint) for tint in values["stages"]) or (_tint(values["neutral"]),),
            skips={kind: _stroke(stroke) for kind, stroke in values["skips"].items()},
            marks={name: _mark(mark) for name, mark in values["marks"].items()},
            ramp=(_color(values["ramp"][0]), _color(values["ramp"][1])),
            line_width=_points(values["line_width"]) if "line_width" in values else 0.8,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"bad value: {error}", where=f"theme {shorten_path(name)}") from error


def _font(value: Any) -> str:
    """The name of a family, installed or not, or a font file."""
    if isinstance(value, str) and value and (family_name(value) == value or find_face(value)):
        return value
    raise ValueError(f"{shorten(repr(value), 40)} is no name of a font, and no font file")


def _points(value: Any) -> float:
    """A size, or the width of a line; text of other sizes is not legible on any page."""
    points = float(value)
    if not 0 < points <= _LARGEST:
        raise ValueError(f"{points:g} is not a size from 0 to {_LARGEST} points")
    return points


def _color(value: Any) -> str:
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        raise ValueError(f"{value!r} is not a colour like #1a2b3c")
    return value


def _tint(value: Any) -> Tint:
    return Tint(_color(value["fill"]), _color(value["line"]))


def _stroke(value: Any) -> Stroke:
    styles = [style.value for style in LineStyle]
    if value["style"] not in styles:
        raise ValueError(f"{value['style']!r} is not one of {', '.join(styles)}")
    return Stroke(_color(value["color"]), LineStyle(value["style"]), _points(value["width"]))


def _mark(value: Any) -> Mark:
    return Mark(_color(value["fill"]), _stroke(value))


def with_night(theme: Theme) -> Theme:
    """``theme`` with a night variant: if it is ``paper`` in some font, the colours of ``dark``."""
    light, dark = load_theme(LIGHT), load_theme(DARK)
    if theme.night or replace(theme, font=light.font) != light:
        return theme
    night = replace(dark, font=theme.font, size=theme.size, detail_size=theme.detail_size)
    return replace(theme, night=night)


def with_font(theme: Theme, font: str) -> Theme:
    """``theme`` in another font: an installed family, or a file.

    Raises:
        UsageError: there is no such font.
    """
    require_face(font)
    return replace(theme, font=font, night=theme.night and replace(theme.night, font=font))
