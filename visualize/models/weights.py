"""Weights of a checkpoint for a model: every parameter matched, mismatches named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present
from torch.nn.parameter import is_lazy

from visualize.core.errors import WeightsError, list_names, shorten, shorten_path
from visualize.core.phrases import Note, phrase
from visualize.core.torch_internals import (
    module_tables,
    named_buffers,
    named_modules,
    named_parameters,
)

_DEEPEST = 3  # levels of nested mappings to search for tensors
_SHAPES = 4  # at most in a message
_TRIED = 5  # names to look for behind a prefix
# What wrappers for compilation and for several devices put into names.
_WRAPPED = re.compile(r"(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
_MISSHAPEN = re.compile(
    r"size mismatch for (\S+): .*?torch\.Size\(\[(.*?)\]\).*?torch\.Size\(\[(.*?)\]\)"
)


@dataclass(frozen=True)
class Weights:
    """The name of weights, the values of a model's tensors by name, and notes on them."""

    name: str
    values: Mapping[str, torch.Tensor]
    notes: tuple[Note, ...] = ()


def fit_weights(model: nn.Module, checkpoint: Mapping[Any, Any], where: str) -> Weights:
    """Match the tensors in a checkpoint with those of ``model``, which is left as it is.

    The mapping of names to tensors may be an entry of the checkpoint, such as ``state_dict``, and
    all names may have a prefix, such as ``module.``: the entry with most of the model's names is
    taken. Conversions that the model itself makes for old checkpoints apply.

    Args:
        model: without values, or with others.
        checkpoint: see `visualize.models.checkpoint.read_checkpoint`.
        where: what to call it in messages.

    Raises:
        WeightsError: parameters of the model are missing in it, or have another shape.
    """
    where = shorten_path(where)
    _check_model(model, where)
    expected = {
        name: tensor
        for name, tensor in nn.Module.state_dict(model, keep_vars=True).items()
        if isinstance(tensor, torch.Tensor)
    }
    state, notes = _matching(checkpoint, expected, where)
    _convert(state, expected)
    with _taken_back(model):
        before = dict(named_parameters(model, repeated=True))
        try:
            unexpected = nn.Module.load_state_dict(
                model, state, strict=False, assign=True
            ).unexpected_keys
        except Exception as error:  # whatever its own ways of loading raise
            raise _misfit(state, expected, str(error), where) from error
        values = _values(model, before)
    missing = [name for name, _ in named_parameters(model) if name not in values]
    if missing:
        raise _mismatch(missing, [], unexpected, where)
    if unexpected:
        names = list_names(unexpected)
        notes.append(Note(phrase("{file}: unexpected {names} ignored", file=where, names=names)))
    return Weights(where, values, tuple(notes))


def _check_model(model: nn.Module, where: str) -> None:
    """Refuse models into which nothing can be loaded."""
    if isinstance(model, torch.jit.ScriptModule):
        raise WeightsError("TorchScript has its own weights", where=where)
    if any(is_lazy(tensor) for _, tensor in named_parameters(model)):
        raise WeightsError(
            "the model has uninitialized lazy layers",
            where=where,
            hint="run it once on an example input",
        )


class _State(dict[str, Any]):
    """A state dict; its metadata holds the version of each saved module."""

    def __init__(self, entries: Mapping[str, Any], metadata: object) -> None:
        super().__init__(entries)
        self._metadata = dict(metadata) if isinstance(metadata, Mapping) else {}


def _matching(
    checkpoint: Mapping[Any, Any], expected: Mapping[str, torch.Tensor], where: str
) -> tuple[_State, list[Note]]:
    """The state dict in a checkpoint with most of the expected names, and notes on where it was."""
    found = [
        (sum(prefix + name in state for name in expected), entry, prefix, state)
        for entry, state in _states(checkpoint, "", set())
        for prefix in _prefixes(state, expected)
    ]
    if not found:
        raise WeightsError("contains no tensors by name", where=where)
    _, entry, prefix, state = max(found, key=lambda one: one[0])
    if prefix:
        consume_prefix_in_state_dict_if_present(state, prefix)
    notes = []
    if entry:
        name = repr(shorten(entry))
        notes.append(Note(phrase("{file}: taken from its entry {name}", file=where, name=name)))
    if prefix:
        name = repr(shorten(prefix))
        notes.append(Note(phrase("{file}: names taken without {name}", file=where, name=name)))
    return state, notes


