"""A model in one line."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.nets import NETS
from visualize.report import summarize_in_a_line


def line(name: str, language: str = "en") -> str:
    model, shapes = NETS[name]
    return summarize_in_a_line(visualize.trace(model(), shapes), language)


def test_parameters_macs_and_skips() -> None:
    assert line("residual") == (
        "11,114 parameters, 1.17 M MACs, 4 skip connections (3 identity, 1 projection)"
    )
    assert line("residual", "zh") == (
        "11,114 个参数，117 万次乘加（1.17 M MACs），4 条跳跃连接（恒等捷径 3 条、投影捷径 1 条）"
    )
    assert line("squeeze_excite").endswith("1 skip connection (1 gate)")


class Looped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.work = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        """Repeat one residual block."""
        for _ in range(40):
            x = x + torch.relu(self.work(x))
        return x


def test_loops_list_a_connection_once_and_its_uses() -> None:
    architecture = visualize.trace(Looped(), (1, 4))
    english = summarize_in_a_line(architecture)
    assert english.endswith("1 skip connection (1 identity), used 40 times")
    chinese = summarize_in_a_line(architecture, "zh")
    assert chinese.endswith("1 条跳跃连接（恒等捷径 1 条），共使用 40 次")
    figure = visualize.draw(architecture)
    assert "Skip connections: 1 identity, used 40 times." in figure.alternative_text()
    assert "an identity shortcut. It is in a loop, used 40 times." in figure.caption()
    assert figure.check() == []


def test_a_collapsed_loop_counts_its_connections_once() -> None:
    shared = nn.Sequential(Looped())
    figure = visualize.draw(shared, (1, 4), collapse=("Looped",))
    (box,) = [box for box in figure.scene.boxes if box.skips]
    assert box.skips == (("identity", 1),)
    assert "1 residual" in " ".join(box.label)
    assert figure.check() == []


def test_the_batch_that_macs_are_for_is_named() -> None:
    architecture = visualize.trace(nn.Linear(4, 3), (8, 4))
    assert "96 MACs (batch 8)" in summarize_in_a_line(architecture)
    assert "批大小为 8 时 96 次乘加" in summarize_in_a_line(architecture, "zh")


class Unused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.extra = nn.Linear(2, 2), nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.used(x)


def test_unused_parameters_are_named() -> None:
    architecture = visualize.trace(Unused(), torch.ones(1, 2))
    assert summarize_in_a_line(architecture) == (
        "18 parameters (12 unused: extra), 4 MACs, no skip connections"
    )
    assert summarize_in_a_line(architecture, "zh").startswith(
        "18 个参数（其中 12 个未使用：extra）"
    )
