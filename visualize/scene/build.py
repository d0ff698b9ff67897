"""From a simplified architecture to a scene: words, roles and tooltips of all that is drawn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from visualize.core.architecture import Architecture, Group, Layer, NodeKind, Role, Skip, Wire
from visualize.core.choices import ColorBy
from visualize.core.fonts import missing
from visualize.core.memory import activation_memory
from visualize.core.quantities import count, giga
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.core.statistics import combined
from visualize.core.theme import Theme
from visualize.core.words import shape
from visualize.scene import labels


def build_scene(
    architecture: Architecture,
    level: str,
    *,
    title: str = "",
    legend: bool = True,
    names: bool = False,
    titles: Mapping[str, str] | None = None,
    color_by: ColorBy = ColorBy.STAGE,
) -> Scene:
    """Turn a simplified architecture into a scene.

    Args:
        level: the level it was simplified to.
        title: shown above the figure; the model's name is used where a title must not be empty.
        legend: whether to explain the line styles of the skip connections that are present.
        names: whether boxes show their module paths.
        titles: the reader's own words for modules, by path.
        color_by: what the colours of boxes tell.
    """
    titles = titles or {}
    groups = {group.id: group for group in architecture.groups}
    closed: dict[str, list[Skip]] = {}
    for skip in architecture.skips:
        if architecture.is_closed(skip):
            closed.setdefault(architecture.homes[skip.merge], []).append(skip)
    around = {layer.id: _around(layer.group, groups) for layer in architecture.layers}
    held = Counter(group.id for chain in around.values() for group in chain)
    framed = {
        group.id for group in groups.values() if group.role is Role.REPEAT and held[group.id] > 1
    }
    return Scene(
        title=title,
        description=describe(architecture),
        level=level,
        boxes=tuple(
            _box(
                layer,
                [g for g in around[layer.id] if g.id not in framed],
                groups,
                closed.get(layer.id, []),
                names,
                titles,
                architecture.batch,
            )
            for layer in architecture.layers
        ),
        groups=tuple(
            _group(group, groups, list(architecture.layers), around, group.id in framed, titles)
            for group in architecture.groups
        ),
        arrows=tuple(
            _arrow(architecture, source, target, wire)
            for source, target, wire in architecture.wires
        ),
        legend=legend,
        parameters=architecture.parameters - architecture.unused_parameters,
        color_by=color_by,
        hidden=sum(
            part.id in layer.hidden and part.kind in (NodeKind.MODULE, NodeKind.FUNCTION)
            for layer in architecture.layers
            for part in layer.operations
        ),
    )


def _around(group: str, groups: dict[str, Group]) -> list[Group]:
    """The groups around a box, the innermost first."""
    chain = []
    while group:
        chain.append(groups[group])
        group = groups[group].parent
    return chain


def describe(architecture: Architecture) -> str:
    """One sentence for screen readers: name, size, cost and skip connections."""
    skips = labels.closed_skips(architecture.skips) or "none"
    unused = architecture.unused_parameters
    return (
        f"{architecture.name}: {architecture.parameters:,} parameters"
        + (f" ({unused:,} of them unused)" if unused else "")
        + f", {giga(architecture.macs)} MACs, skip connections: {skips}"
    )


def _box(
    layer: Layer,
    around: Sequence[Group],
    groups: dict[str, Group],
    closed: Sequence[Skip],
    names: bool,
    titles: Mapping[str, str],
    batch: int,
) -> SceneBox:
    repeats = [group for group in around if group.role is Role.REPEAT]
    lines = labels.box_label(
        layer.copy or layer,
        title=titles.get(layer.path, "") if layer.kind is NodeKind.MODULE else "",
        repeat=repeats[0] if repeats else None,
        inside=labels.closed_skips(closed[: len(closed) // layer.repeat]),
        names=names,
        batch=batch,
    )
    kinds = Counter(skip.kind.value for skip in closed)
    return SceneBox(
        id=layer.id,
        label=tuple(lines),
        role=layer.role.value,
        members=layer.members,
        parameters=layer.parameters,
        macs=layer.macs,
        group=layer.group,
        stage=_stage(layer.group, groups),
        tooltip=_tooltip(layer, batch),
        repeat=layer.repeat,
        skips=tuple(sorted(kinds.items())),
        kind=labels.kind_name(layer),
        memory=activation_memory(layer),
        statistics=combined(part.statistics for part in layer.operations),
    )


def _stage(group: str, groups: dict[str, Group]) -> str:
    """The stage around a group, which decides the colour; empty if there is none."""
    stages = (one.id for one in _around(group, groups) if one.role is Role.STAGE)
    return next(stages, "")


def _tooltip(layer: Layer, batch: int) -> str:
    lines = [f"{layer.path or layer.id} ({layer.type})"]
    if layer.outputs:
        lines.append("output " + ", ".join(shape(tensor, batch) for tensor in layer.outputs[:4]))
    shown = layer.copy or layer
    each = f" each, {layer.repeat} copies" if layer.copy else ""
    if shown.parameters:
        lines.append(f"{shown.parameters:,} parameters{each}")
    if shown.macs:
        lines.append(f"{shown.macs:,} MACs{each}")
    values = combined(part.statistics for part in shown.operations)
    if values:
        lines.append(
            f"weights: mean {values.mean:.3g}, deviation {values.deviation:.3g}, "
            f"norm {values.norm:.4g}, {100 * values.sparsity:.1f} % zero{each}"
        )
    if len(shown.parts) > 1:
        steps = [part.path or part.id for part in shown.parts if part.outputs]
        listed = steps if len(steps) <= 8 else [*steps[:7], f"… {len(steps) - 7} more"]
        lines.append(", ".join(listed))
    return "\n".join(lines)


def _group(
    group: Group,
    groups: dict[str, Group],
    layers: Sequence[Layer],
    around: dict[str, list[Group]],
    framed: bool,
    titles: Mapping[str, str],
) -> SceneGroup:
    inside = [layer for layer in layers if group in around[layer.id]]
    if group.role is not Role.REPEAT:
        total = sum(layer.parameters for layer in inside)
        label = labels.clip(titles.get(group.path) or group.label or group.type)
        detail = count(total) if total else ""
    else:
        label = labels.repeat_label(group, titles.get(group.path, ""))
        one = sum(_in_one_copy(layer, group, around[layer.id]) for layer in inside)
        detail = labels.repeat_detail(group, one)
    return SceneGroup(
        id=group.id,
        label=label,
        detail=detail,
        role=group.role.value,
        parent=group.parent,
        repeat=group.repeat,
        framed=framed,
        stage=_stage(group.parent, groups),
        tooltip=f"{group.label} ({group.type})" if group.type else group.label,
    )


def _in_one_copy(layer: Layer, group: Group, around: Sequence[Group]) -> int:
    """Parameters of a box in one copy of a repeat around it, repeats inside of that included."""
    shown = layer.copy or layer
    inner = around[: around.index(group)]
    repeats = [one.repeat for one in inner if one.role is Role.REPEAT and not one.shared]
    return shown.parameters * math.prod(repeats)


def _arrow(architecture: Architecture, source: str, target: str, wire: Wire) -> SceneArrow:
    skip = architecture.skips[wire.skip] if wire.skip is not None else None
    homes, batch = architecture.homes, architecture.batch
    arc = skip is not None and (source, target) == (homes[skip.fork], homes[skip.merge])
    if skip and arc:
        label = labels.skip_label(architecture, skip)
    else:
        label = shape(wire.tensor, batch) if wire.tensor and _changes(architecture, source) else ""
    return SceneArrow(
        source=source,
        target=target,
        label=label,
        skip=skip.kind.value if skip else None,
        arc=arc,
        long=skip is not None and skip.long,
        tooltip=_arrow_tooltip(wire, skip, batch),
        repeat=_copies(architecture, source, target, wire),
    )


def _copies(architecture: Architecture, source: str, target: str, wire: Wire) -> int:
    """How many wires of the unfolded graph an arrow stands for.

    Those into a repeat are in every copy; of what leaves one, another operation may read all.
    """
    return max(architecture.layer(target).repeat, wire.copies)


def _arrow_tooltip(wire: Wire, skip: Skip | None, batch: int) -> str:
    size = shape(wire.tensor, batch) if wire.tensor else ""
    if skip is None:
        return size
    bypassed = f"bypasses {skip.bypassed_parameters:,} parameters"
    return f"{skip.kind.value} skip into {skip.module or skip.merge}, {size}, {bypassed}"


def _changes(architecture: Architecture, node: str) -> bool:
    """Whether what ``node`` returns has another shape than everything it reads."""
    layer = architecture.layer(node)
    read = {wire.tensor.shape for _, _, wire in architecture.inputs(node) if wire.tensor}
    return bool(layer.outputs and read and layer.outputs[-1].shape not in read)


def missing_characters(scene: Scene, theme: Theme) -> list[str]:
    """The characters of ``scene`` for which there is no font: they would be drawn as boxes."""
    texts = [line for box in scene.boxes for line in box.label]
    texts += [text for group in scene.groups for text in (group.label, group.detail)]
    return missing([scene.title, *texts, *(arrow.label for arrow in scene.arrows)], theme.font)
