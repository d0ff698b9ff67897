"""From a diagram to a scene: the reader's own words, frames, numbers of one copy."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.two_blocks import Block, Net, first_lines
from visualize.core.errors import UsageError
from visualize.scene.build import describe


@pytest.fixture(scope="module")
def net() -> visualize.Architecture:
    return visualize.trace(Net(), (1, 3, 16, 16))


def test_labels_name_boxes_and_frames(net: visualize.Architecture) -> None:
    figure = visualize.draw(net, level="layer", labels={"stem": "patchify", "Block": "cell"})
    assert "patchify" in first_lines(figure)
    assert [group.label for group in figure.scene.groups if group.framed] == ["×2 cell"]
    block = visualize.draw(net, level="block", labels={"Block": "cell"})
    assert "cell ×2" in first_lines(block)


def test_a_label_for_nothing_is_refused(net: visualize.Architecture) -> None:
    with pytest.raises(UsageError, match=r"--label.*did you mean stem"):
        visualize.draw(net, labels={"stm": "patchify"})


class Patches(nn.Module):
    """Tokens of an image; a statistic that nothing reads; an image again."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, 16, 3, 4, padding=1)
        self.mix = nn.Linear(16, 16)
        self.head = nn.Conv2d(16, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x.flatten(1).max(1)
        tokens = self.mix(self.embed(x).flatten(2).transpose(1, 2))
        out: Tensor = self.head(tokens.transpose(1, 2).unflatten(2, (2, 2)))
        return out


def test_shapes_are_where_they_change() -> None:
    """An input has its own shape; reshaping that a box absorbed is on the arrow, not in it."""
    scene = visualize.draw(Patches(), (1, 3, 8, 8), level="layer").scene
    assert scene.boxes[0].label == ("image 3×8×8",)
    labels = {box.id: box.label[0] for box in scene.boxes}
    arrows = [(labels[arrow.source], arrow.label) for arrow in scene.arrows]
    assert arrows == [
        ("image 3×8×8", ""),
        ("3×3 conv, 16, /4", "4×16"),
        ("Linear, 16 → 16", "16×2×2"),
        ("1×1 conv, 4", ""),
    ]
    assert "output 16×2×2" in scene.boxes[1].tooltip


class Pyramid(nn.Module):
    """Feature maps of two resolutions, returned by one module, and a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        fine, coarse = self.backbone(x)
        out: Tensor = self.head(fine.mean((2, 3)) + coarse.mean((2, 3)))
        return out


class Backbone(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Conv2d(3, 8, 3, 2, padding=1)
        self.coarse = nn.Conv2d(8, 8, 3, 2, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.fine(x)
        return fine, self.coarse(fine)


def test_a_box_has_the_resolution_of_what_it_returns() -> None:
    layers = visualize.draw(Pyramid(), (1, 3, 8, 8), level="layer").scene
    found = {box.members[0]: box.resolution for box in layers.boxes}
    assert found["x"] == (8, 8)
    assert found["backbone_fine"] == (4, 4)
    assert found["backbone_coarse"] == (2, 2)
    assert found["head"] == ()
    collapsed = visualize.draw(Pyramid(), (1, 3, 8, 8), collapse=["backbone"]).scene
    (several,) = (box for box in collapsed.boxes if len(box.members) > 1 and "coarse" in str(box))
    assert several.resolution == ()


@pytest.mark.parametrize(
    ("shape", "batch"), [((4, 3, 8, 8), "in a batch of 4"), ((1, 3, 8, 8), ""), ((3, 8, 8), "")]
)
def test_the_tooltip_of_an_input_names_its_batch(shape: tuple[int, ...], batch: str) -> None:
    box = visualize.draw(nn.Conv2d(3, 8, 1), shape, level="layer").scene.boxes[0]
    assert box.label[0].endswith("3×8×8")
    assert box.tooltip.splitlines()[2:] == ([batch] if batch else [])


class Bottleneck(nn.Module):
    """A residual block with layers of one kind."""

    def __init__(self, conv: type[nn.Module], width: int) -> None:
        super().__init__()
        self.first = conv(width, 4, 1)
        self.second = conv(4, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(self.first(x))
        return out


@pytest.mark.parametrize(
    ("conv", "sizes"),
    [(nn.Conv1d, (7,)), (nn.Conv2d, (7, 7)), (nn.Conv3d, (5, 7, 7)), (nn.Linear, ())],
)
@pytest.mark.parametrize("batch", [(), (1,), (3,)])
def test_a_block_shows_its_channels(
    conv: type[nn.Module], sizes: tuple[int, ...], batch: tuple[int, ...]
) -> None:
    model = nn.Sequential(Bottleneck(conv, 12), Bottleneck(conv, 12))
    scene = visualize.draw(model, (*batch, 12, *sizes), level="block").scene
    (block,) = (box for box in scene.boxes if box.role == "block")
    assert block.label[0] == "Bottleneck, 12 ×2"


# Numbers


def test_a_folded_box_counts_all_copies_and_shows_one(net: visualize.Architecture) -> None:
    scene = visualize.draw(net, level="block").scene
    (block,) = [box for box in scene.boxes if box.role == "block"]
    assert block.repeat == 2
    assert block.parameters == 2 * sum(p.numel() for p in Block(8).parameters())
    assert f"{block.parameters // 2:,} parameters each, 2 copies" in block.tooltip
    assert block.skips == (("identity", 2),)


def test_hidden_operations_are_counted_in_all_copies(net: visualize.Architecture) -> None:
    folded, plain = (
        visualize.draw(net, level="layer", fold=fold, hide=["body.?.conv2"]).scene
        for fold in (True, False)
    )
    assert len(folded.boxes) < len(plain.boxes)
    assert folded.hidden == plain.hidden == 2


def test_a_frame_has_the_parameters_of_one_copy(net: visualize.Architecture) -> None:
    scene = visualize.draw(net, level="layer").scene
    (frame,) = [group for group in scene.groups if group.framed]
    assert (frame.label, frame.repeat) == ("×2 Block", 2)
    assert frame.detail == "1.2 k each"


def test_roles_are_those_that_documents_name(net: visualize.Architecture) -> None:
    for level in ("op", "layer", "block", "stage"):
        roles = {box.role for box in visualize.draw(net, level=level).scene.boxes}
        assert roles <= {"input", "output", "layer", "merge", "block", "stage"}


def test_screen_readers_get_one_sentence(net: visualize.Architecture) -> None:
    sentence = describe(net)
    assert sentence.startswith(f"Net: {net.parameters:,} parameters, ")
    assert sentence.endswith("skip connections: 2 residual")


class Greedy(nn.Module):
    """A decoder that reads the token it chose before."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.cell = nn.Embedding(20, 8), nn.GRUCell(8, 8)
        self.head = nn.Linear(8, 20)

    def forward(self, state: Tensor, token: Tensor) -> Tensor:
        """Choose a token in each of six steps."""
        found = []
        for _ in range(6):
            state = self.cell(self.embedding(token), state)
            scores = self.head(state)
            token = scores.argmax(-1)
            found.append(scores)
        return torch.stack(found, 1)


def test_what_the_next_step_reads_is_not_unused() -> None:
    inputs = torch.zeros(2, 8), torch.zeros(2, dtype=torch.int64)
    (choice,) = [
        box for box in visualize.draw(Greedy(), inputs).scene.boxes if box.label[0] == "argmax"
    ]
    assert choice.repeat == 6
    assert "unused" not in " ".join(choice.label)


class Gathering(nn.Module):
    """A sum of what layers make of many inputs."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(1, 4) for _ in range(number))

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat([layer(one) for layer, one in zip(self.layers, inputs)], -1)


@pytest.mark.parametrize(("number", "lines"), [(5, 1), (6, 2)])
def test_many_inputs_have_their_shapes_below_their_names(number: int, lines: int) -> None:
    figure = visualize.draw(Gathering(number), tuple(torch.zeros(1, 1) for _ in range(number)))
    inputs = [box for box in figure.scene.boxes if box.role == "input"]
    assert len(inputs) == number
    assert {len(box.label) for box in inputs} == {lines}
    assert figure.check() == []
    assert all("".join(box.label).endswith("1") for box in inputs)


class _EarlyExit(nn.Module):
    """Stops when it is sure, of which no tensor knows."""

    def __init__(self) -> None:
        super().__init__()
        self.work, self.sure = nn.Linear(4, 4), nn.Linear(4, 1)
        self.idle, self.last = nn.Linear(4, 2), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Work, and again if that seems necessary."""
        x = self.work(x).relu()
        self.idle(x)
        if self.sure(x).mean() < 1e6:
            x = x + self.work(x)
        return self.last(x)  # type: ignore[no-any-return]


def test_what_python_decides_by_is_not_unused() -> None:
    scene = visualize.draw(_EarlyExit(), (2, 4)).scene
    told = {box.id: box.label[1].split(" · ")[0] for box in scene.boxes if len(box.label) > 1}
    assert told["sure"] == "control flow only"
    assert told["idle"] == "unused"


def test_all_that_a_model_returns_is_listed() -> None:
    class Several(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            return x, x.mean(1), x[:, :2], x.mean(), x[:, :3]

    (output,) = (
        box for box in visualize.draw(Several(), (2, 4)).scene.boxes if box.role == "output"
    )
    assert ", ".join(output.label) == "output 4, scalar, 2, scalar, 3"
