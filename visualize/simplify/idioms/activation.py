"""Activations written out, known by what they compute: GELU, SiLU and their like."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from visualize.core.architecture import Operation
from visualize.core.arguments import argument
from visualize.core.operators import IDENTITY, family
from visualize.simplify.idioms.rule import Match, Rule, View
from visualize.simplify.idioms.stored import numbers

Scalar = Callable[[float], float]
# Two formulas that agree at these points are one; constants are often written with six digits.
_POINTS = (-2.7, -1.3, -0.4, 0.3, 0.9, 2.2)
_TOLERANCE = 1e-5
_LEFT = frozenset({"a", "0", "input", "self"})


def activation(name: str, function: Scalar) -> Rule:
    """A rule for an activation that is written out, in whatever way.

    Args:
        name: what the box says.
        function: what it computes of a single number.

    >>> activation("SiLU", lambda x: x / (1 + math.exp(-x))).name
    'SiLU'
    """
    expected = [function(point) for point in _POINTS]

    def match(view: View, node: str) -> Match | None:
        if view.kind(node) not in _COMPUTED or view.kind(node) in _ALONE:
            return None
        for origin, inside in view.regions(node, lambda each: view.kind(each) in _COMPUTED):
            if len(inside) > 1 and _computes(view, origin, node, expected):
                return Match(frozenset(inside - {node}))
        return None

    return Rule(name, match, "activation")


def gelu(x: float) -> float:
    """Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016)."""
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def gelu_tanh(x: float) -> float:
    """The approximation of `gelu` by tanh, in the same paper."""
    return x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def gelu_sigmoid(x: float) -> float:
    """The approximation of `gelu` by a sigmoid, in the same paper."""
    return x * _sigmoid(1.702 * x)


def silu(x: float) -> float:
    """Ramachandran et al., "Searching for Activation Functions" (2017), called Swish there."""
    return x * _sigmoid(x)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _computes(view: View, origin: str, last: str, expected: list[float]) -> bool:
    for point, result in zip(_POINTS, expected):
        try:
            value = _evaluate(view, last, {origin: point})
        except (ArithmeticError, ValueError):
            return False
        if value is None or abs(value - result) > _TOLERANCE:
            return False
    return True


def _evaluate(view: View, node: str, known: dict[str, float]) -> float | None:
    """What ``node`` computes if the values of some operations are known; None if unclear."""
    if node not in known:
        read = view.diagram.inputs(node)
        values = [_evaluate(view, source, known) for source, _, _ in read]
        operands = [value for value in values if value is not None]
        result = None
        if len(operands) == len(values):
            operands += _stored(view, node)
            result = _apply(view.layer(node).core, operands, _times_read(view, node))
        if result is None:
            return None
        known[node] = result
    return known[node]


def _times_read(view: View, node: str) -> int:
    """How often the operation reads tensors: ``x * x`` reads one twice."""
    return sum(wire.data for _, _, wire in view.exact.inputs(node))


def _stored(view: View, node: str) -> list[float]:
    """The values of the tensors of zeros or ones that an operation reads."""
    inputs = view.exact.inputs(view.layer(node).core.id)
    kinds = [family(view.exact.operation(source).type) for source, *_ in inputs]
    return [_FILLED[kind] for kind in kinds if kind in _FILLED]


def _bounded(operation: Operation, operands: list[float]) -> float | None:
    """What a function keeps between two numbers; tensors as bounds are not known."""
    kind = family(operation.type)
    low = argument(operation, 1, "min") if kind != "clampmax" else None
    high = argument(operation, 1 if kind == "clampmax" else 2, "max")
    if low is high is None or len(operands) != 1:
        return None
    if not all(bound is None or isinstance(bound, (int, float)) for bound in (low, high)):
        return None
    above = operands[0] if low is None else max(operands[0], low)
    return above if high is None else min(above, high)


def _apply(operation: Operation, operands: list[float], times: int) -> float | None:
    kind = family(operation.type)
    if len(operands) == 1 and times == 2:
        operands = operands * 2
    if kind in IDENTITY:
        return operands[0]
    if kind in _UNARY:
        return _UNARY[kind](operands[0]) if len(operands) == 1 else None
    if kind in _BOUNDS:
        return _bounded(operation, operands)
    given = numbers(operation)
    if operation.attributes.get("alpha", 1) != 1:
        return None
    if len(operands) == 1 and len(given) == 1:
        place = next(name for name, value in operation.attributes.items() if value is given[0])
        operands = [*given, *operands] if place in _LEFT else [*operands, *given]
    return _BINARY[kind](*operands) if kind in _BINARY and len(operands) == 2 else None


_UNARY: Mapping[str, Scalar] = {
    "abs": abs,
    "erf": math.erf,
    "exp": math.exp,
    "neg": lambda x: -x,
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "reciprocal": lambda x: 1 / x,
    "sigmoid": _sigmoid,
    "sqrt": math.sqrt,
    "square": lambda x: x * x,
    "tanh": math.tanh,
}
_BINARY: Mapping[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "div": lambda a, b: a / b,
    "divide": lambda a, b: a / b,
    "gt": lambda a, b: float(a > b),
    "lt": lambda a, b: float(a < b),
    "max": max,
    "maximum": max,
    "min": min,
    "minimum": min,
    "mul": lambda a, b: a * b,
    "multiply": lambda a, b: a * b,
    "pow": lambda a, b: a**b,
    "rsub": lambda a, b: b - a,
    "sub": lambda a, b: a - b,
    "subtract": lambda a, b: a - b,
    "truediv": lambda a, b: a / b,
}
_BOUNDS = frozenset({"clamp", "clampmin", "clampmax", "clip"})
# Functions that make a tensor of one number.
_FILLED = {"zeros": 0.0, "zeroslike": 0.0, "newzeros": 0.0, "ones": 1.0, "oneslike": 1.0}
# These have names of their own: what ends with one of them is the input of another activation.
_ALONE = frozenset({"relu", "relu6", "sigmoid", "tanh"}) | IDENTITY
_COMPUTED = frozenset(_UNARY) | frozenset(_BINARY) | _BOUNDS | IDENTITY
