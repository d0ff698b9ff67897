"""The arguments of a function as the exact graph has them, whatever the caller named them."""

from __future__ import annotations

from typing import Any

from visualize.core.architecture import Operation
from visualize.core.operators import DIVIDE, SUBTRACT, MergeType, family, merge_type

_BUILTIN = ("a", "b")  # what Python's own operators call their operands
_OPTIONS = frozenset({"alpha", "dim", "axis", "out", "dtype", "rounding_mode"})
_FIRST = frozenset({"a", "0", "input", "self"})


def argument(operation: Operation, position: int, *names: str) -> Any:
    """The plain value of the argument at ``position`` or with one of ``names``; None if unknown.

    >>> from visualize.core.architecture import NodeKind
    >>> mean = Operation("mean", NodeKind.FUNCTION, "mean", attributes={"1": 2, "keepdim": True})
    >>> argument(mean, 1, "dim"), argument(mean, 2, "keepdim"), argument(mean, 3, "dtype")
    (2, True, None)
    """
    known = (str(position), *names, *_BUILTIN[position : position + 1])
    return next((operation.attributes[key] for key in known if key in operation.attributes), None)


def literal(operation: Operation) -> tuple[float | None, bool]:
    """The one plain number among the operands of a function, and whether it comes first.

    >>> from visualize.core.architecture import NodeKind
    >>> literal(Operation("sub", NodeKind.FUNCTION, "sub", attributes={"a": 1}))
    (1, True)
    """
    if operation.constant and operation.constant.fill is not None:
        return operation.constant.fill, operation.constant.first
    numbers = [
        (value, name in _FIRST)
        for name, value in operation.attributes.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and name not in _OPTIONS
    ]
    return numbers[0] if len(numbers) == 1 else (None, False)


def permutes(operation: Operation) -> bool:
    """Whether an ``einsum`` only gives the axes of one tensor another order.

    >>> from visualize.core.architecture import NodeKind
    >>> def einsum(equation: str) -> Operation:
    ...     kind = NodeKind.FUNCTION
    ...     return Operation("einsum", kind, "einsum", attributes={"equation": equation})
    >>> equations = "nhwpqc->nchpwq", "...ij->...ji", "ij->i", "ii->i", "ij,jk->ik"
    >>> [permutes(einsum(one)) for one in equations]
    [True, True, False, False, False]
    """
    equation = argument(operation, 0, "equation")
    if family(operation.type) != "einsum" or not isinstance(equation, str):
        return False
    read, arrow, made = equation.replace(" ", "").replace("...", ".").partition("->")
    each = len(set(read)) == len(read)
    return bool(arrow) and "," not in read and each and sorted(read) == sorted(made)


def does_nothing(operation: Operation) -> bool:
    """Whether a function adds 0 to what it reads, multiplies it by 1, or rolls it by 0.

    >>> from visualize.core.architecture import NodeKind
    >>> does_nothing(Operation("add", NodeKind.FUNCTION, "add", attributes={"a": 0}))
    True
    >>> does_nothing(Operation("sub", NodeKind.FUNCTION, "sub", attributes={"a": 0}))
    False
    """
    name = family(operation.type)
    if name == "roll":
        shifts = argument(operation, 1, "shifts")
        return not any(shifts) if isinstance(shifts, list) else shifts == 0
    merge = merge_type(name)
    if merge is MergeType.ADD:
        return literal(operation)[0] == 0
    if merge is MergeType.MULTIPLY:
        return literal(operation)[0] == 1
    if name in SUBTRACT - {"rsub"}:
        return literal(operation) == (0, False)
    return name in DIVIDE and literal(operation) == (1, False)
