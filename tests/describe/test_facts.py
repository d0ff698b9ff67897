"""Facts about a model, compared with what papers publish."""

from __future__ import annotations

import pytest

import visualize
import visualize.report
from tests import nets as models
from visualize.core.summary import Summary


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", 18), ("resnet34", 34), ("vgg16", 16), ("alexnet", 8), ("googlenet", 22),
     ("densenet121", 121), ("mobilenet_v2", 53)],
)  # fmt: skip
def test_depth_is_what_papers_say(name: str, layers: int) -> None:
    assert visualize.summarize(name).facts.paths.longest == layers


# He et al. 2015, Table 1: multiply-adds in 10⁹, and blocks of each stage. Since then strides of
# bottlenecks have moved to their 3×3 convolution, which costs a little more.
TABLE_1 = {
    "resnet18": (1.8, 1.8, (2, 2, 2, 2)),
    "resnet34": (3.6, 3.7, (3, 4, 6, 3)),
    "resnet50": (3.8, 4.1, (3, 4, 6, 3)),
    "resnet101": (7.6, 7.8, (3, 4, 23, 3)),
    "resnet152": (11.3, 11.5, (3, 8, 36, 3)),
}


@pytest.mark.parametrize("name", TABLE_1)
def test_table_1_of_the_resnet_paper(name: str) -> None:
    least, most, blocks = TABLE_1[name]
    summary = visualize.summarize(name)
    assert least <= round(summary.total.macs / 1e9, 1) <= most
    stages = [part for part in summary.facts.parts if part.blocks]
    assert tuple(stage.blocks for stage in stages) == blocks
    assert [stage.tensor.shape[-1] for stage in stages] == [56, 28, 14, 7]


def test_gates_are_beside_the_path() -> None:
    with_gate = models.SqueezeExcite()
    assert visualize.summarize(with_gate, (1, 3, 16, 16)).facts.skips["gate"] == 1
    assert visualize.summarize(with_gate, (1, 3, 16, 16)).facts.paths.longest < 3
