"""What products see: linear layers, matrix products, einsum, attention, recurrent layers."""

from __future__ import annotations

from visualize.describe.receptive.call import Call
from visualize.describe.receptive.maps import Map, combined
from visualize.describe.receptive.spans import UnknownError


def linear(call: Call) -> list[Map]:
    """Linear layers: every feature of the result sees all features."""
    maps = [one.map.reduced([-1]) for one in call.operands[:1] if one.map is not None]
    maps += [_everywhere(one.map) for one in call.operands[1:] if one.map is not None]
    return [combined(maps, call.shape)]


def _everywhere(one: Map) -> Map:
    """What a weight made from data sees, all of which each value depends on."""
    return one.dropped(range(len(one.axes)))


def product(call: Call) -> list[Map]:
    """Products of matrices and vectors; ``addmm`` and the like add another tensor."""
    first, second = call.operands[-2:] if "add" in call.family else call.operands[:2]
    ranks = len(first.tensor.shape), len(second.tensor.shape)
    maps = [one.map for one in call.operands[:-2] if one.map is not None]
    if first.map is not None:
        maps.append(first.map.reduced([-1]) if ranks[1] > 1 else first.map.dropped([-1]))
    if second.map is not None:
        summed = [-2 if ranks[1] > 1 else -1]
        kept = min(ranks) > 1
        maps.append(second.map.reduced(summed) if kept else second.map.dropped(summed))
    return [combined(maps, call.shape)]


def outer(call: Call) -> list[Map]:
    """The product of each value of one vector with each of another."""
    first, second = call.operands[:2]
    maps = [first.map.unsqueezed(1)] if first.map is not None else []
    maps += [second.map] if second.map is not None else []
    return [combined(maps, call.shape)]


def einsum(call: Call) -> list[Map]:
    """``einsum``: what is summed over is seen as a whole."""
    equation = call.argument(0, "equation")
    if not isinstance(equation, str) or "." in equation:
        raise UnknownError
    given, arrow, result = equation.replace(" ", "").partition("->")
    terms = given.split(",")
    if not arrow:
        every = given.replace(",", "")
        result = "".join(sorted(one for one in every if every.count(one) == 1))
    if len(terms) != len(call.operands):
        raise UnknownError
    maps = []
    for letters, operand in zip(terms, call.operands):
        if operand.map is None:
            continue
        if len(set(letters)) < len(letters):
            raise UnknownError
        one = operand.map.dropped(
            [axis for axis, letter in enumerate(letters) if letter not in result]
        )
        left = [letter for letter in letters if letter in result]
        one = one.permuted([left.index(letter) for letter in result if letter in left])
        for axis, letter in enumerate(result):
            one = one if letter in left else one.unsqueezed(axis)
        maps.append(one)
    return [combined(maps, call.shape)]


def attention(call: Call) -> list[Map]:
    """``scaled_dot_product_attention``: a query sees itself, and all keys and values."""
    queries, keys, values = call.operands[:3]
    maps = []
    if queries.map is not None:
        maps.append(queries.map.reduced([-1]))
    if keys.map is not None:
        maps.append(keys.map.reduced([-1, -2]))
    if values.map is not None:
        maps.append(values.map.reduced([-2]))
    if len(call.operands) > 3 and call.operands[3].map is not None:
        maps.append(call.operands[3].map.reduced([-1]))  # a mask made from data
    return [combined(maps, call.shape)]


def multi_head_attention(call: Call) -> list[Map]:
    """``nn.MultiheadAttention``, which mixes features before and after it attends."""
    is_first = bool(call.operation.attributes.get("batch_first"))
    maps = []
    for place, operand in enumerate(call.operands[:3]):
        if operand.map is None:
            continue
        one = operand.map
        tokens = len(one.axes) - (2 if is_first or len(one.axes) < 3 else 3)
        maps.append(one.reduced([-1] if place == 0 else [-1, tokens]))
    seen = combined(maps, call.shape)
    weights = [shape.shape for shape in call.operation.outputs[1:]]
    return [seen, *(_flat(seen, shape) for shape in weights)]


def _flat(seen: Map, shape: tuple[int, ...]) -> Map:
    """What every value of another tensor sees if it depends on all of this one."""
    return combined([_everywhere(seen)], shape)


def recurrent(call: Call) -> list[Map]:
    """Recurrent layers: at most, a step sees all steps and all features."""
    one = call.data
    is_first = bool(call.operation.attributes.get("batch_first"))
    if "cell" in call.family or len(one.axes) < 2:
        whole = one.reduced([-1])
    else:
        whole = one.reduced([-1, -2 if is_first or len(one.axes) < 3 else -3])
    outputs = [combined([whole, *(_everywhere(o) for o in call.maps[1:])], call.shape)]
    return [*outputs, *(_flat(outputs[0], tensor.shape) for tensor in call.operation.outputs[1:])]
