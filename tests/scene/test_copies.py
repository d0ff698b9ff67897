"""Copies and counts that are printed multiply to what the graph has, in any network."""

from __future__ import annotations

import math
import re
from collections import Counter

import pytest
from hypothesis import assume, example, given, settings

from tests.diagrams import at_every_level, at_random
from tests.repetitions import Part, Way, build, repetitions
from visualize.check.agreement import check_agreement
from visualize.core.architecture import Architecture, Operation
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.core.scene import Scene, SceneBox, SceneGroup
from visualize.scene.build import build_scene
from visualize.simplify import simplify

COPIES = re.compile(r"(?:^|(?<=[^,] ))×(\d+)(?= in parallel|$| [A-Z])|\b(\d+) times, shared")
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(?: ([kM]))?( each)?")
UNITS = {None: 1, "k": 10**3, "M": 10**6}

# Equal copies of equal copies, a loop in a block that is repeated, a block that is called again.
NESTED = (Part("Stage", 4, Way.CHAIN, (Part("Block", 2, Way.CHAIN, ("conv",)),)),)
LOOPS = (Part("Stage", 3, Way.CHAIN, (Part("Block", 4, Way.LOOP, ("residual",)),)),)
AGAIN = (Part("Stage", 3, Way.CHAIN, (Part("Block", 4, Way.AGAIN, ("conv", "residual")),)),)
CALLS = (Part("Encoder", 3, Way.LOOP, (Part("Stage", 2, Way.AGAIN, NESTED[0].body),)),)
# Equal layers that share their weights in one copy and not in the other.
PAIRS = Part("Block", 3, Way.CHAIN, ("conv", "conv"))
TWICE = Part("Block", 2, Way.AGAIN, ("conv",))
REUSES = (Part("Stage", 3, Way.LOOP, (TWICE, PAIRS)),)
COUNTED = (Part("Sequential", 3, Way.LOOP, (TWICE, Part("Block", 3, Way.CHAIN, ("norm", "conv")))),)
# Equal layers in other blocks than those after them, a block that is one norm.
UNEQUAL = (Part("Block", 4, Way.CHAIN, ("conv",)), PAIRS)
NORMS = (PAIRS, Part("Block", 2, Way.CHAIN, ("norm",)))
BRANCHES = (Part("Stage", 2, Way.CHAIN, (Part("Block", 3, Way.PARALLEL, ("conv", "conv")),)),)


def copies_of(texts: list[str]) -> int:
    """The copies that a label shows."""
    found = [match for text in texts for match in COPIES.finditer(text)]
    assert len(found) <= 1
    return int(found[0][1] or found[0][2]) if found else 1


def is_shared(texts: list[str]) -> bool:
    return any("times, shared" in text for text in texts)


def labels_around(scene: Scene, part: SceneBox | SceneGroup) -> list[list[str]]:
    """The labels of the frames around a box or frame."""
    groups = {group.id: group for group in scene.groups}
    name = part.group if isinstance(part, SceneBox) else part.parent
    around = []
    while name:
        if groups[name].framed:
            around.append([groups[name].label, groups[name].detail])
        name = groups[name].parent
    return around


def parts_of(label: list[str]) -> list[str]:
    """A label, its details one by one."""
    return [label[0], *(part for line in label[1:] for part in line.split(" · "))]


def scene_of(architecture: Architecture, level: Level) -> Scene:
    return build_scene(simplify(architecture, level), level.value)


def assert_parameters(label: list[str], around: list[list[str]], parameters: int) -> None:
    """What is printed for one copy, times the copies that have their own, is ``parameters``."""
    for text in [part for detail in label[1:] for part in re.split(" · |, ", detail)]:
        if match := AMOUNT.fullmatch(text):
            own = label if match[3] else [""]
            copies = math.prod(copies_of(one) for one in (own, *around) if not is_shared(one))
            digits = len(match[1].partition(".")[2])
            value, step = (UNITS[match[2]] * x for x in (float(match[1]), 10**-digits))
            assert abs(value * copies - parameters) <= copies * step / 2


