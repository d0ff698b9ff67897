"""Which function knows what an operation sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from visualize.core.operators import Category, operator
from visualize.describe.receptive import moves, products, reductions, windows
from visualize.describe.receptive.call import Call
from visualize.describe.receptive.gates import Factor, without_gates
from visualize.describe.receptive.maps import UNKNOWN, Map, Source, combined
from visualize.describe.receptive.spans import Span

Handler = Callable[[Call], list[Map]]


def pointwise(call: Call) -> list[Map]:
    """Values that are computed from those at the same position."""
    return [combined(call.maps, tensor.shape) for tensor in call.operation.outputs]


def multiplied(call: Call) -> list[Map]:
    """Products, quotients and differences, without gates and the statistics of norms."""
    factors = [Factor(one.map, one.narrow) for one in call.operands if one.map is not None]
    return [combined(without_gates(factors), call.shape)]


def embedded(call: Call) -> list[Map]:
    """Rows of a table, picked by data."""
    one = call.data
    return [combined([one.unsqueezed(len(one.axes))], call.shape)]


def attribute(call: Call) -> list[Map]:
    """``x.T`` and ``x.mT``; other attributes have the shape of the tensor."""
    return moves.transposed(call) if call.argument(1) in _TRANSPOSES else pointwise(call)


_TRANSPOSES = ("T", "mT", "H", "mH")


def nothing_known(call: Call) -> list[Map]:
    """What sees all of an input does so after any operation; of the rest nothing is known."""
    whole: dict[Source, bool] = {}
    for one in call.maps:
        for source, spans in one.seen.items():
            whole[source] = whole.get(source, True) and any(span.is_whole for span in spans)
    return [_without_places(tensor.shape, whole) for tensor in call.operation.outputs]


def _without_places(shape: tuple[int, ...], whole: Mapping[Source, bool]) -> Map:
    axes = tuple((size,) if size > 1 else () for size in shape)
    everything = Span.everything(sum(map(len, axes)))
    return Map(axes, {one: (everything,) if all_of else UNKNOWN for one, all_of in whole.items()})


def find_handler(call: Call) -> Handler:
    """The function that knows what a call sees."""
    name = call.family
    if name == "unfold" and len(call.shape) == len(call.data.axes) + 1:
        return moves.windows
    return _HANDLERS.get(name) or _BY_CATEGORY.get(operator(name).category, nothing_known)


_BY_CATEGORY: Mapping[Category, Handler] = {
    Category.CONVOLUTION: windows.convolution,
    Category.TRANSPOSED_CONVOLUTION: windows.convolution,
    Category.LINEAR: products.linear,
    Category.PRODUCT: products.product,
    Category.EMBEDDING: embedded,
    Category.RECURRENT: products.recurrent,
    Category.NORM: pointwise,
    Category.ACTIVATION: pointwise,
    Category.POOL: windows.pooling,
    Category.RESAMPLE: windows.resampling,
    Category.REDUCTION: reductions.reduced,
    Category.POINTWISE: pointwise,
    Category.IDENTITY: pointwise,
    Category.PAD: moves.padded,
}


def _rows(handler: Handler, families: str) -> dict[str, Handler]:
    return dict.fromkeys(families.split(), handler)


_HANDLERS: Mapping[str, Handler] = {
    **_rows(multiplied, "mul multiply div divide truediv truedivide rdiv rtruediv sub subtract"),
    **_rows(multiplied, "rsub"),
    **_rows(pointwise, "hardswish hardsigmoid xlogy logit hypot sinc and or xor invert"),
    **_rows(reductions.along, "softmax logsoftmax softmin softmax2d gumbelsoftmax cumsum cumprod"),
    **_rows(reductions.along, "sort argsort topk kthvalue cummax cummin logcumsumexp"),
    **_rows(reductions.reduced, "stdmean varmean nansum nanmean quantile mode"),
    **_rows(reductions.halved, "glu"),
    **_rows(reductions.transformed, "fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2"),
    **_rows(reductions.transformed, "fftn ifftn rfftn irfftn"),
    **_rows(products.einsum, "einsum"),
    **_rows(products.outer, "outer"),
    **_rows(nothing_known, "vdot inner tensordot multidot chainmatmul addr groupedmm bilinear"),
    **_rows(products.attention, "scaleddotproductattention"),
    **_rows(products.multi_head_attention, "multiheadattention"),
    **_rows(windows.resampling, "upsamplenearest1d upsamplenearest2d upsamplenearest3d"),
    **_rows(windows.resampling, "upsamplelinear1d upsamplebilinear2d upsampletrilinear3d"),
    **_rows(windows.resampling, "upsamplebicubic2d upsamplenearestexact2d"),
    **_rows(windows.pooling, "maxpool1dwithindices maxpool2dwithindices maxpool3dwithindices"),
    **_rows(nothing_known, "fractionalmaxpool2d fractionalmaxpool3d"),
    **_rows(windows.patches, "unfold im2col"),
    **_rows(windows.folded, "fold col2im"),
    **_rows(moves.shuffled, "pixelshuffle pixelunshuffle channelshuffle"),
    **_rows(moves.padded, "constantpadnd"),
    **_rows(moves.reshaped, "flatten unflatten ravel view viewas reshape reshapeas unsafeview"),
    **_rows(moves.permuted, "permute"),
    **_rows(moves.transposed, "transpose swapaxes swapdims t mt h mh adjoint"),
    **_rows(attribute, "getattr"),
    **_rows(moves.axes_moved, "movedim moveaxis"),
    **_rows(moves.squeezed, "squeeze"),
    **_rows(moves.unsqueezed, "unsqueeze"),
    **_rows(moves.expanded, "expand expandas broadcastto"),
    **_rows(moves.tiled, "repeat tile"),
    **_rows(moves.interleaved, "repeatinterleave"),
    **_rows(moves.rolled, "roll"),
    **_rows(moves.flipped, "flip fliplr flipud"),
    **_rows(moves.joined, "cat concat concatenate hstack vstack dstack"),
    **_rows(moves.stacked, "stack"),
    **_rows(moves.split, "chunk split splitwithsizes tensorsplit"),
    **_rows(moves.unbound, "unbind"),
    **_rows(moves.narrowed, "narrow select slice"),
    **_rows(moves.picked, "getitem"),
    **_rows(moves.written, "setitem"),
    **_rows(moves.copied, "copy"),
}
