"""From a configuration, as a file or by its class, to the model that it describes."""

from __future__ import annotations

import copy
import difflib
import importlib
import inspect
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from torch import nn

from visualize.core.errors import (
    SourceError,
    UnknownModelError,
    UsageError,
    VisualizeError,
    shorten,
)
from visualize.core.files import read_file
from visualize.core.patching import always, patches_end_here, replace
from visualize.core.quiet import quiet
from visualize.models.huggingface.reader import is_config
from visualize.models.huggingface.sizes import check_sizes
from visualize.models.specification import ModelSpec
from visualize.models.weightless import build_weightless, explain_construction

# What a model type is mostly used for, the most specific task first: transformers has a mapping
# from model type to class for each of them, and many types are in several.
_TASKS = (
    "TEXT_TO_WAVEFORM",
    "SPEECH_SEQ_2_SEQ",
    "TEXT_TO_SPECTROGRAM",
    "IMAGE_TEXT_TO_TEXT",
    "MULTIMODAL_LM",
    "SEQ_TO_SEQ_CAUSAL_LM",
    "MASKED_LM",
    "CAUSAL_LM",
    "CTC",
    "ZERO_SHOT_IMAGE_CLASSIFICATION",
    "ZERO_SHOT_OBJECT_DETECTION",
    "OBJECT_DETECTION",
    "UNIVERSAL_SEGMENTATION",
    "IMAGE_CLASSIFICATION",
    "VIDEO_CLASSIFICATION",
    "AUDIO_CLASSIFICATION",
    "DEPTH_ESTIMATION",
    "SEMANTIC_SEGMENTATION",
    "MASK_GENERATION",
    "TIME_SERIES_PREDICTION",
    "IMAGE_TO_IMAGE",
    "IMAGE_MATTING",
    "POSE_ESTIMATION",
    "KEYPOINT_DETECTION",
    "KEYPOINT_MATCHING",
    "VISUAL_QUESTION_ANSWERING",
    "DOCUMENT_QUESTION_ANSWERING",
    "TOKEN_CLASSIFICATION",
    "PRETRAINING",
    "RETRIEVAL",
)
_MOST = 16  # megabytes of a configuration
# Keys of what computes attention or experts, and of layers that kernels replace.
_NAMES_CODE = re.compile(r"implementation|kernel", re.IGNORECASE).search
_WORD = re.compile(r"[A-Za-z_]\w*")
# Arguments that every configuration takes in addition to its own.
_COMMON = ("model_type", "torch_dtype", "attn_implementation", "experts_implementation")


def build(spec: ModelSpec) -> nn.Module:
    """Build the model of the configuration that ``spec`` names, without weights.

    Raises:
        SourceError: transformers is not installed, or the configuration cannot be read.
        UnknownModelError: there is no such configuration, model or model type.
        UsageError: the configuration has no such argument.
        ConstructionError: the configuration or the model refuses the arguments.
    """
    transformers = _import_transformers(spec)
    arguments = _nested(spec.arguments)
    chosen = arguments.pop("architectures", None)
    with quiet(logging.ERROR), _initializing_here():  # transformers makes remarks of errors
        try:
            if spec.place:
                config, named = _from_file(transformers, spec, arguments)
            else:
                config, named = _from_class(transformers, spec, arguments)
            name = _first(chosen) or named or _natural(config, spec)
            constructor = _model_class(transformers, name, config, spec)
            _without_cache(config)
            # Each attempt gets a copy: models write into their configuration.
            model = build_weightless(lambda: constructor(copy.deepcopy(config)))
            assert isinstance(model, nn.Module)
            _refuse_unknown(config, arguments, lambda: _words(model, config), spec)
        except VisualizeError:
            raise
        except Exception as error:
            raise explain_construction(error, spec.text) from error
    return model


def _import_transformers(spec: ModelSpec) -> Any:
    try:
        return importlib.import_module("transformers")
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{error.name} is not installed",
            where=shorten(spec.text),
            hint="pip install 'torch-visualize[transformers]'",
        ) from error


