"""Text from models and files, made inert before it is shown: one place for what all formats share.

Each format escapes its own markup. What no format can hold is left out here: characters that steer
a terminal or turn the direction of writing, and halves of characters.
"""

from __future__ import annotations

import re
import unicodedata

# Control characters, halves of characters, and those of private meaning or none.
_LEFT_OUT = frozenset({"Cc", "Cs", "Cn", "Co"})
# They turn the direction of the text after them.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_NOT_IN_NAMES = re.compile(r"[^\w .+&-]")
_LONGEST_NAME = 80
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?(\d[\d,]*)?\.?\d+(e[+-]?\d+)?( ?%)?", re.IGNORECASE)


def visible(text: str) -> str:
    r"""``text`` as one line without what is not seen; breaks of lines become blanks.

    >>> visible("fc\x1b[2J\nweight")
    'fc[2J weight'
    """
    if text.isprintable() and _TURNING.isdisjoint(text):
        return text
    spaced = (" " if letter in "\t\n\r\x0b\x0c\x85\u2028\u2029" else letter for letter in text)
    return "".join(
        letter
        for letter in spaced
        if unicodedata.category(letter) not in _LEFT_OUT and letter not in _TURNING
    )


def visible_lines(text: str) -> str:
    """``text`` with every line as `visible` makes it."""
    return "\n".join(map(visible, text.split("\n")))


def family_name(name: str) -> str:
    """The name of a family of fonts without what no family has in its name, and could be markup.

    >>> family_name("Fira Sans"), family_name("x'><script>")
    ('Fira Sans', 'xscript')
    """
    return _NOT_IN_NAMES.sub("", visible(name))[:_LONGEST_NAME].strip()


def spreadsheet_cell(text: str) -> str:
    """``text`` as a cell that no spreadsheet computes; numbers remain numbers.

    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("-0.5")
    ("'=1+1", '-0.5')
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
