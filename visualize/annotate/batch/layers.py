"""Where axes go in layers and products, and which of them a layer takes for the batch."""

from __future__ import annotations

import re

from visualize.annotate.batch.axes import Axes, Axis, Shape
from visualize.annotate.batch.call import Call
from visualize.annotate.batch.moves import Result, kept
from visualize.core.operators import CONVOLUTION


def features_last(call: Call) -> Result:
    """Linear layers and norms work on the last axis: that is not the batch."""
    axes, shape = call.given[0], call.shapes[0]
    if axes:
        call.atoms.mark_other(axes[-1])
    if len(axes) != len(shape):
        return kept(call)
    same = call.atoms.size(axes[-1]) == shape[-1] if axes else True
    return [axes if same else (*axes[:-1], call.atoms.fresh(shape[-1]))]


def embedded(call: Call) -> Result:
    """A vector for each index."""
    indices, shape = call.given[-1], call.shapes[0]
    return [(*indices, *call.atoms.new(shape[len(indices) :]))]


def bagged(call: Call) -> Result:
    """A sum of embeddings for each row of indices, or from each of the offsets on."""
    axes = call.given[0] if len(call.given[0]) == 2 else call.given[-1]
    return [
        (axes[0], *call.atoms.new(shape[1:])) if axes and shape else () for shape in call.shapes
    ]


def on_images(call: Call) -> Result:
    """Convolutions, pools and resampling: batch × channels × places, or without a batch.

    Kernels that are computed for each sample make the channels of all samples, in as many groups.
    """
    made = call.axes(1, "weight") if call.kind in CONVOLUTION and call.module is None else None
    axes = call.given[0]
    if made:
        axes = call.axes(0, "input") or call.atoms.new(call.shapes[0])
    spatial = _spatial(call.kind) or len(axes) - 2
    rank = len(axes) - spatial
    if rank == 2 and not made:
        call.atoms.mark_batch(axes[0])
    if rank in (1, 2):
        for axis in axes[rank - 1 :]:
            call.atoms.mark_other(axis)
    if rank != 2:
        return kept(call)
    if made:
        call.atoms.mark_folded(axes[0])
        return [(axes[0], made[0], *call.atoms.new(call.shapes[0][2:]))]
    return [
        (axes[0], *call.atoms.fitting(axes[1:], shape[1:])) if len(shape) == len(axes) else ()
        for shape in call.shapes
    ]


def _spatial(kind: str) -> int:
    found = re.search(r"([123])d", kind)
    return int(found[1]) if found else 0


def batch_normed(call: Call) -> Result:
    """Batch norms: batch × channels and, if any, places."""
    axes = call.given[0]
    spatial = _spatial(call.kind)
    if len(axes) > 1 and (spatial in (0, 1) or len(axes) == spatial + 2):
        call.atoms.mark_batch(axes[0])
        call.atoms.mark_other(axes[1])
    return kept(call)


def recurrent(call: Call) -> Result:
    """``torch.nn.LSTM`` and others: time comes first unless ``batch_first``, in states layers."""
    axes = call.given[0]
    if call.kind.endswith("cell"):
        if len(axes) == 2:
            call.atoms.mark_batch(axes[0])
            call.atoms.mark_other(axes[1])
        return [
            (axes[0], *call.atoms.new(shape[1:])) if len(axes) == 2 else call.atoms.new(shape)
            for shape in call.shapes
        ]
    if len(axes) != 3:  # a sequence without a batch, or one that is packed
        for axis in axes:
            call.atoms.mark_other(axis)
        return [_packed(call, shape) for shape in call.shapes]
    place = 0 if _batch_first(call) else 1
    batch, time = axes[place], axes[1 - place]
    call.atoms.mark_batch(batch)
    call.atoms.mark_other(time)
    call.atoms.mark_other(axes[2])
    for states in call.given[1:]:
        if len(states) == 3:
            call.atoms.equate(batch, states[1])
    first, *rest = call.shapes
    output = (batch, time) if place == 0 else (time, batch)
    return [
        (*output, *call.atoms.new(first[2:])),
        *(
            (*call.atoms.new(shape[:1]), batch, *call.atoms.new(shape[2:]))
            if len(shape) == 3
            else call.atoms.new(shape)
            for shape in rest
        ),
    ]


