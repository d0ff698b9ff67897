"""What became of a box, and what it says of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from visualize.comparison.fates import Side, matters
from visualize.comparison.notes import follows, shortened, word
from visualize.core.architecture import NodeKind, Operation
from visualize.core.diagram import Box
from visualize.core.fate import Status
from visualize.core.operators import NORM, family

_GONE = (Status.ADDED, Status.REMOVED)


def status_of(box: Box, side: Side) -> Status:
    """What became of a box: of most of its kinds, what became of its layers.

    What was fused into a layer that stays does not decide.
    """
    operations = box.shown.operations
    status = [side.status.get(one.id, Status.SAME) for one in _leading(box)]
    for gone in _GONE:
        if status and all(one is gone for one in status):
            return gone
    if side.is_rewired_in([one.id for one in operations]):
        return Status.CHANGED
    if not any(one.fate for one in operations):
        return Status.SAME
    if status and all(one is Status.MOVED for one in status):
        return Status.MOVED
    if all(one.fate is None or one.fate.status is Status.SAME for one in operations):
        return Status.SAME
    return Status.CHANGED


def _leading(box: Box) -> Sequence[Operation]:
    """The operations that decide: the layers of a box, or what it is named after."""
    shown = box.shown
    if box.kind.is_collapsed:
        return [one for one in shown.operations if matters(one)] or shown.operations
    if any(one.weights for one in (box.core, *shown.operations)):
        cores = [one for one in shown.operations if one.weights and one.id == box.core.id]
        return cores or [one for one in shown.operations if one.weights]
    return [box.core]


def notes_of(
    box: Box, side: Side, lost: Iterable[Operation] = (), other: Side | None = None
) -> tuple[str, ...]:
    """What a box that stays says: its edits, and what it gained and lost.

    Args:
        box: of the second model.
        side: that model.
        lost: the operations that its partner held and that are gone.
        other: the first model.
    """
    gone = _words("−", lost, other.wholes if other else {})
    nodes = [one.id for one in box.shown.operations]
    rewired = ("rewired inside",) if side.is_rewired_in(nodes) else ()
    return shortened((*rewired, *_edits(box), *_gained(box, side), *gone))


def _edits(box: Box) -> Iterator[str]:
    """The edits of what is in a box; those of its core need no name."""
    notes: dict[str, list[str]] = {}
    own: list[str] = []
    for one in box.shown.operations:
        if one.fate is None or one.fate.status in (Status.SAME, *_GONE):
            continue
        if one.id == box.core.id and not box.kind.is_collapsed:
            own.extend(one.fate.notes)
        else:
            for note in one.fate.notes:
                if box.kind.is_collapsed and family(one.does) in NORM and note.startswith("width "):
                    continue
                notes.setdefault(note, []).append(_name(one, box))
    yield from own
    # The width of a norm follows from that of the layer before it.
    kept = {note: names for note, names in notes.items() if not follows(note)} or notes
    if own and not box.kind.is_collapsed:
        kept = {note: names for note, names in kept.items() if not note.startswith("width ")}
    for note, names in kept.items():
        shown = list(dict.fromkeys(filter(None, names)))
        if not shown or note.endswith(tuple(f"→ {name}" for name in shown)):
            yield note  # a function of the module itself, or what has another class now
            continue
        yield f"{', '.join(shown)}: {note}" if len(shown) <= 2 else f"{len(names)} × {note}"


def _name(one: Operation, box: Box) -> str:
    if box.kind.is_collapsed:
        if one.kind is NodeKind.FUNCTION and one.path == box.path:
            return ""
        *_, around, last = ("", *one.path.split("."))
        return f"{around}[{last}]" if last.isdigit() else last or word(one)
    return word(one)


def _gained(box: Box, side: Side) -> Iterator[str]:
    added = [one for one in box.shown.operations if side.status.get(one.id) is Status.ADDED]
    yield from _words("+", added, side.wholes)


def _words(
    sign: str, operations: Iterable[Operation], wholes: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    """Modules that are new or gone as a whole, and other operations; each kind once."""
    names = dict.fromkeys(
        wholes.get(one.id) or (word(one), one.id) for one in operations if matters(one)
    )
    for name, number in Counter(name for name, _ in names).items():
        yield f"{sign} {number} × {name}" if number > 1 else f"{sign} {name}"
