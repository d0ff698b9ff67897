"""Absurd sizes in a configuration are refused at once; those of real models are not."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.commands import fails
from visualize.core.errors import ConstructionError
from visualize.models.huggingface.sizes import check_sizes


@pytest.mark.parametrize(
    "fields",
    [
        {"num_hidden_layers": 10**9},
        {"n_layer": 10**6},
        {"depths": [2, 10**9]},
        {"num_layers": 10**30},
        {"vision_config": {"num_hidden_layers": 10**9}},
        {"num_local_experts": 10**8},
        {"num_labels": 10**9},
        {"vocab_size": 10**9},
        {"num_hidden_layers": -3},
        {"hidden_size": -8},
        {"stages": [{"depths": [-1]}]},
    ],
)
def test_what_no_model_has_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ConstructionError, match=r"\w+ is -?[\d,]+") as raised:
        check_sizes(fields, "x.json")
    assert len(str(raised.value).splitlines()) == 1


def test_sizes_of_published_models_are_read() -> None:
    check_sizes(
        {
            "num_hidden_layers": 1000, "vocab_size": 901_629, "num_experts": 2048, "n_positions": 0,
            "pad_token_id": -1, "max_position_embeddings": 10_485_76, "window_size": -1,
            "torch_dtype": "float32", "layer_norm_eps": 1e-12, "num_labels": 21_843,
            "ids": [10**15],
            "use_cache": True, "num_hidden_layers_note": None, "image_size": [384, 384],
        },
        "x.json",
    )  # fmt: skip


@pytest.mark.parametrize("fields", [{"num_hidden_layers": 10**9}, {"num_labels": 10**9}])
def test_a_file_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, int]
) -> None:
    import transformers  # noqa: F401 (whose import takes longer)

    monkeypatch.chdir(tmp_path)
    Path("x.json").write_text(json.dumps({"model_type": "bert", **fields}))
    begin = time.process_time()
    assert "more than the" in fails(1, "draw", "hf:x.json")
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("size", [0, -1, -2])
@pytest.mark.parametrize(
    "name",
    ["vocab_size", "hidden_size", "num_attention_heads", "max_position_embeddings"],
)
def test_sizes_that_are_no_sizes_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.json").write_text(json.dumps({"model_type": "bert", name: size}))
    assert "unexpected" not in fails(1, "draw", "hf:x.json")
