"""The exact graph as a document."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import networkx as nx
import pytest

import visualize
from tests.nets import NETS
from visualize.core.statistics import Statistics
from visualize.report import GRAPH_FORMATS, write_graph
from visualize.report.graph import statistics_document


@pytest.fixture(scope="module")
def architecture() -> visualize.Architecture:
    model, shapes = NETS["residual"]
    return visualize.trace(model(), shapes, statistics=True)


def test_it_is_a_node_link_document_of_networkx(architecture: visualize.Architecture) -> None:
    document: dict[str, Any] = json.loads(write_graph(architecture, "json"))
    graph = nx.node_link_graph(document, edges="edges")
    assert set(graph) == set(architecture.graph)
    assert graph.number_of_edges() == architecture.graph.number_of_edges()
    total = sum(parameters for _, parameters in graph.nodes(data="parameters"))
    assert total == document["model"]["parameters"] == architecture.parameters


def test_graphml_has_the_same_nodes(architecture: visualize.Architecture) -> None:
    graph = nx.read_graphml(io.BytesIO(write_graph(architecture, "graphml")))
    assert set(graph) == set(architecture.graph)


@pytest.mark.parametrize("format_name", GRAPH_FORMATS)
def test_the_same_graph_gives_the_same_bytes(
    architecture: visualize.Architecture, format_name: str
) -> None:
    assert write_graph(architecture, format_name) == write_graph(architecture, format_name)


def test_numbers_that_are_not_finite_are_null() -> None:
    document = statistics_document(Statistics(2, math.nan, math.inf, 1))
    assert document["mean"] is None
    assert document["sparsity"] == 0.5
