"""Small nets that mix earlier tensors, each in several spellings, and nets that only look alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

SEQUENCE = (1, 8, 16)  # batch × tokens × channels
IMAGE = (1, 16, 8, 8)


def mlp(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
    )


class Block(nn.Module):
    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.mlp = mlp(width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mlp(x)


# Weighted sums of the outputs of all layers so far, given their weights


def in_a_loop(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    mixed = weights[0] * states[0]
    for number in range(1, len(states)):
        mixed = mixed + weights[number] * states[number]
    return mixed


def by_sum(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return sum(weights[number] * state for number, state in enumerate(states))  # type: ignore[return-value]


def by_einsum(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return torch.einsum("n,nbtd->btd", weights, torch.stack(list(states)))


def by_einsum_of_any_rank(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return torch.einsum("n...,n->...", torch.stack(list(states)), weights)


def by_tensordot(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return torch.tensordot(weights, torch.stack(list(states)), dims=1)


def by_product_and_sum(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return (weights.softmax(0)[:, None, None, None] * torch.stack(list(states))).sum(0)


def by_matrix(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(states), -1) @ weights


def by_stack_of_products(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    return torch.stack([weights[n] * state for n, state in enumerate(states)]).sum(0)


def by_concat(weights: Tensor, states: Sequence[Tensor]) -> Tensor:
    stacked = torch.cat([state.unsqueeze(2) for state in states], 2)
    return torch.einsum("btnd,n->btd", stacked, weights)


Mix = Callable[[Tensor, Sequence[Tensor]], Tensor]
MIXES: list[Mix] = [
    in_a_loop, by_sum, by_einsum, by_einsum_of_any_rank, by_tensordot, by_product_and_sum,
    by_matrix, by_stack_of_products, by_concat,
]  # fmt: skip


class DepthWeighted(nn.Module):
    """After each block, a learnt average of all outputs so far (DenseFormer)."""

    def __init__(self, mix: Mix, blocks: int = 3) -> None:
        super().__init__()
        self.mix = mix
        self.blocks = nn.ModuleList(Block() for _ in range(blocks))
        self.weights = nn.ParameterList(torch.ones(2 + number) for number in range(blocks))

    def forward(self, x: Tensor) -> Tensor:
        states = [x]
        for block, weights in zip(self.blocks, self.weights):
            states.append(block(x))
            x = self.mix(weights, states)
        return x


class LayerMix(nn.Module):
    """One learnt average over all layers, at the end (ELMo, the probes of wav2vec 2.0)."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in range(3))
        self.weights = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        states = [x]
        for block in self.blocks:
            states.append(block(states[-1]))
        stacked = torch.stack(states, dim=1)
        return (stacked * self.weights.softmax(-1).view(-1, 1, 1)).sum(dim=1)


class DepthAttention(nn.Module):
    """Each layer reads a softmax over all outputs so far, computed from them."""

    def __init__(self, growing: bool = False) -> None:
        super().__init__()
        self.growing = growing
        self.layers = nn.ModuleList(mlp(16) for _ in range(4))
        self.queries = nn.Parameter(torch.randn(4, 16))

    def forward(self, x: Tensor) -> Tensor:
        stacked, states = x[None], [x]
        for layer, query in zip(self.layers, self.queries):
            if not self.growing:
                stacked = torch.stack(states)
            weights = (stacked @ query).softmax(0)
            states.append(layer((weights.unsqueeze(-1) * stacked).sum(0)))
            if self.growing:
                stacked = torch.cat([stacked, states[-1][None]])
        return states[-1]


