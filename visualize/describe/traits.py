"""What experts ask of a block: kernel, stride, groups, expansion, heads and MLP ratio.

All of it is computed from what is inside, whatever the block is called, and left out where it is
not one clear number: a block with kernels of several sizes has no kernel. Layers on a projection
shortcut and those that compute a gate do not count.

- The kernel is that of the convolutions that look at neighbours.
- The stride is that of convolutions and pools whose resolution is that of the result.
- The expansion of a bottleneck is the width of its result over that of its convolution (He et al.
  2015); that of an inverted bottleneck is its widest layer over its input (Sandler et al. 2018).
- The MLP ratio is the hidden width over that of the block.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from visualize.core.architecture import (
    Architecture,
    NodeKind,
    Operation,
    Skip,
    SkipKind,
    TensorSpec,
)
from visualize.core.hyperparameters import numbers, per_axis
from visualize.core.operators import ATTENTION, CONVOLUTION, IDENTITY, MOVES, POOL, family
from visualize.core.phrases import NOTHING, Phrase, counted, listed, phrase
from visualize.core.summary import Shape

_LEAST_STRIDE = 1.5  # input over output; what valid padding takes away is less
_PRODUCTS = frozenset({"matmul", "bmm", "einsum"})
_GROWTH = 3  # a block that grows more is no inverted bottleneck
_RATIOS = (1.05, 32)  # beyond, a layer is no hidden layer of its neighbours
_PLAIN = frozenset({SkipKind.IDENTITY, SkipKind.SCALED, SkipKind.GATE})


def block_traits(
    exact: Architecture,
    operations: Sequence[Operation],
    skips: Sequence[Skip],
    outputs: Sequence[TensorSpec],
) -> Phrase:
    """The traits of a block in words, ``3×3, /2, expansion 4``; nothing if it has none.

    Args:
        exact: the graph of all operations.
        operations: those of the block.
        skips: the skip connections that are merged in it.
        outputs: the tensors that leave it.
    """
    aside = _aside(operations, skips)
    main = [one for one in operations if one.id not in aside and exact.data_sources(one.id)]
    if not outputs or not any(one.weight for one in main):
        return NOTHING
    attentions = list(_attentions(exact, main))
    places = {one.place for one in attentions}
    if attentions:
        widths = _mlp_ratio(main, places)
    elif any(_is_spatial(one) for one in main):
        widths = _expansion(main, skips)
    else:
        widths = _ratio_of_mlp(main, skips)
    output = outputs[0] if len(outputs) == 1 else None
    return listed([*_window(exact, main, output), *_heads(attentions), widths])


def _aside(operations: Sequence[Operation], skips: Sequence[Skip]) -> set[str]:
    """Operations on skip branches, and those that compute gates."""
    layers = {one.id for one in operations if one.weight}
    found: set[str] = set()
    for skip in skips:
        found.update(skip.branch)
        # Where all layers are on the way to a product, that is the main path.
        if skip.kind is SkipKind.GATE and not layers <= {*skip.bypassed}:
            found.update(skip.bypassed)
    return found


def _window(
    exact: Architecture, main: Sequence[Operation], output: TensorSpec | None
) -> Iterator[Phrase | str]:
    """Kernel, dilation, groups, and the stride of a block with one output."""
    spatial = [one for one in main if _is_spatial(one)]
    kernel = _only(_kernel(one) for one in spatial)
    if not kernel:
        return
    size = "×".join(map(str, kernel))
    yield size if len(kernel) > 1 else phrase("kernel {size}", size=size)
    rate = _only(per_axis(numbers(one, "dilation")) for one in spatial)
    yield phrase("dilation {rate}", rate=rate) if rate else ""
    stride = _stride(exact, main, output) if output else 1
    yield phrase("/{stride}", stride=stride) if stride > 1 else ""
    groups = _only(one.weight.groups for one in spatial if one.weight)
    is_depthwise = any(one.weight and groups == one.weight.inputs for one in spatial)
    if groups and groups > 1 and not is_depthwise:
        yield counted("{number} group", "{number} groups", groups)


def _is_spatial(one: Operation) -> bool:
    """Whether it is a convolution that looks at neighbours, in a map and not in a pooled one."""
    kernel = _kernel(one)
    return any(size > 1 for size in kernel) and _positions(one, len(kernel)) > 1


def _kernel(one: Operation) -> tuple[int, ...]:
    if one.weight is None or family(one.does) not in CONVOLUTION:
        return ()
    return one.weight.shape[2:]


def _positions(one: Operation, dimensions: int) -> int:
    return math.prod(one.outputs[0].shape[-dimensions:]) if one.outputs and dimensions else 0


def _stride(exact: Architecture, main: Sequence[Operation], output: TensorSpec) -> int:
    """The stride of a block, 1 if it keeps the resolution or is not clear."""
    strides = set()
    for one in main:
        if family(one.does) not in CONVOLUTION | POOL or not one.outputs:
            continue
        dimensions = len(_kernel(one)) or len(one.outputs[0].shape) - 2
        after = one.outputs[0].shape[-dimensions:]
        before = _read(exact, one).shape[-dimensions:]
        steps = [size / max(left, 1) for size, left in zip(before, after)]
        if math.prod(after) == 1 or not steps or max(steps) < _LEAST_STRIDE:
            continue
        is_result = after in (output.shape[-dimensions:], output.shape[1 : 1 + dimensions])
        strides.add(round(steps[0]) if is_result and len(set(map(round, steps))) == 1 else 0)
    return _only(strides) or 1


def _read(exact: Architecture, one: Operation) -> TensorSpec:
    """The first tensor that an operation reads."""
    tensors = (wire.tensor for _, _, wire in exact.inputs(one.id) if wire.data and wire.tensor)
    return next(tensors, one.outputs[0])


def _expansion(main: Sequence[Operation], skips: Sequence[Skip]) -> Phrase | str:
    """How much wider a block is inside than outside, or outside than inside.

    It ends with a layer that works on each position alone, and has one width inside.
    """
    layers = [one.weight for one in main if one.weight]
    spatial = [one.weight for one in main if one.weight and _is_spatial(one)]
    if not spatial or len(layers) < 2 or math.prod(layers[-1].shape[2:]) != 1:
        return ""
    entering, leaving = layers[0].inputs, layers[-1].outputs
    inside = {one.outputs for one in layers[:-1]}
    hidden = layers[-1].inputs
    is_even = hidden % entering == 0 or all(skip.kind in _PLAIN for skip in skips)
    if inside | {entering} == {hidden, entering} and max(entering, leaving) < hidden and is_even:
        return _expanded(hidden, entering) if leaving < _GROWTH * entering else ""
    is_bottleneck = inside == {hidden} and leaving % hidden == 0
    return _expanded(leaving, hidden) if is_bottleneck else ""


def _expanded(larger: int, smaller: int) -> Phrase | str:
    ratio = _ratio(larger, smaller)
    return phrase("expansion {ratio}", ratio=ratio) if ratio else ""


@dataclass(frozen=True, slots=True)
class _Attention:
    """An attention of a block.

    Attributes:
        place: the module that is it, or whose code computes it.
        heads: how many heads queries have; 0 if it is not known.
        shared: how many heads keys and values have.
    """

    place: str
    heads: int = 0
    shared: int = 0


def _attentions(exact: Architecture, main: Sequence[Operation]) -> Iterator[_Attention]:
    widths = {one.weight.inputs for one in main if one.weight}
    for one in main:
        heads = one.attributes.get("num_heads")
        place = _around(one)
        if isinstance(heads, int):
            yield _Attention(one.path, heads, heads)
        elif family(one.does) in ATTENTION | {"multiheadattention"}:
            read = [wire.tensor.shape for _, _, wire in exact.inputs(one.id) if wire.tensor]
            result = one.outputs[0].shape if one.outputs else ()
            yield _of_shapes(place, result, read[:2], widths)
        elif family(one.does) == "softmax" and one.outputs:
            product = _product_after(exact, one)
            if product:
                yield _of_shapes(place, product.outputs[0].shape, [one.outputs[0].shape], widths)


def _of_shapes(
    place: str, result: Shape, read: Sequence[Shape], widths: Collection[int]
) -> _Attention:
    """The heads of an attention, which are the dimension before positions and features.

    All heads together must be what a layer reads: else the dimension holds windows or groups.
    """
    queries, keys, *_ = (*read, *read[-1:], (), ())
    if len(result) < 4 or len(queries) < 4 or len(keys) < 4:
        return _Attention(place)
    heads = queries[-3]
    fits = any(heads * features in widths for features in result[-2:])
    return _Attention(place, heads, keys[-3]) if fits else _Attention(place)


def _product_after(exact: Architecture, one: Operation) -> Operation | None:
    """The product with values that reads what a softmax returns."""
    following = [one.id]
    while len(following) == 1:
        (node,) = following
        following = list(exact.graph.successors(node))
        if not following:
            return None
        after = exact.operation(following[0])
        if family(after.does) in _PRODUCTS and after.outputs:
            return after
        if family(after.does) not in IDENTITY | MOVES:
            return None
    return None


def _heads(attentions: Sequence[_Attention]) -> Iterator[Phrase]:
    """The number of heads, and that of keys and values if it is another."""
    heads = _only(one.heads for one in attentions)
    shared = _only(one.shared for one in attentions)
    if heads and heads > 1:
        yield counted("{number} head", "{number} heads", heads)
        if shared and shared != heads:
            yield counted("{number} KV head", "{number} KV heads", shared)


def _mlp_ratio(main: Sequence[Operation], attended: Collection[str]) -> Phrase | str:
    """The hidden width of the layers beside attention, over that of the block."""
    beside = [one for one in main if not {one.path, _around(one)} & {*attended}]
    layers = [one.weight for one in beside if one.weight]
    plain = [one for one in layers if math.prod(one.shape[2:]) == 1]
    if not plain:
        return ""
    width = plain[-1].outputs
    hidden = _only(one.inputs for one in plain if one.outputs == width and one.inputs != width)
    ratio = _ratio(hidden, width) if hidden else ""
    return phrase("MLP ratio {ratio}", ratio=ratio) if ratio else ""


def _ratio_of_mlp(main: Sequence[Operation], skips: Sequence[Skip]) -> Phrase | str:
    """The ratio of a residual block without attention, whose last layer but one is the hidden one.

    Tokens may be mixed before it, by pooling or by a layer.
    """
    layers = [one.weight for one in main if one.weight]
    is_hidden = len(layers) > 1 and layers[-2].outputs in (layers[-1].inputs, 2 * layers[-1].inputs)
    is_residual = any(skip.kind in (SkipKind.IDENTITY, SkipKind.SCALED) for skip in skips)
    return _mlp_ratio(main, ()) if is_hidden and is_residual else ""


def _around(one: Operation) -> str:
    """The module that calls an operation."""
    return one.path.rpartition(".")[0] if one.kind is NodeKind.MODULE else one.path


def _ratio(larger: int, smaller: int) -> str:
    """``4`` or ``2.7``; empty if it is none that a block has."""
    ratio = larger / max(smaller, 1)
    return f"{ratio:.1f}".removesuffix(".0") if _RATIOS[0] <= ratio <= _RATIOS[1] else ""


_Value = TypeVar("_Value", bound=Hashable)


def _only(values: Iterable[_Value]) -> _Value | None:
    """The value, if all are the same."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
