"""What a box says of what changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from visualize.core.architecture import Operation
from visualize.core.difference import Edit
from visualize.core.words import operation_name, short_name

_WORDS = {
    "kernel_size": "kernel",
    "out_channels": "width",
    "out_features": "width",
    "in_channels": "input width",
    "in_features": "input width",
    "num_features": "width",
    "normalized_shape": "width",
    "embedding_dim": "width",
    "num_embeddings": "rows",
}
# They follow from the width of what comes before.
_FOLLOW = ("in_channels", "in_features", "num_features", "normalized_shape", "weights")
# One number is that of both directions, as in the names of layers.
_PLAIN = ("stride", "padding", "dilation")
_LONGEST = 34
_MOST = 3


def edit_notes(operation: Operation, edits: Sequence[Edit]) -> tuple[str, ...]:
    """What was changed in an operation; what follows from its other edits is left out.

    >>> from visualize.core.architecture import NodeKind
    >>> conv = Operation("c", NodeKind.MODULE, "Conv2d")
    >>> edit_notes(conv, [Edit("kernel_size", [3, 3], [5, 5]), Edit("in_channels", 8, 16)])
    ('kernel 3×3 → 5×5',)
    """
    if typed := [edit for edit in edits if edit.name == "type"]:
        return tuple(f"{edit.before} → {operation.type}" for edit in typed)
    chosen = [edit for edit in edits if edit.name not in _FOLLOW] or list(edits)
    return tuple(dict.fromkeys(map(_note, chosen)))


def follows(note: str) -> bool:
    """Whether a note is about what follows from a layer before."""
    return note.startswith("input width ") or note.startswith("weights ")


def _note(edit: Edit) -> str:
    name = _WORDS.get(edit.name, edit.name.replace("_", " "))
    plain = edit.name in _PLAIN and all(map(_is_square, (edit.before, edit.after)))
    before, after = (value(one, is_plain=plain) for one in (edit.before, edit.after))
    return f"{name} {before} → {after}"


def _is_square(given: Any) -> bool:
    return isinstance(given, int) or (isinstance(given, (list, tuple)) and len(set(given)) == 1)


def value(given: Any, *, is_plain: bool = False) -> str:
    """A value of an attribute.

    >>> value([3, 3]), value(None), value(1e-12)
    ('3×3', '–', '1e-12')
    """
    if given is None:
        return "–"
    if isinstance(given, float):
        return f"{given:.3g}"
    if isinstance(given, (list, tuple)):
        if len(given) == 2 and given[0] == given[1] and is_plain:
            return value(given[0])
        numbers = given and all(isinstance(one, int) for one in given)
        return ("×" if numbers else ", ").join(map(value, given)) or "–"
    return str(given)


def word(operation: Operation) -> str:
    """What an operation is called that was added or removed.

    >>> from visualize.core.architecture import NodeKind
    >>> word(Operation("n", NodeKind.MODULE, "BatchNorm2d"))
    'BN'
    """
    return operation_name(short_name(operation))


def shortened(notes: Iterable[str]) -> tuple[str, ...]:
    """Notes in a few lines that are no longer than a box.

    >>> shortened(["kernel 3×3 → 5×5", "stride 1 → 2"])
    ('kernel 3×3 → 5×5', 'stride 1 → 2')
    """
    found = list(dict.fromkeys(notes))
    texts = [note if len(note) <= _LONGEST else f"{note[: _LONGEST - 1]}…" for note in found]
    if len(texts) > _MOST:
        texts = [*texts[: _MOST - 1], f"… and {len(texts) - _MOST + 1} more"]
    return tuple(texts)
