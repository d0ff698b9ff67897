"""What a transformers model and its configuration say about each input of ``forward``."""

from __future__ import annotations

import copy
import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from visualize.core.example import ExampleTensor
from visualize.core.torch_internals import tree_leaves

WORDS = 128  # of a text
_MOST_WORDS = 2**20  # that example words are drawn from
_FRAMES = 400  # of speech: four seconds at the usual 100 frames a second
_SAMPLES = 16_000  # of speech: a second as all speech encoders sample it
_SIDE = 224  # of an image, where the configuration leaves it open

# How to make each input, by the name of the parameter of ``forward``.
Rules = Mapping[str, Callable[["ConfigReader"], Any]]


class ConfigReader:
    """Reads from a model what each of its inputs must look like."""

    def __init__(self, model: nn.Module, rules: Rules) -> None:
        self.model: Any = model
        self.rules = rules
        self.config: Any = model.config
        self.parameters = {
            name: parameter
            for name, parameter in inspect.signature(model.forward).parameters.items()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        }
        self.text = part_of(self.config, "text_config", "text", "encoder", "decoder")
        self.vision = part_of(self.config, "vision", "image", "backbone", "encoder")
        self.audio = part_of(self.config, "audio", "speech", "encoder")
        self.puzzled = False  # whether the layout or the number of tokens of an input is unknown

    def read(self, part: Any, *names: str, default: Any = None) -> Any:
        """The first of these attributes that ``part`` has, or else the whole configuration."""
        for config in (part, self.config):
            for name in names:
                value = getattr(config, name, None)
                if value is not None:
                    return value
        return default

    # Text

    @cached_property
    def input_ids(self) -> torch.Tensor | None:
        """A text, with one placeholder token for each vector that an image or sound becomes."""
        names = ("vocab_size", "input_vocab_size", "src_vocab_size", "num_hash_buckets")
        ids = self.random_ids(self.text, *names)
        if ids is None:
            return None
        places = [
            torch.full((1, count), token)
            for token, count in (
                (self.image_token, self.image_count),
                (self.audio_token, self.audio_count),
            )
            if token is not None and count
        ]
        if not places:
            return ids
        if start := self.read(self.config, "vision_start_token_id"):
            places.insert(0, torch.tensor([[start]]))
        room = self.positions(self.text) - sum(place.shape[1] for place in places)
        return torch.cat([ids[:, :1], *places, ids[:, 1 : max(room, 2)]], dim=1)

    @cached_property
    def decoder_input_ids(self) -> torch.Tensor | None:
        """A text for the decoder, of models that have one."""
        part = part_of(self.config, "decoder", "text")
        if not (self.config.is_encoder_decoder or part.is_encoder_decoder):
            return None
        return self.random_ids(part, "decoder_vocab_size", "tgt_vocab_size", "vocab_size")

    def random_ids(self, part: Any, *names: str) -> torch.Tensor | None:
        """Random words, except those that a configuration names, which have meanings."""
        vocabulary = self.read(part, *names)
        if not isinstance(vocabulary, int):
            return None
        vocabulary = min(vocabulary, _MOST_WORDS)
        plain = torch.ones(vocabulary, dtype=torch.bool)
        for config in _tree(self.config):
            for name, value in vars(config).items():
                if "_token_" in name and type(value) is int and 0 <= value < vocabulary:
                    plain[value] = False
        words = plain.nonzero().flatten()
        rows = self.read(part, "num_codebooks", default=1)
        shape = (rows, min(WORDS, self.positions(part)))
        return words[torch.randint(len(words), shape, generator=torch.Generator().manual_seed(0))]

    def positions(self, part: Any) -> int:
        """The most positions that ``part`` has embeddings for."""
        names = ("max_position_embeddings", "max_target_positions", "n_positions", "max_seq_len")
        found = [getattr(part, name, None) for name in names]
        return min((size for size in found if isinstance(size, int) and size > 0), default=1 << 20)

    def boxes(self) -> torch.Tensor | None:
        """The place of each word on a page; an empty box is valid everywhere."""
        if self.input_ids is None:
            return None
        width = getattr(self.config, "dim_bbox", None)  # of boxes as numbers, else as four words
        kind = torch.int64 if width is None else torch.float32
        return torch.zeros((*self.input_ids.shape, width or 4), dtype=kind)

    def image_mask(self) -> torch.Tensor | None:
        """1 for each token of an image."""
        if self.input_ids is None or self.image_token is None:
            return None
        return (self.input_ids == self.image_token).long()

    # Images

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of an image."""
        names = ("image_size", "img_size", "crop_size", "input_size")
        size = self.read(self.vision, *names, default=_SIDE)
        if isinstance(size, dict):
            size = (size["height"], size["width"])
        height, width = size if isinstance(size, (tuple, list)) else (size, size)
        return height, width

    @property
    def channels(self) -> int:
        """Channels of an image."""
        names = ("num_channels", "in_channels", "in_chans", "num_image_channels")
        channels: int = self.read(self.vision, *names, default=3)
        return channels

    @cached_property
    def patch(self) -> int:
        """Side of a patch of an image."""
        patch = self.read(self.vision, "patch_size", "spatial_patch_size", default=16)
        return int(patch[0] if isinstance(patch, (tuple, list)) else patch)

    @property
    def looks_across(self) -> bool:
        """Whether words attend to images in separate layers."""
        return hasattr(self.config, "cross_layer_interval")

    def image(self) -> ExampleTensor:
        """One image."""
        return ExampleTensor((1, self.channels, *self.size))

    def pixel_values(self) -> ExampleTensor | None:
        """An image in the layout that the other parameters of ``forward`` give away."""
        plain = (self.channels, *self.size)
        area = self.channels * self.patch**2
        if self.parameters.keys() & {"image_position_ids", "pixel_position_ids"}:
            self.puzzled = True
            return None
        if self.parameters.keys() & {"image_grid_thw", "grid_thw"}:
            depth = self.read(self.vision, "temporal_patch_size", default=1)
            return ExampleTensor((math.prod(self.grid), area * depth))
        if "spatial_shapes" in self.parameters:
            return ExampleTensor((1, math.prod(self.grid), area))
        if "image_patches" in self.parameters:
            return ExampleTensor((1, math.prod(self.grid), area))
        if "aspect_ratio_ids" in self.parameters:
            return ExampleTensor((1, 1, self.read(self.vision, "max_num_tiles"), *plain))
        if tiles := self.read(self.config, "image_grid_pinpoints"):
            count = sys.modules[type(self.model).__module__].image_size_to_num_patches
            return ExampleTensor((1, count(self.size, tiles, self.size[0]), *plain))
        if "pixel_attention_mask" in self.parameters or self.looks_across:
            return ExampleTensor((1, 1, *plain))  # any number of images
        if frames := self.read(self.vision, "num_frames", "frames_per_clip"):
            return ExampleTensor((1, frames, *plain))
        return ExampleTensor((1, *plain))

    def image_sizes(self) -> torch.Tensor | None:
        """The size of an image before cropping or padding, where the model requires it."""
        method = getattr(self.model, "get_image_features", None)
        wanted = inspect.signature(method).parameters if method else {}
        if "image_sizes" not in wanted or wanted["image_sizes"].default is None:
            return None
        return torch.tensor([self.size])

    def image_attention(self) -> torch.Tensor | None:
        """A mask with which every word attends to the image."""
        if self.input_ids is None or not self.looks_across:
            return None
        return torch.ones((*self.input_ids.shape, 1), dtype=torch.int64)

    def image_places(self) -> torch.Tensor | None:
        """A mask of the first words, in whose places the vectors of an image go."""
        count = getattr(self.config, "latent_query_num", None)
        if self.input_ids is None or count is None:
            return None
        places: torch.Tensor = torch.arange(self.input_ids.shape[1]) < count
        return places[None]

    def video(self) -> ExampleTensor | None:
        """A video, for models that take no images."""
        if "pixel_values" in self.parameters:
            return None
        frames = self.read(self.vision, "num_frames", "frames_per_clip", default=16)
        return ExampleTensor((1, frames, self.channels, *self.size))

    @property
    def grid(self) -> tuple[int, int, int]:
        """Patches of an image: in time, down and across, a multiple of what is merged later."""
        step = self.patch * self.merged
        height, width = (max(side // step, 1) * self.merged for side in self.size)
        return 1, height, width

    @property
    def merged(self) -> int:
        """Patches on a side that become one vector."""
        names = ("spatial_merge_size", "merge_size", "scale_factor")
        return int(self.read(self.vision, *names, default=1))

    # Sound

    def waveform(self) -> ExampleTensor | None:
        """Speech as samples, or as a spectrogram where the configuration has its length."""
        if self.read(self.audio, "conv_stride", "conv_kernel"):
            return ExampleTensor((1, _SAMPLES))
        if bins := getattr(self.config, "num_mel_bins", None):
            return ExampleTensor((1, self.read(self.config, "max_length", default=1024), bins))
        return ExampleTensor((1, self.read(self.audio, "audio_channels", default=1), _SAMPLES))

    def spectrogram(self) -> ExampleTensor | None:
        """Speech as frames of frequencies, in the layout of the audio encoder."""
        names = ("num_mel_bins", "input_feat_per_channel", "feature_projection_input_dim")
        bins = self.read(self.audio, *names, "num_mel_channels", "input_feat_size", "input_dim")
        if bins is None:
            return None
        if side := self.read(self.audio, "spec_size"):  # as an image of this size
            return ExampleTensor((1, 1, side * side // bins, bins))
        if self.frames != _FRAMES:
            return ExampleTensor((1, bins, self.frames))
        return ExampleTensor((1, self.frames, bins))

    def spectrogram_mask(self) -> torch.Tensor | None:
        """1 for each frame of a spectrogram."""
        if self.spectrogram() is None:
            return None
        return torch.ones((1, self.frames), dtype=torch.int64)

    @property
    def frames(self) -> int:
        """Length of a spectrogram; an encoder with positions halves it before it adds them."""
        positions = self.read(self.audio, "max_source_positions")
        fixed = positions is not None and hasattr(self.audio, "num_mel_bins")
        return 2 * int(positions) if fixed else _FRAMES

    # Images and sound among words

    @property
    def image_token(self) -> int | None:
        """The placeholder for a vector of an image."""
        token: int | None = self.read(
            self.config, "image_token_id", "image_token_index", "img_context_token_id"
        )
        return token

    @property
    def audio_token(self) -> int | None:
        """The placeholder for a vector of sound."""
        token: int | None = self.read(self.config, "audio_token_id", "audio_token_index")
        return token

    @cached_property
    def image_count(self) -> int:
        """How many vectors an image becomes."""
        if self.image_token is None or "pixel_values" not in self.parameters:
            return 0
        if self.owner("get_image_features") is None:
            return 1  # with cross-attention to images, one token marks the place
        patches = math.prod(self.grid) // self.merged**2
        if "image_grid_thw" in self.parameters:
            return patches
        resampler = part_of(self.config, "perceiver")
        names = ("image_seq_length", "image_seq_len", "resampler_n_latents")
        count = self.vectors("get_image_features")
        return count or int(self.read(resampler, *names, default=patches))

    @cached_property
    def audio_count(self) -> int:
        """How many vectors sound becomes."""
        if self.audio_token is None or "input_features" not in self.parameters:
            return 0
        count = self.vectors("get_audio_features")
        self.puzzled |= count is None
        return count or 0

    def owner(self, method: str) -> Any:
        """The innermost part of the model that has ``method``, where its arguments are explicit."""
        parts = (getattr(self.model, "base_model", self.model), self.model)
        return next((part for part in parts if hasattr(part, method)), None)

    def vectors(self, method: str) -> int | None:
        """How many vectors the model's own ``method`` makes; None if unknown."""
        owner = self.owner(method)
        if owner is None:
            return None
        wanted = inspect.signature(getattr(owner, method)).parameters
        inputs = {name: self.rules[name](self) for name in wanted if name in self.rules}
        device = next(self.model.parameters()).device
        try:
            # transformers leaves hooks on a model that has run
            function = getattr(copy.deepcopy(owner), method)
            with torch.no_grad(), _FullMasks():
                made = function(**{name: _tensor(value, device) for name, value in inputs.items()})
        except Exception:  # foreign code may need values
            return None
        features = getattr(made, "pooler_output", None)
        if features is None:
            features = made if isinstance(made, torch.Tensor) else made[0]
        leaves: list[torch.Tensor] = tree_leaves(features)
        return sum(leaf.numel() // leaf.shape[-1] for leaf in leaves)

    # Series of time

    @property
    def past(self) -> int:
        """How many past values are taken, those that lag behind included."""
        length = self.read(self.config, "context_length", default=0)
        return int(length + max(self.read(self.config, "lags_sequence", default=[0])))

    def past_values(self) -> ExampleTensor | None:
        """The past of a series, with its channels where there are several."""
        if not self.past:
            return None
        channels = getattr(self.config, "num_input_channels", None)
        if channels is None and getattr(self.config, "input_size", 1) > 1:
            channels = self.config.input_size
        return ExampleTensor((1, self.past) if channels is None else (1, self.past, channels))

    def rows(self, count: int, width: str) -> ExampleTensor | None:
        """``count`` vectors; ``width`` names the attribute with their size."""
        size = getattr(self.config, width, None)
        return None if size is None else ExampleTensor((1, count, size))


def part_of(config: Any, *words: str) -> Any:
    """The configuration inside ``config`` whose name has one of ``words``, else ``config``."""
    inner = {name: value for name, value in vars(config).items() if is_config(value)}
    for word in words:
        for name, value in inner.items():
            if word in name:
                return value
    return config


def _tree(config: Any) -> Iterator[Any]:
    """``config`` and all configurations inside it."""
    yield config
    for value in vars(config).values():
        if is_config(value):
            yield from _tree(value)


def is_config(value: Any) -> bool:
    """Whether ``value`` is a configuration of transformers."""
    return hasattr(value, "attribute_map") and hasattr(value, "model_type")


class _FullMasks(TorchFunctionMode):
    """Treats masks without values as full: no image and no sound here is padded."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.Tensor.__bool__ and args[0].is_meta:
            return True
        if func is torch.Tensor.__getitem__ and args[0].is_meta:
            mask = args[1]
            if isinstance(mask, torch.Tensor) and mask.dtype is torch.bool:
                return args[0].flatten(0, mask.dim() - 1)
        return func(*args, **(kwargs or {}))


def _tensor(value: Any, device: torch.device) -> Any:
    if isinstance(value, ExampleTensor):
        return torch.rand(value.shape, device=device)
    return value