def _from_file(
    transformers: Any, spec: ModelSpec, arguments: dict[str, Any]
) -> tuple[Any, str | None]:
    """The configuration in a file, and the name of its model."""
    place = shorten(spec.place)
    try:
        written = json.loads(read_file(Path(spec.place), _MOST).decode("utf-8"))
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror}", where=place, hint="check the path"
        ) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"not JSON: {error}", where=place) from error
    model_type = written.get("model_type") if isinstance(written, dict) else None
    if not isinstance(model_type, str):
        raise SourceError(
            'has no "model_type"', where=place, hint="give the config.json of a transformers model"
        )
    known = importlib.import_module("transformers.models.auto.configuration_auto")
    if model_type not in known.CONFIG_MAPPING_NAMES:
        _refuse_remote_code(written, place)
        nearest = difflib.get_close_matches(model_type, known.CONFIG_MAPPING_NAMES, n=3)
        raise UnknownModelError(model_type, nearest, kind="model type of transformers")
    constructor = getattr(transformers, known.CONFIG_MAPPING_NAMES[model_type])
    merged = _merged(written, arguments)
    check_sizes(merged, place)
    _refuse_kernels(merged, place)
    config = constructor.from_dict(merged)
    named = _first(written.get("architectures"))
    if named and not hasattr(transformers, named):
        _refuse_remote_code(written, place)
    return config, named


def _from_class(
    transformers: Any, spec: ModelSpec, arguments: dict[str, Any]
) -> tuple[Any, str | None]:
    """The configuration of a class, and the name of the model if it is the class of a model."""
    found = _class(transformers, spec.name)
    if found and issubclass(found, transformers.PreTrainedModel) and found.config_class:
        constructor, named = found.config_class, spec.name
    elif found and issubclass(found, transformers.PretrainedConfig):
        constructor, named = found, None
    else:
        if "/" in spec.name:
            raise SourceError(
                "nothing is downloaded from the Hub",
                where=shorten(spec.text),
                hint="save its config.json and give hf:path/to/config.json",
            )
        raise UnknownModelError(spec.name, _nearest(transformers, spec.name))
    check_sizes(arguments, shorten(spec.text))
    config = constructor(**_with_nested_defaults(constructor, arguments))
    return config, named


def _class(transformers: Any, name: str) -> Any:
    found = getattr(transformers, name, None) if name.isidentifier() else None
    return found if isinstance(found, type) else None


def _refuse_remote_code(written: Mapping[str, Any], place: str) -> None:
    if "auto_map" in written:
        raise SourceError(
            "its model is code on the Hub (auto_map), which is never run",
            where=place,
            hint="save that code and give path/to/file.py:NAME",
        )


