"""What a configuration says about images and text."""

from __future__ import annotations

import pytest

from visualize.models import load_model

pytest.importorskip("transformers")


SIGHT = (
    "vision_config.hidden_size=32&vision_config.num_hidden_layers=2"
    "&vision_config.num_attention_heads=4&vision_config.intermediate_size=48"
    "&vision_config.image_size=32&vision_config.patch_size=8"
)


LLAVA = (
    f"hf:LlavaConfig?{SIGHT}&image_token_index=60&text_config.hidden_size=32"
    "&text_config.num_hidden_layers=2&text_config.num_attention_heads=4"
    "&text_config.intermediate_size=48&text_config.vocab_size=64"
)


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_an_image_takes_as_many_tokens_as_it_turns_into():
    loaded = load_model(LLAVA)
    tokens = loaded.example.kwargs["input_ids"]
    assert (tokens == 60).sum() == 16  # the patches of the image, without its class token
    assert tokens.max() < 64
    assert not any(part._forward_hooks for part in loaded.model.modules())
