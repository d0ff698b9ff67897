"""Mixed connections, in every spelling, and what only looks like one."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from tests.mixes import (
    IMAGE,
    MIXES,
    SEQUENCE,
    STEPS,
    Attention,
    Centred,
    DepthAttention,
    DepthWeighted,
    EncoderAttention,
    Experts,
    FirstAgain,
    Halves,
    Highway,
    HyperConnections,
    LayerMix,
    ListedStreams,
    Mix,
    Modulated,
    NormedDepthAttention,
    Scaled,
    Searched,
    SelectiveKernel,
    SplitAttention,
    Step,
    TokenPooling,
)
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.mixed import find_mixed
from visualize.core.architecture import Skip, SkipKind


def mixed(model: nn.Module, shape: tuple[int, ...] = SEQUENCE) -> list[Skip]:
    skips = visualize.trace(model, shape).skips
    return [skip for skip in skips if skip.kind is SkipKind.MIXED]


def streams(model: nn.Module) -> list[int | None]:
    return [skip.streams for skip in mixed(model)]


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: mix.__name__)
def test_a_depth_weighted_average_mixes_all_outputs_so_far(mix: Mix) -> None:
    found = mixed(DepthWeighted(mix))
    assert [skip.streams for skip in found] == [2, 3, 4]
    assert {skip.merge_type for skip in found} == {"add"}
    assert {skip.shape for skip in found} == {SEQUENCE}
    # It begins at the input, and bypasses the blocks whose outputs are summed.
    assert [skip.fork for skip in found] == ["x"] * 3
    assert [skip.bypassed_parameters for skip in found] == sorted(
        {skip.bypassed_parameters for skip in found}
    )


def test_one_average_over_all_layers() -> None:
    (found,) = mixed(LayerMix())
    assert (found.streams, found.fork, found.long, found.gradient) == (4, "x", False, True)
    assert found.parameters == 0 or found.parameters == 4


@pytest.mark.parametrize("growing", [False, True])
def test_attention_over_the_outputs_of_earlier_layers(growing: bool) -> None:
    found = mixed(DepthAttention(growing))
    assert [skip.streams for skip in found] == [2, 3, 4]


def test_attention_over_normalized_blocks() -> None:
    assert streams(NormedDepthAttention()) == [2, 2, 3]


@pytest.mark.parametrize("at_once", [False, True])
def test_the_first_embedding_is_mixed_into_the_stream_again(at_once: bool) -> None:
    assert streams(FirstAgain(at_once)) == [2] * (3 if at_once else 2)


@pytest.mark.parametrize("computed", [False, True], ids=["learnt", "computed"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_each_layer_has_one_hyper_connection(step: Step, computed: bool) -> None:
    found = mixed(HyperConnections(step, computed=computed))
    assert [skip.streams for skip in found] == [4, 4]
    assert {skip.merge_type for skip in found} == {"add"}
    assert {skip.shape for skip in found} == {(1, 8, 4, 16)}
    assert found[1].fork == found[0].merge
    others = visualize.trace(HyperConnections(step, computed=computed), SEQUENCE).skips
    assert {skip.kind for skip in others} == {SkipKind.MIXED}


@pytest.mark.parametrize("number", [2, 3, 8])
def test_streams_are_counted(number: int) -> None:
    assert streams(HyperConnections(STEPS[0], computed=True, streams=number)) == [number] * 2
    assert streams(ListedStreams(streams=number)) == [number] * 2


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (Experts(), SEQUENCE),
        (SelectiveKernel(stacked=True), IMAGE),
        (SelectiveKernel(stacked=False), IMAGE),
        (SplitAttention(), IMAGE),
        (Attention(projected=True), SEQUENCE),
        (Attention(projected=False), SEQUENCE),
        (TokenPooling(), SEQUENCE),
        (Modulated(matrix=False), (1, 16, 16)),
        (Modulated(matrix=True), (1, 16, 16)),
        (Halves(), (1, 3, 8, 2)),
        (EncoderAttention(), SEQUENCE),
        (Searched(), IMAGE),
        (Highway(), SEQUENCE),
        (Scaled(both=False), SEQUENCE),
        (Scaled(both=True), SEQUENCE),
        (Centred(weighted=False), SEQUENCE),
        (Centred(weighted=True), SEQUENCE),
        (nn.TransformerEncoderLayer(16, 2, batch_first=True), SEQUENCE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else None,
)
def test_what_is_no_mix_of_earlier_tensors(model: nn.Module, shape: tuple[int, ...]) -> None:
    assert mixed(model, shape) == []


def test_constant_weights_are_no_mix() -> None:
    class Constant(DepthWeighted):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            states = [x]
            for block in self.blocks:
                states.append(block(states[-1]))
            return 0.5 * states[0] + 0.3 * states[1] + 0.2 * states[2]

    assert mixed(Constant(MIXES[0])) == []


def test_a_long_sum_is_read_in_reasonable_time() -> None:
    net = Net()
    x = net.input(1, 8, 4, 4)
    total = x
    for _ in range(3000):
        total = net.add(total, net.mul(x, net.constant("weight", 1)))
    net.output(total)
    assert find_mixed(Flow(net.graph)).skips == ()


class Modulated(nn.Module):
    """A modulation by a condition that gated the features before: FiLM, or adaLN of DiT."""

    def __init__(self, width: int, *, of_maps: bool = False, minus: bool = False) -> None:
        super().__init__()
        self.of_maps, self.minus = of_maps, minus
        self.gate, self.modulation = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.before, self.after = nn.Linear(width, width), nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        condition = torch.nn.functional.silu(condition)
        shift, scale = (one.unsqueeze(1) for one in self.modulation(condition).chunk(2, -1))
        x = self.norm(self.before(x * self.gate(condition).unsqueeze(1)))
        if self.of_maps:
            x, shift, scale = (one.transpose(1, 2) for one in (x, shift, scale))
        return x * (1 + scale) - shift if self.minus else x * (1 + scale) + shift


@pytest.mark.parametrize("positions", [9, 16])
@pytest.mark.parametrize("options", [{}, {"of_maps": True}, {"minus": True}])
def test_a_modulation_mixes_nothing_also_where_it_has_as_many_positions_as_channels(
    options: dict[str, bool], positions: int
) -> None:
    model = Modulated(16, **options)
    assert visualize.trace(model, [(2, positions, 16), (2, 16)]).skips == ()


@pytest.mark.parametrize(
    ("name", "number", "streams"),
    [
        # Two hyper-connections a layer, around attention and experts.
        ("deepseek_v4.DeepseekV4Config?num_hidden_layers=2", 4, 4),
        pytest.param(
            "glm5_next.Glm5NextTextConfig?num_hidden_layers=2", 4, 4, marks=pytest.mark.zoo
        ),
        # Attention over the blocks so far: before the MLP, after the first layer before the
        # attention, and at the end.
        pytest.param(
            "inkling2.Inkling2TextConfig?num_hidden_layers=3", 6, 2, marks=pytest.mark.zoo
        ),
    ],
)
def test_published_models(name: str, number: int, streams: int) -> None:
    module, _, config = name.partition(".")
    pytest.importorskip(f"transformers.models.{module}")
    skips = visualize.trace(f"hf:{config}").skips
    found = [skip for skip in skips if skip.kind is SkipKind.MIXED]
    assert [skip.streams for skip in found] == [streams] * number
    assert not [skip for skip in skips if skip.kind is SkipKind.GATE]
