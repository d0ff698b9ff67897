"""Building a model of a catalogue with its published weights: names, download, errors."""

from __future__ import annotations

import difflib
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from visualize.core.errors import WeightsError, list_names, shorten
from visualize.core.patching import patched
from visualize.models.specification import ModelSpec
from visualize.models.weightless import explain_construction

DEFAULT = "DEFAULT"
_DATA_ALONE = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"


def entry_named(weights: str, spec: ModelSpec, published: Sequence[str]) -> str:
    """The published weights that a user means: ``DEFAULT``, or a name of them.

    A name may be written as torchvision does, ``ResNet18_Weights.IMAGENET1K_V1``.

    Raises:
        WeightsError: no such weights are published.
    """
    prefix, _, last = weights.rpartition(".")
    name = last if prefix.endswith("_Weights") else weights
    if name in published or (name == DEFAULT and published):
        return name
    nearest = difflib.get_close_matches(name, published, n=3, cutoff=0.4)
    raise WeightsError(
        f"no published weights named {shorten(name)!r}"
        if published
        else "this model has no published weights",
        where=shorten(spec.text),
        hint=f"available: {DEFAULT}, {list_names(nearest or published)}"
        if published
        else "give a checkpoint file",
    )


@contextmanager
def building_pretrained(spec: ModelSpec, weights: str) -> Iterator[None]:
    """Let a catalogue download weights, read as data only; failures are `WeightsError`."""
    where = shorten(f"{weights} of {spec.label}")
    try:
        with _reading_data_alone():
            yield
    except OSError as error:
        reason = shorten(" ".join(str(error).split()), 120)
        raise WeightsError(
            f"could not be downloaded: {reason}",
            where=where,
            hint="download the file elsewhere and give it as --weights FILE",
        ) from error
    except pickle.UnpicklingError as error:
        raise WeightsError(
            "refused: the downloaded file holds more than tensors", where=where
        ) from error
    except Exception as error:
        raise explain_construction(error, spec.text) from error


@contextmanager
def _reading_data_alone() -> Iterator[None]:
    """Let torch.load refuse code, also where it is called without ``weights_only``.

    It asks the environment whether to; this thread alone is given that answer.
    """

    def change(original: Callable[..., Any]) -> Callable[..., Any]:
        def getenv(key: str, *default: Any) -> Any:
            return "1" if key == _DATA_ALONE else original(key, *default)

        return getenv

    with patched(vars(os), "getenv", change):
        yield
