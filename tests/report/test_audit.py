"""The audit in words, in every format and both languages."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

import visualize
from tests.broken_blocks import Bare, Broken
from tests.chinese import badly_punctuated, english
from visualize.core.audit import Finding, FindingKind
from visualize.core.choices import Refusal, SkipKind
from visualize.core.skips import Untyped
from visualize.report import finding_words, requirement_lines
from visualize.report.language import load_language

SHAPE = (2, 7, 16)
SUM = Untyped("add", Refusal.BROADCAST, "x", (8, 1), ((8, 4),), (8, 4))
ALL = [
    *(Finding(kind, "b", found="0", expected="1") for kind in FindingKind
      if kind is not FindingKind.UNTYPED),
    Finding(FindingKind.MISSING, "b", found="1", expected="2"),
    *(Finding(FindingKind.UNTYPED, "b", untyped=replace(SUM, reason=reason)) for reason in Refusal),
]  # fmt: skip


@pytest.mark.parametrize("finding", ALL, ids=lambda one: one.kind.value)
def test_every_finding_has_words_in_both_languages(finding: Finding) -> None:
    assert str(finding_words(finding))
    chinese = finding_words(finding).write(load_language("zh"))
    assert not english(chinese, ["b", "forward"])
    assert not badly_punctuated(chinese)


def test_a_broadcast_names_its_shapes() -> None:
    untyped = Untyped("add", Refusal.BROADCAST, "x", (1, 64), ((1, 64, 56, 56),), (1, 64, 56, 56))
    words = str(finding_words(Finding(FindingKind.UNTYPED, "b", untyped=untyped)))
    assert "one tensor is broadcast (1×64 to 1×64×56×56): conditioning" in words


def test_csv_has_a_row_for_each_block() -> None:
    text = visualize.audit(Broken("forgotten"), SHAPE).to_text(format="csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["shortcuts"] for row in rows[2:4]] == ["identity, identity", "identity"]
    assert rows[3]["problems"] == "1 of 2 shortcuts that most blocks like it have"


def test_csv_has_all_columns_also_without_findings() -> None:
    for model, inputs in ((Broken(), SHAPE), (Bare(), SHAPE), ("vgg11", None)):
        text = visualize.audit(model, inputs).to_text(format="csv")
        assert text.splitlines()[0] == "module,type,shortcuts,begin,problems,notes"


def test_what_has_no_shortcut_says_so() -> None:
    text = visualize.audit(Bare(), SHAPE).to_text(width=300)
    assert "4 blocks: 4 without a shortcut." in text
    assert "none" in text
    assert "no layer with weights is bypassed" in text
    assert "No problems found." in text


def test_it_says_that_values_are_not_known() -> None:
    assert "have no values" in visualize.audit("resnet18").to_text()
    assert "have no values" not in visualize.audit(Broken(), SHAPE).to_text()


def test_a_model_without_blocks() -> None:
    text = visualize.audit("vgg11").to_text()
    assert "No repeated blocks." in text


def test_chinese() -> None:
    audit = visualize.audit(Broken("shortcut detached"), SHAPE)
    text = audit.to_text(language="zh", format="md")
    names = ["blocks", "add", "Block", "broken_blocks.py"]
    line = audit.problems[0].source
    assert not english(text.replace("\\", "").replace(line, ""), names)


def test_what_is_required_and_lacking() -> None:
    audit = visualize.audit(Broken("shortcut detached"), SHAPE)
    lacking = audit.lacking("projection")
    lines = requirement_lines(lacking, 6, [SkipKind.PROJECTION])
    assert lines[0] == "blocks[0] (Block): identity, identity; required: projection"
    assert lines[3] == "blocks[3] (Block): identity, identity (detached); required: projection"
    assert lines[-1] == "0 of 6 modules have the required shortcut (projection)"
