"""Languages: catalogues without a gap."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import visualize
import visualize.report
from tests.chinese import INPUTS, assert_chinese, cells, english, names_in_sentences
from tests.nets import NETS
from visualize.core.errors import UsageError
from visualize.describe import describe_skips
from visualize.report import summarize_in_a_line, write_skips
from visualize.report.language import load_language

REPORT = Path(visualize.report.__file__).parent


CATALOGUE = REPORT / "locale" / "zh" / "LC_MESSAGES" / "visualize.po"


KEYWORDS = {**DEFAULT_KEYWORDS, "phrase": None, "counted": (1, 2)}


def test_every_word_has_a_translation() -> None:
    def words(catalogue: Catalog) -> dict[object, object]:
        return {
            (
                message.context,
                message.id if isinstance(message.id, str) else tuple(message.id),
            ): message.string if isinstance(message.string, str) else tuple(message.string)
            for message in catalogue
            if message.id
        }

    with CATALOGUE.open("rb") as file:
        translated = words(read_po(file, locale="zh"))
    extracted = extract_from_dir(REPORT.parent, keywords=KEYWORDS)
    assert set(translated) == {(context, message) for _, _, message, _, context in extracted}
    assert all(text and all(text) for text in translated.values())
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        assert words(read_mo(file)) == translated


@pytest.mark.parametrize("name", NETS)
def test_reports_in_chinese_are_all_chinese(name: str) -> None:
    model, shapes = NETS[name]
    architecture = visualize.trace(model(), shapes)
    for depth in (None, 9):
        summary = visualize.summarize(architecture, depth=depth)
        assert_chinese(summary)
    for level in ("layer", "block", "stage", "op"):
        figure = visualize.draw(architecture, level=level)
        blocks = {box.label[0].partition(",")[0].partition(" ×")[0] for box in figure.scene.boxes}
        names = {name for name in blocks if name[:1].isupper()} - {"Linear", "Embedding"}
        names |= {group.label for group in figure.scene.groups} | INPUTS
        names |= set(architecture.modules.values())
        assert not english(figure.alternative_text("zh"), names | {architecture.name})
        assert not english(figure.caption("zh"), names_in_sentences(summary) | {architecture.name})
    rows = describe_skips(architecture)
    written = write_skips("model", rows, "table", language="zh")
    head, *lines = cells(write_skips("model", rows, "md", language="zh"))
    assert not english(" ".join(head))
    assert not english(" ".join(line[0] for line in lines))
    assert not english(written.rpartition("\n\n")[2], ["model"])
    assert not english(summarize_in_a_line(architecture, "zh"), architecture.unused_modules)


def test_another_language_is_refused() -> None:
    with pytest.raises(UsageError, match="no language named 'fr'; use one of en, zh"):
        load_language("fr")
