"""Notes on weights that are no parameters of the model, so that no figure counts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import networkx as nx
import torch
from torch import fx, nn

from visualize.annotate.held import Held
from visualize.core.module_path import spelled
from visualize.core.operators import AFFINE, EMBEDDING, PRODUCT, RECURRENT, family
from visualize.core.phrases import Note, counted, phrase
from visualize.core.traced import TracedModel

_WEIGHING = AFFINE | EMBEDDING | PRODUCT | RECURRENT | {"weightint8packmm"}


@dataclass
class _Found:
    """What is known of the weights in one attribute of the model, by identity."""

    layers: set[str] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return sum(self.sizes.values())


def notes_on_weights(
    graph: nx.MultiDiGraph, trace: TracedModel, held: Mapping[fx.Node, Held], class_name: str
) -> tuple[Note, ...]:
    """What a user should know of weights that ``model.parameters()`` leaves out.

    Args:
        graph: the annotated graph of the model.
        trace: the model.
        held: the tensors that nodes work with.
        class_name: what its own attributes are attributes of, in a note.
    """
    layers: dict[str, _Found] = {}
    tensors: dict[str, _Found] = {}
    integers: dict[str, int] = {}
    packed: dict[int, int] = {}
    for node, own in held.items():
        target = str(node.target)
        packed |= {id(trace.module_at(target)): own.others} if own.packed else {}
        weights = {id(one): one.numel() for one in own.unregistered}
        if node.op == "call_module" and weights:
            found = layers.setdefault(_holder(target, trace), _Found())
            found.layers.add(target)
            found.sizes |= weights
        elif node.op == "get_attr" and weights and _is_weight(node, graph, trace):
            tensors.setdefault(_holder(target, trace), _Found()).sizes |= weights
        elif node.op == "get_attr" and _is_integer_weight(own, node, graph, trace):
            integers[target] = own.buffers[0].numel()
    return (
        *(_on_layers(_place(class_name, place), found) for place, found in layers.items()),
        *(_on_tensors(_place(class_name, place), found) for place, found in tensors.items()),
        *_on_integers(integers, class_name),
        *_on_packed(sum(packed.values())),
    )


def _place(class_name: str, attribute: str) -> str:
    """An attribute as code has it, or the model itself where no attribute is known."""
    return spelled(f"{class_name}.{attribute}".rstrip("."))


def _on_layers(place: str, found: _Found) -> Note:
    return Note(
        counted(
            "{number:,} layer in {place} is not registered; its {weights:,} parameters are not in "
            "model.parameters()",
            "{number:,} layers in {place} are not registered; their {weights:,} parameters are not "
            "in model.parameters()",
            len(found.layers),
            place=place,
            weights=found.number,
        )
    )


def _on_tensors(place: str, found: _Found) -> Note:
    return Note(
        counted(
            "{number:,} weight in {place} is not registered and not in model.parameters()",
            "{number:,} weights in {place} are not registered and not in model.parameters()",
            found.number,
            place=place,
        )
    )


def _on_integers(sizes: Mapping[str, int], class_name: str) -> Iterator[Note]:
    """One note on all buffers of quantized weights, which may be packed several in an element."""
    if not sizes:
        return
    place, number = _place(class_name, max(sizes, key=lambda one: sizes[one])), sum(sizes.values())
    if len(sizes) == 1:
        yield Note(
            counted(
                "{number:,} weight in {place} is quantized and is a buffer, not a parameter",
                "{number:,} weights in {place} are quantized and are buffers, not parameters",
                number,
                place=place,
            )
        )
        return
    yield Note(
        phrase(
            "quantized weights are buffers, not parameters: {number:,} elements of {buffers:,} "
            "buffers such as {place}",
            number=number,
            buffers=len(sizes),
            place=place,
        )
    )


def _on_packed(number: int) -> Iterator[Note]:
    if number:
        yield Note(
            counted(
                "{number:,} weight is packed in quantized layers and is not a parameter",
                "{number:,} weights are packed in quantized layers and are not parameters",
                number,
            )
        )


def _holder(path: str, trace: TracedModel) -> str:
    """The attribute that holds what is at ``path`` and is not registered: ``stack``; or nothing.

    The list or dict itself; for what is inside a layer that is held, where the layer is held.
    """
    around = [each for each in trace.unregistered.modules if f"{path}.".startswith(f"{each}.")]
    if not around and path not in trace.unregistered.tensors:
        return ""
    outermost = min([path, *around], key=len)
    holder, _, name = outermost.rpartition(".")
    try:
        value = getattr(trace.module_at(holder), name, None)
    except AttributeError:  # a list or dict
        value = None
    return outermost if isinstance(value, (nn.Module, torch.Tensor)) else holder


def _is_integer_weight(
    held: Held, node: fx.Node, graph: nx.MultiDiGraph, trace: TracedModel
) -> bool:
    """Whether a buffer of integers is what a layer multiplies its input with."""
    return held.is_quantized and _is_weight(node, graph, trace)


def _is_weight(node: fx.Node, graph: nx.MultiDiGraph, trace: TracedModel) -> bool:
    """Whether a tensor is learned, or is what a layer multiplies its input with."""
    if isinstance(trace.tensor_at(str(node.target)), nn.Parameter):
        return True
    waiting, seen = [node.name], {node.name}
    for name in waiting:
        for user in graph.successors(name):
            works = any(wire.data for *_, wire in graph.in_edges(user, data="wire"))
            if works and family(graph.nodes[user]["operation"].type) in _WEIGHING:
                return True
            if not works and user not in seen:
                seen.add(user)
                waiting.append(user)
    return False