def _packed(call: Call, shape: Shape) -> Axes:
    """States of a sequence that is packed have a batch, that of the order it was sorted by."""
    new = call.atoms.new(shape)
    if len(shape) != 3:
        return new
    orders = [axes[0] for axes in call.given[1:] if len(axes) == 1]
    batch = [axis for axis in orders if call.atoms.size(axis) == shape[1]]
    return (new[0], batch[-1], new[2]) if batch else new


def _batch_first(call: Call) -> bool:
    """Whether the batch comes first; the functions take it as their last argument."""
    last = call.node.args[-1] if call.node.args else False
    return bool(call.argument(-1, "batch_first", default=False)) if call.module else last is True


def attention(call: Call) -> Result:
    """``torch.nn.MultiheadAttention``: time first unless ``batch_first``."""
    query = call.axes(0, "query") or call.given[0]
    first, *weights = call.shapes
    if len(query) != 3:
        for axis in query:
            call.atoms.mark_other(axis)
        return [
            query if len(query) == len(first) else call.atoms.new(first),
            *map(call.atoms.new, weights),
        ]
    place = 0 if call.argument(-1, "batch_first", default=False) is True else 1
    call.atoms.mark_batch(query[place])
    call.atoms.mark_other(query[1 - place])
    for axes in call.given:
        if len(axes) == 3:
            call.atoms.equate(query[place], axes[place])
    result = (*query[:2], *call.atoms.fitting(query[2:], first[2:]))
    return [result, *((query[place], *call.atoms.new(shape[1:])) for shape in weights)]


def scaled_dot_product(call: Call) -> Result:
    """Queries, keys and values: what is before length and width is the same in all."""
    query, shape = call.given[0], call.shapes[0]
    if len(query) != len(shape) or len(shape) < 2:
        return kept(call)
    same = [axes[:-2] for axes in call.given if len(axes) == len(query)]
    outer = call.atoms.aligned(same, shape[:-2])
    call.atoms.mark_other(query[-1])
    for axes in call.given[1:2]:
        call.atoms.mark_other(axes[-2])
    return [(*outer, *call.atoms.fitting(query[-2:], shape[-2:]))]


def product(call: Call) -> Result:
    """A product of matrices, one for each place of the axes before them."""
    args = call.node.args[-2:] if call.module is None else ()
    one, other = (call.axes_of(value) for value in args) if len(args) == 2 else (None, None)
    shape = call.shapes[0]
    # Vectors count as matrices without rows or without columns.
    ranks = [len(call.shape_of(value) or ()) for value in args]
    if len(ranks) != 2 or 0 in ranks:
        return kept(call)
    rows, columns = int(ranks[0] > 1), int(ranks[1] > 1)
    if one:
        call.atoms.mark_other(one[-1])
    if other:
        call.atoms.mark_other(other[-2] if columns else other[-1])
    outer = [axes[:-2] for axes in (one, other) if axes and len(axes) > 2]
    lead = shape[: len(shape) - rows - columns]
    result = list(call.atoms.aligned(outer, lead) if outer else call.atoms.new(lead))
    if rows:
        result.append(one[-2] if one else call.atoms.fresh(shape[len(lead)]))
    if columns:
        result.append(other[-1] if other else call.atoms.fresh(shape[-1]))
    return [call.atoms.fitting(tuple(result), shape)]


def einsum(call: Call) -> Result:
    """The letters of the equation are the axes; those that are summed over are no batch."""
    equation, *operands = call.node.args
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = list(operands[0])
    if not isinstance(equation, str) or "." in equation or "->" not in equation:
        return kept(call)
    left, _, right = equation.replace(" ", "").partition("->")
    letters: dict[str, Axis] = {}
    for term, operand in zip(left.split(","), operands):
        axes = call.axes_of(operand)
        for letter, axis in zip(term, axes or ()):
            letters[letter] = (
                call.atoms.equate(letters[letter], axis) if letter in letters else axis
            )
    for letter, axis in letters.items():
        if letter not in right:
            call.atoms.mark_other(axis)
    shape = call.shapes[0]
    if len(right) != len(shape):
        return kept(call)
    axes = tuple(
        letters.get(letter) or call.atoms.fresh(size) for letter, size in zip(right, shape)
    )
    return [call.atoms.fitting(axes, shape)]


def indexed_along(call: Call) -> Result:
    """``index_select``, ``index_add`` and others: a batch may be sorted, nothing is looked up."""
    indices = call.shape_of(call.argument(2, "index")) or ()
    first = call.given[0][0] if call.given[0] else ()
    if call.argument(1, "dim") == 0 and first and indices[:1] != (call.atoms.size(first),):
        call.atoms.mark_other(first)
    return kept(call)
