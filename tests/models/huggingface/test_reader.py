"""What a configuration says about images and text."""

from __future__ import annotations

import pytest

from tests.models.huggingface.configurations import LLAVA
from visualize.models import load_model

pytest.importorskip("transformers")


def test_an_image_takes_as_many_tokens_as_it_turns_into():
    loaded = load_model(LLAVA)
    tokens = loaded.example.kwargs["input_ids"]
    assert (tokens == 60).sum() == 16  # the patches of the image, without its class token
    assert tokens.max() < 64
    assert not any(part._forward_hooks for part in loaded.model.modules())
