"""The tensors that flow from one box to another: one or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from visualize.core.architecture import TensorSpec
from visualize.core.diagram import Diagram
from visualize.core.operators import family
from visualize.core.words import shape

# The boxes at both ends, and the skip connection that is drawn between them, if it is one.
Flow = tuple[str, str, int | None]
# What each arrow represents, by the operation that makes it.
Made = Mapping[Flow, Mapping[str, tuple[TensorSpec, ...]]]
# Longer lists are counted instead.
_LONGEST = 22


def tensors_between(diagram: Diagram, made: Made) -> Mapping[Flow, tuple[TensorSpec, ...]]:
    """The different tensors that each arrow represents, in one copy of what it leads to."""
    copies = {
        one.id: number
        for box in diagram.boxes
        for number, copy in enumerate(box.copies)
        for one in copy.operations
    }
    return {flow: _of_last_copy(tensors, copies) for flow, tensors in made.items()}


def made_between(diagram: Diagram) -> Made:
    """What each arrow represents, by the operation that makes it."""
    drawn = {(source, target, wire.skip) for source, target, wire in diagram.wires}
    found: dict[Flow, dict[str, tuple[TensorSpec, ...]]] = {}
    for box in diagram.boxes:
        for one in box.shown.operations:
            if one.id in box.silent:  # no output reads it
                continue
            for source, _, wire in diagram.exact.inputs(one.id):
                host = diagram.host(source)
                if wire.data and wire.tensor and host != box.id:
                    skip = wire.skip if (host, box.id, wire.skip) in drawn else None
                    made = diagram.exact.operation(source).outputs
                    if len(made) > 1 and family(one.type) == "getitem":  # one of several results
                        made = one.outputs
                    found.setdefault((host, box.id, skip), {})[source] = made
    return found


def read_twice(diagram: Diagram, found: Made) -> frozenset[Flow]:
    """Arrows into closed boxes that carry what a skip connection beside them carries.

    What is inside reads a tensor twice: on its way to a merge, and for a gate or another branch.
    Where the way to the merge is an arc, and no other data enters the box, one goes straight.
    """
    beside: dict[tuple[str, str], set[str]] = {}
    read: dict[str, set[str]] = {}
    arcs: set[tuple[str, str]] = set()
    for (source, target, number), made in found.items():
        if number is None:
            read.setdefault(target, set()).add(source)
            continue
        beside.setdefault((source, target), set()).update(made)
        skip = diagram.skips[number]
        if (source, target) == (diagram.host(skip.fork), diagram.host(skip.merge)):
            arcs.add((source, target))

    def repeats(source: str, target: str, made: Iterable[str]) -> bool:
        is_only_way = (source, target) in arcs and read[target] == {source}
        return not is_only_way and beside.get((source, target), set()).issuperset(made)

    return frozenset(
        (source, target, None)
        for (source, target, number), made in found.items()
        if number is None
        and diagram.box(target).shown.kind.is_collapsed
        and repeats(source, target, made)
    )


def _of_last_copy(
    tensors: Mapping[str, tuple[TensorSpec, ...]], copies: Mapping[str, int]
) -> tuple[TensorSpec, ...]:
    """Of the tensors that several copies of a box made, those of the last of these copies."""
    last = max(copies.get(source, 0) for source in tensors)
    of_last = (some for source, some in tensors.items() if copies.get(source, 0) == last)
    return tuple(tensor for some in of_last for tensor in some)


def shapes(tensors: Iterable[TensorSpec]) -> str:
    """The shapes of tensors, equal ones counted.

    >>> query = TensorSpec((12, 49, 64))
    >>> shapes([query]), shapes([query, query, TensorSpec((49, 768))])
    ('12×49×64', '2 × (12×49×64), 49×768')
    """
    counts = Counter(map(shape, tensors))
    words = [f"{number} × ({one})" if number > 1 else one for one, number in counts.items()]
    listed = ", ".join(words)
    return listed if len(listed) <= _LONGEST else f"{counts.total()} tensors"
