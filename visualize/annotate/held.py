"""The tensors that a node works with: registered parameters and buffers, and others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import fx, nn

from visualize.core.packed import packed_weights
from visualize.core.torch_internals import module_tables, named_buffers, named_parameters
from visualize.core.traced import TracedModel, facts_of

Shape = tuple[int, ...]
# Of 8 bits, or packed into words of 32; 64 bits are indices.
_QUANTIZED = frozenset({torch.int8, torch.uint8, torch.int32})


@dataclass(frozen=True)
class Held:
    """What a node works with, except what flows to it.

    Attributes:
        parameters: the parameters of the model.
        names: what the module that holds them calls each of these.
        buffers: the buffers of the model.
        unregistered: parameters of layers, or plain tensors, that the model has not registered.
        packed: weights that are packed in a quantized layer.
        given: shapes of the weights that the run computed for a layer, instead of its own.
    """

    parameters: tuple[nn.Parameter, ...] = ()
    names: tuple[str, ...] = ()
    buffers: tuple[torch.Tensor, ...] = ()
    unregistered: tuple[torch.Tensor, ...] = ()
    packed: tuple[torch.Tensor, ...] = ()
    given: tuple[Shape, ...] = ()

    @property
    def weights(self) -> tuple[Shape, ...]:
        """Shape of every weight, also of those that are no parameters of the model."""
        learned = [one for one in self.unregistered if isinstance(one, nn.Parameter)]
        tensors = (*self.parameters, *learned, *self.packed)
        return (*(tuple(tensor.shape) for tensor in tensors), *self.given)

    @property
    def is_quantized(self) -> bool:
        """Whether it is a buffer of integers, as layers have that keep their weight quantized."""
        return bool(self.buffers) and all(one.dtype in _QUANTIZED for one in self.buffers)

    @property
    def named(self) -> Mapping[str, Shape]:
        """Shape of every parameter of the model, by its name."""
        return {name: tuple(one.shape) for name, one in zip(self.names, self.parameters)}

    @property
    def others(self) -> int:
        """Number of weights that are no parameters of the model, or are computed in the run."""
        counted = sum(tensor.numel() for tensor in (*self.unregistered, *self.packed))
        return counted + sum(math.prod(shape) for shape in self.given)


_NOTHING = Held()


def held_tensors(trace: TracedModel) -> Mapping[fx.Node, Held]:
    """The tensors that each node works with, for those that work with any, in order."""
    held = {node: _held_by(node, trace) for node in trace.graph.nodes}
    return {node: own for node, own in held.items() if own != _NOTHING}


def _held_by(node: fx.Node, trace: TracedModel) -> Held:
    if node.op == "call_module":
        return _held_by_module(node, trace)
    if node.op != "get_attr":
        return _NOTHING
    value = trace.tensor_at(str(node.target))
    if not isinstance(value, torch.Tensor):
        return _NOTHING
    if id(value) in trace.unregistered.ids or _is_from_outside(value, node, trace):
        return Held(unregistered=(value,))
    # A script makes its parameters anew, as plain tensors, when it is asked for them.
    learned = isinstance(value, nn.Parameter) or id(value) in trace.parameter_ids
    owner, _, name = str(node.target).rpartition(".")
    if learned:
        return Held((cast(nn.Parameter, value),), (name,))
    # An attribute that is not registered is a constant that the run made.
    is_buffer = name in module_tables(trace.module_at(owner))[1]
    return Held(buffers=(value,)) if is_buffer else _NOTHING


def _is_from_outside(value: torch.Tensor, node: fx.Node, trace: TracedModel) -> bool:
    """Whether a parameter belongs to no module of the model, as one that a function captures."""
    owner, _, name = str(node.target).rpartition(".")
    if not isinstance(value, nn.Parameter) or id(value) in trace.parameter_ids:
        return False
    return name not in module_tables(trace.module_at(owner))[0]


def _held_by_module(node: fx.Node, trace: TracedModel) -> Held:
    module = trace.module_at(str(node.target))
    given = _given(node, module, trace)
    own = {name: one for name, one in named_parameters(module) if name not in given}
    others = trace.unregistered.ids
    registered = {name: one for name, one in own.items() if id(one) not in others}
    return Held(
        parameters=tuple(registered.values()),
        names=tuple(registered),
        buffers=tuple(tensor for _, tensor in named_buffers(module) if id(tensor) not in others),
        unregistered=tuple(tensor for tensor in own.values() if id(tensor) in others),
        packed=tuple(packed_weights(module)),
        given=tuple(given.values()),
    )


def _given(node: fx.Node, module: nn.Module, trace: TracedModel) -> Mapping[str, Shape]:
    """The shapes of the tensors that a layer works with instead of its own parameters, by name.

    What the run computes for a parameter that it made itself is that parameter.
    """
    own, _ = module_tables(module)
    before = trace.parameter_ids | trace.unregistered.ids
    given: dict[str, Shape] = {}
    for name, value in node.kwargs.items():
        if isinstance(value, fx.Node) and name in own and id(own[name]) in before:
            outputs = facts_of(value).outputs
            given[name] = outputs[0].shape if outputs else ()
    return given