@at_every_level
@settings(at_random, max_examples=15)
@given(parts=repetitions())
@example(parts=NESTED)
@example(parts=LOOPS)
@example(parts=AGAIN)
@example(parts=CALLS)
@example(parts=REUSES)
@example(parts=COUNTED)
@example(parts=UNEQUAL)
@example(parts=NORMS)
@example(parts=BRANCHES)
def test_copies_and_parameters_multiply(level: Level, parts: tuple[str | Part, ...]) -> None:
    architecture = build(parts)
    scene = scene_of(architecture, level)
    inside: Counter[str] = Counter()
    groups = {group.id: group for group in scene.groups}
    for box in scene.boxes:
        label, around = parts_of(list(box.label)), labels_around(scene, box)
        assert math.prod(map(copies_of, (label, *around))) == box.repeat
        assert_parameters(label, around, box.parameters)
        name = box.group
        while name:
            inside[name] += box.parameters
            name = groups[name].parent
    for group in scene.groups:
        if group.framed:
            label = [group.label, group.detail]
            assert copies_of([group.label]) == group.repeat
            assert_parameters(label, labels_around(scene, group), inside[group.id])
    assert check_agreement(architecture, scene) == []


@settings(at_random, max_examples=15)
@given(parts=repetitions())
@example(parts=NESTED)
@example(parts=COUNTED)
def test_a_collapsed_block_holds_weights_of_its_own_only(parts: tuple[str | Part, ...]) -> None:
    architecture = build(parts)
    for box in simplify(architecture, Level.BLOCK).boxes:
        if box.kind is BoxKind.BLOCK:
            weighted = [one for one in box.operations if one.weights]
            assert all(
                any(is_kind(architecture, path, box.type) for path in paths_around(one))
                for one in weighted
            )


@settings(at_random, max_examples=15)
@given(parts=repetitions())
@example(parts=AGAIN)
@example(parts=CALLS)
@example(parts=NORMS)
def test_counted_blocks_are_as_many_modules(parts: tuple[str | Part, ...]) -> None:
    # A block that is a norm alone joins the layer before it, and with it the block there.
    assume(all(isinstance(part, str) or set(part.body) != {"norm"} for part in parts))
    architecture = build(parts)
    for level in (Level.BLOCK, Level.STAGE):
        scene = scene_of(architecture, level)
        for box in scene.boxes:
            match = re.match(r"(\d+) (Block|Stage|Encoder|conv)(s| layers)", box.label[0])
            if match:
                labels = [parts_of(list(box.label)), *labels_around(scene, box)]
                own = math.prod(copies_of(one) for one in labels if not is_shared(one))
                assert int(match[1]) in modules(architecture, box, match[2], own)


def modules(architecture: Architecture, box: SceneBox, kind: str, copies: int) -> set[int]:
    """How many modules of a class there are in one copy: all, those around others, those inside.

    A block belongs where its convolutions are: its first norm may join the layer before it.
    """
    every, outer, inner = set[str](), set[str](), set[str]()
    convs = {
        path
        for one in architecture.operations
        if one.type == "Conv2d"
        for path in paths_around(one)
    }
    for member in box.members:
        operation = architecture.operation(member)
        paths = [
            path
            for path in paths_around(operation)
            if operation.type == "Conv2d" or path not in convs
        ]
        found = [path for path in paths if is_kind(architecture, path, kind)]
        every.update(found)
        outer.update(found[:1])
        inner.update(found[-1:])
    return {len(paths) // copies for paths in (every, outer, inner)}


def paths_around(operation: Operation) -> list[str]:
    return [call.path for call in operation.calls]


def is_kind(architecture: Architecture, path: str, kind: str) -> bool:
    name = architecture.modules.get(path, "")
    return name == kind or (kind == "conv" and name == "Conv2d")


@pytest.mark.parametrize(
    ("parts", "level", "labels"),
    [
        (NESTED, Level.LAYER, ["3×3 conv, 8 ×8"]),
        (BRANCHES, Level.LAYER, ["×2 Stage", "Block ×3 in parallel"]),
        (AGAIN, Level.LAYER, ["×3 Stage", "Block 4 times, shared"]),
    ],
)
def test_a_factor_is_never_lost(
    parts: tuple[str | Part, ...], level: Level, labels: list[str]
) -> None:
    scene = scene_of(build(parts), level)
    shown = [group.label for group in scene.groups if group.framed]
    shown += [box.label[0] for box in scene.boxes if box.repeat > 1 and "×" in box.label[0][3:]]
    assert [label for label in labels if label not in shown] == []
