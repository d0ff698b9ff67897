"""Random networks in which much is repeated: blocks in blocks, side by side, in loops."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.graphs import Net
from visualize.core.architecture import Architecture


class Way(enum.Enum):
    """How the copies of a part are related."""

    CHAIN = "one after the other"
    AGAIN = "one module, called again"
    PARALLEL = "side by side, their results concatenated"
    COLLECTED = "one after the other, all their results stacked"
    LOOP = "one module, called for each step of a sequence from a state of zeros"


@dataclass(frozen=True)
class Part:
    """A module that is repeated.

    Attributes:
        kind: its class.
        copies: how often it is repeated.
        way: how its copies are related.
        body: what it does: layers and other parts.
    """

    kind: str
    copies: int
    way: Way
    body: tuple[str | Part, ...]


def build(parts: Sequence[str | Part]) -> Architecture:
    """The network that does what ``parts`` say, one after the other."""
    net = Net()
    net.output(_run(net, net.conv(net.input(1, 8, 4, 4), name="stem"), parts))
    return net.build()


def _run(net: Net, x: str, parts: Sequence[str | Part]) -> str:
    for number, part in enumerate(parts):
        if isinstance(part, Part):
            x = _repeat(net, x, part, f"{part.kind.lower()}{number}")
        else:
            x = _LAYERS[part](net, x, f"{part}{number}")
    return x


def _repeat(net: Net, x: str, part: Part, name: str) -> str:
    results, state, begin = list[str](), "", x
    if part.way is Way.LOOP:
        state = net.constant("zeros", 1, 8, 4, 4, buffer=True)
    for number in range(part.copies):
        called = name if part.way in (Way.AGAIN, Way.LOOP) else f"{name}.{number}"
        with net.call(called, part.kind):
            if part.way is Way.LOOP:
                x = net.add(net.conv(begin, name="in"), net.conv(state, name="state"))
            x = state = _run(net, begin if part.way is Way.PARALLEL else x, part.body)
        results.append(x)
    if part.way is Way.PARALLEL:
        return net.conv(net.cat(*results), name=f"{name}_join")
    if part.way in (Way.COLLECTED, Way.LOOP):
        stacked = net.function("stack", *results, shape=(1, part.copies, 8, 4, 4))
        return net.function("mean", stacked, shape=(1, 8, 4, 4))
    return x


def _residual(net: Net, x: str, name: str) -> str:
    return net.add(net.conv(x, name=name), x)


_LAYERS = {
    "conv": lambda net, x, name: net.conv(x, name=name),
    "conv_relu": lambda net, x, name: net.module("ReLU", net.conv(x, name=name)),
    "norm": lambda net, x, name: net.norm(x, name),
    "residual": _residual,
    "pool": lambda net, x, name: net.module("AvgPool2d", x, name=name),
}

_BODY = st.sampled_from(["conv", "conv", "conv_relu", "residual", "norm", "pool"])


def _parts(kind: str, inner: st.SearchStrategy[str | Part]) -> st.SearchStrategy[Part]:
    return st.builds(
        Part,
        kind=st.sampled_from([kind, kind, "Sequential"]),
        copies=st.integers(2, 5),
        way=st.sampled_from([Way.CHAIN, *Way]),
        body=st.lists(inner, min_size=1, max_size=3).map(tuple),
    )


def repetitions() -> st.SearchStrategy[tuple[str | Part, ...]]:
    """What random networks do that are made of repeated parts, up to three deep."""
    blocks = _parts("Block", _BODY)
    stages = _parts("Stage", st.one_of(_BODY, blocks))
    nets = _parts("Encoder", st.one_of(_BODY, blocks, stages))
    return st.lists(st.one_of(_BODY, blocks, stages, nets), min_size=1, max_size=3).map(tuple)
