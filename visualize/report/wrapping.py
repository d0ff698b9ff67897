"""Lines of a readable length, in English and in Chinese.

English breaks at spaces. Chinese breaks between any two characters, except before closing and
after opening punctuation, and never between a number and its unit or measure word.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator

_CLOSING = "，。、；：！？）】》”’…"
_ENDING = _CLOSING + ".,;:!?)]} "
_TEXT = 80  # columns of text beside narrower tables
_READABLE = 100  # and at most, however wide the table is
_OPENING = "（【《“‘"
# A number with its unit, or with its measure word: "4.4 %", "1.8 G MACs", "40.89 亿次", "18 层";
# and in the description of a layer what it is the number of: "步幅 2", "MLP ratio 4".
_QUANTITY = re.compile(
    r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹][\d,.]*(?:"
    r" ?(?:万亿|亿|万)?[\u4e00-\u9fff]|"
    r" (?:%|[kMGT]?B\b|[kMGT]\b(?: MACs)?|MACs\b|px\b|heads\b|groups\b|calls\b)"
    r")|(?:总?步幅|核大小|膨胀率|投影至|宽度|扩展系数|MLP 扩展比|调用) [\d.×]+(?: 次)?"
    r"|(?:MLP ratio|expansion|dilation|kernel) [\d.×]+"
)

_WORD = re.compile(r"（?[^ （]+ ?")
# A part of a path or of a shape, with the character after which a line may end; and a part of that.
_STEP = re.compile(r"[^./×=,]+[./×=,]?|[./×=,]")
_SYLLABLE = re.compile(r"\[?[^_\[]+_?|[_\[]")


def wrap(text: str, width: int) -> list[str]:
    """The lines of a paragraph, each of at most ``width`` columns.

    A Chinese character takes two columns. Words that are longer than a line are broken, if possible
    where the parts of a path meet.

    >>> wrap("it has 4.4 % zeros", 10)
    ['it has', '4.4 %', 'zeros']
    >>> wrap("peaks at 106.9 MB (conv1)", 14), wrap("12 heads, MLP ratio 4", 20)
    (['peaks at', '106.9 MB', '(conv1)'], ['12 heads,', 'MLP ratio 4'])
    >>> wrap("深度为 18 层（最长路径）。", 10)
    ['深度为', '18 层（最', '长路径）。']
    >>> wrap("encoder.layers[0].self_attention", 20), wrap("encoder.layer_norm", 14)
    (['encoder.layers[0].', 'self_attention'], ['encoder.', 'layer_norm'])
    """
    return _filled((part for piece in _pieces(text) for part in _parts(piece, width)), width)


def paragraph(text: str, width: int) -> str:
    r"""The lines of a paragraph, all but the first indented.

    >>> paragraph("Depth: 18 weighted layers", 14)
    'Depth: 18\n  weighted\n  layers\n'
    """
    return "\n  ".join(wrap(text, width - 2)) + "\n"


def wrap_heading(heading: str, width: int) -> list[str]:
    """The lines of a heading, which is broken at spaces and before a unit in parentheses.

    >>> wrap_heading("MACs (M)", 6), wrap_heading("乘加次数（M）", 8)
    (['MACs', '(M)'], ['乘加次数', '（M）'])
    """
    return _filled(_WORD.findall(heading), width)


def longest_word(heading: str) -> int:
    """Columns of the longest part of a heading that `wrap_heading` does not break.

    >>> longest_word("bypassed parameters"), longest_word("")
    (10, 0)
    """
    from rich.cells import cell_len

    return max((cell_len(word.rstrip()) for word in _WORD.findall(heading)), default=0)


def longest_part(text: str) -> int:
    """Columns of the longest part of a text that `wrap` breaks only if it is longer than a line.

    >>> longest_part("ConvTranspose2d, 64"), longest_part("shared.weight"), longest_part("卷积")
    (16, 7, 2)
    """
    from rich.cells import cell_len

    steps = (step for piece in _pieces(text) for step in _STEP.findall(piece))
    return max((cell_len(step.rstrip()) for step in steps), default=0)


def _filled(pieces: Iterable[str], width: int) -> list[str]:
    """Lines of as many pieces as fit."""
    from rich.cells import cell_len

    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and cell_len((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def text_width(table: int, terminal: int | None) -> int:
    """The width of sentences beside a table: that of the table, if that is a readable measure.

    Args:
        table: columns of the table.
        terminal: columns of the terminal; None where there is no terminal.

    >>> text_width(90, None), text_width(200, None), text_width(40, None), text_width(40, 60)
    (90, 100, 80, 60)
    """
    readable = min(max(table, _TEXT), _READABLE)
    return min(readable, terminal or readable)


def _parts(piece: str, width: int) -> Iterator[str]:
    """A word, or its parts if it is longer than a line."""
    from rich.cells import cell_len

    if cell_len(piece.rstrip()) <= width or _QUANTITY.search(piece):
        yield piece
        return
    for step in _STEP.findall(piece):
        for part in _SYLLABLE.findall(step) if cell_len(step.rstrip()) > width else [step]:
            yield from _cut(part, width)


def _cut(part: str, width: int) -> Iterator[str]:
    """Pieces that fit a line; what closes a word is not alone on the last."""
    from rich.cells import cell_len

    while cell_len(part.rstrip()) > width:
        end = next(n for n in itertools.count(1) if cell_len(part[: n + 1]) > width)
        if end > 1 and not part[end:].strip(_ENDING):
            end -= 1
        yield part[:end]
        part = part[end:]
    yield part


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
