"""Text and numbers as file formats write them."""

from __future__ import annotations

import unicodedata

from visualize.core.errors import shorten

# Graphviz limits the length of strings, and no reader needs longer ones.
LONGEST = 400


def clean(text: str) -> str:
    r"""``text`` without what XML cannot hold: control characters and half surrogates.

    >>> clean("a" + chr(0) + "b" + chr(9) + "c")
    'ab c'
    """
    if text.isprintable():
        return text
    spaced = (" " if character in "\t\r" else character for character in text)
    return "".join(
        character
        for character in spaced
        if character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Cn")
    )


def one_line(text: str) -> str:
    r"""``text`` as one clean line of a figure, not too long.

    >>> one_line("a" + chr(10) + "b")
    'a b'
    """
    return shorten(clean(text), LONGEST).replace("\n", " ")


def number(value: float, digits: int = 2) -> str:
    """A number with at most ``digits`` decimals, without trailing zeros.

    >>> number(1.5), number(-0.0001), number(12.3456, 3)
    ('1.5', '0', '12.346')
    """
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
