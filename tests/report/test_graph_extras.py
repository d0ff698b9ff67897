"""What a saved graph holds beyond the graph: nothing where it follows from the rest."""

from __future__ import annotations

import math
from dataclasses import replace

from visualize.core.architecture import ModuleCall, NodeKind, Operation
from visualize.core.statistics import Statistics
from visualize.report.graph_extras import node_extras, statistics_extras

FC = Operation(
    "fc", NodeKind.MODULE, "Linear", 3, "fc", (ModuleCall("fc"),), parameters=6,
    dtypes={"float32": 6}, held={"fc.weight": 6}, weights=((2, 3),),
    named_weights={"weight": (2, 3)},
)  # fmt: skip


def test_what_follows_is_left_out() -> None:
    assert node_extras(FC, 3, {"fc": "Linear"}) == {"named_weights": {"weight": [2, 3]}}


def test_what_does_not_follow_is_written() -> None:
    other = replace(FC, dtypes={"float16": 6}, held={"tied.weight": 6}, detached=True)
    extras = node_extras(other, 0, {"net": "Net"})
    assert extras.keys() == {"named_weights", "index", "calls", "dtypes", "held", "detached"}


def test_means_that_are_not_finite_are_texts() -> None:
    assert statistics_extras(Statistics(1, math.inf, math.nan, 0))["exact_mean"] == "inf"
    assert "exact_mean" not in statistics_extras(Statistics(1, 0.5, 0.0, 0))
