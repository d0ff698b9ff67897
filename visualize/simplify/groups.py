"""Groups: the blocks and stages of a network, marked on its boxes."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.diagram import Box, Diagram, Group
from visualize.simplify.blocks import find_blocks
from visualize.simplify.stages import find_stages


def mark_groups(diagram: Diagram) -> Diagram:
    """Find blocks and stages and write on every box the innermost group it belongs to."""
    blocks = find_blocks(diagram)
    stages = find_stages(diagram, blocks)
    groups: dict[str, Group] = {}
    marked: list[Box] = []
    for box in diagram.boxes:
        stage, block = stages.get(box.id), blocks.get(box.id)
        if stage:
            groups.setdefault(stage.id, stage)
        if block and block.id not in groups:
            groups[block.id] = replace(block, parent=stage.id if stage else "")
        innermost = block or stage
        if innermost:
            marked.append(replace(box, group=innermost.id))
    return diagram.with_boxes(marked, tuple(groups.values()))
