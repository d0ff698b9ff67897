"""Sizes in a configuration that no model has, refused before anything is made of them.

Some configurations make a list with an entry for each layer or label as soon as they are read, and
modules are built one by one until there are too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from visualize.core.errors import ConstructionError, shorten

_MOST_LAYERS = 5_000  # DeepNet has 1,000
_MOST_ENTRIES = 10_000_000  # of what is counted, such as labels; the largest vocabularies have 1 M
_LAYERS = re.compile(
    r"(num|n)_(\w+_)?(layers?|blocks?|stages?|groups?|experts?)(_\w+)?|(\w+_)?(layers|depths?|blocks|repeats|stages)"
)
_COUNTED = re.compile(r"(num|n|max)_\w+|\w+_(labels|tokens|length|embeddings)|vocab_size")
# Some configurations write -1 for a size that is not set.
_NEVER_NEGATIVE = re.compile(rf"{_LAYERS.pattern}|\w+_(size|dim|channels)|d_\w+")


def check_sizes(fields: Mapping[str, Any], where: str) -> None:
    """Check the numbers in a configuration, those in parts of it included.

    Args:
        fields: as they are written.
        where: what to call it in messages.

    Raises:
        ConstructionError: there are fewer layers than none, or more layers, experts or labels than
            any model has.
    """
    for name, number in _numbers(fields, "", 0):
        last = name.rpartition(".")[2]
        most = _MOST_LAYERS if _LAYERS.fullmatch(last) else _MOST_ENTRIES
        if number < (0 if most == _MOST_LAYERS else -1) and _NEVER_NEGATIVE.fullmatch(last):
            raise ConstructionError(f"{shorten(name)} is {number}", where=where)
        if number > most and (most == _MOST_LAYERS or _COUNTED.fullmatch(last)):
            raise ConstructionError(
                f"{shorten(name)} is {shorten(f'{number:,}', 40)}, more than the {most:,} that any "
                "model has",
                where=where,
            )


def _numbers(value: Any, name: str, depth: int) -> Iterator[tuple[str, int]]:
    """All whole numbers by the names of their fields; those in lists by that of the list."""
    if isinstance(value, bool) or depth > 50:
        return
    if isinstance(value, int):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, f"{name}.{key}".strip("."), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, name, depth + 1)
