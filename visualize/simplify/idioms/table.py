"""The table of all idioms, in the order in which they are tried."""

from __future__ import annotations

from visualize.core.phrases import phrase
from visualize.simplify.idioms.activation import (
    activation,
    gelu,
    gelu_sigmoid,
    gelu_tanh,
    silu,
)
from visualize.simplify.idioms.attention import match_attention, match_attention_function
from visualize.simplify.idioms.messages import match_message_passing
from visualize.simplify.idioms.modulation import match_modulation
from visualize.simplify.idioms.norm import match_norm
from visualize.simplify.idioms.rearrange import (
    match_channel_shuffle,
    match_patch_embedding,
    match_patch_merging,
    match_window_merge,
    match_window_partition,
)
from visualize.simplify.idioms.rotary import match_rotary_embedding
from visualize.simplify.idioms.rule import Rule

# The names of rules in the catalogue.
_NAMES = (
    phrase("attention"), phrase("rotary embedding"), phrase("channel shuffle"),
    phrase("window merge"), phrase("patch merging"), phrase("patch embedding"),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule("attention", match_attention, "scaled_dot_product_attention"),
    Rule("attention", match_attention_function, "scaled_dot_product_attention"),
    Rule("rotary embedding", match_rotary_embedding),
    activation("GELU", gelu),
    activation("GELU", gelu_tanh),
    activation("GELU", gelu_sigmoid),
    activation("SiLU", silu),
    Rule("norm", match_norm),
    Rule("modulation", match_modulation),
    Rule("message passing", match_message_passing),
    Rule("channel shuffle", match_channel_shuffle),
    Rule("window partition", match_window_partition),
    Rule("window merge", match_window_merge),
    Rule("patch merging", match_patch_merging),
    Rule("patch embedding", match_patch_embedding, "Conv2d"),
)
