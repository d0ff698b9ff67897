"""What operations compute of one tensor, as powers of it and its moments; see `moments`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import networkx as nx

from visualize.core.architecture import NodeKind, Operation
from visualize.core.operators import (
    DIVIDE,
    IDENTITY,
    NORM,
    RESHAPE,
    SLICE,
    SUBTRACT,
    MergeType,
    family,
    merge_type,
)
from visualize.simplify.idioms.moments import (
    Constant,
    Normed,
    Operand,
    Value,
    add,
    bases,
    given,
    mean,
    multiply,
    power,
    variance,
)
from visualize.simplify.idioms.rule import View
from visualize.simplify.idioms.stored import POWERS, named_numbers, numbers

_LEFT = frozenset({"a", "0", "input", "self"})
_DROPS = frozenset(name for name in IDENTITY if "drop" in name or name == "stochasticdepth")
_LENGTHS = frozenset({"norm", "vectornorm", "linalgnorm", "linalgvectornorm"})
_SPREADS = frozenset({"var", "std", "varmean", "stdmean"})
_BOUNDS = frozenset({"clamp", "clampmin", "clip", "maximum", "max"})
CASTS = IDENTITY - _DROPS
ARRANGES = RESHAPE
MOMENTS = frozenset({"mean", "sum", "normalize"}) | _LENGTHS | _SPREADS
_ARITHMETIC = frozenset({"add", "mul", "multiply", "addcmul", "neg", "pow"}) | SUBTRACT | DIVIDE
COMPUTED = _ARITHMETIC | MOMENTS | _BOUNDS | CASTS | ARRANGES | SLICE | frozenset(POWERS)


class Formula:
    """What operations compute of the result of the box ``origin``.

    Args:
        view: the model.
        origin: id of the box.
        deviates: ids of the constants that are deviations, see `deviations`.
    """

    def __init__(self, view: View, origin: str, deviates: frozenset[str]) -> None:
        self.view = view
        self.exact = view.exact
        self.origin = origin
        self.deviates = deviates
        self._known: dict[str, Operand | None] = {}
        self._read = ""

    def value(self, node: str) -> Operand | None:
        """What the operation ``node`` computes; None if it is no product of powers."""
        if node not in self._known:
            self._known[node] = self._value(self.exact.operation(node))
        return self._known[node]

    def _is_learnt(self, constant: str) -> bool:
        """Whether a constant is computed from parameters."""
        made_of = {constant, *nx.ancestors(self.exact.graph, constant)}
        return any(self.exact.operation(node).held for node in made_of)

    def _value(self, operation: Operation) -> Operand | None:
        if self.view.diagram.host(operation.id) == self.origin:
            self._read = self._read or operation.id
            return given("") if self._read == operation.id else None
        inputs = self.exact.inputs(operation.id)
        if operation.kind is NodeKind.INPUT or not operation.outputs:
            return None
        if not any(wire.data for *_, wire in inputs):
            sizes = operation.outputs[0].shape
            axes = frozenset(axis - len(sizes) for axis, size in enumerate(sizes) if size > 1)
            learnt = not axes and self._is_learnt(operation.id)
            return Constant(axes, operation.id in self.deviates, learnt)
        kind = family(operation.type)
        first = self.value(inputs[0][0])
        if kind in CASTS:
            return first
        if kind in ARRANGES | SLICE:
            return self._arranged(operation, first)
        if kind in MOMENTS:
            return self._moment(operation, first)
        if kind in NORM:
            of = first.arrangement if isinstance(first, Value) else None
            return None if of is None else Value(frozenset({(Normed(of, operation.type), 1.0)}))
        return self._computed(operation, self._operands(operation))

    def shape(self, node: str) -> tuple[int, ...]:
        """Shape of the tensor that ``node`` returns, that of the origin for ``""``."""
        outputs = self.exact.operation(node or self._read).outputs
        return outputs[0].shape if outputs else ()

    def _operands(self, operation: Operation) -> list[Operand | None]:
        """The operands of a function in order; a size is a number, known or not."""
        given = named_numbers(operation)
        operands = [
            math.nan if wire.tensor is None else self.value(source)
            for source, _, wire in self.exact.inputs(operation.id)
            if wire.tensor or not given
        ]
        for name, number in given.items():
            operands.insert(0 if name in _LEFT else len(operands), float(number))
        return operands

    def _computed(self, operation: Operation, operands: list[Operand | None]) -> Operand | None:
        kind = family(operation.type)
        given_operands = [operand for operand in operands if operand is not None]
        if len(given_operands) < len(operands) or operation.attributes.get("alpha", 1) != 1:
            return None
        if kind in _BOUNDS:
            first = given_operands[0]
            return first if isinstance(first, Value) and first.is_statistic else None
        if kind in POWERS:
            return power(given_operands[0], POWERS[kind])
        if kind == "neg":
            return multiply(given_operands[0], -1.0)
        if kind == "addcmul" and len(given_operands) == 3:
            product = multiply(*given_operands[1:])
            return None if product is None else add(given_operands[0], product)
        return _binary(kind, *given_operands) if len(given_operands) == 2 else None

    def _arranged(self, operation: Operation, value: Operand | None) -> Operand | None:
        """A value whose places are changed, or one part of several moments."""
        if not isinstance(value, Value):
            return None
        source = self.exact.operation(self.exact.inputs(operation.id)[0][0])
        if family(source.type) in _SPREADS and len(source.outputs) > 1:
            part = numbers(operation)
            first = self.value(self.exact.inputs(source.id)[0][0])
            axes = self._axes(source, ("dim", "1", "unbiased"))
            return value if part == [0] or first is None else mean(first, axes)
        same = math.prod(self.shape(source.id)) == math.prod(self.shape(operation.id))
        if value.is_statistic:
            return value if same or family(operation.type) in RESHAPE else None
        if not same:
            return None
        if value.arrangement is not None:
            return given(operation.id, value.factor)
        return Value(value.powers, value.factor, value.scales, value.shifts, moved=True)

    def _moment(self, operation: Operation, value: Operand | None) -> Operand | None:
        kind = family(operation.type)
        # The signatures of `torch.var` differ in their second parameter, and fx takes the first.
        places = ("dim", "axis", "2" if kind in _LENGTHS else "1", "unbiased")
        axes = self._axes(operation, places, default=1 if kind == "normalize" else None)
        if not axes or not isinstance(value, Value):
            return None
        source = self.shape(self.exact.inputs(operation.id)[0][0])
        size = math.prod(source[axis] for axis in axes)
        if kind in ("mean", "sum"):
            kept = {len(self.shape(base.view)) for base in bases(value.powers)} == {len(source)}
            return mean(value, axes, 1.0 if kind == "mean" else size, kept=kept)
        if kind in _SPREADS:
            spread = variance(value, axes, _correction(operation, size))
            return power(spread, 0.5) if spread and kind.startswith("std") else spread
        order = next(
            (operation.attributes[k] for k in ("p", "ord", "1") if k in operation.attributes), 2
        )
        squares = power(value, 2.0)
        if order not in (2, 2.0, "fro") or squares is None:
            return None
        total = mean(squares, axes, size)
        if total is None:
            return None
        return power(total, 0.5) if kind in _LENGTHS else _binary("div", value, power(total, 0.5))

    def _axes(
        self, operation: Operation, places: Sequence[str], default: int | None = None
    ) -> frozenset[int]:
        """The axes that an operation reduces, counted from the first; none if it names none."""
        attributes = operation.attributes
        named = next((attributes[place] for place in places if place in attributes), default)
        rank = len(self.shape(self.exact.inputs(operation.id)[0][0]))
        axes = named if isinstance(named, list) else [named]
        return frozenset(
            axis % rank for axis in axes if isinstance(axis, int) and not isinstance(axis, bool)
        )


def _length(operation: Operation, value: Value, axes: frozenset[int], size: int) -> Operand | None:
    """The Euclidean length over ``axes``, along which there are ``size`` values."""
    attributes = operation.attributes
    order = next((attributes[name] for name in ("p", "ord", "1") if name in attributes), 2)
    squares = power(value, 2.0) if order in (2, "fro") else None
    total = None if squares is None else mean(squares, axes, size)
    return None if total is None else power(total, 0.5)


def _binary(kind: str, one: Operand | None, other: Operand | None) -> Operand | None:
    if one is None or other is None:
        return None
    if kind == "rsub":
        return _binary("sub", other, one)
    if kind == "pow":
        return power(one, other) if isinstance(other, float) else None
    if kind in SUBTRACT:
        negative = _negative(other)
        return None if negative is None else add(one, negative)
    if kind in DIVIDE:
        inverse = other if isinstance(other, Constant) else power(other, -1.0)
        return None if inverse is None else multiply(one, inverse)
    return multiply(one, other) if merge_type(kind) is MergeType.MULTIPLY else add(one, other)


def _negative(value: Operand) -> Operand | None:
    return value if isinstance(value, Constant) else multiply(value, -1.0)


def _correction(operation: Operation, size: int) -> float:
    """What the variance is more than the mean square of ``size`` deviations."""
    attributes = operation.attributes
    biased = any(attributes.get(name) is False for name in ("unbiased", "2"))
    correction = attributes.get("correction", 0 if biased else 1)
    return size / (size - correction) if isinstance(correction, int) and size > correction else 1.0
