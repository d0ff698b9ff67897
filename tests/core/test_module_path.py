"""Module paths in two spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.core.module_path import dotted, matching, parameter_words, spelled

STEPS = st.one_of(st.integers(0, 120).map(str), st.sampled_from(["layer1", "h", "conv_2d", "_x"]))
PATHS = st.lists(STEPS, max_size=5).map(".".join)


@given(PATHS)
def test_both_spellings_name_the_same_module(path: str) -> None:
    assert dotted(spelled(path)) == path
    assert dotted(path) == path
    assert spelled(spelled(path)) == spelled(path)
    if path:
        assert matching(spelled(path), [path]) == matching(path, [path]) == [path]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("layer1.0", "layer1[0]"),
        ("0", "[0]"),
        ("0.1.weight", "[0][1].weight"),
        ("features.10.conv.2", "features[10].conv[2]"),
        ("denseblock1.denselayer2", "denseblock1.denselayer2"),
        ("features.0–2", "features[0–2]"),
        ("blocks.3–layer.1", "blocks[3]–layer[1]"),
        ("inception3a–3b", "inception3a–3b"),
        ("", ""),
    ],
)
def test_an_index_is_in_brackets(path: str, code: str) -> None:
    assert spelled(path) == code


PATHS_OF_BERT = ["layer", "layer.1", "layer.1.dense", "layer.10", "layer.10.dense", "layer1"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("layer[1]", ["layer.1"]),
        ("layer[10]", ["layer.10"]),
        ("layer[1].*", ["layer.1.dense"]),
        ("layer[*].dense", ["layer.1.dense", "layer.10.dense"]),
        ("layer[?]", ["layer.1"]),
        ("*[10]*", ["layer.10", "layer.10.dense"]),
        ("layer[1-3]", ["layer1"]),
        ("layer[13]", ["layer1"]),
        ("layer[!1]", []),
        ("layer[2]", []),
    ],
)
def test_a_glob_in_either_spelling(pattern: str, found: list[str]) -> None:
    assert matching(pattern, PATHS_OF_BERT) == found


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("pos_embed", "pos embed"), ("encoder.cls_token", "cls token"), ("gains.0", "gains[0]"),
        ("block.3.scale", "scale"), ("m.2.0.1", "m[2][0][1]"), ("head.query.weight", "query"),
        ("layers.3.weight", "layers[3]"), ("weight", ""), ("3", "[3]"),
    ],
)  # fmt: skip
def test_a_parameter_is_called_by_its_last_name(path: str, words: str) -> None:
    assert parameter_words(path) == words
