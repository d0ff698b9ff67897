"""The words of a figure: what a paper would write for an operation, a shape or a count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from visualize.core.architecture import (
    Architecture,
    Group,
    Layer,
    NodeKind,
    Role,
    Skip,
    SkipKind,
    TensorSpec,
)
from visualize.core.operators import (
    ACTIVATION,
    ATTENTION,
    CONVOLUTION,
    IDENTITY,
    LINEAR,
    NORM,
    POOL,
    RESAMPLE,
    STACKED_PRODUCT,
    TRANSPOSED_CONVOLUTION,
    WEIGHTED_MODULES,
    family,
    merge_type,
)
from visualize.core.quantities import count
from visualize.core.words import operation, operation_name, shape, short_name, symbol

_LONGEST = 48


def box_label(
    layer: Layer,
    *,
    title: str = "",
    repeat: Group | None = None,
    inside: str = "",
    names: bool = False,
    batch: int = 1,
) -> list[str]:
    """The lines of a box: what it is, then details and parameters in smaller type.

    Args:
        layer: what the box shows; of several copies, one.
        title: the reader's own words for it; what it does by default.
        repeat: the repeat that the box alone makes up, if it does.
        inside: what a closed box holds.
        names: whether to show the module path.
        batch: size of the batch, which is not told.
    """
    seen = [part for part in layer.operations if part.id not in layer.hidden]
    hidden = sum(part.parameters for part in layer.operations if part.id in layer.hidden)
    shown = replace(layer, parts=tuple(seen)) if layer.hidden else layer
    if layer.role is Role.MERGE:
        more = [f"{each(hidden, repeat)} hidden"] if hidden else []
        return [symbol(layer), *_details(shown), *more]
    lines = [title or _title(shown, batch)]
    details = [inside] if inside else []
    if repeat and (repeat.shared or repeat.parallel):
        details.insert(0, _copies(repeat))
    elif repeat:
        lines[0] = f"{lines[0]} {_copies(repeat)}"
    details += _details(shown)
    if layer.weights and not hidden and _is_shared(layer):
        details.append("shared weights")
    if layer.parameters > hidden:
        details.append(each(layer.parameters - hidden, repeat))
    if hidden:
        details.append(f"{each(hidden, repeat)} hidden")
    if details:
        lines.append(" · ".join(details))
    if names and layer.path:
        lines.append(layer.path)
    return [clip(line) for line in lines]


def _is_shared(layer: Layer) -> bool:
    """Whether the largest tensor that a layer works with is counted elsewhere."""
    return layer.parameters < max(math.prod(weight) for weight in layer.weights)


def repeat_label(group: Group, title: str = "") -> str:
    """What a frame says: ``×35 Bottleneck``, or that the same modules are applied again.

    >>> repeat_label(Group("r", Role.REPEAT, "Block", "", "", repeat=9))
    '×9 Block'
    """
    kind = title or (operation_name(group.type) if group.type and group.count == 1 else "")
    parts = [kind, _copies(group)] if group.shared or group.parallel else [_copies(group), kind]
    return clip(" ".join(part for part in parts if part))


def repeat_detail(group: Group, parameters: int) -> str:
    """The smaller line of a frame: of what one copy consists, and the parameters of one copy.

    >>> repeat_detail(Group("r", Role.REPEAT, "Block", "", "", count=2, repeat=9), 999)
    '2 Blocks, 999 each'
    """
    kind = f"{group.count} {operation_name(group.type)}s" if group.type and group.count > 1 else ""
    return clip(", ".join(part for part in (kind, each(parameters, group)) if part))


def each(parameters: int, repeat: Group | None) -> str:
    """A number of parameters, of one copy where there are several."""
    if not parameters:
        return ""
    return f"{count(parameters)} each" if repeat and not repeat.shared else count(parameters)


def _copies(group: Group) -> str:
    if group.shared:
        return f"{group.repeat} times, shared"
    return f"×{group.repeat}" + (" in parallel" if group.parallel else "")


def closed_skips(skips: Sequence[Skip]) -> str:
    """What a closed box says of the skip connections inside it: ``2 residual, 1 gate``."""
    kinds = [skip.kind for skip in skips]
    residual = sum(kind in (SkipKind.IDENTITY, SkipKind.PROJECTION) for kind in kinds)
    counts = {
        "residual": residual,
        "concat": kinds.count(SkipKind.CONCAT),
        "gate": kinds.count(SkipKind.GATE),
    }
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def skip_label(architecture: Architecture, skip: Skip) -> str:
    """What stands beside an arc: what a projection does, or the shape that a concat carries."""
    if skip.kind is SkipKind.PROJECTION:
        operations = [architecture.operations[node] for node in skip.branch]
        works = [layer for layer in operations if family(layer.type) not in NORM | IDENTITY]
        told = (operation(_with_weights(architecture, layer)) for layer in works or operations)
        return clip(", ".join(told))
    if skip.kind is SkipKind.CONCAT and skip.shape:
        return shape(TensorSpec(skip.shape), architecture.batch)
    return ""


def _with_weights(architecture: Architecture, layer: Layer) -> Layer:
    """A function that works with parameters of its module, as exported programs have them."""
    if layer.kind is not NodeKind.FUNCTION or layer.weights or not layer.path:
        return layer
    weights = (
        weight
        for one in architecture.operations.values()
        if one.kind is NodeKind.CONSTANT and one.path.rpartition(".")[0] == layer.path
        for weight in one.weights
    )
    return replace(layer, weights=tuple(weights))


def _title(layer: Layer, batch: int) -> str:
    if layer.role is Role.INPUT:
        return f"{_input_name(layer)} {_shapes(layer, batch)}".strip()
    if layer.role is Role.OUTPUT:
        name = str(layer.attributes.get("name", "output"))
        return f"{name} {_shapes(layer, batch)}".strip()
    if layer.role is Role.BLOCK:
        return f"{operation_name(layer.type)}, {_width(layer)}".removesuffix(", ")
    if layer.role is Role.STAGE:
        number = layer.attributes.get("count", 1)
        kind = operation_name(layer.type)
        counted = f"{kind} layer" if family(layer.type) in WEIGHTED_MODULES else kind
        return f"{number} {counted}s" if number > 1 else kind
    if layer.label:
        return layer.label[0]
    constants = _constants(layer)
    if merge_type(layer.type) and constants:
        return constants[0]
    return operation(_core(layer))


def kind_name(layer: Layer) -> str:
    """What sort of operation a box is, for those who colour by it; a block has its class's name."""
    if layer.role in (Role.INPUT, Role.OUTPUT, Role.MERGE):
        return ""
    if layer.role in (Role.BLOCK, Role.STAGE):
        is_class = layer.path and layer.kind is NodeKind.MODULE
        return operation_name(layer.type) if is_class or layer.weights else "other"
    name = family(layer.type)
    sorts = (kind for kind, members in _KINDS.items() if name in members)
    return next(sorts, operation_name(layer.type) if layer.weights else "other")


