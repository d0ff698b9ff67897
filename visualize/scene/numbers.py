"""Numbers of parameters in labels: of boxes, and of one copy where there are several."""

from __future__ import annotations

import math

from visualize.core.architecture import NodeKind, Operation
from visualize.core.diagram import Box, BoxKind, Group
from visualize.core.layers import is_weighted
from visualize.core.quantities import amount as written
from visualize.core.words import operation_name
from visualize.scene.amounts import Amount
from visualize.scene.lines import clip


def numbers_of(box: Box, amount: Amount, repeat: Group | None, shared: bool) -> list[str]:
    """The numbers of parameters of a box; none of a vector, such as a norm, whose width says all.

    Args:
        box: the first of several copies.
        amount: its parameters.
        repeat: the repeat that consists of this box alone, if there is one.
        shared: whether it works with parameters that other boxes count.
    """
    concealed = sum(one.parameters for one in hidden(box))
    shared |= bool(box.weights) and _is_shared(box, amount.each + amount.shared)
    numbers = ["shared weights"] if shared and not concealed else []
    if amount.each > concealed and not _is_vector(box):
        numbers.append(each(amount.each - concealed, repeat))
    if concealed:
        numbers.append(f"{each(concealed, repeat)} hidden")
    if amount.shared and not _is_vector(box):
        numbers.append(f"{written(amount.shared)} shared")
    return numbers


def repeat_detail(group: Group, amount: Amount) -> str:
    """The smaller line of a frame: of what one copy consists, and the parameters of one copy.

    What all copies share comes last.

    >>> from visualize.core.diagram import GroupKind
    >>> group = Group("r", GroupKind.REPEAT, "Block", "", "", count=2, repeat=9)
    >>> repeat_detail(group, Amount(999))
    '2 Blocks, 999 params each'
    """
    kind = f"{group.count} {operation_name(group.type)}s" if group.type and group.count > 1 else ""
    more = f"{written(amount.shared)} shared" if amount.shared else ""
    return clip(", ".join(part for part in (kind, each(amount.each, group), more) if part))


def each(parameters: int, repeat: Group | None) -> str:
    """A number of parameters, of one copy where there are several."""
    if not parameters:
        return ""
    return f"{written(parameters)} each" if repeat and not repeat.shared else written(parameters)


def hidden(box: Box) -> list[Operation]:
    """The operations of a box that the user hides."""
    return [one for one in box.operations if one.id in box.hidden] if box.hidden else []


def _is_vector(box: Box) -> bool:
    """Whether all its parameters are vectors, and it is no layer with a matrix that has one row."""
    is_token = box.core.kind is NodeKind.CONSTANT
    if box.kind not in _STEPS or not box.weights or (is_weighted(box) and not is_token):
        return False
    return all(sum(size > 1 for size in weight) < 2 for weight in box.weights)


_STEPS = (BoxKind.OPERATION, BoxKind.IDIOM, BoxKind.FORMULA)


def _is_shared(box: Box, parameters: int) -> bool:
    """Whether the largest tensor that a box works with is counted elsewhere."""
    others = sum(one.other_weights for one in box.operations)
    return parameters + others < max(math.prod(weight) for weight in box.weights)
