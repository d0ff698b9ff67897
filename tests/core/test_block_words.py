"""What closed blocks and stages are called."""

from __future__ import annotations

import pytest

from visualize.core.block_words import blocks_phrase


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        ("Bottleneck", 1, "Bottleneck"),
        ("Bottleneck", 3, "3 Bottlenecks"),
        ("ResBlocks", 3, "3 ResBlocks"),
        ("Conv2d", 1, "conv"),
        ("Conv2d", 2, "2 conv layers"),
    ],
)
def test_blocks_and_layers_are_counted(kind: str, number: int, words: str) -> None:
    assert str(blocks_phrase(kind, number)) == words
