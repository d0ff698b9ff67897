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