_KINDS = {
    "convolution": CONVOLUTION | TRANSPOSED_CONVOLUTION,
    "linear": LINEAR,
    "normalization": NORM,
    "attention": ATTENTION | {"attention", "multiheadattention"},
    "pooling": POOL,
    "activation": ACTIVATION,
    "resampling": RESAMPLE,
}


def _core(layer: Layer) -> Layer:
    """The operation that a box is named after, with all weights that the box brings to it."""
    same = (part for part in layer.parts if (part.id, part.type) == (layer.id, layer.type))
    core = next(same, layer)
    return core if core.weights else replace(core, weights=layer.weights)


def _shapes(layer: Layer, batch: int) -> str:
    return ", ".join(shape(tensor, batch) for tensor in layer.outputs[:3]) + (
        ", …" if len(layer.outputs) > 3 else ""
    )


def _input_name(layer: Layer) -> str:
    """``image`` for what can be one, else the name of the argument."""
    sizes = layer.outputs[0].shape if layer.outputs else ()
    is_image = len(sizes) == 4 and sizes[1] in (1, 3) and min(sizes[2:]) > 1
    name = str(layer.attributes.get("name", layer.id))
    return "image" if is_image and name in _UNTOLD else name


# Names of arguments that tell nothing of what they hold.
_UNTOLD = frozenset({"x", "input", "input_1", "inputs", "image", "images", "img", "pixel_values"})


