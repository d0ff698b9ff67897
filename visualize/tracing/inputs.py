"""Example inputs: shapes and dtypes, bound to the parameters of a model's ``forward``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx, nn

from visualize.core.errors import InputError
from visualize.core.example import Example, ExampleTensor
from visualize.core.torch_internals import tree_leaves, tree_map_only
from visualize.tracing.tensors import FEW


@dataclass(frozen=True)
class Inputs:
    """Positional and keyword arguments of ``forward``.

    Their tensors hold values where the example has some, and for integers, which may choose what
    is computed; all others are on the meta device.
    """

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, example: ExampleInputs) -> Inputs:
        """Inputs from whatever a user gives.

        A tensor, an `ExampleTensor` or a shape (a sequence of integers) is one input; a sequence
        of those is several; a mapping gives keyword arguments; a callable makes any of these.

        Raises:
            InputError: ``example`` is of another type.
        """
        if isinstance(example, Inputs):
            return example
        if isinstance(example, Example):
            return cls(
                tuple(_tensors(value) for value in example.args),
                {name: _tensors(value) for name, value in example.kwargs.items()},
            )
        if callable(example):
            return cls.of(example())
        if isinstance(example, Mapping):
            return cls(kwargs={str(key): _tensors(value) for key, value in example.items()})
        if isinstance(example, (torch.Tensor, ExampleTensor)) or _is_shape(example):
            return cls(args=(_tensors(example),))
        if isinstance(example, Sequence) and not isinstance(example, str):
            return cls(args=tuple(_tensors(value) for value in example))
        raise InputError(
            f"cannot read example inputs of type {type(example).__name__}",
            hint="give a shape such as (1, 3, 224, 224), a tensor, a tuple or a dict",
        )

    def without_values(self) -> Inputs:
        """The same, all on the meta device."""
        return self._map(lambda tensor: tensor.to("meta"))

    def with_few_values(self) -> Inputs:
        """The same, values only in copies of small tensors of integers."""
        return self._map(
            lambda tensor: _copied(tensor) if _may_choose(tensor) else tensor.to("meta")
        )

    def with_values(self) -> Inputs:
        """Copies that all hold values; missing values are made up, always the same."""
        generator = torch.Generator().manual_seed(0)
        return self._map(
            lambda tensor: _made_up(tensor, None, generator) if tensor.is_meta else _copied(tensor)
        )

    def requiring_gradients(self) -> Inputs:
        """The same, marked as what the model may differentiate by."""
        return self._map(lambda tensor: tensor.clone(), gradients=True)

    def _map(
        self, change: Callable[[torch.Tensor], torch.Tensor], *, gradients: bool = False
    ) -> Inputs:
        def changed(tensor: torch.Tensor) -> torch.Tensor:
            made = change(tensor.detach())
            floating = made.is_floating_point() or made.is_complex()
            return made.requires_grad_(floating and (gradients or tensor.requires_grad))

        args, kwargs = tree_map_only(torch.Tensor, changed, (self.args, self.kwargs))
        return Inputs(args, kwargs)

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
        """The values of the placeholders of the model's graph, in their order.

        A traced graph has one for each tensor, a graph module one for each argument.

        Raises:
            InputError: as `bind`.
        """
        bound = self.bind(model)
        if isinstance(model, fx.GraphModule):
            bound.apply_defaults()
            return list(bound.arguments.values())
        leaves = tree_leaves(list(bound.arguments.values()))
        return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]


def _signature(model: nn.Module) -> inspect.Signature:
    """The signature of ``forward``; for a graph module, that of its placeholders."""
    if not isinstance(model, fx.GraphModule):
        try:
            return inspect.signature(model.forward)
        except ValueError:  # a function of C++ has none
            return inspect.signature(lambda *inputs, **named: None)
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
    torch.Tensor
    | ExampleTensor
    | Example
    | Sequence[Any]
    | Mapping[str, Any]
    | Callable[[], Any]
    | Inputs
)


def _is_shape(value: Any) -> bool:
    if not isinstance(value, (tuple, list)) or not value:
        return False
    return all(isinstance(size, int) and not isinstance(size, bool) for size in value)


def _may_choose(tensor: torch.Tensor) -> bool:
    """Whether the values of ``tensor`` may choose what is computed, and are few."""
    whole = not (tensor.is_floating_point() or tensor.is_complex() or tensor.is_meta)
    return whole and tensor.numel() <= FEW


def _copied(tensor: torch.Tensor) -> torch.Tensor:
    """A copy on the CPU, where all runs on values are."""
    return tensor.to("cpu", copy=True)


def _tensors(value: Any) -> Any:
    if isinstance(value, ExampleTensor):
        meta = torch.empty(value.shape, dtype=_dtype(value.dtype), device="meta")
        if meta.is_floating_point() or meta.is_complex() or meta.numel() > FEW:
            return meta
        return _made_up(meta, value.below, torch.Generator().manual_seed(0))
    if _is_shape(value):
        return _tensors(ExampleTensor(tuple(value)))
    if type(value) in (list, tuple):
        return type(value)(_tensors(item) for item in value)
    if type(value) is dict:
        return {key: _tensors(item) for key, item in value.items()}
    return tree_map_only(torch.Tensor, _detached, value)


def _made_up(meta: torch.Tensor, below: int | None, generator: torch.Generator) -> torch.Tensor:
    """Values for ``meta``: between 0 and 1, integers below ``below`` or zero, or true."""
    shape, dtype = meta.shape, meta.dtype
    if meta.is_floating_point() or meta.is_complex():
        return torch.rand(shape, generator=generator).to(dtype)
    if dtype is torch.bool:
        return torch.ones(shape, dtype=dtype)
    return torch.randint(below or 1, shape, generator=generator, dtype=dtype)


def _dtype(name: str) -> torch.dtype:
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype):
        raise InputError(f"no dtype named {name!r}", hint="use float32, int64, bool, …")
    return dtype


def _detached(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().requires_grad_(tensor.requires_grad)
