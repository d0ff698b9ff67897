"""Small configurations of transformers models, as the command line names them."""

from __future__ import annotations

TINY = "num_hidden_layers=2&hidden_size=32&num_attention_heads=4&intermediate_size=48"

LLAMA = f"hf:LlamaConfig?{TINY}&vocab_size=64"

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
