"""What must hold for the depth and the paths of any network, for tests."""

from __future__ import annotations

from visualize.core.architecture import Architecture
from visualize.describe.depth import depths_of, find_depth
from visualize.describe.flow import main_flow
from visualize.describe.paths import adds, count_paths, residual_arrivals
from visualize.describe.weighted import weighted_layers


def assert_depth_adds_up(exact: Architecture) -> None:
    """Every weighted layer is on the longest path or in one of the places that are listed."""
    layers, flow = weighted_layers(exact), main_flow(exact)
    depths = depths_of(flow, layers.lengths)
    depth = find_depth(exact, layers, flow, depths)
    elsewhere = depth.projections + depth.gates + depth.parallel
    assert depth.longest + elsewhere == layers.number(layers.lengths)
    assert depth.longest == max(depths.values(), default=0)
    kinds = {skip.kind.value for skip in exact.skips}
    assert not depth.projections or "projection" in kinds
    assert not depth.gates or "gate" in kinds
    arrivals = residual_arrivals(exact, flow, depths)
    paths = count_paths(flow, layers.lengths, depths, arrivals, adds(exact))
    assert max(paths, default=0) == depth.longest
    assert sum(paths.values()) < 2 or kinds & {"identity", "scaled", "projection"}
