"""Lines of a label, no longer than a box can be."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 48  # characters
_BETWEEN = " · "
_MOST_PARTS = 6  # details of one box


def clip(text: str, longest: int = LONGEST) -> str:
    r"""``text`` on one line of at most ``longest`` characters.

    >>> clip("a label that is\ntoo long", 18)
    'a label that is t…'
    """
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def details_lines(words: Iterable[str], numbers: Iterable[str]) -> list[str]:
    """Details of a box and its numbers of parameters, which are never cut off, in even lines.

    >>> details_lines(["BN", "ReLU"], ["3.9 M"])
    ['BN · ReLU · 3.9 M']
    >>> details_lines(["+ token type embeddings", "+ position embeddings"], ["3.9 M"])
    ['+ token type embeddings', '+ position embeddings · 3.9 M']
    """
    number = _BETWEEN.join(numbers)
    parts = [clip(part, LONGEST - 2) for part in words]
    if len(parts) > _MOST_PARTS:
        parts = [*parts[:_MOST_PARTS], "…"]
    if number:
        parts.append(number)
    lines = _rows(parts, LONGEST)
    if len(lines) < 2:
        return lines
    narrower = (_rows(parts, width) for width in range(max(map(len, parts)), LONGEST))
    return next((even for even in narrower if len(even) == len(lines)), lines)


def _rows(parts: Iterable[str], width: int) -> list[str]:
    """``parts`` in lines that are no longer than ``width``, unless a part is."""
    rows: list[str] = []
    for part in parts:
        if rows and len(rows[-1]) + len(_BETWEEN) + len(part) <= width:
            rows[-1] += _BETWEEN + part
        else:
            rows.append(part)
    return rows
