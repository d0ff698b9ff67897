"""Languages: catalogues without a gap."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
import visualize.report
from tests.chinese import (
    INPUTS,
    assert_chinese,
    badly_punctuated,
    cells,
    english,
    names_in_sentences,
)
from tests.nets import NETS
from visualize.core.errors import UsageError
from visualize.describe import describe_skips
from visualize.report import summarize_in_a_line, write_skips
from visualize.report.language import load_language
from visualize.report.quantities import joined

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
        for text in (figure.alternative_text("zh"), figure.caption("zh")):
            assert not badly_punctuated(text), text
        names = names_in_sentences(summary) | {one.letter for one in figure.scene.details}
        assert not english(figure.caption("zh"), names | {architecture.name})
    rows = describe_skips(architecture)
    written = write_skips("model", rows, "table", language="zh")
    head, *lines = cells(write_skips("model", rows, "md", language="zh"))
    assert not english(" ".join(head))
    assert not english(" ".join(line[0] for line in lines))
    assert not english(written.rpartition("\n\n")[2], ["model"])
    assert not english(summarize_in_a_line(architecture, "zh"), architecture.unused_modules)


class Functions(nn.Module):
    """Functions and layers that few models have."""

    def __init__(self) -> None:
        super().__init__()
        self.spread = nn.ConvTranspose1d(4, 4, 4, stride=2)
        self.both = nn.Bilinear(4, 4, 2)
        self.pool = nn.LPPool1d(2, 2)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.pool(self.spread(x)).transpose(1, 2)
        norms = torch.norm(x, dim=1), F.normalize(x, dim=-1), torch.fft.rfft(x, dim=1).abs()
        joined = torch.cdist(x, x).logsumexp(1), torch.bmm(x, x.mT).tril().cumsum(1).var(1)
        return [*norms, *joined, self.both(x.amax(1), x.flip(1).prod(1)), x.int().float()]


def test_rare_functions_are_chinese() -> None:
    architecture = visualize.trace(Functions(), (2, 4, 8))
    summary = visualize.summarize(architecture, depth=9, language="zh", format="csv")
    assert_chinese(summary)
    words = [line.split(",")[1] for line in str(summary).splitlines()[1:-1]]
    assert not english(" ".join(words))
    assert {"一维转置卷积，4，核大小 4，步幅 2", "双线性层，4、4 → 2", "L2 归一化", "范数"} <= set(
        words
    )
    assert [note.write(load_language("zh")) for note in architecture.notes] == [
        "乘加次数未计入：fft_rfft、cdist"
    ]


def test_an_enumeration_that_goes_on_says_so() -> None:
    chinese, english_ = load_language("zh"), load_language("en")
    assert joined(["a", "b", "…"], chinese) == "a、b 等"
    assert joined(["a（b）", "…"], chinese) == "a（b）等"
    assert joined(["a", "b", "…"], english_) == "a, b, …"


def test_another_language_is_refused() -> None:
    with pytest.raises(UsageError, match="no language named 'fr'; use one of en, zh"):
        load_language("fr")