def _refuse_kernels(written: Mapping[str, Any], place: str) -> None:
    """Refuse a repository of kernels, whose code transformers would import, also from its cache."""
    waiting: list[tuple[str, Any]] = [("", written)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            # What is under such a key is of its kind: an implementation for each part.
            inside = name if _NAMES_CODE(name) else ""
            waiting += [(inside or str(key), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(name, each) for each in value]
        elif isinstance(value, str) and "/" in value and _NAMES_CODE(name):
            raise SourceError(
                f"names code on the Hub ({shorten(name, 40)}), which is never run",
                where=place,
                hint="leave it out, or choose eager",
            )


def _nearest(transformers: Any, name: str) -> list[str]:
    known = [known for known in dir(transformers) if known.endswith("Config") or "For" in known]
    return [f"hf:{near}" for near in difflib.get_close_matches(name, known, n=3)]


def _natural(config: Any, spec: ModelSpec) -> str:
    """The class with the head that the model type is mostly used with."""
    auto = importlib.import_module("transformers.models.auto.modeling_auto")
    names = [f"MODEL_FOR_{task}_MAPPING_NAMES" for task in _TASKS]
    for name in (*names, "MODEL_MAPPING_NAMES", "MODEL_FOR_BACKBONE_MAPPING_NAMES"):
        if found := _first(getattr(auto, name, {}).get(config.model_type)):
            return found
    raise SourceError(
        f"transformers has no model for {type(config).__name__} alone",
        where=shorten(spec.text),
        hint="choose one with architectures=NAME",
    )


def _model_class(transformers: Any, name: str, config: Any, spec: ModelSpec) -> Any:
    found = _class(transformers, name)
    if not (found and issubclass(found, transformers.PreTrainedModel)):
        raise UnknownModelError(name, _nearest(transformers, name), kind="model of transformers")
    if found.config_class and not isinstance(config, found.config_class):
        raise SourceError(
            f"{name} is built from {found.config_class.__name__}, not {type(config).__name__}",
            where=shorten(spec.text),
        )
    return found


def _first(names: Any) -> str | None:
    """The first of what may be one name, several or none."""
    if isinstance(names, (list, tuple)):
        names = names[0] if names else None
    return str(names) if names else None


def _nested(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with dotted keys, as a dict of dicts.

    >>> _nested({"text_config.layers": 2, "size": 8})
    {'text_config': {'layers': 2}, 'size': 8}
    """
    nested: dict[str, Any] = {}
    for key, value in arguments.items():
        for word in reversed(key.split(".")):
            value = {word: value}  # from the inside out
        nested = _merged(nested, value)
    return nested


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes``, dicts inside it merged likewise."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _with_nested_defaults(constructor: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Let a nested configuration keep the defaults that its owner has for it."""
    owned = getattr(constructor, "sub_configs_defaults", {})
    defaults = {
        key: getattr(owned[key], "init_kwargs", {})
        for key, value in arguments.items()
        if key in owned and isinstance(value, Mapping) and "model_type" not in value
    }
    return _merged(defaults, arguments)


def _refuse_unknown(
    config: Any, arguments: Mapping[str, Any], words: Callable[[], frozenset[str]], spec: ModelSpec
) -> None:
    """Refuse an argument that ``config`` merely keeps: transformers takes any.

    What its constructor understands is a parameter, or is turned into something else and not
    kept under its name, or is one of the ``words`` of the code that is run.
    """
    classes = [cls for cls in type(config).__mro__ if cls is not object]
    known = {name for cls in classes for name in inspect.signature(cls).parameters}
    known |= {*config.attribute_map, *_COMMON} - {"args", "kwargs"}
    for key, value in arguments.items():
        inner = getattr(config, key, None)
        if key not in known and key in vars(config) and key not in words():
            nearest = difflib.get_close_matches(key, known, n=3)
            raise UsageError(
                f"{type(config).__name__} has no argument {shorten(key)!r}",
                where=shorten(spec.text),
                hint=f"did you mean {', '.join(nearest)}?" if nearest else "",
            )
        if isinstance(value, Mapping) and is_config(inner):
            _refuse_unknown(inner, value, words, spec)


def _words(model: nn.Module, config: Any) -> frozenset[str]:
    """All words of the code of a model and of its configuration."""
    names = {type(part).__module__ for part in (*model.modules(), config)}
    modules = [sys.modules[name] for name in names if name.startswith("transformers.")]
    return frozenset(_WORD.findall("\n".join(inspect.getsource(module) for module in modules)))


def _without_cache(config: Any) -> None:
    """A model without a cache of keys and values returns tensors alone."""
    if hasattr(config, "use_cache"):
        config.use_cache = False
    for inner in list(vars(config).values()):
        if is_config(inner):
            _without_cache(inner)


@contextmanager
def _initializing_here() -> Iterator[None]:
    """Keep transformers from replacing the functions of ``torch.nn.init`` for all threads.

    Its own leave tensors alone that were loaded, of which there are none here. It replaces them by
    ``setattr``, which is nothing else in that module. It is imported here, as transformers itself
    does so only when the first model is made: that one would be built without this.
    """
    with patches_end_here():
        with suppress(ModuleNotFoundError):  # older ones have no such module
            module = importlib.import_module("transformers.initialization")
            replace((vars(module), "setattr", always(lambda *_: None)))
        yield
