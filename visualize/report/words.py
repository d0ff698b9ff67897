"""A model in one line, and the notes on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from visualize.core.architecture import Architecture
from visualize.core.module_path import spelled
from visualize.core.phrases import Note
from visualize.report.kinds import skip_counts, with_uses
from visualize.report.language import Language, load_language
from visualize.report.quantities import joined, macs

_LISTED = 4  # unused modules


def summarize_in_a_line(architecture: Architecture, language_code: str = "en") -> str:
    """Parameters, MACs and skip connections: ``11,689,512 parameters, 1.814 G MACs, …``."""
    language = load_language(language_code)
    clauses = [
        _parameters(architecture, language),
        macs(architecture.macs, language, architecture.batch),
        _skips(architecture, language),
    ]
    return language.pgettext("between clauses", ", ").join(clauses)


def summarize_by_name(architecture: Architecture, language_code: str = "en") -> str:
    """`summarize_in_a_line` after the name of the model: ``resnet18: 11,689,512 parameters, …``."""
    line = summarize_in_a_line(architecture, language_code)
    return (
        load_language(language_code)
        .gettext("{name}: {line}")
        .format(name=architecture.name, line=line)
    )


def name_and_class(name: str, class_name: str, language: Language) -> str:
    """``resnet18 (ResNet)``; the name alone if that is the class."""
    if not class_name or class_name == name:
        return name
    return language.gettext("{name} ({class_name})").format(name=name, class_name=class_name)


def note_lines(notes: Iterable[Note], language_code: str = "en") -> list[str]:
    """A line for each note, marked as one."""
    language = load_language(language_code)
    return [note.marked.write(language) for note in notes]


def _parameters(architecture: Architecture, language: Language) -> str:
    unused = architecture.unused_parameters
    modules = joined(list(map(spelled, architecture.unused_modules[:_LISTED])), language)
    if not unused:
        text = language.ngettext(
            "{number:,} parameter", "{number:,} parameters", architecture.parameters
        )
    elif modules:
        text = language.gettext("{number:,} parameters ({unused:,} unused: {modules})")
    else:
        text = language.gettext("{number:,} parameters ({unused:,} unused)")
    return text.format(number=architecture.parameters, unused=unused, modules=modules)


def _skips(architecture: Architecture, language: Language) -> str:
    number = len(architecture.skips)
    if not number:
        return language.gettext("no skip connections")
    kinds = Counter(skip.kind.value for skip in architecture.skips)
    words = language.ngettext(
        "{number:,} skip connection ({kinds})", "{number:,} skip connections ({kinds})", number
    ).format(number=number, kinds=skip_counts(kinds, language))
    return with_uses(words, number, len(architecture.unrolled_skips), language)
