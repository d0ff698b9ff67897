"""Parts of a model: its stages, and the modules between them."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from visualize.core.architecture import Architecture, NodeKind, Operation, TensorSpec
from visualize.core.diagram import Diagram, Group, GroupKind
from visualize.core.module_path import enclosing
from visualize.core.operators import MOVES, family
from visualize.core.summary import Part
from visualize.describe.extent import Extent, Extents, input_places
from visualize.describe.receptive import ReceptiveFields
from visualize.describe.weighted import WeightedLayers

_NEARLY_ALL = 0.9


def find_parts(
    exact: Architecture, grouped: Diagram, weighted: WeightedLayers, fields: ReceptiveFields
) -> Iterator[Part]:
    """Stages, and the modules between them that have parameters or MACs, in order.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
        weighted: its weighted layers.
        fields: what its tensors see of the input.
    """
    stages, members = _members(exact, grouped, weighted)
    in_blocks, blocks = _in_blocks(grouped), _blocks(grouped)
    extents = Extents(input_places(exact), fields)
    last = list(weighted.lengths)[-1] if weighted.lengths else ""
    before = Extent()
    for name in sorted(members, key=lambda name: _begin(exact, members[name])):
        part, stage = members[name], stages[name]
        if not stage and not any(one.parameters or one.macs for one in part):
            continue
        has_blocks = any(one.id in in_blocks for one in part)
        core = [one for one in part if one.id in in_blocks or family(one.type) not in MOVES]
        result = _result(exact, core, ends_with_layer=bool(stage) and not has_blocks)
        extent = before = _arranged(extents.of(core, result), before)
        made = [one for block in blocks.get(name, ()) for one in _extents(exact, block, extents)]
        yield Part(
            name=name,
            type=stage.type if stage else "",
            blocks=stage.count if stage else 0,
            tensor=result.outputs[0] if result else TensorSpec(()),
            parameters=sum(one.parameters for one in part),
            macs=sum(one.macs for one in part),
            last=any(one.id == last for one in part),
            layers=weighted.number(one.id for one in part),
            width=extent.width,
            widths=_ends(extent.width, [one.width for one in made]),
            places=extent.places,
            stride=extent.stride,
            strides=_ends(extent.stride, [one.stride for one in made]),
        )


_Size = TypeVar("_Size", int, tuple[int, ...])


def _ends(last: _Size, sizes: Sequence[_Size]) -> tuple[_Size, ...]:
    """The smallest and largest size of what blocks return, or that of their stage alone.

    A stage that joins the results of its blocks, as in DenseNet, has a size that no block has.
    """
    if not last:
        return ()
    known: list[_Size] = [last]
    known += [size for size in sizes if size and last in sizes]
    return tuple(sorted({min(known), max(known)}))


def _blocks(grouped: Diagram) -> Mapping[str, Sequence[Sequence[Operation]]]:
    """The operations of each block of each stage, by the name of the stage."""
    blocks: dict[str, list[Sequence[Operation]]] = {}
    for group in grouped.groups:
        stage = grouped.stage(group) if group.kind is GroupKind.BLOCK else None
        if stage:
            operations = [one for box in grouped.inside(group) for one in box.operations]
            own = [one for one in operations if f"{one.path}.".startswith(f"{group.path}.")]
            blocks.setdefault(stage.label, []).append(own)
    return blocks


def _extents(exact: Architecture, block: Sequence[Operation], extents: Extents) -> Iterator[Extent]:
    """The extent of each feature that a block returns, as one at each of several resolutions."""
    inside = {one.id for one in block}
    result = _result(exact, block, ends_with_layer=False)
    axes = len(result.outputs[0].shown) if result else 0
    for index, one in enumerate(block):
        readers = {each for each in exact.graph.successors(one.id) if each not in inside}
        is_read = any(exact.operation(each).kind is not NodeKind.OUTPUT for each in readers)
        if is_read and one.outputs and len(one.outputs[0].shown) == axes > 1:
            yield extents.of(block[: index + 1], one)


def _arranged(extent: Extent, before: Extent) -> Extent:
    """An extent, with the stride of the one before it if the same places are arranged anew.

    Attention within patches has the places of all patches in other rows and columns.
    """
    is_same = extent.places == before.places and len(extent.stride) == len(before.stride)
    return replace(extent, stride=before.stride) if is_same else extent


def _members(
    exact: Architecture, grouped: Diagram, weighted: WeightedLayers
) -> tuple[Mapping[str, Group | None], Mapping[str, Sequence[Operation]]]:
    """The operations of each part by its name, and the stage that it is."""
    expanded = {*enclosing(_holder(exact, weighted)), *_with_nearly_all(exact)}
    for group in grouped.groups:  # a block is a part, if it is in no stage
        around = enclosing(group.path)
        expanded.update(around[:-1] if group.kind is GroupKind.BLOCK else around)
    members: dict[str, list[Operation]] = {}
    stages: dict[str, Group | None] = {}
    for one in exact.operations:
        stage = grouped.stage(grouped.box(grouped.host(one.id)))
        name = stage.label if stage else _outermost(one.path, expanded)
        name = name or _weight_of(exact, one) or one.type
        members.setdefault(name, []).append(one)
        stages.setdefault(name, stage)
    return stages, members


def _with_nearly_all(exact: Architecture) -> Iterator[str]:
    """The modules whose children have nearly all parameters and MACs: each is the model itself."""
    parameters, macs = Counter[str](), Counter[str]()
    for one in exact.operations:
        for path in enclosing(one.path)[:-1]:
            parameters[path] += one.parameters
            macs[path] += one.macs
    for path, number in parameters.items():
        if number >= _NEARLY_ALL * exact.parameters and macs[path] >= _NEARLY_ALL * exact.macs:
            yield path


def _weight_of(exact: Architecture, layer: Operation) -> str:
    """The path of the parameter that a function of the model itself multiplies with, if any."""
    here = layer.id if layer.kind is NodeKind.FUNCTION and layer.macs else ""
    while here:
        sources = [source for source, _, wire in exact.inputs(here) if wire.tensor]
        others = [exact.operation(one) for one in sources if one not in exact.data_sources(here)]
        matrices = [one for one in others if not one.weights or len(one.weights[0]) > 1]
        if len(matrices) != 1:
            return ""
        if matrices[0].kind is NodeKind.CONSTANT:
            return matrices[0].path
        here = matrices[0].id
    return ""


def _begin(exact: Architecture, part: Sequence[Operation]) -> int:
    """Where a part begins: at its first operation that works, and not with masks or sizes.

    A parameter begins where it is read: when code takes it off its module is not known to all
    tracers.
    """
    works = (one.index for one in part if one.macs)
    begin, *_ = part
    if begin.kind is not NodeKind.CONSTANT:
        return next(works, begin.index)
    readers = map(exact.operation, exact.graph.successors(begin.id))
    read = min((one.index for one in readers if one.outputs), default=begin.index)
    return next(works, read)


def _in_blocks(grouped: Diagram) -> frozenset[str]:
    """The operations inside blocks, without those around them that reshape what they return."""
    return frozenset(
        one.id
        for box in grouped.boxes
        for group in grouped.around(box)
        if group.kind is GroupKind.BLOCK
        for one in box.operations
        if f"{one.path}.".startswith(f"{group.path}.")
    )


def _result(
    exact: Architecture, part: Sequence[Operation], *, ends_with_layer: bool
) -> Operation | None:
    """What makes the result of a part: its last feature read outside, or that of its last layer."""
    inside = {one.id for one in part}
    makes = [one for one in part if one.outputs and exact.data_sources(one.id)] or [
        one for one in part if one.outputs
    ]
    if ends_with_layer:
        makes = [one for one in makes if one.weight] or makes
    else:
        leaves = [one for one in makes if not inside.issuperset(exact.graph.successors(one.id))]
        makes = [one for one in leaves if math.prod(one.outputs[0].shown) > 1] or leaves or makes
    return makes[-1] if makes else None


def _outermost(path: str, expanded: Collection[str]) -> str:
    """The outermost module on ``path`` that is not ``expanded``, or an empty text.

    >>> _outermost("model.embed.tokens", {"model", "model.layers"}), _outermost("model", {"model"})
    ('model.embed', '')
    """
    return next((module for module in enclosing(path) if module not in expanded), "")


def _holder(exact: Architecture, weighted: WeightedLayers) -> str:
    """The module that holds all weighted layers, empty where that is the model itself."""
    steps = [exact.operation(node).path.split(".")[:-1] for node in weighted.lengths]
    common = itertools.takewhile(lambda names: len(set(names)) == 1, zip(*steps))
    return ".".join(names[0] for names in common)
