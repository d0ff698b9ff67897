"""The source `hf:`: configurations of transformers, as files and as classes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

from tests.models.huggingface.configurations import LLAMA, LLAVA, TINY
from visualize.core.errors import (
    ConstructionError,
    SourceError,
    UnknownModelError,
    UsageError,
)
from visualize.core.example import ExampleTensor
from visualize.models import load_model, parse_model

transformers = pytest.importorskip("transformers")


def size(model):
    return sum(parameter.numel() for parameter in model.parameters())


def run(loaded):
    """A run with values, as the example tells."""
    torch.manual_seed(0)
    inputs = pytree.tree_map(
        lambda value: torch.rand(value.shape) if isinstance(value, ExampleTensor) else value,
        loaded.example.kwargs,
    )
    with torch.no_grad():
        return loaded.rebuild().eval()(**inputs)


def write(folder, **content):
    path = folder / "config.json"
    path.write_text(json.dumps(content))
    return f"hf:{path}"


TINY_JSON = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "vocab_size": 64,
}


def test_a_path_is_no_catalogue_name():
    spec = parse_model("hf:models/bert-base/config.json?num_hidden_layers=2")
    assert (spec.source, spec.place, spec.name) == (
        "hf", "models/bert-base/config.json", "bert-base"
    )  # fmt: skip
    assert parse_model("hf:tiny.json").label == "tiny"
    assert parse_model("hf:config.json").label == "config"


def test_arguments_are_python_or_json_and_may_be_nested():
    spec = parse_model('hf:LlavaConfig?a.b=2&c={"d": true}&e=None&f=null&g=text')
    assert spec.arguments == {"a.b": 2, "c": {"d": True}, "e": None, "f": None, "g": "text"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (LLAMA, "LlamaForCausalLM"),
        (LLAMA.replace("LlamaConfig", "LlamaModel"), "LlamaModel"),
        (f"{LLAMA}&architectures=LlamaForSequenceClassification", "LlamaForSequenceClassification"),
        (f"hf:BertConfig?{TINY}&vocab_size=64", "BertForMaskedLM"),
        (f"hf:ViTConfig?{TINY}&image_size=32", "ViTForImageClassification"),
        (LLAVA, "LlavaForConditionalGeneration"),
        ("hf:T5Config?num_layers=1&d_model=32&d_kv=8&d_ff=48", "T5ForConditionalGeneration"),
        ("hf:WhisperConfig?encoder_layers=1&decoder_layers=1", "WhisperForConditionalGeneration"),
        (f"hf:Wav2Vec2Config?{TINY}&num_conv_pos_embeddings=16", "Wav2Vec2ForCTC"),
        ("hf:CLIPConfig", "CLIPModel"),
        ("hf:TimesformerConfig", "TimesformerForVideoClassification"),
    ],
)
def test_the_model_is_the_one_named_or_the_natural_one(text, name):
    model = load_model(text).model
    assert type(model).__name__ == name
    assert any(parameter.is_meta for parameter in model.parameters())


@pytest.mark.parametrize("tied", [True, False])
def test_tied_weights_stay_tied(tied):
    loaded = load_model(f"{LLAMA}&tie_word_embeddings={tied}")
    head, words = loaded.model.lm_head.weight, loaded.model.model.embed_tokens.weight
    assert (head is words) == tied
    assert size(loaded.model) == size(loaded.rebuild())


def test_nothing_is_cached():
    assert "past_key_values" not in run(load_model(LLAMA))


def test_a_file_names_its_model(tmp_path):
    text = write(
        tmp_path,
        model_type="bert",
        architectures=["BertForTokenClassification"],
        torch_dtype="bfloat16",
        a_word_of_another_version=1,
        **TINY_JSON,
    )
    loaded = load_model(f"{text}?num_hidden_layers=1")
    assert type(loaded.model).__name__ == "BertForTokenClassification"
    assert len(loaded.model.bert.encoder.layer) == 1
    assert run(loaded).logits.shape == (1, 128, 2)


def test_a_nested_argument_keeps_the_other_defaults():
    model = load_model("hf:LlavaConfig?vision_config.num_hidden_layers=2").model
    assert model.config.vision_config.image_size == 336
    assert model.config.vision_config.num_hidden_layers == 2


@pytest.mark.parametrize(
    ("typo", "nearest"),
    [
        ("hf:LlamaConfig?num_hiden_layers=2", "num_hidden_layers"),
        ("hf:LlamaForCausalLM?hiddensize=8", "hidden_size"),
        (LLAVA + "&text_config.vocabsize=8", "vocab_size"),
    ],
)
def test_an_argument_that_nobody_knows_is_refused(typo, nearest):
    with pytest.raises(UsageError, match=f"has no argument.*{nearest}"):
        load_model(typo)


def test_an_argument_that_only_the_code_knows_is_taken():
    assert load_model(
        f"hf:Qwen3MoeConfig?{TINY}&vocab_size=64&num_experts=2&moe_intermediate_size=16"
        "&num_key_value_heads=2&head_dim=12"
    ).model.model.layers[0].self_attn.q_proj.out_features == 48  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("hf:LlamaConfg", UnknownModelError, "hf:LlamaConfig"),
        ("hf:Trainer", UnknownModelError, "no model named 'Trainer'"),
        ("hf:meta-llama/Llama-3", SourceError, "nothing is downloaded"),
        ("hf:missing/config.json", SourceError, "cannot be read"),
        (f"{LLAMA}&architectures=LlamaForCausal", UnknownModelError, "LlamaForCausalLM"),
        (f"{LLAMA}&architectures=BertModel", SourceError, "built from BertConfig"),
        (
            "hf:LlamaConfig?hidden_size=30&num_attention_heads=4",
            ConstructionError,
            "building the model",
        ),
    ],
)
def test_errors_say_what_to_do(text, error, words):
    with pytest.raises(error, match=words):
        load_model(text)


def test_errors_of_files(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(SourceError, match="not JSON"):
        load_model(f"hf:{tmp_path}/bad.json")
    with pytest.raises(SourceError, match="model_type"):
        load_model(write(tmp_path, hidden_size=8))
    with pytest.raises(UnknownModelError, match="llama"):
        load_model(write(tmp_path, model_type="lama"))


def test_remote_code_is_never_run(tmp_path):
    remote = {"AutoModelForCausalLM": "modeling_own.OwnForCausalLM"}
    text = write(tmp_path, model_type="own", architectures=["OwnForCausalLM"], auto_map=remote)
    with pytest.raises(SourceError, match=r"auto_map.*never run"):
        load_model(text)
    text = write(tmp_path, model_type="llama", architectures=["OwnForCausalLM"], auto_map=remote)
    with pytest.raises(SourceError, match=r"auto_map.*never run"):
        load_model(text)


@pytest.mark.parametrize(
    "named",
    [
        {"_attn_implementation": "own/attention"},
        {"attn_implementation": "own/attention@v1:forward"},
        {"attn_implementation": {"": "eager", "text_config": "own/attention"}},
        {"experts_implementation": "own/experts"},
        {"kernel_config": {"kernel_mapping": {"RMSNorm": ["own/norm:Norm"]}}},
        {"text_config": {"_attn_implementation": "own/attention"}},
    ],
)
def test_kernels_of_the_hub_are_never_run(tmp_path, named):
    with pytest.raises(SourceError, match=r"names code on the Hub \(.*\), which is never run"):
        load_model(write(tmp_path, model_type="llama", num_hidden_layers=1, **named))


def test_without_transformers(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(SourceError, match=r"torch-visualize\[transformers\]"):
        load_model(LLAMA)


def test_transformers_is_imported_only_for_its_models():
    code = "import sys, visualize.models; assert 'transformers' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_functions_that_initialize_stay_those_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the midst of building, as other threads build layers."""
    found: list[object] = []
    before = torch.nn.init.trunc_normal_
    build = transformers.PreTrainedModel.init_weights

    def init_weights(model: Any) -> None:
        found.append(torch.nn.init.trunc_normal_)
        build(model)

    def initialize(model: Any, module: Any) -> None:
        found.append(torch.nn.init.trunc_normal_)

    monkeypatch.setattr(transformers.PreTrainedModel, "init_weights", init_weights)
    monkeypatch.setattr(transformers.PreTrainedModel, "_init_weights", initialize)
    load_model("hf:BertConfig?num_hidden_layers=1")
    assert len(found) > 1
    assert set(found) == {before}


_FIRST = """
import types
import torch
from visualize.models import load_model
from visualize.models.weightless import building_with_values

class Noted(types.ModuleType):
    def __setattr__(self, name, value):
        raise AssertionError(f"torch.nn.init.{name} is replaced")

torch.nn.init.__class__ = Noted
with building_with_values():
    load_model("hf:ViTConfig?hidden_size=8&num_hidden_layers=1&num_attention_heads=2")
"""


def test_the_first_model_of_a_process_leaves_the_functions_of_torch_alone():
    done = subprocess.run([sys.executable, "-c", _FIRST], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
