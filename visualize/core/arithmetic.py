"""Arithmetic with a constant as a formula: ``+ 3``, ``1 − x``, ``x ^ 2``."""

from __future__ import annotations

from visualize.core.architecture import Operation
from visualize.core.operators import CONCAT, MergeType, family

# The sign of each operation, and whether its operands are given in reverse.
SIGNS = {
    "add": "+", "radd": "+", "sub": "−", "subtract": "−", "rsub": "−",
    "mul": "×", "multiply": "×", "rmul": "×",
    "div": "/", "divide": "/", "truediv": "/", "rdiv": "/", "rtruediv": "/", "truedivide": "/",
    "floordiv": "//", "floordivide": "//", "rfloordiv": "//",
    "remainder": "mod", "fmod": "mod", "mod": "mod", "rmod": "mod",
    "pow": "^", "rpow": "^", "floatpower": "^",
    "eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥",
    **dict.fromkeys(CONCAT, MergeType.CONCAT.symbol),
}  # fmt: skip
COMMUTE = frozenset("+×‖")
# Families that take a constant as an operand, and those that take it first.
ARITHMETIC = frozenset(SIGNS)
REVERSED = frozenset(name for name in SIGNS if name.startswith("r") and name != "remainder")


def applied(layer: Operation, name: str = "") -> str:
    """An operation on data and a constant as a formula; empty if the constant has no name.

    Data that comes first is left out, as in ``+ bias``; powers name it, as ``x``.

    Args:
        layer: the operation.
        name: what the constant is called here, by default what the model calls it.

    >>> from visualize.core.architecture import Constant, NodeKind
    >>> def show(name, constant, **attributes):
    ...     return applied(Operation("n", NodeKind.FUNCTION, name, constant=constant,
    ...         attributes=attributes))
    >>> show("add", Constant("3")), show("sub", Constant("1", first=True))
    ('+ 3', '1 − x')
    >>> show("add", Constant("bias"), alpha=2), show("pow", Constant("2"))
    ('+ 2 × bias', 'x ^ 2')
    """
    sign, constant = SIGNS.get(family(layer.type)), layer.constant
    name = name or (constant.name if constant else "")
    is_first = constant is not None and constant.first
    if not sign or not name:
        return ""
    if sign == "^":
        return f"{name} ^ x" if is_first else f"x ^ {name}"
    factor = scale(layer, "alpha")
    if is_first and sign not in COMMUTE:
        return f"{name} {sign} {_scaled('x', factor)}"
    return f"{sign} {_scaled(name, 1 if is_first else factor)}"


def scale(layer: Operation, name: str) -> float:
    """What one of the operands of an operation is multiplied with, its ``alpha`` or ``beta``."""
    value = layer.attributes.get(name, 1)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else 1


def scales(layer: Operation) -> list[str]:
    """The ``alpha`` and ``beta`` of an operation as a figure shows them, if they are not 1.

    >>> from visualize.core.architecture import NodeKind
    >>> scales(Operation("n", NodeKind.FUNCTION, "add", attributes={"alpha": 0.5}))
    ['α = 0.5']
    """
    found = {sign: scale(layer, name) for name, sign in (("alpha", "α"), ("beta", "β"))}
    return [f"{sign} = {value:g}" for sign, value in found.items() if value != 1]


def _scaled(name: str, factor: float) -> str:
    return name if factor == 1 else f"{factor:g} × {name}"
