"""Each different structure of closed blocks has one detail."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import NodeKind
from visualize.core.choices import Level, SkipKind
from visualize.core.detail import Detail
from visualize.core.diagram import BoxKind, Diagram
from visualize.simplify import Simplifier
from visualize.simplify.details import (
    DetailFinder,
    brief,
    structure,
)


def details(model: nn.Module | str, *shape: int, level: Level = Level.BLOCK) -> list[Detail]:
    simplifier = Simplifier(visualize.trace(model, torch.zeros(shape) if shape else None))
    overview, blocks = simplifier.to(level), simplifier.to(Level.BLOCK)
    return list(DetailFinder(blocks).of(overview))


class Block(nn.Module):
    """A residual block, with a projection where its width changes, and a gate if asked for."""

    def __init__(self, inputs: int, outputs: int, gate: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.squeeze = nn.Conv2d(outputs, outputs, 1) if gate else None
        self.project = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Add the shortcut."""
        y = self.conv2(torch.relu(self.conv1(x)))
        if self.squeeze is not None:
            y = y * torch.sigmoid(self.squeeze(y.mean((2, 3), keepdim=True)))
        return torch.relu(y + self.project(x))


def net(*blocks: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Sequential(*blocks))


def test_blocks_that_differ_in_width_share_a_detail() -> None:
    found = details(net(Block(8, 8), Block(8, 16), Block(16, 16), Block(16, 32)), 1, 3, 8, 8)
    assert [len(one.boxes) for one in found] == [2, 2]
    kinds = [{skip.kind.value for skip in one.diagram.skips} for one in found]
    assert kinds == [{"identity"}, {"projection"}]


def test_structures_that_differ_have_details_of_their_own() -> None:
    found = details(net(Block(8, 8), Block(8, 8, gate=True), Block(8, 8)), 1, 3, 8, 8)
    assert len(found) == 2
    plain, gated = (structure(one.diagram) for one in found)
    assert plain != gated


def test_blocks_with_different_kernels_have_details_of_their_own() -> None:
    small, large = Block(8, 8), Block(8, 8)
    large.conv1 = nn.Conv2d(8, 8, 5, padding=2)
    found = details(net(small, large, Block(8, 8)), 1, 3, 8, 8)
    assert len(found) == 2


def test_a_stage_is_explained_by_its_blocks() -> None:
    found = details("resnet50", level=Level.STAGE)
    assert [one.boxes for one in found] == 2 * [
        tuple(f"stage layer{number}" for number in range(1, 5))
    ]


def test_layers_are_not_explained() -> None:
    assert details("resnet18", level=Level.LAYER) == []
    assert details(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), 1, 4) == []


def test_what_all_earlier_layers_return_is_one_input() -> None:
    """A layer of a DenseNet reads more tensors than the one before it, and looks the same."""
    found = details("densenet121", level=Level.STAGE)
    blocks = [one for one in found if one.box.kind is BoxKind.BLOCK]
    names = [one.box.type for one in blocks]
    assert names.count("_DenseLayer") == 2  # the first has nothing to concat
    dense = blocks[1].diagram
    assert sum(box.kind.value == "input" for box in dense.boxes) == 1


def test_a_stage_whose_blocks_are_joined_by_skips_has_a_detail() -> None:
    found = details("densenet121", level=Level.STAGE)
    (stage,) = (one for one in found if one.box.kind is BoxKind.STAGE)  # others are too large
    kinds = [box.kind for box in stage.diagram.boxes]
    assert kinds.count(BoxKind.BLOCK) == stage.box.count == 6
    assert stage.drawn_skips == {SkipKind.CONCAT}
    assert all(one.box.kind is BoxKind.BLOCK for one in details("resnet18", level=Level.STAGE))


class Exchange(nn.Module):
    """Two streams of residual blocks in lists, and what each makes of the other."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(*(Block(width, width, gate) for gate in (True, False))) for _ in range(2)
        )
        self.across = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(2))

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Each stream and the other one, added."""
        x, y = self.streams[0](x), self.streams[1](y)
        return x + self.across[0](y), y + self.across[1](x)


