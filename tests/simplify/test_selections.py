"""Where there is no room for all details, the richest and the most used are shown."""

from __future__ import annotations

import torch
from torch import nn

import visualize
from tests.simplify.test_details import Block, Streams, all_details, details, net
from visualize.core.choices import Level
from visualize.simplify import Simplifier
from visualize.simplify.details import DetailFinder
from visualize.simplify.selections import apart, others, representative, selections


def test_a_block_is_shown_alone_where_only_the_blocks_in_it_draw_skips() -> None:
    architecture = visualize.trace(Streams(), (1, 3, 8, 8))
    overview = Simplifier(architecture).to(Level.BLOCK)
    finder = DetailFinder(overview)
    plain, _ = details(net(Block(8, 8), Block(8, 16), Block(16, 16), Block(16, 32)), 1, 3, 8, 8)
    found = (*finder.of(overview), plain)
    tried = [[one.box.type for one in shown] for shown in selections(found, finder.brief)]
    assert tried[0] == ["Exchange", "Block"]
    assert ["Exchange"] in tried


def test_less_and_less_is_selected_and_the_last_draws_a_skip_connection() -> None:
    finder = DetailFinder(Simplifier(visualize.trace("maxvit_t")).to(Level.BLOCK))
    found = list(finder.of(finder.blocks))
    tried = list(selections(found, finder.brief))
    assert sum(len(one.diagram.boxes) for one in all_details(found)) > 40
    for shown in tried:
        assert sum(len(one.diagram.boxes) for one in all_details(list(shown))) <= 40
    assert any(one.details for one in tried[0])
    last = tried[-1]
    assert len(last) == 1
    assert last[0].drawn_skips
    assert set(last[0].boxes) <= {box for one in found for box in one.boxes}


def test_nothing_is_selected_where_there_is_nothing() -> None:
    layers = Simplifier(visualize.trace("resnet18")).to(Level.LAYER)
    assert list(selections((), DetailFinder(layers).brief)) == []


def test_details_that_are_not_shown_may_be_added_that_of_most_boxes_first() -> None:
    blocks = Simplifier(visualize.trace("mobilenet_v3_small")).to(Level.BLOCK)
    finder = DetailFinder(blocks)
    found = finder.of(blocks)
    left = list(map(finder.brief, others(found, found[:1])))
    assert {one.box.id for one in left} == {one.box.id for one in found[1:]}
    explained = [len(one.boxes) for one in left]
    assert explained == sorted(explained, reverse=True)
    assert others(found, found) == []


def test_one_of_a_class_is_that_with_the_most_kinds_of_skip_connection() -> None:
    found = details(net(Block(8, 8), Block(8, 8, gate=True), Block(8, 8)), 1, 3, 8, 8)
    (rich,) = representative(found)
    assert {skip.kind.value for skip in rich.diagram.skips} == {"identity", "gate"}


def test_blocks_in_different_blocks_that_are_equal_are_one_detail() -> None:
    """Both kinds of layer of MaxViT hold the same attention."""
    found = details("maxvit_t")
    inner = [one.box.type for detail in found for one in detail.details]
    types = [one.box.type for one in apart(found)]
    assert inner.count("PartitionAttentionLayer") > types.count("PartitionAttentionLayer") > 0
    attention = next(one for one in apart(found) if one.box.type == "PartitionAttentionLayer")
    assert set(attention.boxes) == {box for detail in found for box in detail.boxes}
    assert not attention.details


class Wide(nn.Module):
    """Branches side by side, and no skip connection."""

    def __init__(self, *kernels: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Conv2d(8, 4, k, padding=k // 2) for k in kernels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Join them."""
        return torch.cat([branch(x) for branch in self.branches], 1)


class Wider(Wide):
    """Another class."""


def test_blocks_without_skip_connections_are_selected_too_the_most_used_last() -> None:
    """As those of an Inception network."""
    blocks = [Wide(1, 3), Wide(1, 3), Wide(1, 3), Wider(1, 5)]
    model = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Sequential(*blocks))
    finder = DetailFinder(Simplifier(visualize.trace(model, (1, 3, 8, 8))).to(Level.BLOCK))
    tried = list(selections(finder.of(finder.blocks), finder.brief))
    assert [one.box.type for one in tried[0]] == ["Wide", "Wider"]
    assert [one.box.type for one in tried[-1]] == ["Wide"]


def test_where_only_stages_draw_skips_blocks_alone_are_selected_last() -> None:
    finder = DetailFinder(Simplifier(visualize.trace("densenet121")).to(Level.BLOCK))
    found = finder.of(Simplifier(visualize.trace("densenet121")).to(Level.STAGE))
    *_, last = selections(found, finder.brief)
    assert sorted(one.box.type for one in last) == ["_DenseLayer", "_Transition"]


def test_what_is_only_a_part_of_the_closed_block_says_so() -> None:
    finder = DetailFinder(Simplifier(visualize.trace("maxvit_t")).to(Level.BLOCK))
    found = finder.of(finder.blocks)
    assert not any(one.is_part for one in found)
    assert all(one.is_part for one in apart([one for one in found if one.details]))


def test_a_block_of_a_closed_block_is_a_part_of_it_and_one_of_a_stage_is_not() -> None:
    simplifier = Simplifier(visualize.trace(Streams(), (1, 3, 8, 8)))
    finder = DetailFinder(simplifier.to(Level.BLOCK))
    assert all(one.is_part for one in apart(finder.of(finder.blocks)))
    resnet = Simplifier(visualize.trace("resnet18"))
    stages = DetailFinder(resnet.to(Level.BLOCK)).of(resnet.to(Level.STAGE))
    assert stages
    assert not any(one.is_part for one in apart(stages))
