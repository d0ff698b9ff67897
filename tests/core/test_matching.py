"""Patterns and the modules that they match."""

from __future__ import annotations

import pytest

from visualize.core.errors import UsageError
from visualize.core.matching import matching_paths, single_path

MODULES = {
    "": "ResNet",
    "layer1": "Sequential",
    "layer1.0": "Bottleneck",
    "layer1.0.conv1": "Conv2d",
    "layer1.1": "Bottleneck",
    "layer2": "Sequential",
    "fc": "Linear",
}


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("layer1", {"layer1"}),
        ("layer1.?", {"layer1.0", "layer1.1"}),
        ("layer1[0]", {"layer1.0"}),
        ("layer1[?]", {"layer1.0", "layer1.1"}),
        ("layer1[0].*", {"layer1.0.conv1"}),
        ("layer1.*", {"layer1.0", "layer1.0.conv1", "layer1.1"}),
        ("Bottleneck", {"layer1.0", "layer1.1"}),
        ("layer[2-4]", {"layer2"}),
        ("", {""}),
        ("*", set(MODULES) - {""}),
    ],
)
def test_modules_match_by_path_glob_or_class(pattern: str, paths: set[str]) -> None:
    assert matching_paths(pattern, MODULES) == paths


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("layer3", "did you mean layer2, layer1, layer1[1]?"),
        ("bottleneck", "did you mean Bottleneck?"),
        ("Xyz", "visualize summary lists module paths"),
        ("ResNet", "did you mean ResNet?"),  # the model itself is not one of its modules
    ],
)
def test_what_matches_nothing(pattern: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        matching_paths(pattern, MODULES, "--only")
    assert str(error.value).startswith(f"--only: no module has the path or class {pattern!r}; ")
    assert error.value.hint == hint


def test_one_module() -> None:
    assert single_path("fc", MODULES) == "fc"
    assert single_path("layer1.0*", MODULES) == "layer1.0"  # contains the other one
    assert single_path("layer1[0]*", MODULES) == "layer1.0"
    with pytest.raises(UsageError, match=r"^--only: 'Bottleneck' matches 2 modules; choose one"):
        single_path("Bottleneck", MODULES, "--only")
