"""What a legend explains beside lines and colours: the signs that a figure writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from visualize.core.fate import SHOWN
from visualize.core.operators import MergeType
from visualize.core.scene import Scene, SceneGroup

SKIP_WORDS = {
    "identity": "identity shortcut",
    "scaled": "scaled shortcut",
    "projection": "projection shortcut",
    "concat": "concat",
    "gate": "gate",
    "mixed": "mix of earlier tensors",
    **{one.value: one.value for one in SHOWN},
}
"""What a legend calls the kinds of skip connection, and what became of a part."""
# A number of parameters in the small lines of a label, and a stride anywhere.
_AMOUNT = re.compile(r"(?:^|· |, )\d+(?:\.\d)? ([kMBT])(?= each| shared| hidden| ·|$)")
_STRIDE = re.compile(r"(?:^|, )(/\d)(?=$|, | ·)")
_GROWTH = re.compile(r"(?:^|, )(↑\d)(?=$|, | ·)")


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign as a figure writes it, and what it means."""

    written: str
    text: str


def signs(scene: Scene) -> tuple[Sign, ...]:
    """The signs that ``scene`` writes, which its legend explains.

    >>> from visualize.core.scene import SceneBox
    >>> conv = SceneBox("c", ("3×3 conv, 64, /2", "BN · 36.9 k"), "layer", (), 36928, 0, "", "", "")
    >>> [(sign.written, sign.text) for sign in signs(Scene("", "", "layer", (conv,), (), ()))]
    [('k', 'parameters'), ('/2', 'stride')]
    """
    totals = (Sign(*each) for each in scene.totals)
    return (*_merges(scene), *_numbers(scene), *_panels(scene), *totals)


def _merges(scene: Scene) -> Iterator[Sign]:
    drawn = {box.label[0] for box in scene.all_boxes if box.role == "merge" and box.label}
    return (Sign(one.symbol, _MERGES[one]) for one in MergeType if one.symbol in drawn)


_MERGES = {
    MergeType.ADD: "sum",
    MergeType.SUBTRACT: "difference",
    MergeType.CONCAT: "concatenation",
    MergeType.MULTIPLY: "product",
}


def _numbers(scene: Scene) -> Iterator[Sign]:
    boxes, groups = scene.all_boxes, (*scene.groups, *_inner_groups(scene))
    small = [line for box in boxes for line in box.label[1:]]
    small += [group.detail for group in groups if group.detail]
    units = {match[1] for line in small for match in _AMOUNT.finditer(line)}
    if units:
        yield Sign(", ".join(unit for unit in "kMBT" if unit in units), "parameters")
    written = [line for box in boxes for line in box.label]
    written += [arrow.label for arrow in scene.all_arrows]
    for pattern, text in ((_STRIDE, "stride"), (_GROWTH, "upsampling")):
        found = (match[1] for line in written for match in pattern.finditer(line))
        if first := next(found, ""):
            yield Sign(first, text)


def _inner_groups(scene: Scene) -> tuple[SceneGroup, ...]:
    return tuple(group for detail in scene.details for group in detail.groups)


def _panels(scene: Scene) -> Iterator[Sign]:
    if scene.details:
        yield Sign(scene.details[0].letter, "details")
