"""From a diagram to a scene: the reader's own words, frames, numbers of one copy."""

from __future__ import annotations

import pytest

import visualize
from tests.two_blocks import Net, first_lines
from visualize.core.errors import UsageError


@pytest.fixture(scope="module")
def net() -> visualize.Architecture:
    return visualize.trace(Net(), (1, 3, 16, 16))


def test_labels_name_boxes_and_frames(net: visualize.Architecture) -> None:
    figure = visualize.draw(net, level="layer", labels={"stem": "patchify", "Block": "cell"})
    assert "patchify" in first_lines(figure)
    assert [group.label for group in figure.scene.groups if group.framed] == ["×2 cell"]
    block = visualize.draw(net, level="block", labels={"Block": "cell"})
    assert "cell ×2" in first_lines(block)


def test_a_label_for_nothing_is_refused(net: visualize.Architecture) -> None:
    with pytest.raises(UsageError, match=r"--label.*did you mean stem"):
        visualize.draw(net, labels={"stm": "patchify"})
