"""Scales: all that an encoder or decoder does at one resolution becomes one box.

    conv_in, block, block │ down, block, block │ …     ‖, block, ‖, block, ‖, block │ up, ‖, block …
    64×64                 │ 32×32              │       32×32                        │ 64×64

For U-shaped networks whose ``forward`` loops over lists of modules: there is no module for a level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from visualize.core.architecture import Architecture
from visualize.core.block_words import blocks_phrase
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.layers import is_weighted
from visualize.core.module_path import CONTAINERS
from visualize.core.operators import RESAMPLE, TRANSPOSED_CONVOLUTION, family, is_known
from visualize.core.phrases import Phrase, enumerated, phrase
from visualize.core.words import operation
from visualize.simplify.contract import Cluster, Collapsed, contract, runs

# A network has at least as many skip connections across resolutions.
_FEWEST = 2
# A box lists so many of the kinds of block and layer in it.
_LISTED = 3
# Layers are listed if they hold this part of the parameters.
_LEAST = 0.2


def has_scales(exact: Architecture) -> bool:
    """Whether a network is a U, with skip connections across resolutions."""
    return sum(skip.long for skip in exact.skips) >= _FEWEST


def close_scales(diagram: Diagram) -> Diagram:
    """``diagram`` with one box for each run at one resolution.

    A run ends where another list of modules begins, and where what was computed in it is joined
    with what comes later.
    """
    sections = _sections(diagram)
    clusters: list[Cluster] = []
    for key, run in runs(diagram.boxes, lambda box: _key(box, sections)):
        if key is None:
            clusters += [Cluster.single(box.id) for box in run]
            continue
        for part in _parts(diagram, run):
            whole = _cluster(diagram, part) if len(part) > 1 else Cluster.single(part[0].id)
            clusters.append(whole)
    return contract(diagram, clusters)


def _key(box: Box, sections: dict[str, int]) -> tuple[object, ...] | None:
    """What all of a run have in common; None for inputs, outputs and vectors."""
    sizes = box.outputs[-1].shown if box.outputs else ()
    if box.kind.is_end or len(sizes) < 2:
        return None
    return sections[box.id], sizes[1:]


def _sections(diagram: Diagram) -> dict[str, int]:
    """A number for each box: lists of modules that are used in turns have the same.

    What is in no list goes with what comes after it.
    """
    holders = [_holder(box) for box in diagram.boxes]
    last = {holder: place for place, holder in enumerate(holders)}
    found: dict[str, int] = {}
    waiting: list[str] = []
    number, end = 0, -1
    for place, (box, holder) in enumerate(zip(diagram.boxes, holders)):
        waiting.append(box.id)
        if holder:
            number += place > end
            end = max(end, last[holder])
        if holder or place < end:
            found.update(dict.fromkeys(waiting, number))
            waiting = []
    found.update(dict.fromkeys(waiting, number))
    return found


def _holder(box: Box) -> str:
    """The outermost module around a box that is not the box itself."""
    first, _, rest = box.path.partition(".")
    return first if rest else ""


def _parts(diagram: Diagram, run: Sequence[Box]) -> Iterator[list[Box]]:
    """A run, divided before boxes in which a skip connection ends that began in it."""
    forks: dict[str, set[str]] = {}
    for skip in diagram.skips:
        if not diagram.is_collapsed(skip):
            forks.setdefault(diagram.host(skip.merge), set()).add(diagram.host(skip.fork))
    part: list[Box] = []
    for box in run:
        if forks.get(box.id, set()) & {one.id for one in part}:
            yield part
            part = []
        part.append(box)
    yield part


def _cluster(diagram: Diagram, part: Sequence[Box]) -> Cluster:
    nodes = tuple(box.id for box in part)
    path = next((box.path for box in part if is_weighted(box) or box.kind.is_collapsed), "")
    name = _name(diagram, part)
    kind = Collapsed(f"scale {nodes[0]}", BoxKind.COMPUTATION, str(name), path, label=(name,))
    return Cluster(nodes[0], nodes, kind)


def _name(diagram: Diagram, part: Sequence[Box]) -> Phrase:
    """The blocks in a run and the layers that matter, counted; of a single layer, resizing too."""
    whole = sum(box.parameters for box in part)
    held: Counter[str] = Counter()
    for box in part:
        held[box.type] += box.parameters
    counts: dict[str, int] = {}
    blocks = {box.type for box in part if box.kind.is_collapsed and not _is_of_layers(box)}
    for box in part:
        if box.type in blocks:
            counts[box.type] = len(_modules(diagram, part, box.type)) or 1
        elif (box.kind.is_collapsed or is_weighted(box)) and held[box.type] >= _LEAST * whole:
            # Beside blocks, which have such layers as well, these are not counted.
            counts[box.type] = 1 if blocks else counts.get(box.type, 0) + box.count
    if len(counts) > 1:  # a container says nothing about what is in it
        counts = {kind: number for kind, number in counts.items() if kind not in CONTAINERS}
    names: list[Phrase | str] = [_several(*one) for one in counts.items()]
    if sum(counts.values()) < _FEWEST:
        resized = [operation(box.core) for box in part if family(box.does) in RESAMPLE]
        names = [*resized, *names] or [*dict.fromkeys(operation(box.core) for box in part)]
    more = ["…"] if len(names) > _LISTED else []
    return enumerated([*names[:_LISTED], *more])


def _modules(diagram: Diagram, part: Sequence[Box], kind: str) -> set[str]:
    """The paths of the modules of a class that are used in a run."""
    calls = (call for box in part for one in box.operations for call in one.calls)
    return {call.path for call in calls if diagram.exact.modules.get(call.path) == kind}


def _is_of_layers(box: Box) -> bool:
    """Whether a closed stage is counted in layers, not in blocks."""
    return box.kind is BoxKind.STAGE and is_known(box.type)


def _several(kind: str, number: int) -> Phrase:
    if number == 1 and family(kind) in TRANSPOSED_CONVOLUTION:
        return phrase("up-conv")
    return blocks_phrase(kind, number)
