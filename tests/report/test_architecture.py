from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.report import architecture_html, architecture_lines


class Many(nn.Module):
    """More inputs and outputs than are listed."""

    def forward(self, tensors: list[Tensor]) -> list[Tensor]:
        return [torch.relu(one) for one in tensors]


def test_long_lists_of_tensors_end_with_dots() -> None:
    architecture = visualize.trace(Many(), ([torch.zeros(1, 2)] * 12,))
    _, inputs, outputs, size = architecture_lines(architecture)
    assert inputs.startswith("inputs: tensors_0 1×2 float32, ")
    for line in (inputs, outputs):
        assert line.endswith(", …")
        assert line.count("1×2 float32") == 8
    assert size.startswith("12 operations, ")


def test_names_are_text() -> None:
    architecture = visualize.trace(Many(), ([torch.zeros(1, 2)],), name="<script>x</script>")
    assert "<script>" not in architecture_html(architecture)
    assert "1 operation, " in architecture_html(architecture)


def test_it_is_written_in_chinese() -> None:
    architecture = visualize.trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), (1, 2), memory=True)
    first, inputs, outputs, size, memory = architecture_lines(architecture, "zh")
    assert first.startswith("Sequential：6 个参数，")
    assert inputs == "输入：input_1 1×2 float32"
    assert outputs == "输出：1×2 float32"
    assert size == "2 个运算，由 symbolic 追踪器追踪"
    assert memory.startswith("激活值内存：反向传播需保存 ")
    assert architecture.to_text(language="zh").splitlines()[0] == first
