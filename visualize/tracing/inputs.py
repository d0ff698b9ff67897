"""Example inputs: shapes and dtypes, bound to the parameters of a model's ``forward``."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import torch
from torch import fx, nn

from visualize.core.errors import INPUT_FOR_EACH, InputError, VisualizeError, shorten
from visualize.core.example import Example, ExampleTensor, Fields
from visualize.tracing.explain import line_of
from visualize.tracing.nested import named_parts, rebuilt
from visualize.tracing.tensors import FEW, holds_nothing, tensors_in


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
        if _is_function(example):
            return cls.of(_made_by(example))
        if isinstance(example, Mapping):
            return cls(kwargs={str(key): _tensors(value) for key, value in example.items()})
        if isinstance(example, (torch.Tensor, ExampleTensor)) or _is_shape(example):
            return cls(args=(_tensors(example),))
        if isinstance(example, Sequence) and not isinstance(example, str):
            return cls(args=tuple(_tensors(value) for value in example))
        if tensors_in(example):
            return cls(args=(_tensors(example),))
        raise InputError(
            f"cannot read example inputs of type {type(example).__name__}",
            hint="give a shape such as (1, 3, 224, 224), a tensor, a tuple or a dict",
        )

    @classmethod
    def fitting(cls, example: ExampleInputs, model: nn.Module) -> Inputs:
        """Inputs of ``model`` from whatever a user gives.

        The fields of a named tuple are several inputs, or it is one, whichever ``forward`` takes.

        Raises:
            InputError: as `of`; or there are only objects, and no tensor is found in any.
        """
        if _is_function(example):
            return cls.fitting(_made_by(example), model)
        inputs = cls.of(example)
        if isinstance(example, tuple) and hasattr(example, "_fields"):
            whole = cls((_tensors(example),))
            inputs = whole if not inputs.binds(model) and whole.binds(model) else inputs
        given = [*inputs.args, *inputs.kwargs.values()]
        closed = [each for each in given if not (holds_nothing(each) or _is_collection(each))]
        if closed and not tensors_in(given):
            raise InputError(
                f"no tensor is found in an object of type {type(closed[0]).__name__}",
                hint="give a dict, a dataclass or an object whose attributes are tensors",
            )
        return inputs

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

        def made_up(tensor: torch.Tensor) -> torch.Tensor:
            return _made_up(tensor, (0, 1), generator) if tensor.is_meta else _copied(tensor)

        return self._map(made_up)

    def with_other_values(self) -> Inputs:
        """The same as `with_values` with other values in tensors of floating point."""
        return self.with_values()._map(_varied)

    def on_meta_as(self, change: Callable[[torch.Tensor], torch.Tensor]) -> Inputs:
        """The same, with what ``change`` makes of tensors on the meta device."""
        return self._map(lambda tensor: change(tensor) if tensor.is_meta else tensor)

    def requiring_gradients(self) -> Inputs:
        """The same, marked as what the model may differentiate by."""
        return self._map(lambda tensor: tensor.clone(), gradients=True)

    def _map(
        self, change: Callable[[torch.Tensor], torch.Tensor], *, gradients: bool = False
    ) -> Inputs:
        def changed(_: str, tensor: torch.Tensor) -> torch.Tensor:
            made = change(tensor.detach())
            floating = made.is_floating_point() or made.is_complex()
            return made.requires_grad_(floating and (gradients or tensor.requires_grad))

        return Inputs(
            tuple(rebuilt(value, "", changed) for value in self.args),
            {name: rebuilt(value, name, changed) for name, value in self.kwargs.items()},
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
            kinds = {parameter.kind for parameter in signature.parameters.values()}
            is_open = inspect.Parameter.VAR_KEYWORD in kinds
            unknown = [] if is_open else [n for n in self.kwargs if n not in signature.parameters]
            what = f"got an unexpected keyword argument {unknown[0]!r}" if unknown else f"{error}"
            raise InputError(
                f"{type(model).__name__}.forward{_unannotated(signature)}: {what}",
                hint=hint_for(unknown[0] if unknown else "", signature.parameters),
            ) from error

    def binds(self, model: nn.Module) -> bool:
        """Whether the signature of ``model.forward`` takes them."""
        try:
            self.bind(model)
        except InputError:
            return False
        return True

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
        return [tensor for _, tensor in named_tensors(bound)]


def _unannotated(signature: inspect.Signature) -> inspect.Signature:
    """Only what a caller has to give, without types."""
    nothing = inspect.Parameter.empty
    named = [one.replace(annotation=nothing) for one in signature.parameters.values()]
    return signature.replace(parameters=named, return_annotation=inspect.Signature.empty)


def hint_for(unknown: str, known: Iterable[str]) -> str:
    """What to do where inputs do not fit: the name that ``unknown`` is a misspelling of, if any.

    >>> hint_for("imag", ["image", "record"])
    'did you mean image?'
    """
    nearest = difflib.get_close_matches(unknown, list(known), n=1)
    return f"did you mean {nearest[0]}?" if nearest else INPUT_FOR_EACH


def names_of_arguments(bound: inspect.BoundArguments) -> Iterator[tuple[str, str]]:
    """Each argument, and what the names of the tensors in it begin with."""
    kinds = bound.signature.parameters
    for name in bound.arguments:
        yield name, "" if kinds[name].kind is inspect.Parameter.VAR_KEYWORD else name


def named_tensors(bound: inspect.BoundArguments) -> Iterator[tuple[str, torch.Tensor]]:
    """Each tensor in the arguments, with its name; once for each argument that holds it."""
    for argument, name in names_of_arguments(bound):
        seen: set[int] = set()
        for label, tensor in named_parts(bound.arguments[argument], name):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield label, tensor


def _signature(model: nn.Module) -> inspect.Signature:
    """The signature of ``forward``; for a graph module, that of its placeholders."""
    if not isinstance(model, fx.GraphModule):
        if isinstance(model.forward, torch.jit.ScriptFunction):
            return _signature_of_script(model.forward.schema)
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


def _signature_of_script(schema: Any) -> inspect.Signature:
    return inspect.Signature(
        [
            inspect.Parameter(
                one.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=one.default_value if one.has_default_value() else inspect.Parameter.empty,
            )
            for one in schema.arguments
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


def _is_function(example: Any) -> TypeGuard[Callable[[], Any]]:
    return callable(example) and not tensors_in(example)


def _made_by(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except VisualizeError:
        raise
    except Exception as error:
        reason = shorten(str(error).strip().partition("\n")[0], 160)
        raise InputError(
            f"making the inputs raised {type(error).__name__}: {reason}",
            where=line_of(error) or "inputs",
            hint="the function takes no argument and returns shapes or tensors",
        ) from error


def _is_collection(value: Any) -> bool:
    return isinstance(value, (tuple, list, dict, set))


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
        try:
            meta = torch.empty(value.shape, dtype=_dtype(value.dtype), device="meta")
        except (RuntimeError, TypeError) as error:  # negative, or with more bytes than any has
            shape = shorten("×".join(map(str, value.shape)))
            raise InputError(f"an input of size {shape} cannot be made") from error
        if meta.is_floating_point() or meta.is_complex() or meta.numel() > FEW:
            return meta
        bounds = value.least, max(value.below or 0, value.least + 1)
        try:
            return _made_up(meta, bounds, torch.Generator().manual_seed(0))
        except (RuntimeError, ValueError) as error:
            low, high = bounds
            raise InputError(f"{value.dtype} has no numbers from {low} to {high - 1}") from error
    if _is_shape(value):
        return _tensors(ExampleTensor(tuple(value)))
    if type(value) in (list, tuple):
        return type(value)(_tensors(item) for item in value)
    if type(value) in (dict, Fields):
        return type(value)((key, _tensors(item)) for key, item in value.items())
    return rebuilt(value, "", _detached)


def _made_up(
    meta: torch.Tensor, bounds: tuple[int, int], generator: torch.Generator
) -> torch.Tensor:
    """Values for ``meta``: between 0 and 1, integers from the first of ``bounds`` on, or true."""
    shape, dtype = meta.shape, meta.dtype
    if meta.is_floating_point() or meta.is_complex():
        return torch.rand(shape, generator=generator).to(dtype)
    if dtype is torch.bool:
        return torch.ones(shape, dtype=dtype)
    return torch.randint(*bounds, shape, generator=generator, dtype=dtype)


def _varied(tensor: torch.Tensor) -> torch.Tensor:
    return tensor * 0.75 + 0.0625 if tensor.is_floating_point() else tensor


def _dtype(name: str) -> torch.dtype:
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype):
        raise InputError(f"no dtype named {name!r}", hint="use float32, int64, bool, …")
    return dtype


def _detached(_: str, tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().requires_grad_(tensor.requires_grad)
