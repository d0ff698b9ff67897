"""Styles: sizes, colours and dashes in one place."""

from __future__ import annotations

import re

import pytest

import visualize
from tests.graphs import every_kind
from visualize.core.choices import SkipKind


def source(**options: object) -> str:
    return visualize.draw(every_kind(), **options).render("tex")["tex"].decode()


def test_there_is_one_tikzset_at_the_top() -> None:
    text = source()
    assert text.count("\\tikzset{visualize/") == 1
    assert text.index("\\tikzset{visualize/") < text.index("\\begin{tikzpicture}[visualize]")
    body = text.split("\\begin{tikzpicture}")[1]
    assert not re.search(r"dash pattern|\\fontsize|\{HTML\}", body)


def test_every_kind_of_skip_has_its_line() -> None:
    styles = dict(re.findall(r"^  (\w+)/\.style=\{(.*)\},$", source(), re.MULTILINE))
    assert {kind.value for kind in SkipKind} <= set(styles)
    assert "dash pattern=on 5bp off 2bp" in styles["projection"]
    assert "dash pattern=on 1bp off 5bp" in styles["gate"]
    assert "double distance=0.9bp" in styles["concat"]
    assert "postaction" in styles["mixed"]


@pytest.mark.parametrize(("theme", "fill"), [("paper", "FFFFFF"), ("dark", "1E1E1E")])
def test_the_background_is_painted_unless_it_is_white(theme: str, fill: str) -> None:
    text = source(theme=theme)
    background = re.search(r"visualize background\}\{HTML\}\{(\w+)\}", text)
    assert background
    assert (background[1] == "FFFFFF") == (fill == "FFFFFF")
    assert ("\\fill[visualize background]" in text) == (theme == "dark")