def _states(
    value: Mapping[Any, Any], entry: str, visited: set[int]
) -> Iterator[tuple[str, _State]]:
    """All mappings in a checkpoint that hold tensors by name."""
    if id(value) in visited:
        return
    visited.add(id(value))
    named = {_WRAPPED.sub("", name): one for name, one in value.items() if isinstance(name, str)}
    held = {
        name: one
        for name, one in named.items()
        # Without values, a tensor is as good as missing.
        if not (isinstance(one, torch.Tensor) and one.is_meta)
    }
    if any(isinstance(one, torch.Tensor) for one in held.values()):
        yield entry, _State(held, getattr(value, "_metadata", None))
    if entry.count(".") < _DEEPEST:
        for name, inner in value.items():
            if isinstance(inner, Mapping):
                yield from _states(inner, f"{entry}.{name}".strip("."), visited)


def _prefixes(state: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Candidate prefixes of a model's names: none, and the most frequent ones."""
    # The longest names are unlikely to be the end of another.
    longest = sorted(expected, key=len)[-_TRIED:]
    before = Counter(
        name.removesuffix(one) for one in longest for name in state if name.endswith(f".{one}")
    )
    return ["", *(prefix for prefix, _ in before.most_common(_TRIED))]


def _convert(state: _State, expected: Mapping[str, torch.Tensor]) -> None:
    """Convert integers to the floating-point type of the parameter they are for."""
    for name, tensor in expected.items():
        found = state.get(name)
        if isinstance(found, torch.Tensor) and tensor.is_floating_point():
            is_number = found.is_floating_point() or found.is_complex()
            state[name] = found if is_number else found.to(tensor.dtype)


def _values(model: nn.Module, before: Mapping[str, nn.Parameter]) -> dict[str, torch.Tensor]:
    """The tensors that were loaded into a model, by its own names."""
    taken = {
        name: one
        for name, one in named_parameters(model, repeated=True)
        if one is not before.get(name)
    }
    # A checkpoint may have only one of several tied parameters.
    tied = {id(before[name]): value for name, value in taken.items() if name in before}
    values: dict[str, torch.Tensor] = {
        name: tied[id(one)] for name, one in before.items() if id(one) in tied
    }
    buffers = named_buffers(model, repeated=True)
    values |= {name: one for name, one in buffers if not one.is_meta}
    return {name: one.detach() for name, one in values.items()}


@contextmanager
def _taken_back(model: nn.Module) -> Iterator[None]:
    """Restore the model's tensors afterwards, tied ones included."""
    tables = [table for _, module in named_modules(model) for table in module_tables(module)]
    held = [dict(table) for table in tables]
    try:
        yield
    finally:
        for table, tensors in zip(tables, held):
            table.clear()
            table.update(tensors)


def _misfit(
    state: Mapping[str, Any], expected: Mapping[str, torch.Tensor], reason: str, where: str
) -> WeightsError:
    """The error for a state dict that torch refuses."""
    shapes = [
        f"{name} is {_shape(found)}, expected {_shape(wanted)}"
        for name, found, wanted in _MISSHAPEN.findall(reason)
    ]
    if not shapes:
        reason = shorten(" ".join(reason.split()), 200)
        return WeightsError(f"does not fit the model: {reason}", where=where)
    missing = [name for name in expected if name not in state]
    unexpected = [name for name in state if name not in expected]
    return _mismatch(missing, shapes, unexpected, where)


def _mismatch(
    missing: list[str], shapes: list[str], unexpected: list[str], where: str
) -> WeightsError:
    differences = [
        f"missing {list_names(missing)}" if missing else "",
        list_names(shapes, _SHAPES, "; "),
        f"unexpected {list_names(unexpected)}" if unexpected else "",
    ]
    return WeightsError(
        f"does not fit the model: {'; '.join(filter(None, differences))}",
        where=where,
        hint="build the model as it was trained, for example NAME?num_classes=10",
        missing=missing,
        unexpected=unexpected,
    )


def _shape(sizes: str) -> str:
    """Sizes as torch prints them, as a shape: ``10, 512`` is 10×512."""
    return sizes.replace(", ", "×") or "a scalar"
