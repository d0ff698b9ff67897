"""Example inputs of transformers models fit their forward."""

from __future__ import annotations

import pytest
import torch
from torch.utils import _pytree as pytree

from tests.models.huggingface.configurations import LLAMA, LLAVA, TINY
from visualize.core.example import ExampleTensor
from visualize.models import load_model

pytest.importorskip("transformers")


def run(loaded):
    """A run with values, as the example tells."""
    torch.manual_seed(0)
    inputs = pytree.tree_map(
        lambda value: torch.rand(value.shape) if isinstance(value, ExampleTensor) else value,
        loaded.example.kwargs,
    )
    with torch.no_grad():
        return loaded.rebuild().eval()(**inputs)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        (LLAMA, {"input_ids": (1, 128)}),
        (f"{LLAMA}&max_position_embeddings=16", {"input_ids": (1, 16)}),
        (
            "hf:T5Config?num_layers=1&d_model=32&d_kv=8&d_ff=48&num_heads=4&vocab_size=64",
            {"input_ids": (1, 128), "decoder_input_ids": (1, 128)},
        ),
        (f"hf:ViTConfig?{TINY}&image_size=32&num_channels=1", {"pixel_values": (1, 1, 32, 32)}),
        (f"hf:VideoMAEConfig?{TINY}&image_size=32&num_frames=4",
         {"pixel_values": (1, 4, 3, 32, 32)}),
        (LLAVA, {"input_ids": (1, 144), "pixel_values": (1, 3, 32, 32)}),
        (
            "hf:WhisperConfig?encoder_layers=1&decoder_layers=1&d_model=32&encoder_ffn_dim=48"
            "&decoder_ffn_dim=48&encoder_attention_heads=4&decoder_attention_heads=4"
            "&max_source_positions=20",
            {"input_features": (1, 80, 40), "decoder_input_ids": (1, 128)},
        ),
        (f"hf:Wav2Vec2Config?{TINY}&num_conv_pos_embeddings=16", {"input_values": (1, 16000)}),
        (f"hf:LayoutLMConfig?{TINY}&vocab_size=64",
         {"input_ids": (1, 128), "bbox": (1, 128, 4)}),
        ("hf:PatchTSTConfig?d_model=32&num_hidden_layers=1&ffn_dim=48&context_length=24"
         "&num_attention_heads=4", {"past_values": (1, 24, 1), "past_observed_mask": (1, 24, 1)}),
    ],
)  # fmt: skip
def test_examples_fit(text, shapes):
    loaded = load_model(text)
    assert {name: tuple(value.shape) for name, value in loaded.example.kwargs.items()} == shapes
    assert run(loaded)


def test_unknown_inputs_are_left_to_the_user():
    assert load_model(f"hf:Blip2QFormerConfig?{TINY}").example is None  # wants query_embeds
    assert load_model("hf:BarkConfig").example is None  # its forward takes nothing by name
