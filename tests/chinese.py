"""What is left in English in a Chinese report."""

from __future__ import annotations

import re
from collections.abc import Iterable

from visualize.core.dtypes import DTYPES
from visualize.core.module_path import spelled
from visualize.core.summary import RowKind, Summary
from visualize.report import write_summary
from visualize.report.language import load_language
from visualize.report.sentences import sentences

# Names that Chinese papers write in English, and words that are data: classes, modules, functions,
# units. Whatever else is in English was forgotten.
NAMES = frozenset(
    {
        "BatchNorm", "BN", "LayerNorm", "GroupNorm", "InstanceNorm", "RMSNorm", "ReLU",
        "ReLU6", "LeakyReLU", "ELU",
        "GELU", "SiLU", "tanh", "Hardswish", "Hardsigmoid", "Sigmoid", "Softmax", "Dropout", "LSTM",
        "GRU", "RNN", "MLP", "TOTAL", "MACs", "buffer", "NaN", "L2", "B", "k", "M", "G", "T",
        "kB", "MB", "GB", "TB", "FLOPs", "kFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "N", "x",
        *(dtype.name for dtype in DTYPES),
    }
)  # fmt: skip


# Inputs, outputs and a parameter of `NETS`.
INPUTS = frozenset({"tokens", "left", "right", "position", "score", "distance"})


def english(text: str, names: Iterable[str] = ()) -> set[str]:
    """The English words in a Chinese text, except names."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![a-z])", " ", text)
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]*", text)) - NAMES


def badly_punctuated(text: str) -> list[str]:
    """Where a Chinese text has punctuation of half width, or a space between Chinese words."""
    chinese = "[\u3000-\u9fff\uff00-\uffef]"
    return re.findall(rf"{chinese}[,;:!?()]|[,;:!?()]{chinese}|{chinese} {chinese}", text)


def cells(markdown: str) -> list[list[str]]:
    """The cells of a table in Markdown, its heading first."""
    lines = [line[2:-2].split(" | ") for line in markdown.splitlines() if line.startswith("| ")]
    return [[cell.replace("\\", "") for cell in line] for line in lines if line[0] != "---"]


def classes(summary: Summary) -> set[str]:
    types = {row.type for row in summary.rows if row.type.lstrip("_")[:1].isupper()}
    return types | {name.lstrip("_") for name in types}


def names_in_sentences(summary: Summary) -> set[str]:
    parts = {name for part in summary.facts.parts for name in (part.name, part.type.lstrip("_"))}
    tied = {name for group in summary.facts.tied for name in group}
    seen = summary.facts.receptive.covers_from if summary.facts.receptive else ""
    peaks = {row.name for row in summary.rows if row.peak == summary.total.peak}
    modules = {*summary.facts.unused_modules, *summary.facts.block_shortcuts, seen, *peaks}
    names = (parts | tied | modules) - {""}
    written = names | set(map(spelled, names))
    ends = {name.rpartition(".")[2] for name in written}  # "backbone.layer1 to layer4"
    return written | {name for name in ends if name[:1].isalpha()}


def assert_chinese(summary: Summary) -> None:
    """Only names are in English: of classes, functions and modules, where they belong."""
    language = load_language("zh")
    head, *lines = cells(write_summary(summary, "md", language="zh"))
    assert not english(" ".join(head))
    assert not [badly_punctuated(cell) for line in lines for cell in line if badly_punctuated(cell)]
    for row, line in zip(summary.rows, lines, strict=True):
        names = classes(summary) | {summary.class_name, *row.shares}
        if row.words.write(language) == row.type:  # a function without words of its own
            names.add(row.type)
        if row.kind is RowKind.UNUSED:
            names |= set(str(row.words).split(", "))
        assert not english(" ".join(line[1:]), names - {""}), row.name
    for sentence in sentences(summary, language):
        assert not english(sentence, names_in_sentences(summary)), sentence
        assert not badly_punctuated(sentence), sentence