class Streams(nn.Module):
    """Two streams that are exchanged several times."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 1), nn.Conv2d(3, 8, 1)
        self.exchanges = nn.ModuleList(Exchange() for _ in range(3))
        self.last = nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """What is made of both."""
        x, y = self.first(x), self.second(x)
        for exchange in self.exchanges:
            x, y = exchange(x, y)
        return torch.cat((self.last(x), self.last(y)), 1)


def test_a_block_of_streams_shows_the_blocks_in_them_and_what_joins_them() -> None:
    (exchange,) = details(Streams(), 1, 3, 8, 8)
    assert exchange.box.type == "Exchange"
    inside = exchange.diagram
    assert sum(box.kind is BoxKind.MERGE for box in inside.boxes) == 2
    assert sum(box.type == "Block" for box in inside.boxes) == 4
    assert [inner.box.type for inner in exchange.details] == 2 * ["Block"]


def test_a_large_block_shows_the_modules_in_it_with_details_of_their_own() -> None:
    (first, *_) = details("maxvit_t")
    closed = {box.type for box in first.diagram.boxes if box.kind.is_collapsed}
    assert closed
    assert {one.box.type for one in first.details} == closed


def all_details(found: list[Detail]) -> list[Detail]:
    return [inner for one in found for inner in (one, *all_details(list(one.details)))]


def test_what_is_inside_is_what_the_closed_box_holds() -> None:
    architecture = visualize.trace("mobilenet_v3_small")
    overview = Simplifier(architecture).to(Level.BLOCK)
    for one in all_details(list(DetailFinder(overview).of(overview))):
        inside = held(one.diagram)
        assert inside <= set(one.box.members)
        macs = sum(architecture.operation(name).macs for name in inside)
        assert macs == one.box.macs


def held(diagram: Diagram) -> set[str]:
    ends = (NodeKind.INPUT, NodeKind.OUTPUT)
    return {one.id for box in diagram.boxes for one in box.operations if one.kind not in ends}


class Layer(nn.Module):
    """A layer of a transformer, whose feed-forward network is a module of its own."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.feed = Feed(width)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the network makes of the norm."""
        return x + self.feed(self.norm(x))


class Feed(nn.Module):
    """Two linear layers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Widen and narrow."""
        return self.down(torch.relu(self.up(x)))


def test_in_brief_what_no_skip_connection_ends_in_is_closed() -> None:
    (whole,) = details(nn.Sequential(nn.Linear(8, 8), nn.Sequential(Layer(8))), 1, 5, 8)
    short = brief(whole, Simplifier(whole.diagram.exact))
    closed = [box.path.rpartition(".")[2] for box in short.diagram.boxes if box.kind.is_collapsed]
    assert closed == ["feed"]
    assert short.drawn_skips == whole.drawn_skips == {SkipKind.IDENTITY}
    assert held(short.diagram) == held(whole.diagram)


def test_a_brief_detail_is_made_once_and_the_whole_is_kept() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Sequential(Layer(8)))
    finder = DetailFinder(Simplifier(visualize.trace(model, torch.zeros(1, 5, 8))).to(Level.BLOCK))
    (whole,) = finder.of(finder.blocks)
    assert finder.whole(whole) is whole
    short = finder.brief(whole)
    assert len(short.diagram.boxes) < len(whole.diagram.boxes)
    assert finder.whole(short) is whole
    assert finder.brief(short).diagram is short.diagram


def test_in_brief_layers_that_work_together_are_one_box() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 64, batch_first=True)
    (whole,) = details(nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), 1, 6, 16)
    shown = brief(whole, Simplifier(whole.diagram.exact)).diagram
    (mlp,) = [box for box in shown.boxes if box.kind is BoxKind.SUBLAYER]
    assert list(map(str, mlp.label)) == ["MLP, 16 → 64 → 16", "ReLU"]


def test_a_detail_shows_what_it_returns() -> None:
    """A block that ends with a layer has an output as one that ends with a merge has."""
    found = details(net(Block(8, 8), Block(8, 16)), 1, 3, 8, 8)
    for one in found:
        (output,) = [box for box in one.diagram.boxes if box.kind is BoxKind.OUTPUT]
        assert [tensor.shape for tensor in output.outputs] == [
            tensor.shape for tensor in one.box.outputs
        ]


def test_a_closed_module_that_is_no_block_is_explained() -> None:
    """Modules that a figure closes at its own depth hold layers, and blocks nowhere."""
    stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
    model = nn.Sequential(stem, nn.Sequential(Block(8, 8), Block(8, 8)))
    simplifier = Simplifier(visualize.trace(model, torch.zeros(1, 3, 8, 8)))
    closed = simplifier.to(Level.STAGE, depth=1)
    found = DetailFinder(simplifier.to(Level.BLOCK)).of(closed)
    assert {box for one in found for box in one.boxes} == {
        box.id for box in closed.boxes if box.kind.is_collapsed
    }


def scales(edges: Tensor, nodes: int) -> Tensor:
    """A number for each edge of a graph, computed without weights."""
    degree = torch.zeros(nodes).scatter_add(0, edges[1], torch.ones(edges.shape[1]))
    scale = degree.clamp(min=1).rsqrt().nan_to_num()
    return scale[edges[0]] * scale[edges[1]]


class Sparse(nn.Module):
    """A block that computes something without weights, then works with them."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """Sums over edges."""
        weight = scales(edges, len(x))
        y = self.layer(x)
        return torch.zeros_like(y).index_add(0, edges[1], y[edges[0]] * weight[:, None])


class Graphs(nn.Module):
    """Three such blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(Sparse() for _ in range(3))

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """One after the other."""
        for conv in self.convs:
            x = conv(x, edges).relu()
        return x


def test_a_computation_of_an_open_block_is_not_explained_by_that_block() -> None:
    inputs = torch.zeros(5, 8), torch.zeros(2, 9, dtype=torch.int64)
    simplifier = Simplifier(visualize.trace(Graphs(), inputs))
    overview = simplifier.to(Level.LAYER)
    assert any(box.kind is BoxKind.COMPUTATION for box in overview.boxes)
    assert not DetailFinder(simplifier.to(Level.BLOCK)).of(overview)
