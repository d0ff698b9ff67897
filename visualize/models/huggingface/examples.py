"""Example inputs of a transformers model, from its configuration and its ``forward``."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from visualize.core.errors import InputError, VisualizeError, shorten
from visualize.core.example import Example, ExampleTensor
from visualize.models.huggingface.reader import WORDS, ConfigReader, Rules, part_of
from visualize.models.specification import ModelSpec

_STEPS = 20  # of a player
_REGIONS = 36  # of an image, as their detectors give them


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """Inputs that ``forward`` of ``model`` takes; None if it needs any that are unknown."""
    try:
        return _example(ConfigReader(model, _RULES))
    except VisualizeError:
        raise
    except Exception as error:  # sizes in a configuration may be of any kind
        reason = shorten(" ".join(str(error).split()), 100)
        raise InputError(
            f"no inputs fit its configuration ({type(error).__name__}: {reason})",
            where=shorten(spec.text),
            hint="check its sizes, or give --input",
        ) from error


def _example(reader: ConfigReader) -> Example | None:
    inputs: dict[str, Any] = {}
    for name, parameter in reader.parameters.items():
        rule = _RULES.get(name)
        value = rule(reader) if rule else None
        if value is not None:
            inputs[name] = value
        elif parameter.default is parameter.empty:
            return None
    return Example(kwargs=inputs) if inputs and not reader.puzzled else None


# Only what a model needs to run: no labels, masks or caches, unless it requires them.
_RULES: Rules = {
    "input_ids": lambda model: model.input_ids,
    "decoder_input_ids": lambda model: model.decoder_input_ids,
    "qformer_input_ids": lambda model: model.random_ids(
        part_of(model.config, "qformer"), "vocab_size"
    ),
    "bbox": ConfigReader.boxes,
    "mm_token_type_ids": ConfigReader.image_mask,
    "pixel_values": ConfigReader.pixel_values,
    "pixel_values_videos": ConfigReader.video,
    "prompt_pixel_values": ConfigReader.image,
    "prompt_masks": ConfigReader.image,
    "hidden_states": lambda model: model.pixel_values() if "grid_thw" in model.parameters else None,
    "flattened_patches": lambda model: ExampleTensor(
        (1, model.read(model.vision, "seq_len"), 2 + model.channels * model.patch**2)
    ),
    "image_sizes": ConfigReader.image_sizes,
    "image_attention_mask": ConfigReader.image_attention,
    "image_embeds_position_mask": ConfigReader.image_places,
    "image_grid_thw": lambda model: torch.tensor([model.grid]),
    "grid_thw": lambda model: torch.tensor([model.grid]),
    "spatial_shapes": lambda model: torch.tensor([model.grid[1:]]),
    "pixel_attention_mask": lambda model: (
        torch.ones((1, math.prod(model.grid)), dtype=torch.int64)
        if "spatial_shapes" in model.parameters
        else None
    ),
    "aspect_ratio_ids": lambda model: torch.ones((1, 1), dtype=torch.int64),
    "aspect_ratio_mask": lambda model: torch.ones(
        (1, 1, model.read(model.vision, "max_num_tiles")), dtype=torch.int64
    ),
    "input_points": lambda model: torch.tensor([[[[0.5 * side for side in model.size]]]]),
    "visual_feats": lambda model: model.rows(_REGIONS, "visual_feat_dim"),
    "visual_pos": lambda model: model.rows(_REGIONS, "visual_pos_dim"),
    "visual_embeds": lambda model: model.rows(_REGIONS, "visual_embedding_dim"),
    "input_values": ConfigReader.waveform,
    "input_features": ConfigReader.spectrogram,
    "input_features_mask": ConfigReader.spectrogram_mask,
    "feature_attention_mask": ConfigReader.spectrogram_mask,
    "decoder_input_values": lambda model: model.rows(WORDS, "num_mel_bins"),
    "past_values": ConfigReader.past_values,
    "past_observed_mask": ConfigReader.past_values,
    "past_time_features": lambda model: model.rows(model.past, "num_time_features"),
    "future_values": lambda model: (
        ExampleTensor((1, model.config.prediction_length))
        if "future_time_features" in model.parameters
        else None
    ),
    "future_time_features": lambda model: model.rows(
        model.config.prediction_length, "num_time_features"
    ),
    "states": lambda model: model.rows(_STEPS, "state_dim"),
    "actions": lambda model: model.rows(_STEPS, "act_dim"),
    "rewards": lambda model: ExampleTensor((1, _STEPS, 1)),
    "returns_to_go": lambda model: ExampleTensor((1, _STEPS, 1)),
    "timesteps": lambda model: torch.arange(_STEPS)[None],
}
