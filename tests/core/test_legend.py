"""The legend explains the signs that a figure writes, and no others."""

import pytest
import torch
from torch import nn

import visualize
from tests import nets
from visualize.core.legend import signs
from visualize.core.scene import Scene


def written(scene: Scene) -> dict[str, str]:
    return {sign.written: sign.text for sign in signs(scene)}


@pytest.mark.parametrize(("width", "expected"), [(4, {}), (64, {"k": "parameters"})])
def test_units_of_parameters_are_those_of_the_figure(width: int, expected: dict[str, str]) -> None:
    figure = visualize.draw(nn.Linear(width, width), (1, width), level="layer")
    assert written(figure.scene) == expected


def test_merges_and_strides_are_explained() -> None:
    model = nets.Residual()
    figure = visualize.draw(model, (1, 3, 16, 16), level="layer")
    assert written(figure.scene) == {"+": "sum", "k": "parameters", "/2": "stride"}
    texts = [entry.text for entry in figure.drawing.layout.around.legend]
    assert texts[-3:] == ["sum", "parameters", "stride"]


def test_letters_are_explained_where_there_are_details() -> None:
    figure = visualize.draw(nets.Residual(), (1, 3, 16, 16), level="block")
    assert written(figure.scene)["A"] == "details"


def test_a_figure_without_a_legend_has_no_signs() -> None:
    figure = visualize.draw(nets.Residual(), torch.zeros(1, 3, 16, 16), legend=False)
    assert "stride" not in figure.svg
