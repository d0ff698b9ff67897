"""Notes come back with their phrases; a template that would do more than write is refused."""

from __future__ import annotations

from typing import Any

import pytest

from visualize.core.errors import SourceError
from visualize.core.phrases import Note, Phrase, counted, enumerated, phrase, term
from visualize.models.saved_notes import read_notes
from visualize.report.graph_extras import phrase_document


@pytest.mark.parametrize(
    "content",
    [
        phrase("a {b}", b="c"),
        phrase("{n:,} of {many}", n=1234, many=enumerated(["x", "y", "…"])),
        counted("{number} head", "{number} heads", 12),
        term("a {brace}", "name"),
    ],
)
def test_a_note_comes_back(content: Phrase) -> None:
    model = {"notes": [str(content)], "note_phrases": [phrase_document(content)]}
    (note,) = read_notes(model, "x")
    assert note.phrase == content


def test_a_note_without_a_phrase_is_its_text() -> None:
    assert read_notes({"notes": ["a {b}"]}, "x") == (Note(phrase("{t}", t="a {b}")),)


@pytest.mark.parametrize(
    "template",
    ["{a.__class__}", "{a[0]}", "{a:9999999999}", "{a!r}", "{b}", "{", "{}", "{a:{a}}", "{a:,}"],
)
def test_a_template_only_writes(template: str) -> None:
    model: dict[str, Any] = {
        "notes": ["x"],
        "note_phrases": [{"template": template, "values": {"a": "x"}}],
    }
    with pytest.raises(SourceError, match="template"):
        read_notes(model, "x")


def test_a_phrase_says_what_its_line_says() -> None:
    with pytest.raises(SourceError, match="differ"):
        read_notes({"notes": ["x"], "note_phrases": [{"template": "y"}]}, "x")
