"""What is written about skip connections: next to an arc, and on a box that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visualize.core.architecture import Architecture, Operation, Skip, SkipKind, TensorSpec
from visualize.core.operators import IDENTITY, MOVES, NORM, MergeType, family, merge_type
from visualize.core.words import operation, shape, short_name
from visualize.scene.lines import clip

# Longer descriptions of a branch leave out what moves tensors, then all but its layers.
_LONGEST = 28


_RESIDUAL = (SkipKind.IDENTITY, SkipKind.SCALED, SkipKind.PROJECTION)
_COUNTED = {
    "residual": _RESIDUAL,
    "concat": (SkipKind.CONCAT,),
    "gate": (SkipKind.GATE,),
    "mixed": (SkipKind.MIXED,),
}


def skips_inside(skips: Sequence[Skip]) -> str:
    """Counted skip connections: ``2 residual, 1 gate``."""
    return skips_in_copies([skips])


def skips_in_copies(copies: Sequence[Sequence[Skip]]) -> str:
    """The skip connections inside a collapsed box, where all its copies have as many of a kind."""
    counts = {
        name: {sum(skip.kind in kinds for skip in skips) for skips in copies}
        for name, kinds in _COUNTED.items()
    }
    return ", ".join(
        f"{number} {name}" for name, (number, *others) in counts.items() if number and not others
    )


def beside_arc(exact: Architecture, skip: Skip) -> str:
    """What is written next to an arc: what its branch does, or the shape or streams it carries."""
    if skip.kind is SkipKind.SCALED:
        return _scale(exact, skip)
    if skip.kind is SkipKind.MIXED and exact.operation(skip.merge).merges:
        return f"{skip.streams} streams"
    if skip.kind is SkipKind.PROJECTION:
        return _projection([exact.operation(node) for node in skip.branch])
    if skip.kind is SkipKind.CONCAT:
        return next((shape(tensor) for tensor in _joined(exact, skip)), "")
    return ""


def _projection(branch: Sequence[Operation]) -> str:
    """What a branch does; of much that it does, its layers with weights alone."""
    works = [
        one for one in branch if family(one.does) not in NORM | IDENTITY and not _is_affine(one)
    ]
    computes = [one for one in works if family(one.does) not in MOVES]
    layers = [one for one in computes if one.weight]
    words = [", ".join(map(_word, some)) for some in (works, computes, layers)]
    fitting = (text for text in words if text and len(text) <= _LONGEST)
    shortest = min(filter(None, words), key=len, default="")
    whole = ", ".join(map(_word, branch))
    return clip(next(fitting, shortest) or whole)


def _word(one: Operation) -> str:
    merge, constant = merge_type(one.type), one.constant
    if merge and constant and constant.name and not constant.first:
        return f"{merge.symbol} {constant.name}"
    return str(operation(one))


def _is_affine(one: Operation) -> bool:
    """Whether it scales or shifts by stored values, as a batch norm does that is written out."""
    stored = one.constant is not None and one.constant.shape is not None
    return stored and merge_type(one.type) in (
        MergeType.ADD,
        MergeType.SUBTRACT,
        MergeType.MULTIPLY,
    )


def _joined(exact: Architecture, skip: Skip) -> Iterator[TensorSpec]:
    """The tensors that a branch brings to a concat; of concats in a row, the first one counts."""
    ends = [node for node in skip.branch if merge_type(exact.operation(node).type)]
    for end in (*ends, skip.merge):
        for source, _, wire in exact.inputs(end):
            is_branch = wire.skip is not None and exact.unrolled_skips[wire.skip] is skip
            if wire.tensor and is_branch and source not in ends:
                yield wire.tensor


def _scale(exact: Architecture, skip: Skip) -> str:
    """What multiplies the branch of a scaled shortcut: ``× 0.5``, ``× gate`` or ``BN``."""
    if skip.scale == "norm":
        norms = [exact.operation(node) for node in skip.branch]
        return ", ".join(short_name(one) for one in norms if family(one.does) in NORM) or "norm"
    words = {"parameter": "× parameter", "computed": "× gate", "": ""}
    return words.get(skip.scale, f"× {skip.scale}")
