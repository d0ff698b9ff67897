"""Weights of a checkpoint for a model: every parameter matched, mismatches named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

from visualize.errors import WeightsError, list_names, shorten, shorten_path

_DEEPEST = 3  # mappings in mappings in which tensors are looked for
_SHAPES = 4  # that a message tells
_TRIED = 5  # names that are looked for behind a prefix


@dataclass(frozen=True)
class Weights:
    """What weights are called, the values of a model's tensors by name, and notes on them."""

    name: str
    values: Mapping[str, torch.Tensor]
    notes: tuple[str, ...] = ()


def fit_weights(model: nn.Module, checkpoint: Mapping[Any, Any], where: str) -> Weights:
    """Match the tensors in a checkpoint with those of ``model``, which is left as it is.

    The mapping of names to tensors may be an entry of the checkpoint, such as ``state_dict``, and
    all names may have a prefix, such as ``module.``: what has most of the model's names is taken.
    What the model itself does to names of old checkpoints is done.

    Args:
        model: without values, or with others.
        checkpoint: see `visualize.models.checkpoint.read_checkpoint`.
        where: what to call it in messages.

    Raises:
        WeightsError: parameters of the model are missing in it, or have another shape.
    """
    where = shorten_path(where)
    expected = {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers(remove_duplicate=False)),
    }
    state, notes = _matching(checkpoint, expected, where)
    misshapen = {
        name: f"{name} is {_shape(state[name])} and should be {_shape(tensor)}"
        for name, tensor in expected.items()
        if name in state and state[name].shape != tensor.shape
    }
    fitting = {name: tensor for name, tensor in state.items() if name not in misshapen}
    values, unexpected = _loaded(model, _State(fitting, state._metadata), where)
    missing = [name for name, _ in model.named_parameters() if name not in {*values, *misshapen}]
    besides = f"it has {list_names(unexpected)} besides" if unexpected else ""
    if missing or misshapen:
        lacks = f"it lacks {list_names(missing)}" if missing else ""
        shapes = list_names(list(misshapen.values()), _SHAPES, "; ")
        raise WeightsError(
            f"does not fit the model: {'; '.join(filter(None, (lacks, shapes, besides)))}",
            where=where,
            hint="build the model as it was trained, such as NAME?num_classes=10",
            missing=missing,
            unexpected=unexpected,
        )
    return Weights(where, values, (*notes, f"{where}: {besides}") if besides else tuple(notes))


def _matching(
    checkpoint: Mapping[Any, Any], expected: Mapping[str, torch.Tensor], where: str
) -> tuple[_State, list[str]]:
    """The tensors in a checkpoint that have most of the names expected, and where they stood."""
    found = [
        (sum(prefix + name in tensors for name in expected), entry, prefix, tensors)
        for entry, tensors in _states(checkpoint)
        for prefix in _prefixes(tensors, expected)
    ]
    if not found:
        raise WeightsError("holds no tensors by name", where=where)
    _, entry, prefix, tensors = max(found, key=lambda one: one[0])
    if prefix:
        consume_prefix_in_state_dict_if_present(tensors, prefix)
    notes = [f"{where}: taken from its entry {entry!r}"] if entry else []
    notes += [f"{where}: names taken without {prefix!r}"] if prefix else []
    return tensors, notes


def _states(value: Mapping[Any, Any], entry: str = "") -> Iterator[tuple[str, _State]]:
    """All mappings of names to tensors in a checkpoint; what else they hold is left out."""
    tensors = {
        name: one
        for name, one in value.items()
        if isinstance(name, str) and isinstance(one, torch.Tensor)
    }
    if tensors:
        yield entry, _State(tensors, getattr(value, "_metadata", None))
    if entry.count(".") < _DEEPEST:
        for name, inner in value.items():
            if isinstance(inner, Mapping):
                yield from _states(inner, f"{entry}.{name}".strip("."))


class _State(dict[str, torch.Tensor]):
    """A state dict; its metadata tells the version of each module that was saved."""

    def __init__(
        self, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, Any] | None
    ) -> None:
        super().__init__(tensors)
        self._metadata = dict(metadata or {})


def _prefixes(tensors: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """What may stand before the names of a model: nothing, or what most often does."""
    # The names that are longest are hardly the end of another.
    longest = sorted(expected, key=len)[-_TRIED:]
    before = Counter(
        name.removesuffix(one) for one in longest for name in tensors if name.endswith(f".{one}")
    )
    return ["", *(prefix for prefix, _ in before.most_common(_TRIED))]


def _loaded(
    model: nn.Module, state: _State, where: str
) -> tuple[dict[str, torch.Tensor], list[str]]:
    """What the model takes of ``state``, by its own names, and what it does not take."""
    before = dict(model.named_parameters(remove_duplicate=False))
    with _restored(model):
        try:
            unexpected = nn.Module.load_state_dict(
                model, state, strict=False, assign=True
            ).unexpected_keys
        except Exception as error:  # whatever its own ways of loading raise
            reason = shorten(" ".join(str(error).split()), 200)
            raise WeightsError(f"does not fit the model: {reason}", where=where) from error
        parameters = dict(model.named_parameters(remove_duplicate=False))
        buffers = dict(model.named_buffers(remove_duplicate=False))
    taken = {name: one for name, one in parameters.items() if one is not before[name]}
    # Of tied parameters, a checkpoint may have but one.
    tied = {id(before[name]): value for name, value in taken.items()}
    values: dict[str, torch.Tensor] = {
        name: tied[id(one)] for name, one in before.items() if id(one) in tied
    }
    values |= {name: one for name, one in buffers.items() if not one.is_meta}
    return {name: one.detach() for name, one in values.items()}, list(unexpected)


@contextmanager
def _restored(model: nn.Module) -> Iterator[None]:
    """Give a model the tensors back that it had, tied ones as they were."""
    held = [(module, dict(module._parameters), dict(module._buffers)) for module in model.modules()]
    try:
        yield
    finally:
        for module, parameters, buffers in held:
            module._parameters.update(parameters)
            module._buffers.update(buffers)


def _shape(tensor: torch.Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a single number"
