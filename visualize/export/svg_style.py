"""The style of an SVG: fonts and colours that reach no other figure on the same page.

Several figures may be part of one page, where style sheets, ids and font families are shared. So
all of these begin with the identity of the figure, and rules apply below its root alone.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from visualize.core.element_names import ascii_name
from visualize.core.fonts import faces_of, family, subset
from visualize.core.fonts.faces import Face
from visualize.core.palette import Paint
from visualize.core.scene import Scene
from visualize.core.theme import Theme

_LONGEST = 40
# LibreOffice takes the first family of an attribute, and DejaVu, which is much wider, where it does
# not have that one. It knows no rule for elements of a kind, which says the same better.
_COMMON = "Helvetica, Arial"
# Where a page sets its mode itself: Furo, PyData and Book themes of Sphinx; Material for MkDocs.
_LIGHT = '[data-theme="light"]', '[data-md-color-scheme="default"]'
_DARK = '[data-theme="dark"]', '[data-md-color-scheme="slate"]'


def identity(name: str, scene: Scene, theme: Theme) -> str:
    """What sets a figure apart from others on one page: ``resnet18-1a2b3c4d``.

    It depends on the name, the look and where the model ends, so that an edit in front changes none
    of the ids that begin with it.
    """
    plain = replace(theme, font="", night=theme.night and replace(theme.night, font=""))
    last = [(box.name, box.label) for box in scene.boxes[-2:]]
    look = scene.level, scene.color_by, scene.title, scene.legend, plain, last
    word = re.sub("_+", "-", ascii_name(name))[:_LONGEST].strip("-").lower()
    start = word if word[:1].isalpha() else f"figure-{word}".rstrip("-")
    return f"{start}-{zlib.crc32(repr(look).encode()):08x}"


class Colors:
    """The colours of a figure as attributes, and those that change by night as CSS variables.

    Where style sheets or variables are not supported, the colours by day remain.

    Args:
        root: the id of the root element.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._variables: dict[Paint, str] = {}
        self._rules: dict[str, str] = {}

    def attributes(self, **paints: Paint) -> str:
        """Each colour as the attribute with its name, with the class that replaces it by night."""
        attributes, classes = "", []
        for name, paint in paints.items():
            key = name.replace("_", "-")
            attributes += f' {key}="{paint.day}"'
            if paint.night != paint.day:
                variable = self._variable(paint)
                classes.append(f"{key}-{variable}")
                self._rules[classes[-1]] = f"{key}:var(--{variable})"
        return attributes + (f' class="{" ".join(classes)}"' if classes else "")

    def _variable(self, paint: Paint) -> str:
        """The name of a colour: that by day, and that by night where the first is not enough."""
        if paint not in self._variables:
            short = paint.day.lstrip("#")
            is_taken = short in self._variables.values()
            self._variables[paint] = f"{short}-{paint.night.lstrip('#')}" if is_taken else short
        return self._variables[paint]

    def sheet(self) -> str:
        """The style sheet; empty if no colour changes."""
        if not self._variables:
            return ""
        day, night = (
            "".join(f"--{name}:{getattr(paint, mode)};" for paint, name in self._variables.items())
            for mode in ("day", "night")
        )
        root = f"#{self.root}"
        lines = [
            f"{root}{{{day}}}",
            f"@media (prefers-color-scheme:dark){{{root}{{{night}}}}}",
            f"{','.join(f'{mode} {root}' for mode in _LIGHT)}{{{day}}}",
            f"{','.join(f'{mode} {root}' for mode in _DARK)}{{{night}}}",
            # Others would paint in black what has a variable.
            "@supports (fill:var(--x)){",
            *(f"{root} .{name}{{{rule}}}" for name, rule in self._rules.items()),
            "}",
        ]
        return "\n".join(lines)


class Fonts:
    """The fonts of a figure with no more than its characters, under families of its own.

    Args:
        text: all that is written in them.
        font: that of the theme.
        root: the id of the root element.

    Attributes:
        families: the value of the property, best first.
        attribute: the same for readers that know no rules, see `_COMMON`.
    """

    def __init__(self, text: str, font: str, root: str) -> None:
        self.root = root
        self._faces = faces_of("".join(sorted(set(text))), font)
        own = _quoted(map(self._own, self._faces))
        names = _quoted([family(font), *(face.family for face in self._faces)])
        self.families = f"{own}, {names}, {_COMMON}, sans-serif"
        self.attribute = f"{_COMMON}, {names}, sans-serif"

    def rules(self) -> Iterator[str]:
        """A rule for each font that is embedded, and one for the texts that use them."""
        for face, characters in self._faces.items():
            data = base64.b64encode(subset(face, characters)).decode()
            yield (
                f"@font-face{{font-family:{_string(self._own(face))};"
                f"src:url(data:font/woff;base64,{data}) format('woff')}}"
            )
        yield f"#{self.root} text{{font-family:{self.families}}}"

    def _own(self, face: Face) -> str:
        """The family of an embedded font, whose few characters no other text is to use."""
        return f"{face.family} {self.root}"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(_string, dict.fromkeys(names)))


def _string(text: str) -> str:
    r"""A string of CSS that neither CSS nor XML can read as anything else.

    >>> _string("Fira Sans"), _string("</style>")
    ("'Fira Sans'", "'\\3c \\2f style\\3e '")
    """
    return "'" + "".join(one if _is_plain(one) else f"\\{ord(one):x} " for one in text) + "'"


def _is_plain(character: str) -> bool:
    return character.isalnum() or character in " -_."
