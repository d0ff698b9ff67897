"""Models of timm by name, and torchvision models whose input is no single image."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.timm_models import TIMM_MODELS
from visualize.core.errors import (
    ConstructionError,
    SourceError,
    UnknownModelError,
    VisualizeError,
    WeightsError,
)
from visualize.core.example import Example, ExampleTensor
from visualize.models import LoadedModel, load_model, model_names, parse_model
from visualize.models.timm import list_names

timm = pytest.importorskip("timm")


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be downloaded."""

    def connect(*_: object) -> None:
        raise AssertionError("a model was to be downloaded")

    monkeypatch.setattr("socket.socket.connect", connect)


def image(*shape: int) -> Example:
    return Example((ExampleTensor(shape),))


def weightless(loaded: LoadedModel) -> bool:
    return all(parameter.is_meta for parameter in loaded.model.parameters())


def fails(text: str, kind: type[VisualizeError], *words: str) -> None:
    with pytest.raises(kind) as caught:
        load_model(text)
    for word in words:
        assert word in str(caught.value)


def test_a_name_is_parsed() -> None:
    spec = parse_model("timm:resnet50.a1_in1k?num_classes=10")
    assert (spec.source, spec.place, spec.name) == ("timm", "", "resnet50.a1_in1k")
    assert spec.arguments == {"num_classes": 10}
    assert parse_model("timm.models:resnet18").source == "module"
    assert parse_model("timm:beit3_base_patch16_224.pt").source == "timm"  # a tag, no file


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("timm:test_resnet", image(1, 3, 160, 160)),
        ("timm:test_vit", image(1, 3, 160, 160)),
        ("timm:resnet18", image(1, 3, 224, 224)),
        ("timm:vit_tiny_patch16_384", image(1, 3, 384, 384)),
        ("timm:resnet18?in_chans=1", image(1, 1, 224, 224)),
        ("timm:test_vit?img_size=64", image(1, 3, 64, 64)),
        ("timm:test_vit(img_size=(64, 32), in_chans=4)", image(1, 4, 64, 32)),
    ],
)
def test_the_configuration_tells_the_input(text: str, example: Example) -> None:
    loaded = load_model(text)
    assert loaded.example == example
    assert weightless(loaded)


def test_arguments_reach_the_constructor() -> None:
    model = load_model("timm:test_resnet?num_classes=7&in_chans=2").model
    assert model.get_submodule("fc").out_features == 7
    assert next(model.parameters()).shape[1] == 2


def test_a_tag_settles_input_and_classes_and_loads_nothing() -> None:
    tagged = load_model("timm:vit_base_patch16_clip_224.openai")
    assert tagged.name == "vit_base_patch16_clip_224.openai"
    assert weightless(tagged)
    larger = load_model("timm:efficientnet_b5.sw_in12k")
    assert larger.example == image(1, 3, 416, 416)
    assert larger.model.get_submodule("classifier").out_features == 11821
    assert load_model("timm:efficientnet_b5.sw_in12k_ft_in1k").example == image(1, 3, 448, 448)


def test_rebuilt_with_values() -> None:
    loaded = load_model("timm:test_resnet")
    assert not any(parameter.is_meta for parameter in loaded.rebuild().parameters())


def test_what_is_unknown_names_what_is_near() -> None:
    fails("timm:convnext_tinny", UnknownModelError, "convnext_tinny", "timm:convnext_tiny")
    fails("timm:ResNet50", UnknownModelError, "did you mean timm:resnet50")
    fails("timm:resnet50.a1_in2k", UnknownModelError, "did you mean timm:resnet50.a1_in1k")
    fails("timm:zzz", UnknownModelError, "see `visualize models`")


def test_weights_among_the_arguments_are_refused() -> None:
    fails("timm:test_resnet?pretrained=True", ConstructionError, "only on request", "--weights")
    fails(
        "timm:test_resnet?checkpoint_path=w.pth", ConstructionError, "only on request", "--weights"
    )


def test_published_weights_are_taken_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants
    from safetensors.torch import save_file

    model = timm.create_model("test_resnet")
    repository = model.pretrained_cfg["hf_hub_id"].replace("/", "--")
    folder, commit = tmp_path / f"models--{repository}", "a" * 40
    for name in ("refs", f"snapshots/{commit}"):
        (folder / name).mkdir(parents=True)
    (folder / "refs" / "main").write_text(commit)
    save_file(model.state_dict(), folder / "snapshots" / commit / "model.safetensors")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for text, weights in (
        ("timm:test_resnet", "DEFAULT"),
        ("timm:test_resnet", "r160_in1k"),
        ("timm:test_resnet.r160_in1k", "DEFAULT"),
    ):
        loaded = load_model(text, weights=weights)
        assert loaded.weights == "r160_in1k"
        assert loaded.values is not None
        assert loaded.values["fc.weight"].equal(model.fc.weight)
    with pytest.raises(WeightsError, match="could not be downloaded"):
        load_model("timm:test_vit", weights="DEFAULT")
    with pytest.raises(WeightsError, match="available: DEFAULT, r160_in1k"):
        load_model("timm:test_resnet", weights="r161")


def test_a_bad_argument_is_one_sentence() -> None:
    fails("timm:test_resnet?wings=2", ConstructionError, "TypeError", "wings")


def test_without_timm_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    hint = "pip install 'torch-visualize[timm]'"
    fails("timm:convnext_tiny", SourceError, f"timm:convnext_tiny: timm is not installed; {hint}")
    assert list_names() == []
    assert "resnet18" in model_names()


def test_all_names_are_listed() -> None:
    assert list_names() == sorted(timm.list_models())
    assert model_names("timm:test_vit*") == [f"timm:{n}" for n in timm.list_models("test_vit*")]


def test_the_sweep_has_one_model_of_each_module_file() -> None:
    assert list(TIMM_MODELS) == timm.list_modules()
    for module, name in TIMM_MODELS.items():
        assert name in timm.list_models(module=module)
