"""Stages: runs of blocks at one resolution, such as ``layer1`` of a ResNet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from visualize.core.diagram import Box, Diagram, Group, GroupKind
from visualize.core.layers import is_weighted
from visualize.core.module_path import enclosing
from visualize.simplify.contract import runs


def find_stages(diagram: Diagram, blocks: Mapping[str, Group]) -> dict[str, Group]:
    """The stage around each box, by the id of the box.

    Stages are runs of blocks, or of layers where there are no blocks, at one resolution.
    """
    resolutions = {
        block.id: _resolution(box) for box in diagram.boxes if (block := blocks.get(box.id))
    }

    def key(box: Box) -> tuple[object, ...] | None:
        """What all of one stage have in common; None for what belongs to no stage."""
        block = blocks.get(box.id)
        if block:
            return _holder(block.path), block.type, resolutions[block.id]
        if blocks or not is_weighted(box) or not _holder(box.path):
            return None
        return _holder(box.path), _resolution(box)

    stages: dict[str, Group] = {}
    for value, run in runs(diagram.boxes, key):
        if value is None:
            continue
        units = dict.fromkeys(blocks[box.id].id if blocks else box.id for box in run)
        if blocks or len(units) > 1:
            ends = [blocks.get(box.id, box) for box in (run[0], run[-1])]
            path, kind = ends[0].path, _kind(ends[0])
            label = span(path, ends[1].path)
            stage = Group(_stage_id(path), GroupKind.STAGE, kind, path, label, count=len(units))
            stages.update(dict.fromkeys((box.id for box in run), stage))
    if not blocks and len({stage.id for stage in stages.values()}) < 2:
        return {}
    # What lies between the blocks that a network repeats belongs to no stage.
    repeated = {stage.type for stage in stages.values() if stage.count > 1}
    stages = {
        node: stage for node, stage in stages.items() if not repeated or stage.type in repeated
    }
    return _with_whole_modules(diagram, stages)


def _with_whole_modules(diagram: Diagram, stages: dict[str, Group]) -> dict[str, Group]:
    """Give a stage that is the only one of a module the module's name and all its layers."""
    held: dict[str, set[str]] = {}
    for node, stage in stages.items():
        held.setdefault(_holder(diagram.box(node).path and stage.path), set()).add(stage.id)
    whole = {holder: ids.pop() for holder, ids in held.items() if holder and len(ids) == 1}
    # A module that also holds the stages of another is not itself a stage.
    whole = {
        holder: stage
        for holder, stage in whole.items()
        if not any(other.startswith(f"{holder}.") for other in held)
    }
    by_id = {stage.id: stage for stage in stages.values()}
    named = {
        path: replace(by_id[stage], id=_stage_id(path), path=path, label=path)
        for path, stage in whole.items()
    }
    result = dict(stages)
    for box in diagram.boxes:
        for path in enclosing(box.path):
            if path in whole and (box.id not in stages or stages[box.id].id == whole[path]):
                result[box.id] = named[path]
    return result


def _kind(end: Box | Group) -> str:
    """What a stage consists of: blocks of a class, or layers that do the same."""
    return end.type if isinstance(end, Group) else end.does


def _stage_id(path: str) -> str:
    return f"stage {path}"


def span(first: str, last: str) -> str:
    """A run of modules in short.

    >>> span("features.2", "features.4"), span("inception3a", "inception3b"), span("fc", "fc")
    ('features.2–4', 'inception3a–3b', 'fc')
    """
    if first == last:
        return first
    holder, _, name = last.rpartition(".")
    if not first.startswith(holder):
        return f"{first}–{last}"
    word = re.match(r"[^\W\d]*", name)
    if word and first[len(holder) :].lstrip(".").startswith(word[0]):
        name = name[word.end() :] or name
    return f"{first}–{name}"


def _holder(path: str) -> str:
    return path.rpartition(".")[0]


def _resolution(box: Box) -> tuple[int, ...]:
    return box.outputs[-1].shown[1:] if box.outputs else ()
