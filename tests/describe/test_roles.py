"""What the layers of a transformer are for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests import nets
from visualize.core.architecture import Architecture
from visualize.core.facts import Role


def roles(
    model: nn.Module | str | Architecture, inputs: object = None
) -> dict[Role, tuple[int, int]]:
    """Parameters and MACs by role."""
    facts = visualize.summarize(model, inputs).facts
    return {one.role: (one.parameters, one.macs) for one in facts.roles}


def test_attention_of_torch_counts_with_its_projections() -> None:
    found = roles(nets.Transformer(), torch.zeros(1, 8, dtype=torch.int64))
    assert found[Role.ATTENTION] == (4 * 16 * 16 + 4 * 16, 4 * 16 * 16 * 8 + 2 * 8 * 8 * 16)
    assert found[Role.MLP] == (2 * 64 * 16 + 64 + 16, 2 * 64 * 16 * 8)
    assert found[Role.EMBEDDING] == (100 * 16 + 8 * 16, 0)  # the table, and positions
    assert found[Role.HEAD] == (0, 8 * 16 * 100)  # tied
    assert found[Role.OTHER] == (2 * 2 * 16, 0)  # norms


class Parallel(nn.Module):
    """Attention and MLP side by side, as in GPT-J: x + attention(x) + mlp(x)."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(8, 24, bias=False), nn.Linear(8, 8, bias=False)
        self.up, self.down = nn.Linear(8, 32, bias=False), nn.Linear(32, 8, bias=False)
        self.first, self.head = nn.Linear(4, 8, bias=False), nn.Linear(8, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Attend, and work on each token, at once."""
        x = self.first(x)
        q, k, v = self.qkv(x).chunk(3, -1)
        attended = (q @ k.transpose(-1, -2) / 8**0.5).softmax(-1) @ v
        return self.head(x + self.out(attended) + self.down(self.up(x).relu()))


def test_the_flow_separates_parallel_attention_and_mlp() -> None:
    found = roles(Parallel(), (1, 5, 4))
    assert {role: parameters for role, (parameters, _) in found.items()} == {
        Role.ATTENTION: 4 * 64, Role.MLP: 2 * 8 * 32, Role.HEAD: 24, Role.OTHER: 32,
    }  # fmt: skip


class LowRank(nn.Module):
    """Queries and keys that are made by two layers, as in DeepSeek, and a class token."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 16))
        self.patches = nn.Conv2d(3, 16, 4, 4, bias=False)
        self.down, self.up = nn.Linear(16, 4, bias=False), nn.Linear(4, 48, bias=False)
        self.out = nn.Linear(16, 16, bias=False)
        self.time = nn.Linear(2, 16, bias=False)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """Attend on a residual branch that a time scales."""
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1)
        q, k, v = self.up(self.down(x * self.time(time)[:, None])).chunk(3, -1)
        return x + self.out(nn.functional.scaled_dot_product_attention(q, k, v))


def test_layers_before_projections_tokens_patches_and_conditioning() -> None:
    found = roles(LowRank(), [(1, 3, 16, 16), (1, 2)])
    assert {role: parameters for role, (parameters, _) in found.items()} == {
        Role.ATTENTION: 64 + 192 + 256, Role.EMBEDDING: 16 * 48 + 16, Role.CONDITIONING: 32,
    }  # fmt: skip


class RelativePositions(nn.Module):
    """Attention to which learned positions are added, whose number is read from their shape."""

    def __init__(self) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(8, 16))
        self.up = nn.Linear(16, 48, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Multiply queries with keys and positions, as in Halo Networks."""
        q, k, v = self.up(x).chunk(3, -1)
        number = self.positions.shape[0]
        bias = (q @ self.positions.transpose(0, 1)).reshape(-1, number, number)
        return x + (q @ k.transpose(1, 2) + bias).softmax(-1) @ v


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_positions_that_queries_are_multiplied_with_are_attention(tracer: str) -> None:
    found = roles(visualize.trace(RelativePositions(), (1, 8, 16), tracer=tracer))
    assert {role: parameters for role, (parameters, _) in found.items()} == {
        Role.ATTENTION: 8 * 16 + 16 * 48
    }


def test_an_exported_program_has_the_roles_of_its_model() -> None:
    inputs = (torch.rand(1, 3, 16, 16), torch.rand(1, 2))
    program = torch.export.export(LowRank().eval(), inputs)
    assert roles(visualize.trace(program)) == roles(LowRank(), [(1, 3, 16, 16), (1, 2)])


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0", "timm:mixer_b16_224"])
def test_without_attention_there_are_no_roles(name: str) -> None:
    assert roles(name) == {}


@pytest.mark.parametrize("name", ["vit_b_16", "timm:maxvit_tiny_rw_224"])
def test_roles_add_up(name: str) -> None:
    architecture = visualize.trace(name)
    found = roles(architecture).values()
    assert sum(parameters for parameters, _ in found) == architecture.parameters
    assert sum(macs for _, macs in found) == architecture.macs


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU])
def test_recurrent_layers_beside_attention_are_no_mlp(layer: type[nn.RNNBase]) -> None:
    class Temporal(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.recurrent = layer(8, 8, batch_first=True)
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.mlp = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))

        def forward(self, x: Tensor) -> Tensor:
            x = x + self.recurrent(x)[0]
            x = x + self.attention(x, x, x, need_weights=False)[0]
            return x + self.mlp(x)

    found = roles(Temporal(), (2, 6, 8))
    assert found[Role.MLP][0] == 8 * 16 + 16 + 16 * 8 + 8
    assert found[Role.RECURRENT][0] == sum(one.numel() for one in layer(8, 8).parameters())


class Translator(nn.Module):
    """A decoder that attends to what a recurrent encoder returns (Bahdanau et al. 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.GRU(8, 8, batch_first=True)
        self.bridge, self.query = nn.Linear(8, 8), nn.Linear(8, 8)
        self.decoder, self.head = nn.GRU(8, 8, batch_first=True), nn.Linear(16, 5)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory, state = self.encoder(source)
        decoded, _ = self.decoder(target, self.bridge(state[0]).tanh()[None])
        weights = (self.query(decoded) @ memory.transpose(1, 2)).softmax(-1)
        return self.head(torch.cat([decoded, weights @ memory], -1))


def test_recurrent_layers_that_attention_reads_are_no_attention() -> None:
    found = roles(Translator(), [(1, 6, 8), (1, 4, 8)])
    assert {role: parameters for role, (parameters, _) in found.items()} == {
        Role.ATTENTION: 72, Role.HEAD: 85, Role.OTHER: 72, Role.RECURRENT: 2 * 432,
    }  # fmt: skip


class Cast(nn.Module):
    """Patches of an image that is cast first, as in CLIP; or scaled first, which is work."""

    def __init__(self, *, by_scale: bool) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3, 1, 1)) if by_scale else None
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, image: Tensor) -> Tensor:
        image = image.to(self.patches.weight.dtype)
        image = image if self.scale is None else torch.relu(image * self.scale)
        x = self.patches(image).flatten(2).transpose(1, 2)
        return x + self.attention(x, x, x, need_weights=False)[0]


@pytest.mark.parametrize("by_scale", [False, True])
def test_patches_of_a_cast_image_are_an_embedding(by_scale: bool) -> None:
    found = roles(Cast(by_scale=by_scale), torch.zeros(1, 3, 8, 8, dtype=torch.float64))
    role = Role.CONVOLUTION if by_scale else Role.EMBEDDING
    assert found[role][0] == 3 * 16 * 8 + 8
