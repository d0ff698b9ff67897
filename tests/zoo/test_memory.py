"""What summaries know of the memory of published models equals what runs of them on the CPU do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn
from torchvision import models

import visualize
from tests.measured_memory import assert_measured, peak_of_inference

pytestmark = pytest.mark.zoo

IMAGE = (1, 3, 224, 224)
TORCHVISION = (
    "resnet18", "resnet50", "vgg16", "densenet121", "mobilenet_v2", "mobilenet_v3_large",
    "efficientnet_b0", "regnet_y_400mf", "vit_b_16", "swin_t", "convnext_tiny",
)  # fmt: skip
TIMM = ("resnetv2_50", "mixer_b16_224", "cait_xxs24_224", "tresnet_m", "coatnet_0_rw_224")
SMALL = {"vocab_size": 100, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
TEXT = {"input_ids": torch.arange(32).reshape(2, 16)}


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision(name: str, train: bool) -> None:
    assert_measured(models.get_model(name, weights=None), (torch.rand(IMAGE),), train=train)


@pytest.mark.parametrize("name", TIMM)
def test_timm(name: str) -> None:
    timm = pytest.importorskip("timm")
    assert_measured(timm.create_model(name), (torch.rand(IMAGE),))


@pytest.mark.parametrize(
    ("model", "config", "inputs"),
    [
        ("GPT2LMHeadModel", {"vocab_size": 100, "n_embd": 32, "n_layer": 2, "n_head": 4}, TEXT),
        ("BertModel", {**SMALL, "num_attention_heads": 4}, TEXT),
        ("LlamaForCausalLM", {**SMALL, "num_attention_heads": 4, "num_key_value_heads": 2}, TEXT),
        (
            "T5ForConditionalGeneration",
            {"vocab_size": 100, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2},
            {**TEXT, "decoder_input_ids": torch.arange(16).reshape(2, 8)},
        ),
    ],
)
@pytest.mark.parametrize("train", [False, True])
def test_transformers(
    model: str, config: Mapping[str, Any], inputs: Mapping[str, torch.Tensor], train: bool
) -> None:
    transformers = pytest.importorskip("transformers")
    kind = getattr(transformers, model)
    net: nn.Module = kind(kind.config_class(**config))
    assert_measured(net, train=train, **inputs)


def test_a_resnet_in_numbers() -> None:
    """86.1 MB for an image, as autograd saves them; all its tensors together have 150.2 MB."""
    use = visualize.trace("resnet50", memory=True).memory
    assert use is not None
    assert use.saved == 86_121_984
    assert use.peak == peak_of_inference(models.resnet50().eval(), (torch.rand(IMAGE),))
