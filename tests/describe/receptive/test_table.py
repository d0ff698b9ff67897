"""What is not known is no number."""

from __future__ import annotations

import torch
from torch import nn

import visualize
from tests.gradients import Steps, conv, printed


def test_sampling_at_computed_places_is_unknown() -> None:
    def sampled(x: torch.Tensor, one: nn.Module) -> torch.Tensor:
        grid = torch.stack([x[:, 0], x[:, 0]], -1)
        return nn.functional.grid_sample(one(x), grid, align_corners=False)

    assert printed(Steps(sampled, conv(3)), 1, 1, 16, 16) is None


def test_pointwise_functions_keep_what_is_seen() -> None:
    model = Steps(lambda x, one: torch.relu(one(x)).clamp(0, 1).sqrt(), conv(3))
    assert printed(model, 1, 1, 16, 16) == (3, 3)


def test_tokens_have_no_receptive_field() -> None:
    rows = visualize.summarize("hf:BertConfig?num_hidden_layers=1").rows
    assert all(row.receptive_field is None for row in rows)
