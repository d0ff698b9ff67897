from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pymdownx")

from markdown import Markdown

from visualize.core.errors import UsageError
from visualize.integrations.asked import Around, Asked, asked
from visualize.integrations.drawing import Kept
from visualize.integrations.markdown import Figures


class Pages:
    """Markdown whose figures are not drawn."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "file.svg"
        self.file.write_text("<?xml?><svg id='a'/>")
        self.asked: list[Asked] = []
        self.warned: list[str] = []

    def draw(self, model: str, given: Mapping[str, Any]) -> tuple[Asked, Kept]:
        if model == "none":
            raise UsageError("cannot be drawn")
        figure = asked(model, given, Around((), {}, "settings"))
        self.asked.append(figure)
        return figure, Kept({figure.form.suffix: self.file}, "Auto & <b>", "words", ())

    def convert(self, text: str) -> str:
        figures = Figures(self.draw, self.warned.append)
        extensions = ["attr_list", "pymdownx.superfences", figures]
        settings = {"pymdownx.superfences": {"custom_fences": [figures.fence]}}
        return str(Markdown(extensions=extensions, extension_configs=settings).convert(text))


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path)


def test_options_of_a_fence(pages: Pages) -> None:
    made = pages.convert(
        '```{ .visualize .wide #net level=op title="A b" }\nm(a=1)\nalign: left\n```'
    )
    (figure,) = pages.asked
    assert (figure.wanted.model, figure.name, figure.classes) == ("m(a=1)", "net", ("wide",))
    assert (figure.wanted.options.title, figure.wanted.options.level.value) == ("A b", "op")
    assert made.startswith('<figure class="visualize wide" id="net" style="margin-left:0;')
    assert "figcaption" not in made


@pytest.mark.parametrize(
    "fence", ["```visualize\nm\ncaption: auto\n```", '![](visualize:m "auto")']
)
def test_a_computed_caption_is_text(pages: Pages, fence: str) -> None:
    assert "<figcaption>Auto &amp; &lt;b&gt;</figcaption>" in pages.convert(fence)


def test_images_among_text(pages: Pages) -> None:
    made = pages.convert(
        "a ![x](visualize:m) b ![y](visualize:n) c ![z](z.png)\n\n![](visualize:o)"
    )
    assert [one.wanted.model for one in pages.asked] == ["m", "n", "o"]
    assert [one.alternative for one in pages.asked] == ["x", "y", ""]
    assert made.count("<figure") == 3
    assert made.index("a ") < made.index("<figure") < made.index(" b ") < made.index(" c ")
    assert '<img alt="z" src="z.png" />' in made
    assert "<p><figure" not in made


def test_what_cannot_be_drawn_is_reported(pages: Pages) -> None:
    made = pages.convert("![](visualize:none)\n\n```visualize\nnone\n```")
    assert "none" not in made
    assert "<figure" not in made
    assert pages.warned == ["cannot be drawn"] * 2


def test_names_are_text(pages: Pages) -> None:
    made = pages.convert('```visualize\nm\nname: "><script>\nclass: "><b>\nalt: "><i>\n```')
    assert not any(f"<{tag}" in made for tag in ("script", "b>", "i>"))
