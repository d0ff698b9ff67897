"""Sentences on depth and paths."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.sentences import written
from visualize.core.summary import Depth, Facts, PathLengths, Row, RowKind, Summary
from visualize.report.language import load_language
from visualize.report.sentences.depth import depth_sentence, paths_sentence


def test_no_weighted_layers() -> None:
    assert "No weighted layers." in written(nn.BatchNorm2d(4), (1, 4, 2, 2))


def test_without_parameters_that_says_it_all() -> None:
    described = written(nn.ReLU(), (1, 4))
    assert "No parameters." in described
    assert "layer" not in described
    assert "sequential" not in described


def test_a_single_path() -> None:
    two = written(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)), (1, 4))
    assert "Depth: 2 weighted layers on the longest path. Purely sequential." in two


class Beside(nn.Module):
    """Two layers of one block that read the same, and are added or joined."""

    def __init__(self, joins: bool) -> None:
        super().__init__()
        self.joins = joins
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        one, other = self.one(torch.nn.functional.silu(x)), self.other(x.cos())
        return torch.cat([one, other], -1)[..., ::2] if self.joins else one + other


@pytest.mark.parametrize("joins", [False, True])
def test_blocks_in_a_row_with_parallel_layers_are_not_sequential(joins: bool) -> None:
    described = written(nn.Sequential(Beside(joins), Beside(joins)), (1, 4))
    assert "on parallel branches" in described
    assert "sequential" not in described


def test_one_layer_has_no_path_to_speak_of() -> None:
    one = written(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (1, 4))
    assert "Depth: 1 weighted layer." in one
    assert "sequential" not in one


@pytest.mark.parametrize(
    ("depth", "listed"),
    [
        (Depth(50, gates=32), "(82 in total: 32 in gates)"),
        (Depth(50, projections=4), "(54 in total: 4 in projection shortcuts)"),
        (Depth(1, parallel=1200), "(1,201 in total: 1,200 on parallel branches)"),
        (
            Depth(9, 1, 2, 3),
            "(15 in total: 1 in projection shortcuts, 2 in gates, 3 on parallel branches)",
        ),
    ],
)
def test_only_the_places_that_have_layers_are_listed(depth: Depth, listed: str) -> None:
    layers = depth.longest + depth.projections + depth.gates + depth.parallel
    facts = Facts(layers, depth, PathLengths({}))
    summary = Summary("net", "Net", (Row("TOTAL", RowKind.TOTAL),), facts)
    sentence = depth_sentence(summary, load_language("en"))
    noun = "layer" if depth.longest == 1 else "layers"
    assert sentence == (f"Depth: {depth.longest} weighted {noun} on the longest path {listed}.")


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({3: 1}, ""),
        ({0: 1, 2: 3, 4: 3, 6: 1}, "2³ = 8 paths over residual connections, through 0 to 6 "
         "weighted layers (median 3, 90th percentile 6)."),
        ({1: 2, 2: 1}, "3 paths over residual connections, through 1 to 2 weighted layers "
         "(median 1, 90th percentile 2)."),
        ({4: 2}, "2 paths over residual connections, each through 4 weighted layers."),
    ],
)  # fmt: skip
def test_paths_are_those_of_residual_networks(counts: dict[int, int], sentence: str) -> None:
    facts = Facts(9, Depth(9), PathLengths(counts))
    assert paths_sentence(facts, load_language("en")) == sentence


@pytest.mark.parametrize("name", ["vgg16", "googlenet", "densenet121"])
def test_no_paths_without_residual_connections(name: str) -> None:
    assert "paths" not in written(name)
