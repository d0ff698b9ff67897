"""What one sample costs, and which operations that counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from visualize.core.architecture import Architecture, NodeKind, Operation, SkipKind
from visualize.core.branches import cost_of_branches
from visualize.core.diagram import BoxKind, Diagram
from visualize.core.facts import Cost, Sample, Work
from visualize.core.operators import Category, family, operator

_COUNTED = {
    Category.CONVOLUTION: Work.CONVOLUTION,
    Category.TRANSPOSED_CONVOLUTION: Work.CONVOLUTION,
    Category.LINEAR: Work.LINEAR,
    Category.RECURRENT: Work.RECURRENT,
    Category.ATTENTION: Work.ATTENTION,
}
_UNCOUNTED = {
    Category.NORM: Work.NORM,
    Category.ACTIVATION: Work.ACTIVATION,
    Category.POOL: Work.POOLING,
    Category.EMBEDDING: Work.EMBEDDING,
}
# Pooling of a whole map, as it is written without a module.
_POOLS = frozenset({"mean", "amax"})
_COLOURS = 3  # channels of an image


def sample_cost(exact: Architecture, grouped: Diagram, weighted: Collection[str]) -> Cost:
    """The cost of one sample.

    What is computed once for a batch, such as a normalised weight, counts in full for each sample.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its idioms named.
        weighted: its weighted layers.
    """
    sample, shape = _sample(exact)
    projections = [skip for skip in exact.unrolled_skips if skip.kind is SkipKind.PROJECTION]
    shortcuts = cost_of_branches(
        projections, lambda node: macs_of_sample(exact.operation(node), exact.batch)
    )
    does = formulas_of(grouped)
    works = {
        one.id: _work(one, does.get(one.id, one.does), one.id in weighted)
        for one in exact.operations
    }
    counted = {works[one.id] for one in exact.operations if one.macs}
    uncounted = {
        work
        for one in exact.operations
        if not one.macs and exact.data_sources(one.id) and (work := works[one.id])
    }
    return Cost(
        macs=sum(macs_of_sample(one, exact.batch) for one in exact.operations),
        sample=sample,
        shape=shape,
        batch=exact.batch,
        batch_macs=exact.macs,
        counted=tuple(work for work in Work if work in counted),
        uncounted=tuple(work for work in Work if work in uncounted - counted),
        projection_macs=shortcuts.macs,
    )


def macs_of_sample(operation: Operation, batch: int) -> int:
    """The MACs of an operation for one sample of a batch."""
    batched = any(tensor.sample is not None for tensor in operation.outputs)
    if not batched:
        return operation.macs
    return operation.weight_macs + (operation.macs - operation.weight_macs) // batch


def formulas_of(grouped: Diagram) -> Mapping[str, str]:
    """For each operation inside a formula that has a name, what that formula does."""
    formulas = (BoxKind.IDIOM, BoxKind.FORMULA)
    named = {one: box.does for box in grouped.boxes if box.kind in formulas for one in box.members}
    return {one: does for one, does in named.items() if operator(does).category in _NAMED}


_NAMED = frozenset({Category.ATTENTION, *_UNCOUNTED})


def _work(operation: Operation, does: str, is_layer: bool) -> Work | None:
    """The kind of work that an operation does; None for all that nobody counts."""
    category = operator(does).category
    if operation.macs:
        return _COUNTED.get(category) or (Work.LINEAR if is_layer else Work.PRODUCT)
    if operation.merges and category is Category.POINTWISE:
        return Work.ADDITION
    if category is Category.REDUCTION and family(does) in _POOLS:
        return Work.POOLING
    return _UNCOUNTED.get(category)


def _sample(exact: Architecture) -> tuple[Sample, tuple[int, ...]]:
    """What one sample is, and its sizes where it is one tensor."""
    tensors = [
        tensor
        for one in exact.operations
        if one.kind is NodeKind.INPUT and exact.graph.out_degree(one.id)
        for tensor in one.outputs
    ]
    if not any(tensor.sample is not None for tensor in tensors):
        return Sample.RUN, ()
    if len(tensors) > 1:
        return Sample.INPUTS, ()
    (tensor,) = tensors
    shape = tensor.shown
    if "int" in tensor.dtype and len(shape) == 1:
        return Sample.SEQUENCE, shape
    is_image = len(shape) == 3 and _COLOURS in (shape[0], shape[-1])
    return (Sample.IMAGE if is_image else Sample.INPUT), shape
