"""Many paths in a few words, and edits of many operations in a few numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from visualize.core.difference import Edit
from visualize.core.module_path import numberless, numbers_in, spelled

_NAMES = {"kernel_size": "kernel"}
_MOST = 4


def names_text(paths: Sequence[str]) -> str:
    """`places_text`; the model itself, which has no path, is ``forward``.

    >>> names_text([""])
    'forward'
    """
    return places_text([path or "forward" for path in paths])


def places_text(paths: Sequence[str]) -> str:
    """Paths, with those that differ in numbers only as one.

    >>> places_text(["layer1.0.conv1", "layer1.1.conv1", "layer2.0.conv1", "fc"])
    'layer1–2[*].conv1, fc'
    """
    groups: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        groups[numberless(path)].append(numbers_in(path))
    texts = [
        _together(pattern, part) for pattern, numbers in groups.items() for part in _parts(numbers)
    ]
    return ", ".join(texts[:_MOST]) + ", …" * (len(texts) > _MOST)


def _parts(numbers: Sequence[tuple[int, ...]]) -> list[Sequence[tuple[int, ...]]]:
    """Numbers that one pattern covers together: a ``*`` would cover those below the first."""
    slots = [sorted(set(values)) for values in zip(*numbers)]
    first = _first(slots)
    if all(
        place == first or values[0] < 1 or _is_free(place, values, numbers)
        for place, values in enumerate(slots)
    ):
        return [numbers]
    return [[each for each in numbers if each[first] == value] for value in slots[first]]


def _first(slots: Sequence[Sequence[int]]) -> int:
    """The place of the first number that differs."""
    return next((place for place, values in enumerate(slots) if len(values) > 1), 0)


def _together(pattern: str, numbers: Sequence[Sequence[int]]) -> str:
    slots = [sorted(set(values)) for values in zip(*numbers)]
    first = _first(slots)
    texts = iter(
        _range(values, exact=place == first or _is_free(place, values, numbers))
        for place, values in enumerate(slots)
    )
    return re.sub(r"\.\*(?=[.]|$)", "[*]", _spell(pattern, texts))


def _spell(pattern: str, texts: Any) -> str:
    return spelled(re.sub(r"\*", lambda _: next(texts), pattern))


def _is_free(place: int, values: Sequence[int], numbers: Sequence[Sequence[int]]) -> bool:
    """Whether a number takes the same values whatever the others are."""
    others = {(*each[:place], *each[place + 1 :]) for each in numbers}
    return len(others) * len(values) == len({tuple(each) for each in numbers})


def _range(values: Sequence[int], *, exact: bool) -> str:
    """Some numbers: all from the first to the last, a few, or any."""
    if len(values) == 1:
        return str(values[0])
    if values[-1] - values[0] == len(values) - 1 and exact:
        return f"{values[0]}–{values[-1]}"
    if exact and len(values) <= _MOST:
        return f"{{{','.join(map(str, values))}}}"
    return "*"


def edits_text(edits: Sequence[Sequence[Edit]]) -> str:
    """What was changed in several operations, whose edits are of the same attributes.

    >>> wide = [Edit("width", 64, 128)], [Edit("width", 256, 512)]
    >>> edits_text(wide)
    'width × 2 (64 → 128, 256 → 512)'
    """
    names = [edit.name for edit in edits[0]]
    if "type" in names:  # the attributes of another type are others of themselves
        names = ["type"]
    return ", ".join(_edit(name, _values(name, edits)) for name in names)


def _values(name: str, edits: Sequence[Sequence[Edit]]) -> list[Edit]:
    found = (edit for each in edits for edit in each if edit.name == name)
    return list({(_text(edit.before), _text(edit.after)): edit for edit in found}.values())


def _edit(name: str, edits: Sequence[Edit]) -> str:
    texts = [f"{_text(edit.before)} → {_text(edit.after)}" for edit in edits]
    shown = ", ".join(texts[:3]) + ", …" * (len(texts) > 3)
    label = "" if name == "type" else f"{_NAMES.get(name, name)} "
    factors = {_factor(edit) for edit in edits}
    if len(edits) > 1 and len(factors) == 1 and None not in factors:
        return f"{label}× {factors.pop()} ({shown})"
    return f"{label}{shown}"


def _factor(edit: Edit) -> str | None:
    numbers = (edit.before, edit.after)
    if any(isinstance(each, bool) or not isinstance(each, (int, float)) for each in numbers):
        return None
    return f"{edit.after / edit.before:g}" if edit.before else None


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, int) for one in value):
        return "×".join(map(str, value))
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value)) or "–"
    return str(value)
