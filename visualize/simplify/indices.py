"""Work on indices: what a function makes of edges, positions or masks alone is one box.

A graph convolution computes the weight of each edge from the list of edges, a language model a
mask from the tokens that are padding. No feature takes part in it, and a dozen operations that
compare, select and count say less than the name of the function that they are written in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from visualize.core.architecture import ModuleCall, NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import COPIES, MOVES, SLICE, family
from visualize.simplify.computations import computation
from visualize.simplify.contract import Cluster, contract, runs

# How many operations, beyond moving, are more than a reader wants to see.
_WORTH_IT = 2
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
