"""How what is inside one block differs from what is inside another, in a few words.

A panel that shows a block explains with such words also those that have no room for one: ``no
shortcut``, ``projection shortcut: 1×1 conv``, ``shifted window attention``.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.detail import Detail, Variant
from visualize.core.scene import Scene, SceneArrow, SceneBox

# A block with more differences is another block.
_MOST = 3
# More variants of a panel than these are not kept in mind.
_MOST_VARIANTS = 3
_ENDS = ("input", "output")
_WORKS = {"layer", "block", "stage"}
_SHORTCUTS = ("identity", "scaled", "projection")
_Compare = Callable[[Scene, Scene], tuple[str, ...] | None]
_DIGITS = re.compile(r"\d+")
# Parts of a label with such a number do not depend on widths alone.
_SAYS = re.compile(r"(dilation|kernel) \d")


def with_variants(
    shown: Sequence[Detail],
    others: Iterable[Detail],
    scenes: Callable[[Detail], Iterable[Scene]],
    compare: _Compare | None = None,
) -> tuple[tuple[Detail, ...], tuple[Detail, ...]]:
    """Details that explain others of their class as well, where a few words can.

    Args:
        shown: details that have panels.
        others: those that have none.
        scenes: what is inside a detail, in full and in brief.
        compare: does what `changes` does, and may know the answer already.

    Returns:
        The details, and the others that they do not explain.
    """
    explaining = list(shown)
    missed: list[Detail] = []
    for other in others:
        found: list[tuple[int, int, tuple[str, ...]]] = []
        for place, one in enumerate(shown):
            words = _words(one, other, scenes, compare or changes)
            if words is not None and _has_room(explaining[place], words):
                found.append((len(words), place, words))
        if found:
            _, place, words = min(found)
            explaining[place] = _explaining(explaining[place], other, words)
        else:
            missed.append(other)
    return tuple(explaining), tuple(missed)


def _words(
    one: Detail,
    other: Detail,
    scenes: Callable[[Detail], Iterable[Scene]],
    compare: _Compare,
) -> tuple[str, ...] | None:
    if one.box.type != other.box.type:
        return None
    strides = tuple(f"/{stride}" for stride in other.strides if stride not in one.strides)
    first, second = iter(scenes(one)), iter(scenes(other))
    whole = next(first), next(second)
    known = compare(*whole)
    if known is not None and len(known) <= 1:
        return (*known, *strides)
    pairs = itertools.product((whole[0], *first), (whole[1], *second))
    found = [compare(*pair) for pair in pairs]
    # What is the same in brief may differ in full.
    said = [words for words in found if words is not None and (words or not known)]
    return (*min(said, key=len), *strides) if said else None


def _has_room(detail: Detail, words: tuple[str, ...]) -> bool:
    """Whether a panel may explain one more block that differs in ``words``."""
    known = {one.changes for one in detail.variants}
    return not words or words in known or len(known) < _MOST_VARIANTS


def _explaining(detail: Detail, other: Detail, words: tuple[str, ...]) -> Detail:
    """A detail that explains the boxes of another, which differs from it in ``words``."""
    if not words:
        return replace(detail, boxes=tuple(dict.fromkeys((*detail.boxes, *other.boxes))))
    variants = {one.changes: one for one in detail.variants}
    known = variants.get(words, Variant((), other.box, words))
    boxes = tuple(dict.fromkeys((*known.boxes, *other.boxes)))
    return replace(
        detail, variants=tuple((variants | {words: replace(known, boxes=boxes)}).values())
    )


def changes(shown: Scene, other: Scene) -> tuple[str, ...] | None:
    """What is different in ``other``; None if that is more than a few words can say.

    Boxes may be others, and between two of them one may be missing or added; skip connections may
    be of other kinds. All else is the same but for widths.

    Args:
        shown: what is inside a block.
        other: what is inside the other one.
    """
    pairs, missing, added = _paired(shown.boxes, other.boxes)
    here, there = _Wires.of(shown), _Wires.of(other)
    if not all([*map(here.drop, missing), *map(there.drop, added)]):
        return None
    # The word for a shortcut says what is on it.
    missing = [box for box in missing if box.id not in here.on_skips]
    added = [box for box in added if box.id not in there.on_skips]
    if len(missing) + len(added) > _MOST:
        return None
    if any(one.is_closed and _size(one) != _size(two) for one, two in pairs):
        return None
    names = {one.id: two.id for one, two in pairs}
    here = here.renamed(names)
    if here.plain != there.plain or here.skips.keys() != there.skips.keys():
        return None
    words = [
        *_without(missing, here.dropped, shown.boxes),
        *(_with(box, there, other.boxes) for box in added),
        *(word for one, two in pairs for word in _different(one, two)),
        *(word for ends, one in here.skips.items() for word in _of_kind(one, there.skips[ends])),
    ]
    words = list(dict.fromkeys(words))
    return tuple(words) if len(words) <= _MOST else None


_Pairs = list[tuple[SceneBox, SceneBox]]


def _paired(
    shown: Sequence[SceneBox], other: Sequence[SceneBox]
) -> tuple[_Pairs, list[SceneBox], list[SceneBox]]:
    """Boxes that correspond to each other, those that are missing, and those that are added."""
    pairs: _Pairs = []
    missing: list[SceneBox] = []
    added: list[SceneBox] = []
    for is_same, left, right in _aligned(shown, other, _key):
        if is_same:
            pairs += zip(left, right)
            continue
        # Of layers that differ, those correspond to each other that are of one kind, the last
        # ones first: what is missing in a block is mostly at its beginning.
        for is_like, few, others in _aligned(left[::-1], right[::-1], _kind_of):
            if is_like:
                pairs += zip(few, others)
                continue
            both = min(len(few), len(others))
            while both and not all(map(_is_layer, few[:both], others[:both])):
                both -= 1
            pairs += zip(few[:both], others[:both])
            missing += few[both:]
            added += others[both:]
    return pairs, sorted(missing, key=shown.index), sorted(added, key=other.index)


_Boxes = Sequence[SceneBox]


def _aligned(
    shown: _Boxes, other: _Boxes, key: Callable[[SceneBox], Hashable]
) -> Iterator[tuple[bool, _Boxes, _Boxes]]:
    """Stretches of boxes that are equal by ``key``, and those between them."""
    left, right = list(map(key, shown)), list(map(key, other))
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, start, end, begin, finish in matcher.get_opcodes():
        yield kind == "equal", shown[start:end], other[begin:finish]


def _key(box: SceneBox) -> Hashable:
    return box.role, box.repeat, _name(box)


def _kind_of(box: SceneBox) -> Hashable:
    """The same whatever its kernel is."""
    return box.role, box.repeat, _DIGITS.sub("", _name(box))


def _is_layer(one: SceneBox, other: SceneBox) -> bool:
    """Whether each is a layer or block, in as many copies: one may be in place of the other."""
    return {one.role, other.role} <= _WORKS and one.repeat == other.repeat


@dataclass
class _Wires:
    """The arrows of a scene by their ends.

    Attributes:
        plain: how many there are that are part of no skip connection.
        skips: those that are.
        dropped: skip connections that ended in a box which was dropped, by its id.
        on_skips: boxes that were dropped and that a skip connection passed.
    """

    plain: Counter[tuple[str, str]]
    skips: dict[tuple[str, str], SceneArrow]
    dropped: dict[str, SceneArrow] = field(default_factory=dict)
    on_skips: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, scene: Scene) -> _Wires:
        plain = Counter((one.source, one.target) for one in scene.arrows if not one.skip)
        return cls(plain, {(one.source, one.target): one for one in scene.arrows if one.skip})

    def drop(self, box: SceneBox) -> bool:
        """Take a box out of its row, with the skip connection that ends there.

        Returns:
            Whether it is in a row.
        """
        ended = [ends for ends in self.skips if ends[1] == box.id]
        entering = [ends for ends in self.plain.elements() if ends[1] == box.id]
        if len(ended) == 1 and not entering:
            self.on_skips.add(box.id)
            del self.skips[ended[0]]
            renamed = self.renamed({box.id: ended[0][0]})
            self.plain, self.skips = renamed.plain, renamed.skips
            return True
        for ends in ended:
            self.dropped[box.id] = self.skips.pop(ends)
        if len(entering) != 1:
            return False
        (before, _), *_ = entering
        del self.plain[entering[0]]
        leaving = {box.id: before}
        renamed = self.renamed(leaving)
        self.plain, self.skips = renamed.plain, renamed.skips
        return True

    def renamed(self, names: dict[str, str]) -> _Wires:
        """The same between boxes with other ids."""
        plain: Counter[tuple[str, str]] = Counter()
        for (start, end), number in self.plain.items():
            plain[names.get(start, start), names.get(end, end)] += number
        skips = {
            (names.get(start, start), names.get(end, end)): arrow
            for (start, end), arrow in self.skips.items()
        }
        return replace(self, plain=plain, skips=skips)


def _size(box: SceneBox) -> float:
    """How many operations are in a box: closed ones with the same name may differ inside."""
    return len(box.members) / box.repeat


def _name(box: SceneBox) -> str:
    """The first line of a label without widths, which differ, and strides."""
    return _plain(box.label[0]) if box.label and box.role not in _ENDS else ""


def _plain(label: str) -> str:
    """A label without widths and strides.

    >>> _plain("3×3 conv, 64, /2, dilation 2"), _plain("self-attention, 6 heads")
    ('3×3 conv, dilation 2', 'self-attention')
    """
    first, *others = label.split(", ")
    return ", ".join([first, *(one for one in others if _SAYS.match(one) or not _has_digit(one))])


def _has_digit(text: str) -> bool:
    return bool(_DIGITS.search(text))


def _fused(box: SceneBox) -> list[str]:
    """What was fused into a layer, one by one: ``after BN``, ``BN``, ``ReLU``."""
    parts = [part for line in box.label[1:] for part in line.split(" · ")]
    found: list[str] = []
    for part in parts if box.role not in _ENDS else ():
        if not _has_digit(part):
            found += [part] if part.startswith("after ") else part.split(", ")
    return found


def _without(missing: _Boxes, dropped: Mapping[str, SceneArrow], boxes: _Boxes) -> Iterator[str]:
    names = [_name(box) for box in boxes]
    for box in missing:
        skip = dropped.get(box.id)
        if skip is None:
            is_first = names.count(_name(box)) > 1 and names.index(_name(box)) == boxes.index(box)
            yield f"no {'first ' * is_first}{_name(box)}"
        elif skip.skip in _SHORTCUTS:
            yield "no shortcut"
        elif len(missing) == 1:  # a gate is missing with what computes it
            yield f"no {skip.skip}"


def _with(box: SceneBox, wires: _Wires, boxes: _Boxes) -> str:
    if box.id in wires.dropped:
        return _kind(wires.dropped[box.id])
    before = _name(boxes[boxes.index(box) - 1])
    return f"{_name(box)} after {before}" if before else f"{_name(box)} first"


def _different(one: SceneBox, two: SceneBox) -> Iterator[str]:
    """How a box differs from that in whose place it is."""
    name, had, has = _name(two), _fused(one), _fused(two)
    lost = ", ".join(part for part in had if part not in has)
    gained = ", ".join(part for part in has if part not in had)
    if _name(one) != name:
        is_like = _kind_of(one) == _kind_of(two) or _name(one) in name
        yield name if is_like else f"{name} in place of {_name(one)}"
    if gained and lost:
        yield f"{gained} in place of {lost}"
    elif gained:
        yield f"{name} {gained if gained.startswith('after') else f'with {gained}'}"
    elif lost:
        yield f"{name} {'not ' if lost.startswith('after') else 'without '}{lost}"


def _of_kind(one: SceneArrow, two: SceneArrow) -> Iterator[str]:
    """How a skip connection differs from that in whose place it is; shapes are no difference."""
    is_other = one.skip == "projection" and _plain(one.label) != _plain(two.label)
    if one.skip != two.skip or is_other:
        yield _kind(two)


def _kind(arrow: SceneArrow) -> str:
    """``projection shortcut: 1×1 conv``."""
    if arrow.skip not in _SHORTCUTS:
        return str(arrow.skip)
    is_shape = not any(map(str.isalpha, arrow.label))
    what = "" if is_shape else _plain(arrow.label)
    return ": ".join(filter(None, (f"{arrow.skip} shortcut", what)))