def _width(layer: Layer) -> str:
    """Channels that a block returns: of its sizes, that which a weighted layer in it makes.

    The last such layer decides. Where none makes any of the sizes, channels stand where the last
    of them has its own. In a sequence of vectors they stand last.
    """
    sizes = layer.outputs[-1].shape if layer.outputs else ()
    works = [
        (part.outputs[0].shape, 1 if family(part.type) in CONVOLUTION else -1)
        for part in reversed(layer.parts)
        if family(part.type) in CONVOLUTION | LINEAR and part.outputs
    ]
    if len(sizes) < 2 or not works:
        return ""
    for made, at in works:
        if made[at] == sizes[-1] or (made[at] == sizes[1] and (at == 1 or len(sizes) > 3)):
            return str(made[at])
    return str(sizes[works[0][1]])


def _details(layer: Layer) -> list[str]:
    """Norms, activations and constants that were fused into a box."""
    if layer.role in (Role.BLOCK, Role.STAGE, Role.INPUT, Role.OUTPUT):
        return []
    after = [part for part in layer.parts if part.index > layer.index]
    if _is_formula(layer) and not layer.label:
        # What is inside of it is its own; only what was fused behind it is told.
        depth = len(layer.scope)
        after = [part for part in after if not depth or part.scope[:depth] != layer.scope]
    fused = [word for word in map(_fused_name, after) if word]
    constants = _experts(layer) if _is_formula(layer) else _constants(layer)
    if merge_type(layer.type) and layer.role is not Role.MERGE:
        constants = constants[1:]
    return [*layer.label[1:], *([", ".join(fused)] if fused else []), *constants]


def _fused_name(part: Layer) -> str:
    """What a box says of an operation that was fused into it: norms, activations and idioms."""
    if part.label:
        return part.label[0]
    told = family(part.type) in NORM | ACTIVATION and part.type != "glu"
    return short_name(part) if told else ""


def _is_formula(layer: Layer) -> bool:
    """Whether a box is a formula with a name: that of its module, or one of its own."""
    named = layer.kind is NodeKind.MODULE and not layer.module_class
    return layer.role is Role.LAYER and (named or bool(layer.label))


def _experts(layer: Layer) -> list[str]:
    """``8 experts`` where a formula multiplies by a stack of as many matrices, all in one.

    Each of its parameters holds something for every expert, the first dimension numbers them.
    """
    numbers = {weight[0] for weight in layer.weights if weight}
    stacked = any(len(weight) > 2 for weight in layer.weights)
    stacked &= any(family(part.type) in STACKED_PRODUCT for part in layer.parts)
    return [f"{number} experts" for number in numbers if stacked and number > 1 == len(numbers)]


def _constants(layer: Layer) -> list[str]:
    """``+ pos_embedding`` for each parameter that a box adds, multiplies or concatenates."""
    words = []
    operands: list[Layer] = []
    for part in layer.operations:
        if part.label:
            continue
        if part.kind is NodeKind.CONSTANT:
            operands.append(part)
        elif merge_type(part.type) and not _is_plain(part) and part.role is Role.LAYER:
            named = [_humanize(operand.path) for operand in operands]
            named = named or [f"{number:g}" for number in _numbers(part)]
            if named:
                words.append(f"{symbol(part)} {named[-1]}")
            operands = []
    return words


def _numbers(layer: Layer) -> list[float]:
    """The plain numbers that a function was given."""
    values = layer.attributes.values()
    return [value for value in values if isinstance(value, (int, float)) and value is not True]


def _is_plain(layer: Layer) -> bool:
    """Whether an operation works on sizes and indices alone."""
    return all(tensor.dtype.startswith(("int", "uint", "bool")) for tensor in layer.outputs)


def _humanize(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def clip(text: str) -> str:
    """``text`` on one line and no longer than a box can be."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
