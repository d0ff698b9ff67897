"""Phrases: one template, written in the language of the reader."""

from __future__ import annotations

from visualize.core.phrases import (
    NOTHING,
    Note,
    counted,
    enumerated,
    listed,
    phrase,
    term,
    verbatim,
)
from visualize.report.language import load_language

CHINESE = load_language("zh")


def test_a_phrase_is_english_as_text_and_written_in_any_language() -> None:
    pooling = phrase("global {pooling}", pooling=phrase("avg pool"))
    assert str(pooling) == "global avg pool"
    assert pooling.write(CHINESE) == "全局平均池化"


def test_numbers_choose_the_form() -> None:
    assert str(counted("{number} head", "{number} heads", 1)) == "1 head"
    assert counted("{number} head", "{number} heads", 12).write(CHINESE) == "12 头"


def test_names_are_the_same_everywhere() -> None:
    for text in ("LayerNorm", "{odd}", "a{0}b"):
        assert str(verbatim(text)) == verbatim(text).write(CHINESE) == text
        assert str(term(text)) == term(text).write(CHINESE) == text
    assert term("softmax").write(CHINESE) == "Softmax"


def test_lists_leave_out_what_is_empty() -> None:
    words = listed([phrase("conv"), "", NOTHING, "64"])
    assert (str(words), words.write(CHINESE)) == ("conv, 64", "卷积，64")
    assert not NOTHING
    assert NOTHING.write(CHINESE) == ""


def test_an_enumeration_has_its_own_comma() -> None:
    names = enumerated(["aux1", "", "aux2"])
    assert (str(names), names.write(CHINESE)) == ("aux1, aux2", "aux1、aux2")
    nested = listed([phrase("conv"), names])
    assert (str(nested), nested.write(CHINESE)) == ("conv, aux1, aux2", "卷积，aux1、aux2")


def test_chinese_words_are_not_apart() -> None:
    def blocks(kind: str) -> str:
        words = counted("{number} {kind}", "{number} {kind}s", 2, kind=term(kind))
        return words.write(CHINESE)

    assert blocks("BasicBlock") == "2 个基础块"
    assert blocks("MBConv") == "2 个 MBConv"


def test_functions_without_a_translation_keep_the_name_that_code_has() -> None:
    function = term("ctc loss", "ctc_loss")
    assert (str(function), function.write(CHINESE)) == ("ctc loss", "ctc_loss")
    assert function.write(load_language("en")) == "ctc loss"


def test_a_note_is_english_text_that_can_be_written_in_another_language() -> None:
    note = Note(phrase("{name}: {line}", name="net", line="ok"))
    assert note == "net: ok"
    assert note.write(CHINESE) == "net：ok"
