"""What a branch does decides the kind of its connection.

Identity and projection shortcuts are those of He et al., "Deep Residual Learning for Image
Recognition" (2015), scaled ones those of Srivastava et al., "Highway Networks" (2015), gates those
of Hu et al., "Squeeze-and-Excitation Networks" (2017).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from visualize.annotate.skips.chain import carried, chain
from visualize.annotate.skips.effects import Effect, effect_of
from visualize.annotate.skips.flow import Flow, Shape
from visualize.annotate.skips.merges import SUMS, Operand
from visualize.annotate.skips.pieces import WHOLE, piece_of
from visualize.annotate.skips.resolution import Resolution
from visualize.annotate.skips.search import Candidate
from visualize.core.architecture import SkipKind
from visualize.core.arguments import argument
from visualize.core.choices import Refusal
from visualize.core.operators import COPIES, POOL, Category, MergeType, family, merge_type, operator

_KEEPS = {Effect.KEEPS}
_SCALES = {Effect.KEEPS, Effect.SCALES, Effect.NORMALIZES}
_TAKES = {Effect.KEEPS, Effect.TAKES}
# These return weighted sums of what they read, as long as they read one feature.
_LINEAR = frozenset(
    {
        Category.CONVOLUTION, Category.TRANSPOSED_CONVOLUTION, Category.LINEAR, Category.PRODUCT,
        Category.EMBEDDING, Category.RESAMPLE, Category.GATHER, Category.REPEAT, Category.PAD,
        Category.SLICE, Category.RESHAPE, Category.IDENTITY,
    }
)  # fmt: skip
_POINTWISE = {Category.POINTWISE, Category.ACTIVATION, Category.IDENTITY}
# Activations that work on several values at once.
_ALONG = {"softmax", "softmax2d", "softmin", "logsoftmax", "glu"}
_SUMS = SUMS | {"avgpool1d", "avgpool2d", "avgpool3d", "neg", "stack"}


def kind_of(flow: Flow, resolution: Resolution, found: Candidate) -> SkipKind | Refusal:
    """The kind of a skip connection, or why it is none."""
    if all(_is_pointwise(flow, node) for node in found.bypassed):
        return Refusal.FORMULA  # a formula with parameters, as Swish and Snake are activations
    kind = _kind_of(flow, resolution, found)
    # What a learned token is computed to on the way is conditioning, as its place in a sequence is.
    is_stream = found.fork not in flow.tokens or kind in (SkipKind.IDENTITY, SkipKind.SCALED)
    return kind if is_stream or isinstance(kind, Refusal) else Refusal.TOKEN


def _kind_of(flow: Flow, resolution: Resolution, found: Candidate) -> SkipKind | Refusal:
    effects = {effect_of(flow, node) for node in found.branch}
    if found.merge.type is MergeType.CONCAT:
        return _joins(flow, found, effects)
    # What is broadcast is conditioning.
    if found.operand.tensor and found.operand.tensor.shape != found.merge.shape:
        return Refusal.BROADCAST
    if found.merge.type is MergeType.MULTIPLY:
        if not effects <= _KEEPS:
            return Refusal.WORKS
        return Refusal.ATTENTION if _attends(flow, found) else SkipKind.GATE
    if _scores(flow, found):
        return Refusal.ATTENTION
    if Effect.TAKES in effects and _takes_alike(flow, found):
        effects.discard(Effect.TAKES)
    if effects <= _KEEPS and not found.operand.scale:
        return SkipKind.IDENTITY
    if effects <= _SCALES:
        return SkipKind.SCALED if _works(flow, found) else Refusal.MEAN
    if any(_copies_positions(flow, resolution, node) for node in found.branch):
        return Refusal.BROADCAST
    return _is_parallel(flow, found, effects) or SkipKind.PROJECTION


def _joins(flow: Flow, found: Candidate, effects: set[Effect]) -> SkipKind | Refusal:
    """The kind of a connection into a concat."""
    if not effects <= _TAKES:
        return Refusal.WORKS
    if _repeats(flow, found):
        return Refusal.STEPS
    return SkipKind.CONCAT if _is_joined(flow, found) else Refusal.INDEPENDENT


def _is_pointwise(flow: Flow, node: str) -> bool:
    """Whether ``node`` computes each value on its own, whatever parameters it holds."""
    name = family(flow.type(node))
    return operator(name).category in _POINTWISE and name not in _ALONG


def _takes_alike(flow: Flow, found: Candidate) -> bool:
    """Whether branch and bypassed paths read one slice of the fork, each for itself."""
    first, *more = [one for one in found.branch if effect_of(flow, one) is Effect.TAKES]
    source = flow.inflows[first][0].source
    piece = piece_of(flow, first, source)
    while source != found.fork and flow.shape(source) == flow.shape(found.fork):
        source = flow.inflows[source][0].source
    readers = [
        node
        for node in found.bypassed
        if any(inflow.source == found.fork for inflow in flow.inflows[node])
    ]
    is_known = not more and source == found.fork and piece != WHOLE
    return is_known and all(piece_of(flow, node, source) == piece for node in readers)


def _copies_positions(flow: Flow, resolution: Resolution, node: str) -> bool:
    """Whether ``node`` broadcasts what it reads; to more channels it does work, as padding does."""
    if effect_of(flow, node) is not Effect.COPIES:
        return False
    axis, before = resolution.axes.get(node), flow.inflows[node][0].wire.tensor
    after, old = flow.shape(node), before.shape if before else ()
    if axis is None or after is None or len(after) != len(old):
        return True
    return after[:axis] + after[axis + 1 :] != old[:axis] + old[axis + 1 :]


def _scores(flow: Flow, found: Candidate) -> bool:
    """Whether a sum is that of additive attention, as in Bahdanau et al. (2015): of keys and query.

    A query is broadcast over the keys, and a softmax over these makes weights of the sums.
    """
    whole = (found.merge.shape or ())[::-1]
    sizes = {
        size
        for other in found.others
        for own, size in itertools.zip_longest(_shape_before_copies(flow, other)[::-1], whole)
        if own in (1, None) and size != 1
    }
    node = found.merge.node
    while sizes and len(flow.readers[node]) == 1:
        node = flow.readers[node][0]
        if family(flow.type(node)) == "softmax":
            return _size(flow, node, flow.shape(node)) in sizes
        if len(flow.inflows[node]) != 1:
            return False
    return False


def _shape_before_copies(flow: Flow, operand: Operand) -> Shape:
    """The shape of what a merge combines, before it was broadcast."""
    node, shape = operand.source, operand.tensor.shape if operand.tensor else ()
    while effect_of(flow, node) is Effect.COPIES:
        wire = flow.inflows[node][0].wire
        node, shape = flow.inflows[node][0].source, wire.tensor.shape if wire.tensor else ()
    return shape


def _is_joined(flow: Flow, found: Candidate) -> bool:
    """Whether what is joined is computed from the fork, and not only gated by it."""
    return any(_is_computed(flow, found, other.source) for other in found.others)


def _works(flow: Flow, found: Candidate) -> bool:
    """Whether more is bypassed than a scale of its own: two of them are a weighted mean."""
    weighted = (node for node in found.bypassed if flow.weights[node])
    works = any(effect_of(flow, node) is not Effect.SCALES for node in weighted)
    return works and any(_is_computed(flow, found, other.source) for other in found.others)


def _is_computed(flow: Flow, found: Candidate, node: str) -> bool:
    """Whether what arrives there is computed from the fork, and not only its gate.

    Parallel branches that are weighed by each other are no skip connections.
    """
    while merge_type(flow.type(node)) is MergeType.MULTIPLY and (source := carried(flow, node)):
        node = source
    return node == found.fork or node in found.bypassed


def _is_parallel(flow: Flow, found: Candidate, effects: set[Effect]) -> Refusal | None:
    """Why a branch that does work is a parallel branch; None if it is a projection."""
    for other in found.others:
        if other.tensor and other.tensor.shape != found.merge.shape:
            return Refusal.BROADCAST
    weighted = sum(map(flow.is_weighted, found.branch))
    if weighted > 1 or weighted >= flow.depth(found.bypassed):
        return Refusal.LAYERS
    if _is_adapted(flow, found):
        return Refusal.ADAPTER
    if all(_is_linear(flow, node) for node in found.bypassed):
        # Two linear branches work together, unless one only brings the other its shape.
        shape = found.operand.tensor.shape if found.operand.tensor else None
        fits = not weighted and (Effect.TAKES in effects or flow.shape(found.fork) != shape)
        return None if fits else Refusal.LINEAR
    # At one resolution a pool beside layers is one of several parallel branches.
    pools = any(family(flow.type(node)) in POOL for node in found.branch)
    fits = bool(weighted) or not pools or flow.shape(found.fork) != found.merge.shape
    return None if fits else Refusal.PARALLEL


def _is_adapted(flow: Flow, found: Candidate) -> bool:
    """Whether the branch is the work, and all that it bypasses are adapters of it.

    An adapter is a layer down and one up again, smaller than what it adapts: narrower inside than
    at both ends. (A bottleneck may be smaller than its shortcut too, but has a layer between.)
    """
    held, bypassed = map(flow.parameters_of, (found.branch, found.bypassed))
    if flow.depth(found.bypassed) > 2 or sum(held.values()) <= sum(bypassed.values()):
        return False
    ends = (math.prod(flow.shape(found.fork) or ()), math.prod(found.merge.shape or ()))
    return all(
        any(math.prod(flow.shape(one) or ()) < min(ends) for one in _carriers(flow, found, other))
        for other in found.others
    )


def _carriers(flow: Flow, found: Candidate, other: Operand) -> Iterator[str]:
    """What carries a feature on a bypassed path, back to the fork or to where features meet."""
    for link in chain(flow, other.source):
        if link.node == found.fork:
            return
        yield link.node


def _is_linear(flow: Flow, node: str) -> bool:
    name = family(flow.type(node))
    merge = merge_type(name)
    if merge in (MergeType.ADD, MergeType.SUBTRACT, MergeType.CONCAT):
        return True
    if len(flow.inflows[node]) > 1:
        return False
    scales = effect_of(flow, node) is Effect.SCALES
    return scales or name in _SUMS or operator(name).category in _LINEAR


def _repeats(flow: Flow, found: Candidate) -> bool:
    """Whether other calls of the same layers made what is joined: the steps of a recurrence."""
    made = flow.makers(found.operand.source)
    return all(
        any(
            layer == other_layer and call != other_call
            for layer, call in made
            for other_layer, other_call in flow.makers(other.source, found.fork)
        )
        for other in found.others
    )


def _attends(flow: Flow, found: Candidate) -> bool:
    """Whether the product is only summed: over the axis of a softmax, or one with a weight each."""
    sizes = {_softmax_size(flow, other.source) for other in found.others} - {None}
    node = found.merge.node
    while len(flow.readers[node]) == 1 and effect_of(flow, flow.readers[node][0]) is Effect.KEEPS:
        node = flow.readers[node][0]
    readers = flow.readers[node]
    return bool(readers) and all(
        _sums(flow, one, node, sizes) or _sums_weighed(flow, one, node, found) for one in readers
    )


def _softmax_size(flow: Flow, node: str) -> int | None:
    """The number of weights that a softmax gives, if the tensor is that of one."""
    while True:
        name = family(flow.type(node))
        if name == "softmax":
            return _size(flow, node, flow.shape(node))
        moves = effect_of(flow, node) is Effect.KEEPS or name in COPIES
        before = carried(flow, node) if moves else None
        if before is None:
            return None
        node = before


def _sums(flow: Flow, reader: str, node: str, sizes: set[int | None]) -> bool:
    return family(flow.type(reader)) in SUMS and _size(flow, reader, flow.shape(node)) in sizes


def _sums_weighed(flow: Flow, reader: str, node: str, found: Candidate) -> bool:
    """Whether a product is summed over an axis along which its weights differ, and not another."""
    size, whole = _size(flow, reader, flow.shape(node)), found.merge.shape or ()
    for other in found.others:
        shape = other.tensor.shape if other.tensor else ()
        broadcast = len(shape) == len(whole) and any(a == 1 < b for a, b in zip(shape, whole))
        if (size or 1) > 1 and broadcast and _size(flow, reader, shape) == size:
            return family(flow.type(reader)) in SUMS
    return False


def _size(flow: Flow, node: str, shape: Shape | None) -> int | None:
    """The size of a tensor that ``node`` reads along the dimension that ``node`` works on."""
    dim = argument(flow.operations[node], 1, "dim", "axis")
    dim = dim[0] if isinstance(dim, list) and len(dim) == 1 else dim
    is_known = isinstance(dim, int) and shape and -len(shape) <= dim < len(shape)
    return shape[dim] if shape and is_known else None
