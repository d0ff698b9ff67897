"""Example inputs guessed from a model's first layers, where none are known."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from visualize.core.errors import EndlessError, InputError, UntraceableError, VisualizeError
from visualize.core.example import ExampleTensor
from visualize.core.module_path import spelled
from visualize.core.phrases import NOTHING, Note, Phrase, phrase
from visualize.core.torch_internals import named_modules
from visualize.tracing.environment import MetaEnvironment, ValuesLost
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.limits import global_state_kept, time_limit
from visualize.tracing.recorded import trace_recorded
from visualize.tracing.replica import replicate

_LENGTHS = (1024, 128, 16000, 64, 256, 32, 16)
_SIDES = (224, 32, 28, 64, 256, 128, 299, 384, 512, 96, 16, 8)
# Sizes to try, by the number of dimensions that a layer slides along.
_SIZES: dict[int, tuple[tuple[int, ...], ...]] = {
    1: tuple((length,) for length in _LENGTHS),
    2: tuple((side, side) for side in _SIDES),
    3: ((16, 112, 112), (32, 64, 64), (16, 224, 224), (16, 16, 16), (8, 8, 8)),
}
_TOKENS = (128, 16, 8)
_FIRST = 4  # layers to derive inputs from
_SHAPE = "give its shape (--input 1,3,224,224, or inputs=(1, 3, 224, 224) in Python)"
_SHAPES_IN_ORDER = (
    "give a shape for each, in this order (such as --input 1,3,224,224 --input 1,16, or "
    "inputs=[(1, 3, 224, 224), (1, 16)] in Python)"
)


@dataclass(frozen=True, slots=True)
class _Reason:
    """The layer that an input was derived from, and what it takes."""

    layer: str
    what: Phrase


def guess_inputs(model: nn.Module, *, timeout: float | None = None) -> tuple[Inputs, Note]:
    """Inputs that ``model`` runs with, and a note that says what was assumed.

    Convolutions give their channels, linear layers their features, embeddings their vocabulary;
    sizes are tried until the model runs on meta tensors.

    Raises:
        InputError: nothing that was tried fits.
        EndlessError: the model's run does not end.
    """
    names = _required(model)
    refused: list[str] = []
    with global_state_kept(model, timeout), time_limit(timeout):
        for tensor, reason in _candidates(model) if names else ():
            shape = ",".join(map(str, tensor.shape))
            text = shape if tensor.dtype == "float32" else f"{shape}:{tensor.dtype}"
            inputs = Inputs.of([tensor] * len(names))
            try:
                _run(model, inputs)
            except EndlessError:
                raise
            except (UntraceableError, ValuesLost):
                pass  # other inputs would not help
            except VisualizeError as error:
                refused.append(f"; with {text}: {error.where}: {error.message}")
                continue
            return inputs, Note(_assumed(text, reason, several=len(names) > 1))
    several = len(names) > 1
    wanted = f", which takes {', '.join(names)}" if several else ""
    raise InputError(
        f"no input is known for this model{wanted}{next(iter(refused), '')}",
        where=type(model).__name__,
        hint=_SHAPES_IN_ORDER if several else _SHAPE,
    )


def _assumed(shape: str, reason: _Reason | None, *, several: bool) -> Phrase:
    """What was assumed, and why."""
    if reason is None and several:
        return phrase(
            "assumed --input {shape} for each input, as no layer determines its input", shape=shape
        )
    if reason is None:
        return phrase("assumed --input {shape}, as no layer determines its input", shape=shape)
    if several:
        return phrase(
            "assumed --input {shape} for each input, as {layer} takes {what}",
            shape=shape,
            layer=reason.layer,
            what=reason.what,
        )
    return phrase(
        "assumed --input {shape}, as {layer} takes {what}",
        shape=shape,
        layer=reason.layer,
        what=reason.what,
    )


def _required(model: nn.Module) -> list[str]:
    """The parameters of ``forward`` that must be given; if there are none, the first."""
    try:
        signature = inspect.signature(model.forward)
    except ValueError:  # a script has none
        return []
    parameters = [
        parameter
        for parameter in signature.parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        or parameter.kind is parameter.VAR_POSITIONAL
    ]
    required = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    return required or [parameter.name for parameter in parameters[:1]]


def _run(model: nn.Module, inputs: Inputs) -> None:
    trace_recorded(replicate(model), inputs.with_few_values(), Leaves(), MetaEnvironment())


def _candidates(model: nn.Module) -> Iterator[tuple[ExampleTensor, _Reason | None]]:
    """Tensors to try, each with the reason for it, if there is one."""
    asked = 0
    for path, module in named_modules(model):
        found = _tensors_for(module)
        if found:
            asked += 1
            name = f"{spelled(path)} ({type(module).__name__})" if path else type(module).__name__
            yield from ((tensor, _Reason(name, what)) for tensor, what in found)
        if asked == _FIRST:
            return
    if not asked:
        for shape in ((1, 3, 224, 224), (1, 16), (1, 16, 16)):
            yield ExampleTensor(shape), None


def _tensors_for(module: nn.Module) -> list[tuple[ExampleTensor, Phrase]]:
    """What ``module`` could be given, if its class determines that."""
    if not type(module).__module__.startswith("torch.nn"):
        return []
    if below := _attribute(module, "num_embeddings"):
        what = phrase("integers below {number}", number=below)
        return [(ExampleTensor((1, length), "int64", below), what) for length in _TOKENS]
    sizes, what = _sizes_for(module)
    return [(ExampleTensor(size), what) for size in sizes]


def _sizes_for(module: nn.Module) -> tuple[list[tuple[int, ...]], Phrase]:
    """Sizes to try, and in words what all of them have."""
    shape = getattr(module, "normalized_shape", None)
    if shape is not None:
        return [(1, *shape), (1, 16, *shape)], _features("×".join(map(str, shape)))
    if channels := _attribute(module, "in_channels", "num_features", "num_channels"):
        dimensions = re.search(r"([123])d$", type(module).__name__)
        sizes = _SIZES[int(dimensions[1]) if dimensions else 2]
        return [(1, channels, *size) for size in sizes], phrase(
            "{number} channels", number=channels
        )
    if features := _attribute(module, "in_features"):
        return [(1, features), (1, 16, features), (1, features, 32, 32)], _features(features)
    if features := _attribute(module, "input_size", "embed_dim", "d_model"):
        return [(1, 16, features), (1, features)], _features(features)
    return [], NOTHING


def _features(number: int | str) -> Phrase:
    return phrase("{number} features", number=number)


def _attribute(module: nn.Module, *names: str) -> int:
    found = (getattr(module, name, None) for name in names)
    return next((value for value in found if isinstance(value, int)), 0)
