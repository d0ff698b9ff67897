"""Where axes go in operations that move, pick and join data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import fx

from visualize.annotate.batch.axes import Axes, Axis, Shape
from visualize.annotate.batch.call import Call

Result = Sequence[Axes]


def kept(call: Call) -> Result:
    """All else: an axis whose size has not changed is the same one."""
    return [_kept(call, shape) for shape in call.shapes]


def _kept(call: Call, shape: Shape) -> Axes:
    first = call.given[0]
    same = tuple(axes for axes in call.given if len(axes) == len(shape))
    if same and same[0] is first:
        return call.atoms.aligned(same, shape)
    result: list[Axis] = []
    for axis, size in zip(first, shape):
        if call.atoms.size(axis) != size:
            break
        result.append(axis)
    return (*result, *call.atoms.new(shape[len(result) :]))


def combined(call: Call) -> Result:
    """Tensors are combined element by element."""
    return [call.atoms.aligned(call.given, shape) for shape in call.shapes]


def reshaped(call: Call) -> Result:
    """A new shape for the same data."""
    return [call.atoms.regroup(call.given[0], call.shapes[0])]


def permuted(call: Call) -> Result:
    """``permute``."""
    axes = call.given[0]
    order = call.dimensions(1) or call.dimensions(1, "dims")
    if sorted(one % len(axes) for one in order) != list(range(len(axes))):
        return kept(call)
    return [tuple(axes[one] for one in order)]


def transposed(call: Call) -> Result:
    """Two axes change places; ``t`` takes the axes of a matrix."""
    axes = list(call.given[0])
    first = call.argument(1, "dim0", "axis0")
    second = call.argument(2, "dim1", "axis1")
    if not isinstance(first, int) or not isinstance(second, int):
        first, second = (-2, -1) if len(axes) == 2 else (0, 0)
    axes[first], axes[second] = axes[second], axes[first]
    return [tuple(axes)]


def moved(call: Call) -> Result:
    """``movedim``."""
    axes = call.given[0]
    source = [one % len(axes) for one in call.dimensions(1, "source")]
    target = [one % len(axes) for one in call.dimensions(2, "destination")]
    if len(source) != len(target) or not source:
        return kept(call)
    left = iter(axis for place, axis in enumerate(axes) if place not in source)
    places = dict(zip(target, source))
    return [tuple(axes[places[n]] if n in places else next(left) for n in range(len(axes)))]


def attribute(call: Call) -> Result:
    """``x.T`` and ``x.mT``; other attributes have the shape of the tensor."""
    axes = call.given[0]
    name = call.argument(1)
    if name in ("T", "H"):
        return [axes[::-1]]
    if name in ("mT", "mH"):
        return [(*axes[:-2], axes[-1], axes[-2])]
    return picked(call) if name in ("values", "indices") else kept(call)


def squeezed(call: Call) -> Result:
    """Axes of size one are dropped."""
    axes = call.given[0]
    single = [call.atoms.size(axis) == 1 for axis in axes]
    given = [one % len(axes) for one in call.dimensions(1, "dim")] if len(axes) else []
    if not given and call.argument(1, "dim") is None:
        given = list(range(len(axes)))
    return [tuple(axis for n, axis in enumerate(axes) if not (single[n] and n in given))]


def unsqueezed(call: Call) -> Result:
    """An axis of size one is put in."""
    axes = call.given[0]
    place = call.argument(1, "dim")
    if not isinstance(place, int):
        return kept(call)
    place %= len(axes) + 1
    return [(*axes[:place], _inserted(call, place), *axes[place:])]


def _inserted(call: Call, place: int) -> Axis:
    axis = call.atoms.fresh(1)
    if place == 0:
        call.atoms.leading.add(axis[0])
    return axis


def reduced(call: Call) -> Result:
    """Some axes are summed up, or all of them."""
    axes = call.given[0]
    if len(call.given) > 1:
        return combined(call)
    over = {one % len(axes) for one in call.dimensions(1, "dim", "axis")} if axes else set()
    shape = call.shapes[0]
    if not over and len(shape) == len(axes):
        return kept(call)
    over = over or set(range(len(axes)))
    keeps = len(shape) == len(axes)
    left = [
        call.atoms.fresh(1) if n in over else axis
        for n, axis in enumerate(axes)
        if keeps or n not in over
    ]
    return [tuple(left)] * len(call.shapes)


def repeated(call: Call) -> Result:
    """``repeat``: what is repeated is outside of what was there."""
    axes, shape = call.given[0], call.shapes[0]
    new = call.atoms.new(shape[: len(shape) - len(axes)])
    old = [_times(call, axis, size) for axis, size in zip(axes, shape[len(new) :])]
    return [(*new, *old)]


def _times(call: Call, axis: Axis, size: int, inner: bool = False) -> Axis:
    times, rest = divmod(size, call.atoms.size(axis) or 1)
    if times == 1:
        return axis
    if rest or not times:
        return call.atoms.fresh(size)
    more = call.atoms.fresh(times)
    return axis + more if inner else more + axis


def interleaved(call: Call) -> Result:
    """``repeat_interleave``: what is repeated is inside of what was there."""
    axes, shape = call.given[0], call.shapes[0]
    if len(axes) != len(shape):
        return kept(call)
    return [tuple(_times(call, axis, size, inner=True) for axis, size in zip(axes, shape))]


def expanded(call: Call) -> Result:
    """Axes of size one are repeated, and new ones are put in front."""
    axes, shape = call.given[0], call.shapes[0]
    new = call.atoms.new(shape[: len(shape) - len(axes)])
    return [(*new, *call.atoms.fitting(axes, shape[len(new) :]))]


def joined(call: Call) -> Result:
    """Tensors are joined along one axis."""
    shape = call.shapes[0]
    place = call.argument(1, "dim", "axis", default=0)
    place = place % len(shape) if isinstance(place, int) and shape else 0
    given = [axes for axes in call.given if len(axes) == len(shape)]
    if not given:
        return kept(call)
    result = list(call.atoms.aligned(given, _without(given[0], call, place, shape)))
    along = {axes[place] for axes in given}
    result[place] = (
        _times(call, along.pop(), shape[place]) if len(along) == 1 else _along(call, given, place)
    )
    return [tuple(result)]


def _without(axes: Axes, call: Call, place: int, shape: Shape) -> Shape:
    """The shape of the first of the joined tensors."""
    return (*shape[:place], call.atoms.size(axes[place]), *shape[place + 1 :])


def _along(call: Call, given: Sequence[Axes], place: int) -> Axis:
    """The axis along which different tensors are joined: of several batches, a multiple of one."""
    size = call.shapes[0][place]
    roots = {tuple(map(call.atoms.root, axes[place])) for axes in given}
    return _times(call, given[0][place], size) if len(roots) == 1 else call.atoms.fresh(size)


def stacked(call: Call) -> Result:
    """Tensors are joined along a new axis."""
    shape = call.shapes[0]
    place = call.argument(1, "dim", "axis", default=0)
    place = place % len(shape) if isinstance(place, int) and shape else 0
    new = call.atoms.fresh(shape[place]) if shape[place] > 1 else _inserted(call, place)
    rest = call.atoms.aligned(call.given, (*shape[:place], *shape[place + 1 :]))
    return [(*rest[:place], new, *rest[place:])]


def split(call: Call) -> Result:
    """A tensor is split along one axis: a multiple of the batch may become the batch again."""
    axes = call.given[0]
    place = call.argument(2, "dim", "axis", default=0)
    place = place % len(axes) if isinstance(place, int) and axes else 0
    return [
        (*axes[:place], _part(call, axes[place], shape[place]), *axes[place + 1 :])
        for shape in call.shapes
    ]


def _part(call: Call, axis: Axis, size: int) -> Axis:
    if call.atoms.size(axis) == size:
        return axis
    inner = axis[1:]
    return inner if inner and call.atoms.size(inner) == size else call.atoms.fresh(size)


def unbound(call: Call) -> Result:
    """All that is along one axis becomes a tensor of its own."""
    axes = call.given[0]
    place = call.argument(1, "dim", default=0)
    place = place % len(axes) if isinstance(place, int) and axes else 0
    return [(*axes[:place], *axes[place + 1 :])] * len(call.shapes)


def narrowed(call: Call) -> Result:
    """``select`` drops an axis; ``narrow`` and ``slice`` keep a part of it."""
    axes, shape = call.given[0], call.shapes[0]
    place = call.argument(1, "dim", default=0)
    if len(shape) == len(axes) or not isinstance(place, int):
        return [call.atoms.fitting(axes, shape)]
    place %= len(axes)
    return [(*axes[:place], *axes[place + 1 :])]


def picked(call: Call) -> Result:
    """One of several results, or ``x[…]``."""
    source, index = call.node.args[0], call.node.args[1]
    several = call.known.get(source, ()) if isinstance(source, fx.Node) else ()
    # Indexing by a number drops an axis; else it picks the one tensor beside other values.
    is_whole = isinstance(index, int) and call.shape_of(source) == call.shapes[0]
    if len(several) != 1 or isinstance(index, str) or is_whole:
        return _of_several(call, several, index)
    items = list(index) if isinstance(index, tuple) else [index]
    return [_indexed(call, several[0], items, call.shapes[0])]


def _of_several(call: Call, several: Sequence[Axes], index: Any) -> Result:
    """Those of several results that have the shapes of what is picked, from its place on."""
    sizes = [tuple(map(call.atoms.size, axes)) for axes in several]
    wanted = list(call.shapes)
    first = index % len(several) if isinstance(index, int) and several else 0
    for start in (*range(first, len(several)), *range(first)):
        if sizes[start : start + len(wanted)] == wanted:
            return several[start : start + len(wanted)]
    return [call.atoms.new(shape) for shape in wanted]


def _indexed(call: Call, axes: Axes, items: Sequence[Any], shape: Shape) -> Axes:
    result: list[Axis] = []
    place = 0
    tensors = sum(_is_tensor(call, item) for item in items)
    taken = sum(_consumed(call, item) for item in items)
    for number, item in enumerate(items):
        if item is None:
            result.append(_inserted(call, len(result)))
        elif item is Ellipsis:
            rest = len(axes) - taken
            result += axes[place : place + rest]
            place += rest
        elif isinstance(item, int) and not isinstance(item, bool):
            place += 1
        elif _is_tensor(call, item):
            result += _gathered(call, axes, place, item, tensors, first=number == 0)
            place += _consumed(call, item)
        else:  # a slice, or a list of places
            at = len(result)
            size = shape[at] if at < len(shape) else 0
            whole = place < len(axes) and call.atoms.size(axes[place]) == size
            result.append(axes[place] if whole else call.atoms.fresh(size))
            place += 1
    return call.atoms.fitting((*result, *axes[place:]), shape)


def _gathered(call: Call, axes: Axes, place: int, index: Any, tensors: int, first: bool) -> Axes:
    """What an index that is a tensor leaves of an axis.

    Of several, as in ``x[arange(batch), last]``, the first counts along the batch.
    """
    shape = call.shape_of(index) or ()
    if tensors == 1:
        if shape == (call.atoms.size(axes[place]),) and not call.is_mask(index):
            return (axes[place],)  # in another order
        if len(shape) == 1 and place == 0:
            call.atoms.mark_other(axes[place])
        return call.atoms.new(
            shape if _consumed(call, index) == 1 else call.shapes[0][place : place + 1]
        )
    if not first:
        return ()
    new = call.atoms.new(call.shapes[0][: len(call.shapes[0]) - len(axes) + tensors])
    counts = new and call.atoms.size(axes[0]) == call.atoms.size(new[0])
    return (axes[0], *new[1:]) if counts else new


def _is_tensor(call: Call, item: Any) -> bool:
    return call.shape_of(item) is not None


def _consumed(call: Call, item: Any) -> int:
    """How many axes an index takes."""
    if item is None or item is Ellipsis:
        return 0
    if call.is_mask(item):
        return len(call.shape_of(item) or ())
    return 1


def written(call: Call) -> Result:
    """``x[…] = y``: the result has the axes of ``x``, and those of ``y`` where it is written."""
    target, index = call.node.args[0], call.node.args[1]
    shape = call.shapes[0]
    axes = call.axes_of(target)
    axes = axes if axes and len(axes) == len(shape) else call.atoms.new(shape)
    value = call.axes_of(call.node.args[2]) if len(call.node.args) > 2 else None
    items = list(index) if isinstance(index, tuple) else [index]
    if value is not None and not any(
        _is_tensor(call, item) or isinstance(item, fx.Node) for item in items
    ):
        sizes = tuple(map(call.atoms.size, value))
        place = _indexed(call, axes, items, sizes)
        call.atoms.aligned([place, value], sizes)
    return [axes]
