"""Names of published weights, and downloads that fail."""

from __future__ import annotations

import os
import pickle

import pytest

from visualize.core.errors import ConstructionError, WeightsError
from visualize.models.pretrained import building_pretrained, entry_named
from visualize.models.specification import parse_model

SPEC = parse_model("resnet18")


@pytest.mark.parametrize(
    ("given", "name"),
    [("V1", "V1"), ("DEFAULT", "DEFAULT"), ("ResNet18_Weights.V1", "V1")],
)
def test_published_names_are_found(given: str, name: str) -> None:
    assert entry_named(given, SPEC, ("V1", "V2")) == name


def test_other_names_list_what_is_published() -> None:
    with pytest.raises(WeightsError, match=r"no published weights named 'V3'; available: DEFAULT"):
        entry_named("V3", SPEC, ("V1", "V2"))
    with pytest.raises(WeightsError, match="this model has no published weights"):
        entry_named("DEFAULT", SPEC, ())


@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        (OSError("no\nnetwork"), WeightsError, "could not be downloaded: no network"),
        (pickle.UnpicklingError("code"), WeightsError, "holds more than tensors"),
        (TypeError("width"), ConstructionError, "building the model raised TypeError: width"),
    ],
)
def test_failures_are_explained(raised: Exception, error: type[Exception], words: str) -> None:
    before = dict(os.environ)
    with pytest.raises(error, match=words), building_pretrained(SPEC, "V1"):
        raise raised
    assert dict(os.environ) == before
