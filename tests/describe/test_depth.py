"""Depth: the longest path, and where all other weighted layers are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

import visualize
from tests.graphs import Net, architectures
from visualize.core.architecture import Architecture
from visualize.core.summary import Depth
from visualize.describe.depth import depths_of, find_depth
from visualize.describe.flow import main_flow
from visualize.describe.weighted import weighted_layers


def depth_of(exact: Architecture) -> Depth:
    layers, flow = weighted_layers(exact), main_flow(exact)
    return find_depth(exact, layers, flow, depths_of(flow, layers.lengths))


# Two layers in the gate of each block that has one; Szegedy et al. 2014 count 22 of 58.
PUBLISHED = {
    "vgg16": Depth(16),
    "resnet18": Depth(18, projections=3),
    "resnet50": Depth(50, projections=4),
    "efficientnet_b0": Depth(50, gates=32),
    "regnet_y_400mf": Depth(50, projections=4, gates=32),
    "googlenet": Depth(22, parallel=36),
    "densenet121": Depth(121),
    "mobilenet_v2": Depth(53),
    "vit_b_16": Depth(50),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_known_networks(name: str) -> None:
    assert visualize.summarize(name).facts.depth == PUBLISHED[name]


def test_each_layer_is_where_it_is_found_first() -> None:
    net = Net()
    x = net.input()
    y = net.conv(net.module("ReLU", net.conv(net.module("ReLU", net.conv(x)))))
    x = net.add(y, net.conv(x))  # a projection
    gate = net.module("Sigmoid", net.conv(net.global_pool(x)))
    x = net.mul(x, gate)
    net.conv(x)  # without a reader
    net.output(net.cat(net.conv(x), net.conv(net.module("ReLU", net.conv(x)))))
    assert depth_of(net.build()) == Depth(5, projections=1, gates=1, parallel=2)


def test_nothing_reaches_an_output() -> None:
    net = Net()
    net.conv(net.input())
    net.output()
    assert depth_of(net.build()) == Depth(0, parallel=1)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(architectures())
def test_depth_adds_up(exact: Architecture) -> None:
    layers = weighted_layers(exact)
    depth = depth_of(exact)
    total = depth.longest + depth.projections + depth.gates + depth.parallel
    assert total == layers.number(layers.lengths)
