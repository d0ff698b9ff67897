"""Operators as a script calls them: looked up by their schema, with arguments in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from visualize.core.script_operators import only_computes
from visualize.core.torch_internals import script_operator, script_schema
from visualize.tracing.tensors import tensors_in

# Of torch itself. Others were registered by this process, not by a script.
_OF_TORCH = ("aten::", "prim::")


@dataclass(frozen=True)
class OperatorCall:
    """An operator and what it is called with."""

    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: dict[str, Any]


def operator_call(node: Any, inputs: Sequence[Any]) -> OperatorCall | None:
    """What a node of a script's graph calls; None if it is not an operator that may be called.

    Arguments at their defaults are left out. The one operator behind all convolutions, which also
    says how it is computed, becomes the one that users know.
    """
    if node.kind() == "prim::PythonOp":
        return _python_call(node, inputs)
    text = node.schema()
    kind = node.kind()
    if "->" not in text or (kind.startswith(_OF_TORCH) and not only_computes(kind)):
        return None
    schema = script_schema(text)
    args, kwargs = _arguments(schema, inputs)
    if kind == "aten::_convolution":
        return _convolution(args)
    return OperatorCall(script_operator(schema), args, kwargs)


def _python_call(node: Any, inputs: Sequence[Any]) -> OperatorCall:
    """A call of Python from a script that was traced in this process, as of an `autograd.Function`.

    A letter for each argument says where it is: ``d`` among the inputs, ``c`` on the node.
    """
    given, constants = iter(inputs), iter(node.scalar_args())
    args = [next(given if letter == "d" else constants) for letter in node.cconv()]
    return OperatorCall(node.pyobj(), args, {})


def _arguments(schema: Any, inputs: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments, without those that are as by default."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    length = 0
    for about, value in zip(schema.arguments, inputs):
        default = about.has_default_value() and not tensors_in(value)
        default = default and value == about.default_value
        if not about.kwarg_only:
            args.append(value)
            length = length if default else len(args)
        elif not default:
            kwargs[about.name] = value
    return args[:length], kwargs


def _convolution(args: Sequence[Any]) -> OperatorCall:
    image, weight, bias, stride, padding, dilation, transposed, output_padding, groups, *_ = args
    name = f"conv{'_transpose' if transposed else ''}{weight.dim() - 2}d"
    packet = getattr(torch.ops.aten, name)
    if not transposed:
        given = [image, weight, bias, stride, padding, dilation, groups]
        return OperatorCall(packet.default, given, {})
    given = [image, weight, bias, stride, padding, output_padding, groups, dilation]
    return OperatorCall(packet.default if weight.dim() == 3 else packet.input, given, {})
