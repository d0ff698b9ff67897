"""The shortcut of a closed box: the kind of skip connection that leads past what is in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from visualize.core.architecture import Architecture, Skip
from visualize.core.choices import SkipKind
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import NORM, family


def shortcut(diagram: Diagram, box: Box, skips: Sequence[Skip]) -> SkipKind | None:
    """The kind of skip connection that leads past what is in a closed box; None if none does.

    A block has one if its input reaches its output over residual connections, activations and
    norms alone: what holds residual blocks among other layers has none. A stage has that of its
    blocks. Where there are several, a projection is what distinguishes it. A stage has an arc of
    another style if what it returns is a concat with its input, as a dense stage does.

    Args:
        diagram: what the box is part of.
        box: any box.
        skips: the skip connections inside it.
    """
    if not skips or box.kind not in (BoxKind.BLOCK, BoxKind.STAGE):
        return None
    inside = dict.fromkeys(box.shown.members)
    results = set(_results(diagram.exact, inside))
    merges = {one.merge: one for one in skips if one.merge in inside and one.kind.is_residual}
    kinds = {skip.kind for skip in merges.values()}
    if box.kind is BoxKind.BLOCK:
        kinds = set().union(*(_passed(diagram.exact, one, inside, merges) for one in results))
    elif any(one.merge in results and one.fork not in inside for one in skips if _joins(one)):
        kinds.add(SkipKind.CONCAT)
    return next((kind for kind in _ORDER if kind in kinds), None)


_ORDER = (SkipKind.PROJECTION, SkipKind.SCALED, SkipKind.IDENTITY, SkipKind.CONCAT)


def _joins(skip: Skip) -> bool:
    """Whether a skip connection is a concat at one resolution."""
    return skip.kind is SkipKind.CONCAT and not skip.long


def _results(exact: Architecture, inside: Collection[str]) -> Iterator[str]:
    """The operations whose results are read outside, and outputs of the model."""
    for name in inside:
        readers = list(exact.graph.successors(name))
        if not readers or any(reader not in inside for reader in readers):
            yield name


def _passed(
    exact: Architecture, result: str, inside: Collection[str], merges: Mapping[str, Skip]
) -> set[SkipKind]:
    """The kinds of residual connection from the input to ``result``; none if layers are between."""
    kinds = set()
    at = result
    while at in inside:
        skip, sources = merges.get(at), exact.data_sources(at)
        if skip:
            kinds.add(skip.kind)
            at = skip.fork
        elif len(sources) == 1 and _is_passed(exact, at):
            at = sources[0]
        else:
            return set()
    return kinds


def _is_passed(exact: Architecture, name: str) -> bool:
    """Whether an operation leaves data what it is: it has no weight, or is a norm."""
    operation = exact.operation(name)
    return operation.weight is None or family(operation.does) in NORM
