"""Example inputs: shapes and dtypes, bound to the parameters of a model's ``forward``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx, nn
from torch.utils import _pytree as pytree

from visualize.architecture import TensorSpec
from visualize.errors import InputError


@dataclass(frozen=True)
class Inputs:
    """Positional and keyword arguments of ``forward``; their tensors are on the meta device."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, example: ExampleInputs) -> Inputs:
        """Read what a user may hand over.

        A tensor, a `TensorSpec` or a shape (a sequence of integers) is one input; a sequence of
        those is several; a mapping gives keyword arguments; a callable makes any of these.

        Raises:
            InputError: ``example`` is none of these.
        """
        if isinstance(example, Inputs):
            return example
        if callable(example):
            return cls.of(example())
        if isinstance(example, Mapping):
            return cls(kwargs={str(key): _weightless(value) for key, value in example.items()})
        if isinstance(example, (torch.Tensor, TensorSpec)) or _is_shape(example):
            return cls(args=(_weightless(example),))
        if isinstance(example, Sequence) and not isinstance(example, str):
            return cls(args=tuple(_weightless(value) for value in example))
        raise InputError(
            f"cannot read example inputs of type {type(example).__name__}",
            hint="give a shape such as (1, 3, 224, 224), a tensor, a tuple or a dict",
        )

    @classmethod
    def of_specs(cls, args: Sequence[TensorSpec], kwargs: Mapping[str, TensorSpec]) -> Inputs:
        """Positional and named tensors of the given shapes and dtypes."""
        return cls(
            tuple(_weightless(spec) for spec in args),
            {name: _weightless(spec) for name, spec in kwargs.items()},
        )

    def bind(self, model: nn.Module) -> inspect.BoundArguments:
        """Bind to the signature of ``model.forward``.

        Raises:
            InputError: an argument is missing, unknown or one too many.
        """
        signature = _signature(model)
        try:
            return signature.bind(*self.args, **self.kwargs)
        except TypeError as error:
            raise InputError(
                f"{type(model).__name__}.forward{signature}: {error}",
                hint="give one --input for each, NAME=SHAPE to name it",
            ) from error

    def values(self, model: nn.Module) -> list[Any]:
        """What the placeholders of the model's graph stand for, in their order.

        A traced graph has one for each tensor, a graph module one for each argument.

        Raises:
            InputError: as `bind`.
        """
        bound = self.bind(model)
        if isinstance(model, fx.GraphModule):
            bound.apply_defaults()
            return list(bound.arguments.values())
        leaves = pytree.tree_leaves(list(bound.arguments.values()))
        return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]


def _signature(model: nn.Module) -> inspect.Signature:
    """Of ``forward``; that of a graph module is told by its placeholders."""
    if not isinstance(model, fx.GraphModule):
        return inspect.signature(model.forward)
    return inspect.Signature(
        [
            inspect.Parameter(
                str(node.target),
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=node.args[0] if node.args else inspect.Parameter.empty,
            )
            for node in model.graph.find_nodes(op="placeholder")
        ]
    )


ExampleInputs = (
    torch.Tensor | TensorSpec | Sequence[Any] | Mapping[str, Any] | Callable[[], Any] | Inputs
)


def _is_shape(value: Any) -> bool:
    if not isinstance(value, (tuple, list)) or not value:
        return False
    return all(isinstance(size, int) and not isinstance(size, bool) for size in value)


def _weightless(value: Any) -> Any:
    if isinstance(value, TensorSpec):
        return torch.empty(value.shape, dtype=_dtype(value.dtype), device="meta")
    if _is_shape(value):
        return _weightless(TensorSpec(tuple(value)))
    if type(value) in (list, tuple):
        return type(value)(_weightless(item) for item in value)
    if type(value) is dict:
        return {key: _weightless(item) for key, item in value.items()}
    return pytree.tree_map_only(torch.Tensor, lambda tensor: tensor.detach().to("meta"), value)


def _dtype(name: str) -> torch.dtype:
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype):
        raise InputError(f"no dtype named {name!r}", hint="use float32, int64, bool, …")
    return dtype
