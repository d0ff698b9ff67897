"""Arithmetic with a constant as a formula: ``+ 3``, ``1 − x``, ``x ^ 2``."""

from __future__ import annotations

from visualize.core.architecture import Operation
from visualize.core.operators import CONCAT, MergeType, family

# The sign of each operation, and whether its operands are given in reverse.
_SIGNS = {
    "add": "+", "radd": "+", "sub": "−", "subtract": "−", "rsub": "−",
    "mul": "×", "multiply": "×", "rmul": "×",
    "div": "/", "divide": "/", "truediv": "/", "rdiv": "/", "rtruediv": "/", "truedivide": "/",
    "floordiv": "//", "floordivide": "//", "rfloordiv": "//",
    "remainder": "mod", "fmod": "mod", "mod": "mod", "rmod": "mod",
    "pow": "^", "rpow": "^", "floatpower": "^",
    "eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥",
    **dict.fromkeys(CONCAT, MergeType.CONCAT.symbol),
}  # fmt: skip
_COMMUTE = frozenset("+×‖")
# Families that take a constant as an operand, and those that take it first.
ARITHMETIC = frozenset(_SIGNS)
REVERSED = frozenset(name for name in _SIGNS if name.startswith("r") and name != "remainder")


def applied(layer: Operation) -> str:
    """An operation on data and a constant as a formula; empty if the constant has no name.

    Data that comes first is left out, as in ``+ bias``; powers name it, as ``x``.

    >>> from visualize.core.architecture import Constant, NodeKind
    >>> def show(name, constant, **attributes):
    ...     return applied(Operation("n", NodeKind.FUNCTION, name, constant=constant,
    ...         attributes=attributes))
    >>> show("add", Constant("3")), show("sub", Constant("1", first=True))
    ('+ 3', '1 − x')
    >>> show("add", Constant("bias"), alpha=2), show("pow", Constant("2"))
    ('+ 2 × bias', 'x ^ 2')
    """
    sign, constant = _SIGNS.get(family(layer.type)), layer.constant
    if not sign or constant is None or not constant.name:
        return ""
    if sign == "^":
        return f"{constant.name} ^ x" if constant.first else f"x ^ {constant.name}"
    factor = scale(layer, "alpha")
    if constant.first and sign not in _COMMUTE:
        return f"{constant.name} {sign} {_scaled('x', factor)}"
    return f"{sign} {_scaled(constant.name, 1 if constant.first else factor)}"


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
