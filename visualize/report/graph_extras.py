"""What a saved graph holds beyond the graph itself, so that it can be read back whole.

All of it is left out where it has its default, or follows from the rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from visualize.core.architecture import Architecture, Operation, Skip, Wire
from visualize.core.exact import ALWAYS, DERIVED, fields_implied, usual_calls, usual_sample
from visualize.core.phrases import Note, Phrase
from visualize.core.plain import changed, encode
from visualize.core.statistics import Statistics

_OF_MODEL = (
    "buffer_dtypes", "unused_buffer_dtypes", "unused_weights", "unused_dtypes", "tied",
    "documentation", "published", "weights", "failures",
)  # fmt: skip


def model_extras(architecture: Architecture) -> dict[str, Any]:
    """The fields of an architecture beyond its totals."""
    extras = {
        name: encode(getattr(architecture, name))
        for name in _OF_MODEL
        if getattr(architecture, name)
    }
    if architecture.unused_buffers:
        extras["unused_buffer_names"] = list(architecture.unused_buffers)
    if architecture.unused_statistics:
        extras["unused_statistics"] = exact_statistics(architecture.unused_statistics)
    if architecture.notes:
        extras["note_phrases"] = [phrase_document(note.phrase) for note in architecture.notes
                                  if isinstance(note, Note)]  # fmt: skip
    return extras


def boundaries(architecture: Architecture) -> list[dict[str, Any]]:
    """What each module call is given and returns."""
    return [
        {"path": call.path, "call": call.number, "arguments": list(boundary.arguments),
         "results": list(boundary.results)}
        for call, boundary in architecture.boundaries.items()
    ]  # fmt: skip


def node_extras(operation: Operation, place: int, modules: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an operation that its document lacks."""
    extras: dict[str, Any] = {}
    if operation.index != place:
        extras["index"] = operation.index
    if operation.calls != usual_calls(operation.path, operation.call, modules):
        extras["calls"] = encode(operation.calls)
    follow = fields_implied(operation)
    for name in DERIVED:
        value = getattr(operation, name)
        if encode_in_order(value) != encode_in_order(follow[name]):
            extras[name] = encode(value)
    for name in changed(operation):
        if name not in ALWAYS and name not in DERIVED:
            extras[name] = encode(getattr(operation, name))
    if any(tensor.sample is not None for tensor in operation.outputs):
        extras["samples"] = [encode(tensor.sample) for tensor in operation.outputs]
    return extras


def encode_in_order(value: Any) -> Any:
    """``value`` as plain data that differs where the order of a mapping does."""
    return list(value.items()) if isinstance(value, Mapping) else encode(value)


def edge_extras(architecture: Architecture, source: str, wire: Wire) -> dict[str, Any]:
    """The fields of a wire that its document lacks."""
    extras: dict[str, Any] = {"position": wire.position}
    tensor = wire.tensor
    if tensor is not None:
        outputs = architecture.operation(source).outputs
        if tensor.sample != usual_sample(tensor.shape, tensor.dtype, outputs):
            extras["sample"] = encode(tensor.sample)
    if wire.copies != 1:
        extras["copies"] = wire.copies
    if wire.skip is not None and wire.skip != architecture.skip_numbers[wire.skip]:
        extras["unrolled_skip"] = wire.skip
    return extras


def skip_extras(skip: Skip) -> dict[str, Any]:
    """The fields of a skip connection that its document lacks."""
    held = {"held": dict(skip.held)} if skip.held else {}
    return held | ({} if skip.loop is None else {"loop": skip.loop})


def statistics_extras(values: Statistics) -> dict[str, Any]:
    """What the statistics are computed from."""
    extras = {name: encode(getattr(values, name)) for name in ("count", "squares", "zeros", "idle")}
    return extras if math.isfinite(values.mean) else extras | {"exact_mean": encode(values.mean)}


def exact_statistics(values: Statistics) -> dict[str, Any]:
    """Statistics that no document had before, whole."""
    return {"mean": encode(values.mean), **statistics_extras(values)}


def phrase_document(phrase: Phrase) -> dict[str, Any]:
    """A phrase, which other languages translate."""
    document: dict[str, Any] = {"template": phrase.template}
    if phrase.values:
        document["values"] = {
            name: phrase_document(value) if isinstance(value, Phrase) else _scalar(value)
            for name, value in phrase.values
        }
    if phrase.plural:
        document |= {"plural": phrase.plural, "number": phrase.number}
    if phrase.name:
        document["name"] = phrase.name
    if phrase.separator:
        document["separator"] = phrase.separator.name.lower()
    return document


def _scalar(value: object) -> Any:
    return value if isinstance(value, (int, float)) else str(value)
