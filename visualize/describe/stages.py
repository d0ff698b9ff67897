"""Stages as a reader counts them: runs of the blocks that a model repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from visualize.core.module_path import enclosing
from visualize.core.summary import Part


def with_whole_stages(
    parts: Iterable[Part], shortcuts: Mapping[str, int], classes: Mapping[str, str]
) -> tuple[Part, ...]:
    """The parts of a model; stages that belong together are one, and what repeats nothing is none.

    Args:
        parts: stages and the modules between them, in order.
        shortcuts: the number of shortcuts of each block, by its path.
        classes: the class of each module, by its path.
    """
    found = list(parts)
    joined = _joined(found)
    repeated = _repeated(found, shortcuts, classes)
    return tuple(
        part if part.type in repeated else replace(part, type="", blocks=0) for part in joined
    )


def of_repeated(
    shortcuts: Mapping[str, int], parts: Sequence[Part], classes: Mapping[str, str]
) -> Mapping[str, int]:
    """The shortcuts of the blocks that stages consist of."""
    kinds = {part.type for part in parts if part.blocks}
    return {path: number for path, number in shortcuts.items() if classes.get(path) in kinds}


def _joined(parts: Iterable[Part]) -> list[Part]:
    """The parts, where a stage of one block is one with a stage before it, if both are alike.

    Code may hold the blocks of a stage with other layers between them, as a `Sequential` each, or
    with blocks of another class that work on the same features.
    """
    stages: list[Part] = []
    others: list[tuple[int, Part]] = []
    for part in parts:
        if not part.blocks:
            others.append((len(stages), part))
            continue
        index = _place_of_alike(stages, part)
        if index is None:
            stages.append(part)
        else:
            stages[index] = _sum(stages[index], part)
    named = _with_names_of_holders(stages)
    for number, part in reversed(others):
        named.insert(number, part)
    return named


def _place_of_alike(stages: Sequence[Part], part: Part) -> int | None:
    """The last stage that is one with ``part``; those after it have features of the same size."""
    for index, stage in reversed(list(enumerate(stages))):
        if not stage.width or _size(stage) != _size(part):
            return None
        is_alike = (_holder(stage.name), stage.type) == (_holder(part.name), part.type)
        if is_alike and 1 in (stage.blocks, part.blocks):
            return index
    return None


def _size(part: Part) -> tuple[int, Sequence[int]]:
    """Width and stride, which convolutions without padding keep, or else the number of places."""
    return part.width, part.stride or (part.places,)


def _sum(one: Part, other: Part) -> Part:
    first = one.name.partition("–")[0]
    last = other.name.rpartition(".")[2].rpartition("–")[2]
    return replace(
        other,
        name=f"{first}–{last}",
        blocks=one.blocks + other.blocks,
        parameters=one.parameters + other.parameters,
        macs=one.macs + other.macs,
        layers=one.layers + other.layers,
        widths=_ends({*one.widths, *other.widths}),
        strides=_ends({*one.strides, *other.strides}),
    )


_Size = TypeVar("_Size", int, tuple[int, ...])


def _ends(sizes: Collection[_Size]) -> tuple[_Size, ...]:
    return tuple(sorted({min(sizes), max(sizes)})) if sizes else ()


def _with_names_of_holders(stages: Sequence[Part]) -> list[Part]:
    """A run of modules has the name of the module that holds it, if that holds no other stage."""
    held = Counter(_holder(stage.name) for stage in stages)
    return [
        replace(stage, name=holder)
        if "–" in stage.name and (holder := _holder(stage.name)) and held[holder] == 1
        else stage
        for stage in stages
    ]


def _repeated(
    parts: Sequence[Part], shortcuts: Mapping[str, int], classes: Mapping[str, str]
) -> Collection[str]:
    """The classes of blocks that a model repeats: the most frequent one, and those like it.

    What is before or after all blocks of the most frequent class, outside of the module that holds
    these, and mostly has no shortcut where these have one, is the stem or the head.
    """
    numbers = Counter[str]()
    for part in parts:
        numbers[part.type] += part.blocks
    repeated = [kind for kind, number in numbers.most_common() if kind and number > 1]
    paths = {kind: [path for path in shortcuts if classes.get(path) == kind] for kind in repeated}
    if not repeated or not any(shortcuts[path] for path in paths[repeated[0]]):
        return repeated
    held = [set(enclosing(path)[:-1]) for path in paths[repeated[0]]]
    holders = set.intersection(*held)
    kinds = [part.type for part in parts]
    first, last = kinds.index(repeated[0]), len(kinds) - 1 - kinds[::-1].index(repeated[0])

    def belongs(kind: str) -> bool:
        own = paths[kind]
        with_shortcut = sum(shortcuts[path] > 0 for path in own)
        inside = all(holders.issubset(enclosing(path)) for path in own)
        return inside or kind in kinds[first:last] or 2 * with_shortcut > len(own)

    return {kind for kind in repeated if belongs(kind)}


def _holder(path: str) -> str:
    return path.rpartition(".")[0]
