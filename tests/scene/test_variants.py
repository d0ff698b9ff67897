"""Words for how the inside of one block differs from that of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.choices import Level
from visualize.core.detail import Detail
from visualize.core.scene import Scene
from visualize.export.scene_json import scene_document
from visualize.scene.build import build_scene
from visualize.scene.details import with_details
from visualize.scene.variants import changes, with_variants
from visualize.simplify import Simplifier
from visualize.simplify.details import DetailFinder


class Block(nn.Module):
    """A residual block that may have several variants."""

    def __init__(
        self,
        width: int = 8,
        *,
        expand: bool = True,
        kernel: int = 3,
        stride: int = 1,
        shortcut: str = "identity",
        act: type[nn.Module] = nn.ReLU,
        gate: bool = False,
        extra: bool = False,
    ) -> None:
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(8, 8, 1), act()) if expand else None
        self.conv = nn.Conv2d(8, width, kernel, stride, kernel // 2)
        self.extra = nn.MaxPool2d(3, 1, 1) if extra else None
        self.act = act()
        self.squeeze = nn.Conv2d(width, width, 1) if gate else None
        self.last = nn.Conv2d(width, width, 1)
        self.shortcut = shortcut
        self.project = nn.Conv2d(8, width, 1, stride) if shortcut == "projection" else None

    def forward(self, x: Tensor) -> Tensor:
        """Whatever was asked for."""
        y = self.conv(x if self.expand is None else self.expand(x))
        y = self.act(y if self.extra is None else self.extra(y))
        if self.squeeze is not None:
            y = y * torch.sigmoid(self.squeeze(y.mean((2, 3), keepdim=True)))
        y = self.last(y)
        if self.shortcut == "none":
            return y
        return y + (x if self.project is None else self.project(x))


def scene(block: nn.Module) -> Scene:
    exact = visualize.trace(block, (1, 8, 16, 16))
    return build_scene(Simplifier(exact).to(Level.LAYER), "layer")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, ()),
        ({"shortcut": "none"}, ("no shortcut",)),
        ({"shortcut": "projection"}, ("projection shortcut: 1×1 conv",)),
        ({"shortcut": "projection", "width": 32, "stride": 2}, ("projection shortcut: 1×1 conv",)),
        ({"kernel": 5}, ("5×5 conv",)),
        ({"expand": False}, ("no first 1×1 conv",)),
        ({"expand": False, "kernel": 5}, ("no first 1×1 conv", "5×5 conv")),
        ({"act": nn.SiLU}, ("SiLU in place of ReLU",)),
        ({"act": nn.Identity}, ("1×1 conv without ReLU", "3×3 conv without ReLU")),
        ({"kernel": 5, "act": nn.SiLU, "shortcut": "none", "expand": False}, None),
    ],
)
def test_few_changes_are_named(options: dict[str, object], words: tuple[str, ...] | None) -> None:
    assert changes(scene(Block()), scene(Block(**options))) == words  # type: ignore[arg-type]


def test_what_is_added_is_named_with_its_place() -> None:
    plain = Block(shortcut="none", expand=False)
    assert changes(scene(plain), scene(Block(expand=False))) == ("identity shortcut",)
    assert changes(scene(plain), scene(Block(shortcut="none"))) == ("1×1 conv first",)
    pooled = Block(shortcut="none", expand=False, extra=True)
    assert "max pool 3×3 after 3×3 conv" in (changes(scene(plain), scene(pooled)) or ())


def test_a_gate_is_missing_with_what_computes_it() -> None:
    gated, plain = scene(Block(gate=True)), scene(Block())
    words = changes(gated, plain)
    assert words == ("no global avg pool", "no 1×1 conv")


def test_shapes_on_arcs_are_no_difference_and_another_layer_says_whose_place_it_has() -> None:
    class Dense(nn.Module):
        """The input, and what is made of it."""

        def __init__(self, width: int, layer: nn.Module) -> None:
            super().__init__()
            self.first, self.layer = nn.Conv2d(8, width, 1), layer

        def forward(self, x: Tensor) -> Tensor:
            """Join both."""
            x = self.first(x)
            return torch.cat((x, self.layer(x)), 1)

    narrow, wide, turned = (
        scene(Dense(width, layer))
        for width, layer in (
            (8, nn.Conv2d(8, 8, 3, 1, 1)),
            (16, nn.Conv2d(16, 8, 3, 1, 1)),
            (8, nn.ConvTranspose2d(8, 8, 3, 1, 1)),
        )
    )
    assert [arrow.label for arrow in narrow.arrows] != [arrow.label for arrow in wide.arrows]
    assert changes(narrow, wide) == ()
    (words,) = changes(narrow, turned) or ("",)
    assert words.endswith(" in place of 3×3 conv")


def test_a_layer_that_is_drawn_on_a_shortcut_is_part_of_it() -> None:
    plain = scene(Block())
    (arc,) = [arrow for arrow in plain.arrows if arrow.skip]
    pool = replace(plain.boxes[1], id="pool", label=("avg pool 2×2, /2",))
    ends = ({"target": "pool"}, {"source": "pool", "label": "8×16×16"})
    legs = [replace(arc, skip="projection", arc=False, **end) for end in ends]
    others = [arrow for arrow in plain.arrows if arrow is not arc]
    boxes = (plain.boxes[0], pool, *plain.boxes[1:])
    pooled = replace(plain, boxes=boxes, arrows=(*others, *legs))
    assert changes(plain, pooled) == ("projection shortcut",)
    assert changes(pooled, plain) == ("identity shortcut",)


def test_a_name_that_adds_a_word_to_another_says_enough() -> None:
    plain = scene(Block())
    boxes = [
        replace(box, label=(box.label[0].replace("3×3", "turned 3×3"), *box.label[1:]))
        for box in plain.boxes
    ]
    assert changes(plain, replace(plain, boxes=tuple(boxes))) == ("turned 3×3 conv",)


def test_what_is_wired_otherwise_is_another_block() -> None:
    class Other(Block):
        def forward(self, x: Tensor) -> Tensor:
            """The shortcut begins later."""
            assert self.expand is not None
            y = self.expand(x)
            return y + self.last(self.act(self.conv(y)))

    assert changes(scene(Block()), scene(Other())) is None


def test_closed_boxes_of_one_class_may_differ_inside() -> None:
    closed = scene(Block())
    one = replace(closed.boxes[1], id="x", role="block", label=("Block, 8",), members=("a", "b"))
    pair = [replace(closed, boxes=(box,), arrows=()) for box in (one, replace(one, members=("a",)))]
    assert changes(pair[0], pair[0]) == ()
    assert changes(*pair) is None


def details(*blocks: Block) -> tuple[Scene, list[Detail], DetailFinder]:
    model = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Sequential(*blocks))
    diagram = Simplifier(visualize.trace(model, (1, 3, 16, 16))).to(Level.BLOCK)
    finder = DetailFinder(diagram)
    return build_scene(diagram, "block"), list(finder.of(diagram)), finder


def inside(detail: Detail) -> Scene:
    return build_scene(detail.diagram, "layer")


def scenes(detail: Detail) -> Iterator[Scene]:
    yield inside(detail)


def test_a_panel_explains_others_with_letters_of_their_own() -> None:
    overview, (plain, large, none), _ = details(
        Block(), Block(kernel=5), Block(shortcut="none"), Block(kernel=5)
    )
    (explaining,), missed = with_variants([plain], [large, none], scenes)
    assert missed == ()
    found = with_details(overview, [explaining], inside)
    (panel,) = found.details
    assert [one.text for one in panel.variants] == ["A2: 5×5 conv", "A3: no shortcut"]
    assert [found.letters[box] for box in large.boxes] == ["A2", "A2"]
    assert scene_document(found)["details"][0]["variants"][1] == {
        "letter": "A3",
        "of": list(none.boxes),
        "changes": ["no shortcut"],
    }
    assert "A2: 5×5 conv" in found.flat.groups[0].detail


def test_a_panel_explains_three_variants_and_no_more() -> None:
    blocks = Block(), Block(kernel=5), Block(shortcut="none"), Block(extra=True), Block(kernel=7)
    _, (plain, *others), _ = details(*blocks, Block(kernel=5))
    (explaining,), missed = with_variants([plain], others, scenes)
    assert len(explaining.variants) == 3
    assert missed == (others[-1],)


def test_what_looks_the_same_has_the_same_letter() -> None:
    _, (plain, large), _ = details(Block(), Block(kernel=5))
    (explaining,), missed = with_variants([plain], [replace(plain, boxes=large.boxes)], scenes)
    assert (missed, explaining.variants) == ((), ())
    assert explaining.boxes == plain.boxes + large.boxes


def test_strides_are_named_and_other_classes_are_not_compared() -> None:
    _, (plain, small), _ = details(Block(), Block(shortcut="none", stride=2))
    (explaining,), _ = with_variants([plain], [small], scenes)
    assert [one.changes for one in explaining.variants] == [("no shortcut", "/2")]
    other = replace(small, box=replace(small.box, type="Other"))
    assert with_variants([plain], [other], scenes) == ((plain,), (other,))


def test_the_fewest_words_are_taken_and_no_difference_in_full_is_lost() -> None:
    _, (plain, large), _ = details(Block(), Block(kernel=5))
    full, brief = inside(plain), replace(inside(plain), boxes=(), arrows=())

    def both(detail: Detail) -> Iterator[Scene]:
        """All boxes, and as none: in brief, both look the same."""
        yield inside(detail)
        yield brief

    (explaining,), _ = with_variants([plain], [large], both)
    assert [one.changes for one in explaining.variants] == [("5×5 conv",)]
    assert changes(brief, brief) == changes(full, full) == ()
