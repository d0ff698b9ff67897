"""Sentences on skip connections."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests import nets as models
from tests.graphs import Net
from tests.sentences import written
from visualize.core.summary import Depth, Facts, PathLengths
from visualize.report.language import load_language
from visualize.report.sentences.skips import blocks_sentence, loops_sentence, skips_sentence


def test_kinds_and_the_cost_of_projections() -> None:
    english = written("resnet18")
    assert "8 skip connections: 5 identity, 3 projection." in english
    assert "Projection shortcuts: 173,824 parameters (1.5 %) and 19.27 M MACs (1.1 %)." in english
    of_batch = written(models.Residual(), (4, 3, 16, 16))
    projections = "Projection shortcuts: 160 parameters (1.4 %) and 8.192 k MACs (0.7 %)."
    assert projections in of_batch
    assert projections in written(models.Residual(), (1, 3, 16, 16))


class Padded(nn.Module):
    """A projection without parameters, as He et al. 2015 call option A."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(4, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Add every second pixel, padded with channels of zeros."""
        shortcut = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2))
        return self.conv2(torch.relu(self.conv1(x))) + shortcut


def test_projections_that_cost_nothing() -> None:
    english = written(Padded(), (1, 4, 8, 8))
    assert "1 skip connection, a projection shortcut." in english
    assert "Projection shortcuts have no parameters." in english


def test_the_cost_of_projections_is_that_of_one_sample() -> None:
    model, (_, *shape) = models.Residual(), (1, 3, 16, 16)
    sentence = "Projection shortcuts: 160 parameters (1.4 %) and 8.192 k MACs (0.7 %)."
    for batch in (1, 8):
        assert sentence in written(model, (batch, *shape))


def test_no_skip_connections() -> None:
    plain = written(nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)), (1, 4))
    assert "No skip connections." in plain
    assert "rojection" not in plain
    assert "skip" not in written(nn.Linear(4, 4), (1, 4))


def test_one_kind_across_resolutions() -> None:
    unet = written(models.UNet(), (1, 3, 32, 32))
    assert "2 skip connections, all concat and across resolutions." in unet
    assert "均为拼接连接，且跨越分辨率变化" in written(models.UNet(), (1, 3, 32, 32), language="zh")
    assert "24 skip connections, all identity. Each block has 2 shortcuts." in written("vit_b_16")


def test_blocks_without_a_shortcut() -> None:
    assert (
        "7 of 17 blocks have no shortcut: features[1], features[2], features[4], features[7], "
        "features[11], features[14], features[17]."
    ) in written("mobilenet_v2")
    assert "shortcut:" not in written("squeezenet1_1")


class Detached(nn.Module):
    """Adds its input, over which no gradient flows back."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        """Stop the gradient of what comes before."""
        x = self.one(x)
        return x.detach() + self.two(x).relu()


def test_detached_connections() -> None:
    one = "1 skip connection is detached: no gradient flows back over it."
    assert one in written(Detached(), (1, 4))
    two = "2 skip connections are detached: no gradient flows back over them."
    assert two in written(nn.Sequential(Detached(), Detached()), (1, 4))
    assert "detached" not in written(models.Residual(), (1, 3, 16, 16))


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("identity", "an identity shortcut"),
        ("scaled", "a scaled shortcut"),
        ("projection", "a projection shortcut"),
        ("concat", "a concat"),
        ("gate", "a gate"),
        ("mixed", "a mix of earlier tensors"),
    ],
)
def test_a_single_connection_of_each_kind(kind: str, words: str, long: bool) -> None:
    facts = Facts(3, Depth(3), PathLengths({}), skips={kind: 1}, long_skips=int(long))
    across = " across resolutions" if long else ""
    english = skips_sentence(facts, load_language("en"))
    assert english == f"1 skip connection, {words}{across}."
    chinese = skips_sentence(facts, load_language("zh"))
    assert ("跨越分辨率变化" in chinese) == long
    assert "skip" not in chinese


@pytest.mark.parametrize(
    ("skips", "long", "words"),
    [
        ({"identity": 3}, 0, "3 skip connections, all identity."),
        ({"identity": 3}, 2, "3 skip connections, all identity; 2 of them across resolutions."),
        ({"identity": 3}, 3, "3 skip connections, all identity and across resolutions."),
        ({"identity": 2, "gate": 1}, 0, "3 skip connections: 2 identity, 1 gate."),
        ({"identity": 2, "gate": 1}, 1, "3 skip connections: 2 identity, 1 gate; 1 of them across "
         "resolutions."),
        ({"concat": 2, "gate": 1}, 3, "3 skip connections, all across resolutions: 2 concat, "
         "1 gate."),
    ],
)  # fmt: skip
def test_several_connections(skips: dict[str, int], long: int, words: str) -> None:
    facts = Facts(3, Depth(3), PathLengths({}), skips=skips, long_skips=long)
    assert skips_sentence(facts, load_language("en")) == words


def test_what_is_alike_in_blocks_is_not_listed() -> None:
    english = load_language("en")
    assert not blocks_sentence({}, english)
    assert not blocks_sentence({"a": 1, "b": 1}, english)
    assert not blocks_sentence({"a": 2, "b": 3}, english)
    assert not blocks_sentence({"a": 0, "b": 0}, english)
    assert blocks_sentence({"a.0": 0, "b": 1}, english).endswith("have no shortcut: a[0].")


def looped(names: str) -> Facts:
    """The facts of residual blocks in a row, one of each name, called as often as it is named."""
    net = Net()
    x = net.input()
    for name in names:
        x = net.add(net.conv(x, name=name), x)
    net.output(x)
    return visualize.summarize(net.build()).facts


@pytest.mark.parametrize(
    ("names", "uses", "english", "chinese"),
    [
        ("abc", 3, "", ""),
        ("aaaa", 4, "It is in a loop, used 4 times.", "均位于循环中，各使用 4 次。"),
        (
            "ababab", 6, "Each is in a loop, used 3 times.",
            "均位于循环中，各使用 3 次。",
        ),
        ("abbb", 4, "1 of them is in a loop, used 3 times.", "其中 1 条位于循环中，各使用 3 次。"),
        (
            "abbcc", 5, "2 of them are in loops, each used 2 times.",
            "其中 2 条位于循环中，各使用 2 次。",
        ),
        (
            "aabbb", 5, "2 of them are in loops, used 5 times in all.",
            "其中 2 条位于循环中，合计使用 5 次。",
        ),
    ],
)  # fmt: skip
def test_how_often_loops_use_connections(names: str, uses: int, english: str, chinese: str) -> None:
    facts = looped(names)
    assert facts.skip_uses == uses
    assert loops_sentence(facts, load_language("en")) == english
    assert loops_sentence(facts, load_language("zh")) == chinese
