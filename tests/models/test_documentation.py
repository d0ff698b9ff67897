"""The first paragraph of a model's own documentation."""

from __future__ import annotations

import pytest
from torch import nn

from visualize.models.documentation import documentation, first_paragraph
from visualize.models.specification import parse_model


class Documented(nn.Module):
    """A model of ``two``
    lines.

    And more.
    """


class Inheriting(Documented):
    pass


def test_a_class_has_its_own_documentation_only() -> None:
    spec = parse_model("net.py:Documented")
    assert documentation(spec, Documented()) == "A model of two lines."
    assert documentation(spec, Inheriting()) == ""


def test_a_builder_of_torchvision_is_documented() -> None:
    text = documentation(parse_model("resnet18"), nn.Identity())
    assert text.startswith("ResNet-18 from Deep Residual Learning for Image Recognition (https:")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("See :class:`~torch.nn.Conv2d`.", "See torch.nn.Conv2d."),
        ("A `link <https://a.b>`_ here.", "A link (https://a.b) here."),
        ("", ""),
        ('A model with a head on top."', "A model with a head on top."),
        ('A model of "two heads"', 'A model of "two heads"'),
    ],
)
def test_markup_becomes_plain_text(text: str, plain: str) -> None:
    assert first_paragraph(text) == plain
