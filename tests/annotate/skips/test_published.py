"""Skip connections of models in torch: as many as their sources have, in whatever notation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from visualize.core.architecture import Skip, SkipKind

Form = Callable[[nn.Module, Tensor], Tensor]


def skips_of(model: nn.Module, *shapes: Sequence[int]) -> tuple[Skip, ...]:
    return visualize.trace(model, [tuple(shape) for shape in shapes]).skips


def counted(model: nn.Module, *shapes: Sequence[int]) -> dict[str, int]:
    """How many skip connections of each kind a model has, the long ones apart."""
    skips = skips_of(model, *shapes)
    return Counter(("long " if skip.long else "") + skip.kind.value for skip in skips)


class Residual(nn.Module):
    """A block whose end is written in one of many ways."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form
        self.f = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
        self.gate = nn.Linear(8, 8)
        self.alpha = nn.Parameter(torch.ones(8))
        self.norm = nn.LayerNorm(8)
        self.functional = torch.ao.nn.quantized.FloatFunctional()

    def forward(self, x: Tensor) -> Tensor:
        return self.form(self, x)


def without_gradient(block: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        kept = x * 1
    return block.f(x) + kept


def highway(block: nn.Module, x: Tensor) -> Tensor:
    gate = torch.sigmoid(block.gate(x))
    return gate * block.f(x) + (1 - gate) * x


def in_place(block: nn.Module, x: Tensor) -> Tensor:
    y = block.f(x)
    x = x.clone()
    x += y
    return x


def branches(block: nn.Module, x: Tensor) -> Tensor:
    total: Tensor | int = 0
    for branch in (block.f, block.gate, nn.Identity()):
        total = total + branch(x)
    return total  # type: ignore[return-value]


def written(block: nn.Module, x: Tensor) -> Tensor:
    result = torch.zeros(x.shape[0], 16)
    result[:, :8] = x
    result[:, 8:] = block.f(x)
    return result


def wide(block: nn.Module, x: Tensor) -> Tensor:
    return torch.cat([block.f(x), block.f(x)], 1) + F.pad(x, (0, 8))


FORMS: dict[str, tuple[Form, list[tuple[str, str]]]] = {
    "sum": (lambda b, x: sum([x, b.f(x)]), [("identity", "")]),
    "accumulated": (branches, [("identity", "")]),
    "in place": (in_place, [("identity", "")]),
    "alpha": (lambda b, x: torch.add(x, b.f(x), alpha=0.1), [("identity", "")]),
    "gain on the other side": (lambda b, x: b.f(x) * b.alpha + x, [("identity", "")]),
    "half of both": (lambda b, x: (b.f(x) + x) * 0.5, [("identity", "")]),
    "stacked": (lambda b, x: torch.stack([x, b.f(x)], -1).sum(-1), [("identity", "")]),
    "addcmul": (lambda b, x: torch.addcmul(x, b.f(x), b.alpha), [("identity", "")]),
    "difference": (lambda b, x: x - b.f(x), [("identity", "")]),
    "functional": (lambda b, x: b.functional.add(b.f(x), x), [("identity", "")]),
    "cast": (lambda b, x: b.f(x).double() + x.to(torch.float64), [("identity", "")]),
    "unsqueezed": (lambda b, x: b.f(x)[:, None] + x.unsqueeze(1), [("identity", "")]),
    "detached": (lambda b, x: b.f(x) + x.detach(), [("identity", "")]),
    "data": (lambda b, x: b.f(x) + x.data, [("identity", "")]),
    "no_grad": (without_gradient, [("identity", "")]),
    "lerp": (lambda b, x: torch.lerp(x, b.f(x), 0.25), [("scaled", "0.75")]),
    "zero": (lambda b, x: b.f(x) + 0.0 * x, [("scaled", "0")]),
    "divided": (lambda b, x: b.f(x) + x / 4, [("scaled", "0.25")]),
    "parameter": (lambda b, x: b.f(x) + b.alpha * x, [("scaled", "parameter")]),
    "norm": (lambda b, x: b.f(x) + b.norm(x), [("scaled", "norm")]),
    "highway": (highway, [("scaled", "computed")]),
    "activation": (lambda b, x: b.f(x) + torch.relu(x), [("projection", "")]),
    "padding": (wide, [("projection", "")]),
    "slices": (written, [("concat", "")]),
    "twice": (lambda b, x: (y := b.f(x)) + y, []),
    "where": (lambda b, x: torch.where(x > 0, x, b.f(x)), []),
    "maximum": (lambda b, x: torch.maximum(x, b.f(x)), []),
    "straight-through": (lambda b, x: x + (b.f(x) - x).detach(), []),
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str) -> None:
    form, expected = FORMS[name]
    skips = skips_of(Residual(form), (2, 8))
    assert [(skip.kind.value, skip.scale) for skip in skips] == expected
    is_cut = name in ("detached", "data", "no_grad")
    assert all(skip.gradient != is_cut for skip in skips)


def conv(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class DnCNN(nn.Module):
    """Zhang et al. 2017: the network predicts the noise."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(conv(1, 8), conv(8, 8), nn.Conv2d(8, 1, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return x - self.net(x)


def test_dncnn() -> None:
    (skip,) = skips_of(DnCNN(), (1, 1, 8, 8))
    assert (skip.kind.value, skip.merge_type) == ("identity", "subtract")


class DiT(nn.Module):
    """Peebles and Xie 2023: adaLN-Zero, whose shifts, scales and gates all blocks compute."""

    class Block(nn.Module):
        def __init__(self, dim: int) -> None:
            super().__init__()
            self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(dim, 6 * dim))
            self.norms = nn.ModuleList(nn.LayerNorm(dim, elementwise_affine=False) for _ in "12")
            self.attention = nn.MultiheadAttention(dim, 2, batch_first=True)
            self.mlp = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, dim))

        def forward(self, x: Tensor, condition: Tensor) -> Tensor:
            parts = [part.unsqueeze(1) for part in self.modulation(condition).chunk(6, 1)]
            y = self.norms[0](x) * (1 + parts[0]) + parts[1]
            x = x + parts[2] * self.attention(y, y, y, need_weights=False)[0]
            y = self.norms[1](x) * (1 + parts[3]) + parts[4]
            return x + parts[5] * self.mlp(y)

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.embed, self.time = nn.Linear(4, 16), nn.Linear(8, 16)
        self.blocks = nn.ModuleList(self.Block(16) for _ in range(blocks))
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        x, condition = self.embed(x), self.time(time)
        for block in self.blocks:
            x = block(x, condition)
        return self.head(x)


def test_dit_has_two_a_block() -> None:
    assert counted(DiT(4), (2, 9, 4), (2, 8)) == {"identity": 8}


class LatentDiffusion(nn.Module):
    """Rombach et al. 2022, two levels of two blocks: a block projects where its width changes."""

    class Block(nn.Module):
        def __init__(self, inputs: int, outputs: int) -> None:
            super().__init__()
            self.first = self.convolve(inputs, outputs)
            self.time = nn.Sequential(nn.SiLU(), nn.Linear(8, outputs))
            self.second = self.convolve(outputs, outputs)
            changes = inputs != outputs
            self.shortcut = nn.Conv2d(inputs, outputs, 1) if changes else nn.Identity()

        def convolve(self, inputs: int, outputs: int) -> nn.Module:
            layer = nn.Conv2d(inputs, outputs, 3, padding=1)
            return nn.Sequential(nn.GroupNorm(2, inputs), nn.SiLU(), layer)

        def forward(self, x: Tensor, time: Tensor) -> Tensor:
            y = self.first(x) + self.time(time)[:, :, None, None]
            return self.shortcut(x) + self.second(y)

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.time = nn.Conv2d(4, 8, 3, padding=1), nn.Linear(4, 8)
        self.down = nn.ModuleList([self.Block(8, 8), self.Block(8, 8)])
        self.pool = nn.Conv2d(8, 8, 3, 2, 1)
        self.low = nn.ModuleList([self.Block(8, 16), self.Block(16, 16)])
        self.up = nn.ModuleList([self.Block(24, 8), self.Block(16, 8), self.Block(16, 8)])

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        time = self.time(time)
        kept = [self.stem(x)]
        for block in self.down:
            kept.append(block(kept[-1], time))
        x = self.pool(kept[-1])
        for block in self.low:
            x = block(x, time)
        x = F.interpolate(x, scale_factor=2.0)
        for block in self.up:
            x = block(torch.cat([x, kept.pop()], 1), time)
        return x


def test_latent_diffusion_projects_where_the_width_changes() -> None:
    found = counted(LatentDiffusion(), (1, 4, 16, 16), (1, 4))
    assert found == {"identity": 3, "projection": 4, "long concat": 3}


class LoRA(nn.Module):
    """Hu et al. 2021: a frozen layer and its low-rank adapter."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.base = nn.Linear(inputs, outputs).requires_grad_(False)
        self.dropout = nn.Dropout(0.1)
        self.down, self.up = nn.Linear(inputs, 2, bias=False), nn.Linear(2, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.up(self.down(self.dropout(x))) * 2.0


class AdaptedBlock(nn.Module):
    """A block of GPT-2 with adapters on attention and MLP."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(16), nn.LayerNorm(16)
        self.attend, self.project = LoRA(16, 48), LoRA(16, 16)
        self.mlp = nn.Sequential(LoRA(16, 64), nn.GELU(), LoRA(64, 16))

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.attend(self.norm1(x)).split(16, dim=2)
        x = x + self.project(F.scaled_dot_product_attention(query, key, value))
        return x + self.mlp(self.norm2(x))


def test_adapters_are_no_skip_connections() -> None:
    model = nn.Sequential(*(AdaptedBlock() for _ in range(3)))
    assert counted(model, (1, 5, 16)) == {"identity": 6}


class PreActivation(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.f = nn.Sequential(
            nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width, 1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x)


class Hourglass(nn.Module):
    """Newell et al. 2016: residual blocks, also on the long connections."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.beside, self.before, self.after = (PreActivation(4) for _ in range(3))
        self.inner = Hourglass(depth - 1) if depth > 1 else PreActivation(4)

    def forward(self, x: Tensor) -> Tensor:
        low = self.after(self.inner(self.before(F.max_pool2d(x, 2))))
        return self.beside(x) + F.interpolate(low, scale_factor=2.0)


def test_hourglass() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 1), Hourglass(3))
    assert counted(model, (1, 3, 32, 32)) == {"identity": 10, "long projection": 3}


class NestedUNet(nn.Module):
    """U-Net++, Zhou et al. 2018: node (i, j) reads all before it at its level, and one below."""

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels
        self.nodes = nn.ModuleDict(
            {
                f"{i}{j}": conv(4 * (j + 1) if j else (4 if i else 3), 4)
                for j in range(levels)
                for i in range(levels - j)
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        made: dict[tuple[int, int], Tensor] = {}
        for j in range(self.levels):
            for i in range(self.levels - j):
                if j:
                    up = F.interpolate(made[i + 1, j - 1], scale_factor=2.0)
                    read = torch.cat([*(made[i, k] for k in range(j)), up], 1)
                else:
                    read = F.max_pool2d(made[i - 1, 0], 2) if i else x
                made[i, j] = self.nodes[f"{i}{j}"](read)
        return made[0, self.levels - 1]


@pytest.mark.parametrize(
    ("levels", "found"),
    # From (0, 1) to (0, 3) there is only (0, 2), at the same level.
    [(2, {"long concat": 1}), (3, {"long concat": 4}), (4, {"long concat": 9, "concat": 1})],
)
def test_nested_unet(levels: int, found: dict[str, int]) -> None:
    assert counted(NestedUNet(levels), (1, 3, 32, 32)) == found


class PooledShortcut(nn.Module):
    """MViT, Fan et al. 2021: where the queries are pooled, so is the shortcut, but for a token."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(8), nn.Linear(8, 24), nn.Linear(8, 8)

    def pool(self, x: Tensor) -> Tensor:
        token, rest = x[:, :1], x[:, 1:]
        rest = F.max_pool2d(rest.transpose(1, 2).reshape(-1, 8, 8, 8), 2)
        return torch.cat([token, rest.flatten(2).transpose(1, 2)], 1)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.qkv(self.norm(x)).chunk(3, -1)
        y = F.scaled_dot_product_attention(self.pool(query), key, value)
        return self.pool(x) + self.out(y)


def test_pooled_shortcut() -> None:
    assert counted(nn.Sequential(nn.Linear(4, 8), PooledShortcut()), (2, 65, 4)) == {
        "projection": 1
    }


class PooledAttention(nn.Module):
    """MViTv2, Li et al. 2022: queries and keys are pooled head by head, the query is added."""

    def __init__(self, heads: int, stride: int) -> None:
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(16), nn.Linear(16, 48), nn.Linear(16, 16)
        width = 16 // heads
        self.query = nn.Conv2d(width, width, 3, stride, 1, groups=width)
        self.key = nn.Conv2d(width, width, 3, 4, 1, groups=width)
        self.heads, self.stride = heads, stride

    def pool(self, x: Tensor, layer: Callable[[Tensor], Tensor]) -> Tensor:
        (batch, heads, _, width), side = x.shape, math.isqrt(x.shape[2])
        token, rest = x[:, :, :1], x[:, :, 1:].transpose(-2, -1)
        rest = layer(rest.reshape(batch * heads, width, side, side))
        rest = rest.reshape(batch, heads, width, -1).transpose(-2, -1)
        return torch.cat([token, rest], 2)

    def forward(self, x: Tensor) -> Tensor:
        qkv = self.qkv(self.norm(x)).unflatten(-1, (3, self.heads, -1)).movedim(2, 0)
        query, key, value = qkv.transpose(2, 3).unbind(0)
        query, key, value = (
            self.pool(query, self.query), self.pool(key, self.key), self.pool(value, self.key)
        )  # fmt: skip
        y = F.scaled_dot_product_attention(query, key, value) + query
        shortcut = x
        if self.stride > 1:
            shortcut = self.pool(x[:, None], lambda image: F.max_pool2d(image, self.stride))[:, 0]
        return shortcut + self.out(y.transpose(1, 2).flatten(2))


def test_pooled_attention_keeps_the_resolution_of_its_queries() -> None:
    blocks = [PooledAttention(heads, stride) for heads, stride in ((1, 1), (2, 2), (2, 1), (4, 1))]
    found = counted(nn.Sequential(nn.Linear(4, 16), *blocks), (2, 257, 4))
    assert found == {"identity": 3, "projection": 1}


class Recurrent(nn.Module):
    """An Elman network over slices of a sequence, its states joined."""

    def __init__(self) -> None:
        super().__init__()
        self.read, self.state = nn.Linear(4, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        states = [self.read(x[:, 0]).tanh()]
        for step in range(1, x.shape[1]):
            states.append((self.read(x[:, step]) + self.state(states[-1])).tanh())
        return torch.cat([state[:, None] for state in states], 1)


def test_a_recurrent_network_has_none() -> None:
    assert counted(Recurrent(), (2, 5, 4)) == {}


class Reversible(nn.Module):
    """Gomez et al., "The Reversible Residual Network" (2017), its halves joined again."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = (nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        one, two = x.chunk(2, -1)
        one = one + self.one(two)
        return torch.cat([one, two + self.two(one)], -1)


def test_each_reversible_block_is_like_the_first() -> None:
    blocks = [Reversible() for _ in range(3)]
    assert counted(nn.Sequential(*blocks), (2, 8)) == {"identity": 3, "concat": 3}


class AdditiveAttention(nn.Module):
    """Bahdanau et al. (2015): what is looked at depends on the state, and the state on that."""

    def __init__(self, score: Callable[[Tensor, Tensor], Tensor], last: str) -> None:
        super().__init__()
        self.keys, self.query = nn.Linear(8, 8), nn.Linear(8, 8)
        self.value, self.cell = nn.Linear(8, 1), nn.GRUCell(8, 8)
        self.score, self.last = score, last

    def forward(self, memory: Tensor) -> Tensor:
        keys, state, states = self.keys(memory), memory.mean(1), []
        for _ in range(3):
            energy = self.score(keys, self.query(state)).tanh()
            if self.last == "layer":
                weights = self.value(energy).softmax(1)
            else:
                weights = (energy * self.value.weight).sum(-1).softmax(-1)[..., None]
            state = self.cell((weights * memory).sum(1), state)
            states.append(state)
        return torch.stack(states, 1)


@pytest.mark.parametrize("last", ["layer", "product"])
@pytest.mark.parametrize(
    "score",
    [
        lambda keys, query: keys + query[:, None],
        lambda keys, query: query.unsqueeze(1) + keys,
        lambda keys, query: keys + query.unsqueeze(1).expand(-1, keys.shape[1], -1),
        lambda keys, query: query.unsqueeze(1).repeat(1, keys.shape[1], 1) + keys,
    ],
)
def test_additive_attention_is_none(score: Callable[[Tensor, Tensor], Tensor], last: str) -> None:
    architecture = visualize.trace(AdditiveAttention(score, last), (2, 5, 8))
    assert not architecture.skips


class Context(nn.Module):
    """Cao et al., "GCNet" (2019): one vector is added to all positions, over an identity."""

    def __init__(self) -> None:
        super().__init__()
        self.score, self.transform = nn.Linear(8, 1), nn.Linear(8, 8)
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        context = (self.score(x).softmax(1) * x).sum(1, keepdim=True)
        return self.head(x + self.transform(context)).softmax(-1)


def test_a_context_that_is_added_to_all_positions() -> None:
    (skip,) = visualize.trace(Context(), (2, 5, 8)).skips
    assert skip.kind is SkipKind.IDENTITY


class Tiled(nn.Module):
    """Milletari et al., "V-Net" (2016): the input is added to each of the channels."""

    def __init__(self, tile: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1)
        )
        self.tile = tile

    def forward(self, x: Tensor) -> Tensor:
        return (self.body(x) + self.tile(x)).relu()


@pytest.mark.parametrize(
    "tile",
    [
        lambda x: torch.cat([x] * 8, 1),
        lambda x: x.repeat(1, 8, 1, 1),
        lambda x: x.expand(-1, 8, -1, -1),
        lambda x: torch.cat((x, x, x, x, x, x, x, x), dim=-3),
    ],
)
def test_an_input_that_is_tiled_over_channels_is_projected(
    tile: Callable[[Tensor], Tensor],
) -> None:
    (skip,) = visualize.trace(Tiled(tile), (1, 1, 8, 8)).skips
    assert skip.kind is SkipKind.PROJECTION


class Repeated(nn.Module):
    """One vector for each sample is repeated for all positions: conditioning."""

    def __init__(self, repeat: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.expand = nn.Sequential(nn.Linear(8, 40), nn.ReLU(), nn.Unflatten(1, (5, 8)))
        self.mix = nn.Linear(8, 8)
        self.repeat = repeat

    def forward(self, code: Tensor) -> Tensor:
        return self.mix(self.expand(code)) + self.repeat(code.unsqueeze(1))


@pytest.mark.parametrize(
    "repeat", [lambda code: torch.cat([code] * 5, 1), lambda code: code.repeat(1, 5, 1)]
)
def test_what_is_repeated_for_all_positions_is_none(repeat: Callable[[Tensor], Tensor]) -> None:
    assert not visualize.trace(Repeated(repeat), (2, 8)).skips
