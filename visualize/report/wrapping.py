"""Lines of a readable length, in English and in Chinese.

English breaks at spaces. Chinese breaks between any two characters, except before closing and
after opening punctuation, and never between a number and its unit or measure word.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

_CLOSING = "，。、；：！？）】》”’…"
_OPENING = "（【《“‘"
# A number with its unit, or with its measure word: "4.4 %", "1.8 G MACs", "40.89 亿次", "18 层".
_QUANTITY = re.compile(
    r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹][\d,.]*(?:"
    r" ?(?:万亿|亿|万)?[\u4e00-\u9fff]|"
    r" (?:%|[kMGTB]\b(?: MACs)?|MACs\b)"
    r")"
)


def wrap(text: str, width: int) -> list[str]:
    """The lines of a paragraph, each of at most ``width`` columns where that is possible.

    A Chinese character takes two columns.

    >>> wrap("it has 4.4 % zeros", 10)
    ['it has', '4.4 %', 'zeros']
    >>> wrap("深度为 18 层（最长路径）。", 10)
    ['深度为', '18 层（最', '长路径）。']
    """
    from rich.cells import cell_len

    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and cell_len((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    """Parts of a text between which a line may end."""
    kept = {
        place
        for match in _QUANTITY.finditer(text)
        for place in range(match.start() + 1, match.end())
    }
    places = [
        place
        for place in range(1, len(text))
        if place not in kept and _may_break(text[place - 1], text[place])
    ]
    for start, end in itertools.pairwise([0, *places, len(text)]):
        yield text[start:end]


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters."""
    if after == " " or after in _CLOSING or before in _OPENING:
        return False
    return before == " " or _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")
