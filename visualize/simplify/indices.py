"""Work on indices: what a function makes of edges, positions or masks alone is one box.

A graph convolution computes the weight of each edge from the list of edges, a language model a
mask from the tokens that are padding. No feature takes part in it, and a dozen operations that
compare, select and count say less than the name of the function that they are written in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from visualize.core.architecture import ModuleCall, NodeKind
from visualize.core.arithmetic import applied
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import COPIES, GATHER, MOVES, SLICE, family
from visualize.core.phrases import Phrase, phrase
from visualize.core.words import operation
from visualize.simplify.computations import computation
from visualize.simplify.contract import Cluster, absorb, contract, follow, runs

# How many operations, beyond moving, are more than a reader wants to see.
_WORTH_IT = 2
# Operations whose places are computed.
_PLACED = frozenset({"getitem", "maskedscatter", "maskedfill", "where"}) | GATHER
# What finds the first place where a condition holds.
_FIRST = frozenset({"argmax", "argmin"})
# How the names of the dtypes of indices and masks begin.
_WHOLE = ("int", "uint", "bool")


def close_index_work(diagram: Diagram) -> Diagram:
    """Make one box of what a function of the model's code computes from integers alone.

    What is written in a ``forward`` itself, has weights, or ends a skip connection stays as it is.
    """
    on_indices = _on_indices(diagram)
    if not on_indices:
        return diagram
    return contract(diagram, _clusters(diagram, on_indices))


class _Place(NamedTuple):
    """A function that the ``forward`` of a module calls, in one call of this module."""

    calls: tuple[ModuleCall, ...]
    helper: str


def _clusters(diagram: Diagram, on_indices: set[str]) -> Iterator[Cluster]:
    def place(box: Box) -> _Place | None:
        helpers = box.core.helpers
        return _Place(box.calls, helpers[0]) if helpers and box.id in on_indices else None

    for found, run in runs(diagram.boxes, place):
        works = sum(family(box.type) not in MOVES | COPIES | SLICE for box in run)
        if found is None or works < _WORTH_IT:
            yield from (Cluster.single(box.id) for box in run)
        else:
            yield computation(run, found.calls[-1].path if found.calls else "")


def absorb_index_work(diagram: Diagram) -> Diagram:
    """Put what is computed from integers alone into the one operation on features that reads it.

    The place of a token that is picked, or the mask of those that are replaced, is said by that
    operation, with the condition: ``select token, where input_ids = 2``. What only moves an input
    for several readers goes into the input.
    """
    on_indices = {node for node in _on_indices(diagram) if _is_open(diagram.box(node))}
    hosts: dict[str, str] = {}
    for box in reversed(diagram.boxes):
        if box.id not in on_indices:
            continue
        users = {follow(user, hosts) for user in diagram.graph.successors(box.id)}
        sources = diagram.data_sources(box.id)
        if len(users) == 1 and _takes(diagram.box(min(users)), on_indices):
            hosts[box.id] = min(users)
            continue
        reads_input = len(sources) == 1 and diagram.box(sources[0]).kind is BoxKind.INPUT
        if reads_input and len(users) > 1 and family(box.type) in MOVES - SLICE:
            hosts[box.id] = sources[0]
    if not hosts:
        return diagram
    absorbed = absorb(diagram, hosts)
    inside: dict[str, list[Box]] = {}
    for node in diagram.graph:
        if node in hosts:
            inside.setdefault(follow(node, hosts), []).append(diagram.box(node))
    named = (_named(absorbed, absorbed.box(host), work) for host, work in inside.items())
    return absorbed.with_boxes(box for box in named if box)


def _is_open(box: Box) -> bool:
    return box.kind is BoxKind.OPERATION and not box.label


def _takes(reader: Box, on_indices: set[str]) -> bool:
    """Whether an operation on features has its indices and masks in its own box."""
    return reader.kind.is_layer and reader.id not in on_indices


def _named(diagram: Diagram, box: Box, work: Sequence[Box]) -> Box | None:
    """An operation that picks or replaces what it does at the places that ``work`` computes."""
    if not _is_open(box) or family(box.type) not in _PLACED:
        return None
    kinds = {family(one.type) for one in work}
    names = [
        str(source.attributes.get("name", source.id))
        for source in map(diagram.box, diagram.data_sources(box.id))
        if _is_index(source)
    ]
    conditions = [word for one in work if (word := applied(one.core)) and _compares(one)]
    details: list[Phrase] = []
    if len(names) == len(conditions) == 1:
        details = [phrase("where {name} {condition}", name=names[0], condition=conditions[0])]
    title = operation(box.core)
    if family(box.type) == "maskedscatter":
        title = phrase("insert features")
    elif not kinds.isdisjoint(_FIRST):
        title = phrase("select token")
    return replace(box, label=(title, *details))


def _compares(box: Box) -> bool:
    return all(tensor.dtype == "bool" for tensor in box.outputs)


def _on_indices(diagram: Diagram) -> set[str]:
    """The boxes that work on integers and truth values, and on what is made of these, alone."""
    merges = {skip.merge for skip in diagram.skips}
    found: set[str] = set()
    for box in diagram.boxes:
        sources = diagram.data_sources(box.id)
        is_plain = box.core.kind is NodeKind.FUNCTION and not box.weights
        if not is_plain or not sources or not merges.isdisjoint(box.members):
            continue
        if all(source in found or _is_index(diagram.box(source)) for source in sources):
            found.add(box.id)
    return found


def _is_index(box: Box) -> bool:
    """Whether a box is an input of integers or truth values."""
    dtypes = [tensor.dtype for tensor in box.outputs]
    return box.kind is BoxKind.INPUT and all(one.startswith(_WHOLE) for one in dtypes)
