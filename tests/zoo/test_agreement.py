"""What summaries print of skip connections is what the list of skip connections prints."""

from __future__ import annotations

from collections import Counter

import pytest

import visualize
from tests.huggingface_models import MODELS
from visualize.core.quantities import giga
from visualize.report.quantities import percent

pytestmark = pytest.mark.zoo

TRANSFORMERS = (
    "mamba", "mamba2", "falcon_mamba", "jamba", "zamba2", "bamba", "mixtral", "qwen2_moe",
    "qwen3_next", "deepseek_v3", "gpt2", "t5", "whisper", "llama", "roberta", "rwkv",
    "recurrent_gemma", "swin", "wav2vec2", "detr", "dpt",
)  # fmt: skip
OTHERS = (
    "resnet50", "densenet121", "googlenet", "mobilenet_v3_large", "regnet_y_400mf", "swin_t",
    "timm:tresnet_m", "timm:dpn48b", "timm:repvgg_a0", "timm:hrnet_w18_small", "timm:coat_tiny",
    "timm:ghostnet_100",
)  # fmt: skip


@pytest.mark.parametrize("name", [*OTHERS, *(MODELS[name] for name in TRANSFORMERS)])
def test_summary_and_skips_agree(name: str) -> None:
    exact = visualize.trace(name)
    summary, table = visualize.summarize(exact), visualize.skips(exact)
    facts, listed = summary.facts, table.to_list()
    kinds = dict(Counter(one["kind"] for one in listed))
    assert dict(facts.skips) == dict(summary.total.skips) == kinds
    assert facts.long_skips == sum(one["long"] for one in listed)
    assert facts.detached_skips == sum(not one["gradient"] for one in listed)
    assert facts.projection_macs == facts.cost.projection_macs  # the batch is 1
    parameters, macs = facts.projection_parameters, facts.projection_macs
    alone = [one for one in listed if one["kind"] == "projection"]
    assert parameters <= sum(one["parameters"] for one in alone)
    assert macs <= sum(one["macs"] for one in alone)
    if alone:
        _assert_printed(str(summary), str(table), parameters, macs, summary)


def _assert_printed(
    summary: str, table: str, parameters: int, macs: int, whole: visualize.Summary
) -> None:
    """The same two numbers are in a sentence and in the line below the list."""
    words = f"{parameters:,} parameters"
    (line,) = (line for line in table.splitlines() if "projection shortcut" in line and ":" in line)
    assert line.endswith(f"{words}, {giga(macs)} MACs")
    if parameters or macs:
        share = percent(parameters, whole.total.parameters)
        sentence = " ".join(summary.split())
        assert f"Projection shortcuts: {words} ({share}) and {giga(macs)} MACs" in sentence
