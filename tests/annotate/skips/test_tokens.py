"""Learned tokens are features; weights, and what they are computed from, are none."""

from __future__ import annotations

from tests.found_skips import found
from tests.graphs import Net


def test_latents_of_a_perceiver(net: Net, x: str) -> None:
    latents = net.function("expand", net.constant("latents", 4, 8), shape=(1, 4, 8))
    query = net.linear(net.module("LayerNorm", latents, weights=((8,),)), name="query")
    data = net.function("flatten", x, shape=(1, 16, 128))
    attended = net.function(
        "scaled_dot_product_attention", query, net.linear(data), data, shape=(1, 4, 8)
    )
    net.add(latents, net.linear(attended, name="project"))
    assert found(net) == [("identity", "expand", "add", ())]
    assert [wire.skip for *_, wire in net.build().inputs("add")] == [0, None]


def test_queries_of_an_attention_module(net: Net, x: str) -> None:
    queries = net.constant("queries", 1, 4, 8)
    weights = ((24, 8), (8, 8))
    net.add(net.module("MultiheadAttention", queries, x, x, weights=weights), queries)
    assert found(net) == [("identity", "queries", "add", ())]


def test_a_table_that_is_added_is_no_token(net: Net, x: str) -> None:
    table = net.constant("table", 1, 8, 16, 16)
    net.add(net.conv(net.add(x, table)), table)
    assert found(net) == []


def test_a_weight_that_is_computed_is_no_token(net: Net, x: str) -> None:
    weight = net.constant("weight", 8, 8)
    update = net.function("matmul", net.constant("up", 8, 2), net.constant("down", 2, 8))
    net.function("linear", x, net.add(weight, net.function("matmul", update, weight)))
    assert found(net) == []


def test_what_a_token_is_computed_to_is_conditioning(net: Net, x: str) -> None:
    queries = net.function("expand", net.constant("queries", 4, 8), shape=(1, 4, 8))
    y = net.function("view", x, shape=(1, 256, 8))
    for number in range(3):
        place = net.linear(queries, name=f"place{number}")
        query = net.add(net.linear(y, name=f"query{number}"), place)
        y = net.function("gelu", net.linear(query, name=f"work{number}"))
    assert found(net) == []
