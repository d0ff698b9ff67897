"""What is around a picture."""

from __future__ import annotations

import visualize
from tests.nets import NETS
from visualize.export.tikz.document import LIBRARIES, font_of, notes, source


def test_the_head_has_what_a_paper_needs_and_the_caption() -> None:
    net, shapes = NETS["residual"]
    figure = visualize.draw(net(), shapes)
    text = figure.render("tex")["tex"].decode()
    assert text.count(LIBRARIES) == 2
    assert "\\gdef\\visualizecaption{Residual. 11,114 parameters" in text
    assert "visualizeforeign" not in text


def test_runs_of_other_characters_are_set_in_a_font_that_has_them() -> None:
    font = font_of("残")
    assert source("a 残差 γ") == f"a \\visualizeforeign{{{font}}}{{残差}} $\\gamma$"


def test_there_is_a_font_for_every_character() -> None:
    assert all(font_of(character) for character in "残П🙂\U0001fae8\ue000")


def test_a_picture_may_be_larger_than_tex_can_set() -> None:
    net, shapes = NETS["residual"]
    text = visualize.draw(net(), shapes).render("tex")["tex"].decode()
    assert not list(notes(text))
    larger = text.replace("rectangle (", "rectangle (9999", 1)
    assert "TeX can set" in "".join(notes(larger))
