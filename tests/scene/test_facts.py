"""What a scene knows of the whole model: totals, and the boxes that hold the ends of skips."""

from __future__ import annotations

import pytest

import visualize
from tests.nets import NETS


@pytest.mark.parametrize("level", ["op", "layer", "block", "stage"])
@pytest.mark.parametrize("name", NETS)
def test_the_ends_of_each_skip_are_in_their_boxes(name: str, level: str) -> None:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, level=level)
    boxes = {box.id: box for box in figure.scene.boxes}
    listed = figure.architecture.skips
    assert [(one.kind, one.fork, one.merge) for one in figure.scene.skips] == [
        (one.kind.value, one.fork, one.merge) for one in listed
    ]
    for skip in figure.scene.skips:
        assert skip.fork in boxes[skip.source].members
        assert skip.merge in boxes[skip.target].members


def test_the_model_has_its_totals() -> None:
    figure = visualize.draw("googlenet", level="stage")
    model, exact = figure.scene.model, figure.architecture
    assert model
    assert (model.name, model.class_name, model.batch) == ("googlenet", "GoogLeNet", 1)
    assert (model.parameters, model.macs) == (exact.parameters, exact.macs)
    assert model.unused_parameters == exact.unused_parameters > 0