class NormedDepthAttention(nn.Module):
    """Attention over normalized outputs of earlier blocks, by the function of torch.

    A block of two layers adds up; the blocks before are kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(16)
        self.layers = nn.ModuleList(mlp(16) for _ in range(4))
        self.queries = nn.Parameter(torch.randn(4, 16))

    def forward(self, x: Tensor) -> Tensor:
        blocks = x[:, :, None]
        block = x
        for number, layer in enumerate(self.layers):
            stacked = self.norm(torch.cat([blocks, block.unsqueeze(2)], 2) if number else blocks)
            query = self.queries[number].expand(*x.shape[:2], 1, -1)
            read = nn.functional.scaled_dot_product_attention(query, stacked, stacked)
            y = layer(read.squeeze(2))
            if number == 2:
                blocks = torch.cat([blocks, block.unsqueeze(2)], 2)
            block = y if number in (0, 2) else block + y
        return block


class FirstAgain(nn.Module):
    """Before each block, a learnt sum of the stream and of the first embedding."""

    def __init__(self, at_once: bool) -> None:
        super().__init__()
        self.at_once = at_once
        self.layers = nn.ModuleList(mlp(16) for _ in range(3))
        self.weights = nn.Parameter(torch.ones(3, 2))

    def forward(self, x: Tensor) -> Tensor:
        first = x
        for layer, weights in zip(self.layers, self.weights):
            if self.at_once:
                x = weights[0] * x + weights[1] * first + layer(x)
            else:
                x = weights[0] * x + weights[1] * first
                x = x + layer(x)
        return x


# Hyper-connections: how a layer reads and writes streams, given the three weights

Weights = tuple[Tensor, Tensor, Tensor]
Layer = Callable[[Tensor], Tensor]


def with_matrices(streams: Tensor, weights: Weights, layer: Layer) -> Tensor:
    read, write, mix = weights
    y = layer((read.unsqueeze(-1) * streams).sum(-2))
    return mix @ streams + write.unsqueeze(-1) * y.unsqueeze(-2)


def with_einsum(streams: Tensor, weights: Weights, layer: Layer) -> Tensor:
    read, write, mix = weights
    y = layer(torch.einsum("...k,...kd->...d", read, streams))
    written = torch.einsum("...k,btd->btkd", write, y)
    return torch.einsum("...jk,btkd->btjd", mix, streams) + written


def with_products_and_sums(streams: Tensor, weights: Weights, layer: Layer) -> Tensor:
    read, write, mix = weights
    y = layer((read[..., None] * streams).sum(dim=-2))
    mixed = (mix[..., None] * streams.unsqueeze(-3)).sum(dim=-2)
    return write[..., None] * y[..., None, :] + mixed


def with_one_matrix(streams: Tensor, weights: Weights, layer: Layer) -> Tensor:
    """The first of the mixed streams is what the layer reads (as in lucidrains' package)."""
    read, write, mix = weights
    mixed = torch.cat([read.unsqueeze(-2), mix], -2) @ streams
    y = layer(mixed[..., 0, :])
    return mixed[..., 1:, :] + write.unsqueeze(-1) * y.unsqueeze(-2)


Step = Callable[[Tensor, Weights, Layer], Tensor]
STEPS: list[Step] = [with_matrices, with_einsum, with_products_and_sums, with_one_matrix]


class HyperConnections(nn.Module):
    """Layers on several streams, with weights that are learnt or computed from the streams."""

    def __init__(self, step: Step, *, computed: bool, streams: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.step, self.streams = step, streams
        size = streams * (streams + 2)
        self.layers = nn.ModuleList(mlp(16) for _ in range(layers))
        self.weights = nn.Parameter(torch.randn(layers, size))
        self.projections = nn.ModuleList(
            nn.Linear(16 * streams, size) for _ in range(layers if computed else 0)
        )

    def forward(self, x: Tensor) -> Tensor:
        count = self.streams
        streams = x.unsqueeze(-2).repeat(1, 1, count, 1)
        for number, layer in enumerate(self.layers):
            weights = self.weights[number]
            if self.projections:
                weights = weights + self.projections[number](streams.flatten(-2)).sigmoid()
            read, write, mix = weights.split([count, count, count * count], dim=-1)
            mix = mix.unflatten(-1, (count, count)).softmax(-1)
            streams = self.step(streams, (read, write, mix), layer)
        return streams.sum(-2)


class ListedStreams(nn.Module):
    """Hyper-connections whose streams are a list of tensors."""

    def __init__(self, streams: int = 3, layers: int = 2) -> None:
        super().__init__()
        self.streams = streams
        self.layers = nn.ModuleList(mlp(16) for _ in range(layers))
        self.read = nn.Parameter(torch.randn(layers, streams))
        self.write = nn.Parameter(torch.randn(layers, streams))
        self.mix = nn.Parameter(torch.randn(layers, streams, streams))

    def forward(self, x: Tensor) -> Tensor:
        streams: list[Tensor] = [x] * self.streams
        for number, layer in enumerate(self.layers):
            y = layer(by_sum(self.read[number], streams))
            streams = [
                by_sum(self.mix[number, to], streams) + self.write[number, to] * y
                for to in range(self.streams)
            ]
        return torch.stack(streams).mean(0)


# What only looks alike


class Experts(nn.Module):
    """A mixture of experts: parallel branches."""

    def __init__(self) -> None:
        super().__init__()
        self.router = nn.Linear(16, 4)
        self.experts = nn.ModuleList(mlp(16) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        outputs = torch.stack([expert(x) for expert in self.experts], 2)
        return x + torch.einsum("btn,btnd->btd", self.router(x).softmax(-1), outputs)


class SelectiveKernel(nn.Module):
    """Parallel convolutions, weighed by a softmax that is computed from their sum."""

    def __init__(self, stacked: bool) -> None:
        super().__init__()
        self.stacked = stacked
        self.branches = nn.ModuleList(nn.Conv2d(16, 16, k, padding=k // 2) for k in (3, 5))
        self.select = nn.Linear(16, 32)
        self.last = nn.Conv2d(16, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        one, two = (branch(x) for branch in self.branches)
        weights = self.select((one + two).mean((2, 3))).view(-1, 2, 16, 1, 1).softmax(1)
        if self.stacked:
            return self.last((torch.stack([one, two], 1) * weights).sum(1))
        return self.last(one * weights[:, 0] + two * weights[:, 1])


class SplitAttention(nn.Module):
    """Groups of one convolution, weighed (ResNeSt)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(16, 32, 3, padding=1, groups=2)
        self.select = nn.Linear(16, 32)

    def forward(self, x: Tensor) -> Tensor:
        parts = self.conv(x).relu().view(-1, 2, 16, 8, 8)
        weights = self.select(parts.sum(1).mean((2, 3))).view(-1, 2, 16, 1, 1).softmax(1)
        return x + (parts * weights).sum(1)


class Attention(nn.Module):
    """Attention beside an MLP; without projections of its values it is a sum of tokens."""

    def __init__(self, projected: bool) -> None:
        super().__init__()
        self.projected = projected
        self.query, self.key, self.value, self.last = (nn.Linear(16, 16) for _ in range(4))
        self.mlp = mlp(16)

    def forward(self, x: Tensor) -> Tensor:
        weights = (self.query(x) @ self.key(x).transpose(-1, -2)).softmax(-1)
        if self.projected:
            return x + self.last(weights @ self.value(x)) + self.mlp(x)
        return weights @ x + self.mlp(x)


class TokenPooling(nn.Module):
    """A weighted sum of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.block, self.weigh, self.last = Block(), nn.Linear(16, 1), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        x = self.block(x)
        return self.last((self.weigh(x).softmax(1) * x).sum(1))


class EncoderAttention(nn.Module):
    """Attention over the states of a recurrence: earlier in time, not in depth."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.weigh, self.last = nn.GRUCell(16, 16), nn.Linear(16, 1), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        state, states = x[:, 0] * 0, []
        for step in range(4):
            state = self.cell(x[:, step], state)
            states.append(state)
        stacked = torch.stack(states, 1)
        return self.last((self.weigh(stacked).softmax(1) * stacked).sum(1))


class Searched(nn.Module):
    """A cell of DARTS: a learnt sum of parallel operations, one of which does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = nn.ModuleList(
            [
                nn.Identity(),
                nn.Conv2d(16, 16, 3, padding=1),
                nn.Conv2d(16, 16, 5, padding=2),
                nn.AvgPool2d(3, 1, 1),
            ]
        )
        self.weights = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        return by_sum(self.weights.softmax(0), [operation(x) for operation in self.operations])


class Highway(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.works = nn.ModuleList(nn.Linear(16, 16) for _ in range(3))
        self.gates = nn.ModuleList(nn.Linear(16, 16) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        for work, gate in zip(self.works, self.gates):
            passed = gate(x).sigmoid()
            x = passed * work(x).relu() + (1 - passed) * x
        return x


class Scaled(nn.Module):
    """Residual blocks with learnt scales of one side or of both."""

    def __init__(self, both: bool) -> None:
        super().__init__()
        self.both = both
        self.layers = nn.ModuleList(mlp(16) for _ in range(3))
        self.scales = nn.ParameterList(torch.ones(16) for _ in range(6))

    def forward(self, x: Tensor) -> Tensor:
        for number, layer in enumerate(self.layers):
            y = self.scales[2 * number] * layer(x)
            x = (self.scales[2 * number + 1] * x if self.both else x) + y
        return x


class Centred(nn.Module):
    """A layer from which the mean of its channels is taken, or a layer of that mean."""

    def __init__(self, weighted: bool) -> None:
        super().__init__()
        self.weighted = weighted
        self.layer, self.work, self.last = nn.Linear(16, 16), nn.Linear(16, 1), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        y = self.layer(x)
        return self.last(y - (self.work(y) if self.weighted else y.mean(-1, keepdim=True)))


class Modulated(nn.Module):
    """Features that are scaled and shifted by a condition, after layers that mix features."""

    def __init__(self, matrix: bool) -> None:
        super().__init__()
        self.gate, self.query = nn.Linear(16, 16), nn.Linear(16, 16)
        self.condition = nn.Linear(16, 32)
        self.matrix = nn.Parameter(torch.ones(16, 16)) if matrix else None

    def forward(self, x: Tensor) -> Tensor:
        """Modulate, by what is computed of the first token."""
        condition = x[:, 0]
        shift, scale = self.condition(condition).chunk(2, -1)
        y = self.query(x * self.gate(condition)[:, None])
        if self.matrix is not None:
            y = y @ self.matrix
        return y * (1 + scale[:, None]) + shift[:, None]


class Halves(nn.Module):
    """A layer over one axis of what is concatenated along another."""

    def __init__(self) -> None:
        super().__init__()
        self.work, self.last = nn.Conv2d(3, 3, 1), nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Two sets of channels, as wide as there are sets."""
        return self.last(torch.cat([x, self.work(x)], 1))
