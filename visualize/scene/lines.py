"""Lines of a label, no longer than a box can be."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 48  # characters
_BETWEEN = " · "


def clip(text: str, longest: int = LONGEST) -> str:
    r"""``text`` on one line of at most ``longest`` characters.

    >>> clip("a label that is\ntoo long", 18)
    'a label that is t…'
    """
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def details_line(words: Iterable[str], numbers: Iterable[str]) -> str:
    """Details of a box and its numbers of parameters, which are never cut off.

    >>> details_line(["+ token type embeddings", "+ position embeddings"], ["3.9 M"])
    '+ token type embeddings · + position em… · 3.9 M'
    """
    more = "".join(_BETWEEN + number for number in numbers)
    text = clip(_BETWEEN.join(words), LONGEST - len(more))
    return text + more if text else more.removeprefix(_BETWEEN)
