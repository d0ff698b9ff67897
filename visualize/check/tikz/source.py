"""The source of a TikZ picture in parts: colours, styles, and statements with their options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BEGIN, _END = "\\begin{tikzpicture}[visualize]", "\\end{tikzpicture}"
_COLOR = re.compile(r"\\definecolor\{([^{}]*)\}\{HTML\}\{([0-9A-Fa-f]{6})\}")
_SIZE = re.compile(r"\\def(\\visualize[a-z]+)\{\\fontsize\{([\d.]+)\}")
_STYLE = re.compile(r"^  ([^/\n]+)/\.style=\{(.*)\},$", re.MULTILINE)
_DISTANCE = re.compile(r"node distance=([\d.]+)bp")
_RGB = re.compile(r"\{rgb,255:red,(\d+);green,(\d+);blue,(\d+)\}")
_STATEMENT = re.compile(r"\\(\w+)\s*")
_CLOSING = {"{": "}", "[": "]", "(": ")"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A command up to its semicolon.

    Attributes:
        command: its name, such as ``node``.
        options: those in brackets, styles not yet replaced by what they mean.
        rest: what comes after them.
        comment: what is behind it on its line.
    """

    command: str
    options: tuple[str, ...]
    rest: str
    comment: str


@dataclass(frozen=True)
class Source:
    """A picture as it is written.

    Attributes:
        colors: by name, as ``#rrggbb``.
        sizes: of the macros that choose a size.
        styles: the options that each style is short for.
        distance: between nodes, where they do not say.
        statements: in order.
    """

    colors: Mapping[str, str]
    sizes: Mapping[str, float]
    styles: Mapping[str, tuple[str, ...]]
    distance: float
    statements: tuple[Statement, ...]

    def meaning(self, options: tuple[str, ...]) -> dict[str, str]:
        """Options by their key, with all that styles are short for; the last one counts."""
        found: dict[str, str] = {}
        for option in options:
            if option in self.styles:
                found |= {option: ""} | self.meaning(self.styles[option])
            else:
                key, _, value = option.partition("=")
                found[key.strip()] = value.strip()
        return found

    def color(self, name: str, otherwise: str = "none") -> str:
        """A colour by its name, or from its parts."""
        parts = _RGB.fullmatch(name)
        if parts:
            return "#{:02x}{:02x}{:02x}".format(*map(int, parts.groups()))
        return self.colors.get(name, otherwise)


def parsed(text: str) -> Source | None:
    """The parts of a file; None if no picture of this program is in it."""
    head, begin, rest = text.partition(_BEGIN)
    body, end, _ = rest.partition(_END)
    if not begin or not end:
        return None
    distance = _DISTANCE.search(head)
    return Source(
        colors={name: f"#{value.lower()}" for name, value in _COLOR.findall(head)},
        sizes={name: float(size) for name, size in _SIZE.findall(head)},
        styles={name: tuple(split(style)) for name, style in _STYLE.findall(head)},
        distance=float(distance[1]) if distance else 0.0,
        statements=tuple(_statements(body)),
    )


def split(text: str, sign: str = ",") -> list[str]:
    """The parts of a text between signs that are in no brackets.

    >>> split("draw, fill={rgb,255:red,1}, right=of a")
    ['draw', 'fill={rgb,255:red,1}', 'right=of a']
    """
    parts, depth, start = [], 0, 0
    for place, character in _characters(text):
        depth += (character in "{[(") - (character in "}])")
        if not depth and text.startswith(sign, place):
            parts.append(text[start:place].strip())
            start = place + len(sign)
    return [part for part in (*parts, text[start:].strip()) if part]


def bracketed(text: str, start: int) -> tuple[str, int]:
    """What is in the brackets that open at ``start``, and where the text goes on."""
    opening, depth = text[start], 0
    for place, character in _characters(text[start:]):
        depth += (character == opening) - (character == _CLOSING[opening])
        if not depth:
            return text[start + 1 : start + place], start + place + 1
    raise ValueError(f"{text[start : start + 20]!r} is not closed")


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """The characters of a text that are not escaped, with their places; commands as backslashes."""
    place = 0
    while place < len(text):
        yield place, text[place]
        place += 2 if text[place] == "\\" else 1


def _statements(body: str) -> Iterator[Statement]:
    """The statements of a picture, environments inside it left out."""
    waiting = ""
    for line in body.splitlines():
        code, comment = _without_comment(line)
        if code.startswith(("\\begin{", "\\end{")):
            continue
        *whole, waiting = _parts(f"{waiting} {code}".strip())
        for place, part in enumerate(whole):
            yield _statement(part, comment if place == len(whole) - 1 else "")


def _parts(code: str) -> list[str]:
    """What is before each semicolon outside of braces, and what is behind the last one."""
    parts, depth, start = [], 0, 0
    for place, character in _characters(code):
        depth += (character == "{") - (character == "}")
        if character == ";" and not depth:
            parts.append(code[start:place].strip())
            start = place + 1
    return [*parts, code[start:].strip()]


def _without_comment(line: str) -> tuple[str, str]:
    for place, character in _characters(line):
        if character == "%":
            return line[:place].strip(), line[place + 1 :].strip()
    return line.strip(), ""


def _statement(code: str, comment: str) -> Statement:
    command = _STATEMENT.match(code)
    if not command:
        raise ValueError(f"{code[:20]!r} is no command")
    options, place = "", command.end()
    if code.startswith("[", place):
        options, place = bracketed(code, place)
    return Statement(command[1], tuple(split(options)), code[place:].strip(), comment)
