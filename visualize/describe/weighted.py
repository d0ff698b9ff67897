"""Weighted layers: those that papers count when they say how deep a network is."""

from __future__ import annotations

from visualize.core.architecture import Architecture, Layer, NodeKind
from visualize.core.operators import ATTENTION, RECURRENT, family, is_weighted


def weighted_layers(exact: Architecture) -> dict[str, int]:
    """The layers that papers count, by operation: what multiplies with weights.

    Those are convolutions, linear layers and their like; norms, tables of embeddings and biases
    are none. Attention of torch.nn is two, one before and one after it; a recurrent layer is as
    many as are stacked in it.
    """
    found: dict[str, int] = {}
    for layer in exact.layers:
        if not any(wire.data for _, _, wire in exact.inputs(layer.id)):
            continue
        weights = [*layer.weights, *_parameters_read(exact, layer)]
        name = family(layer.type)
        if not is_weighted(layer.type, weights) or "embedding" in name or not layer.macs:
            continue
        several = {"multiheadattention": 2} | dict.fromkeys(
            RECURRENT, int(layer.attributes.get("num_layers", 1))
        )
        found[layer.id] = several.get(name, 1)
    return found


def _parameters_read(exact: Architecture, layer: Layer) -> list[tuple[int, ...]]:
    """Shapes of the parameters that a function reads, by way of casts and the like."""
    shapes: list[tuple[int, ...]] = []
    for source, _, wire in exact.inputs(layer.id):
        before = exact.layer(source)
        while not wire.data and before.kind is NodeKind.FUNCTION and exact.inputs(before.id):
            before = exact.layer(exact.inputs(before.id)[0][0])
        if not wire.data and before.kind is NodeKind.CONSTANT:
            shapes += before.weights
    return shapes if family(layer.type) not in ATTENTION else []
