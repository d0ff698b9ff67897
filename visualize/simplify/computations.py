"""Computations: a long run of operations without weights becomes one box that says what it does."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import networkx as nx

from visualize.core.architecture import NodeKind
from visualize.core.arithmetic import ARITHMETIC
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import COPIES, MOVES, family
from visualize.core.phrases import Phrase, enumerated, verbatim
from visualize.core.words import operation
from visualize.simplify.contract import Cluster, Collapsed, runs

# This many operations in a row are one computation, or this many where few boxes are wanted.
_LONG = 24
_SHORT = 2
# This many operations that one function of the model's code holds are called after it.
_NAMED = 4
# A computation without a name of its own lists so many of its operations.
_LISTED = 3


def computations(diagram: Diagram, boxes: Iterable[Box], *, brief: bool) -> Iterator[Cluster]:
    """A box for each layer among ``boxes``, and one for each computation between them.

    A computation is written in the code of one module, and in one function that its ``forward``
    calls, or in that itself.

    Args:
        diagram: what the boxes are from.
        boxes: in the order of the diagram.
        brief: whether any computation is one box, not only a long one. A merge of a skip
            connection is part of none then.
    """
    merges = {skip.merge for skip in diagram.skips}
    ends = merges if brief else set[str]()

    def place(box: Box) -> _Place | None:
        is_plain = not box.is_module and box.core.kind is NodeKind.FUNCTION
        if box.id in ends or not is_plain or any(one.weights for one in box.operations):
            return None
        return _Place(box.path, box.core.helpers[:1])

    for found, run in runs(boxes, place):
        has_name = found and found.helper and merges.isdisjoint(box.id for box in run)
        length = _SHORT if brief else _NAMED if has_name else _LONG
        if found is None or len(run) < length:
            yield from (Cluster.single(box.id) for box in run)
            continue
        for part in _connected(diagram, run):
            nodes = tuple(box.id for box in part)
            if len(part) < length:
                yield from map(Cluster.single, nodes)
                continue
            yield computation(part, found.module)


def computation(run: Sequence[Box], path: str) -> Cluster:
    """One box of a computation in the module ``path``, named after what it does."""
    nodes = tuple(box.id for box in run)
    name = _name(run)
    kind = Collapsed(nodes[0], BoxKind.COMPUTATION, str(name), path, label=(name,))
    return Cluster(nodes[0], nodes, kind)


def _connected(diagram: Diagram, run: Sequence[Box]) -> Iterator[list[Box]]:
    """The parts of a run between which nothing flows, each in order."""
    wired = nx.Graph()
    wired.add_nodes_from(box.id for box in run)
    for box in run:
        wired.add_edges_from((one, box.id) for one in diagram.data_sources(box.id) if one in wired)
    places = {box.id: place for place, box in enumerate(run)}
    for part in nx.connected_components(wired):
        yield [run[place] for place in sorted(map(places.__getitem__, part))]


class _Place(NamedTuple):
    """Where an operation is written.

    Attributes:
        module: path of the module.
        helper: the function that its ``forward`` calls, if it is in one.
    """

    module: str
    helper: tuple[str, ...]


def _name(run: Sequence[Box]) -> Phrase:
    """The innermost function that all of a computation is written in, or what it does."""
    helpers = zip(*(box.core.helpers for box in run))
    shared = [names[0] for names in itertools.takewhile(lambda one: len(set(one)) == 1, helpers)]
    if shared:
        return verbatim(shared[-1].strip("_").replace("_", " "))
    telling = [box for box in run if family(box.type) not in ARITHMETIC | MOVES | COPIES]
    names = list(dict.fromkeys(_title(box) for box in telling or run))
    more = ["…"] if len(names) > _LISTED else []
    return enumerated([*names[:_LISTED], *more])


def _title(box: Box) -> Phrase:
    if not box.label:
        return operation(box.core)
    name = box.label[0]
    return name if isinstance(name, Phrase) else verbatim(name)
