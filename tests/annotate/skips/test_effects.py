"""What operations do to what they carry."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graphs import Net
from visualize.annotate.skips.effects import Effect, effect_of, is_detached, scale_of
from visualize.annotate.skips.flow import Flow


@pytest.mark.parametrize(
    ("kind", "shape", "attributes", "expected"),
    [
        ("dropout", (1, 8, 4), {}, Effect.KEEPS),
        ("to", (1, 8, 4), {"1": "torch.float16"}, Effect.KEEPS),
        ("permute", (1, 4, 8), {}, Effect.KEEPS),
        ("mT", (1, 4, 8), {}, Effect.KEEPS),
        ("real", (1, 8, 4), {}, Effect.WORKS),
        ("unsqueeze", (1, 1, 8, 4), {}, Effect.KEEPS),
        ("getitem", (1, 1, 8, 4), {"b": ["slice(None, None, None)", "None"]}, Effect.KEEPS),
        ("getitem", (1, 4, 4), {}, Effect.TAKES),
        ("expand", (1, 8, 4), {}, Effect.KEEPS),
        ("expand", (5, 8, 4), {}, Effect.COPIES),
        ("repeat", (1, 16, 4), {}, Effect.COPIES),
        ("mul", (1, 8, 4), {"1": 2}, Effect.SCALES),
        ("mul", (1, 8, 4), {"1": 1}, Effect.KEEPS),
        ("add", (1, 8, 4), {"1": 0}, Effect.KEEPS),
        ("add", (1, 8, 4), {"1": 1}, Effect.WORKS),
        ("div", (1, 8, 4), {"1": 2}, Effect.SCALES),
        ("div", (1, 8, 4), {"0": 2}, Effect.WORKS),
        ("neg", (1, 8, 4), {}, Effect.SCALES),
        ("layer_norm", (1, 8, 4), {}, Effect.NORMALIZES),
        ("pad", (1, 8, 4), {}, Effect.KEEPS),
        ("pad", (1, 8, 6), {}, Effect.WORKS),
        ("relu", (1, 8, 4), {}, Effect.WORKS),
        ("linear", (1, 8, 4), {}, Effect.WORKS),
    ],
)
def test_effect(
    net: Net, kind: str, shape: tuple[int, ...], attributes: dict[str, Any], expected: Effect
) -> None:
    node = net.function(kind, net.input(1, 8, 4), shape=shape, **attributes)
    assert effect_of(Flow(net.graph), node) is expected


def test_a_split_keeps_all_and_a_piece_is_a_part(net: Net, x: str) -> None:
    piece, _ = net.split("split", x, (1, 4, 16, 16), (1, 4, 16, 16))
    flow = Flow(net.graph)
    assert effect_of(flow, "split") is Effect.KEEPS
    assert effect_of(flow, piece) is Effect.TAKES


def test_the_first_result_of_a_module_is_no_part(net: Net, x: str) -> None:
    output, _ = net.split("LSTM", x, (1, 8, 16), (1, 8))
    assert effect_of(Flow(net.graph), output) is Effect.KEEPS


def test_several_scales(net: Net, x: str) -> None:
    x = net.function("mul", net.function("mul", x, b=0.5), b=3.0)
    learned = net.mul(x, net.constant("gain", 8, 1, 1))
    normed = net.norm(x, "norm")
    fixed = net.mul(x, net.constant("mask", 8, 1, 1, buffer=True))
    flow = Flow(net.graph)
    scales = [scale_of(flow, ["mul", "mul_1", node]) for node in (learned, normed, fixed)]
    assert scales == ["parameter", "norm", "constant"]
    assert scale_of(flow, ["mul", "mul_1"]) == "1.5"


def test_detached(net: Net, x: str) -> None:
    nodes = [net.function("detach", x), net.function("data", x)]
    assert [is_detached(Flow(net.graph), node) for node in (*nodes, x)] == [True, True, False]
