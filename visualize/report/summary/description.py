"""What a row of the table is, in words."""

from __future__ import annotations

from visualize.core.module_path import spelled
from visualize.core.summary import Row, RowKind
from visualize.report.kinds import connections, shortcut_words
from visualize.report.language import Language
from visualize.report.quantities import joined


def description(row: Row, language: Language, *, stopped: bool = False) -> str:
    """``7×7 conv, 64, /2``, or ``BasicBlock, projection shortcut`` for a collapsed module.

    Args:
        row: the row.
        language: of the words.
        stopped: whether the model failed, and its total is that of what ran.
    """
    operation = row.words.write(language)
    words = [operation or row.type]
    if row.kind is RowKind.TOTAL:
        words = [_sum(row, operation, language)]
        if stopped and not row.path:
            words.append(language.gettext("what ran before it failed"))
    if row.kind is RowKind.BLOCK:
        skips = joined(_skips(row, language), language)
        # A layer of a class of its own, with a matrix or kernel, is what its words say.
        name = operation if len(row.weight) > 1 else row.type
        words = [name or row.type or operation, row.traits.write(language), skips]
    if row.kind is RowKind.UNUSED:
        unused = language.gettext("never used: {modules}").format(modules=operation)
        words = [unused if operation else language.gettext("never used")]
    if row.calls > 1:
        words.append(language.gettext("{number} calls").format(number=row.calls))
    if row.shares:
        names = joined([spelled(name) for name in row.shares], language)
        words.append(language.gettext("tied to {names}").format(names=names))
    return language.pgettext("between clauses", ", ").join(word for word in words if word)


def _sum(row: Row, operation: str, language: Language) -> str:
    """The class of an expanded module and its equal parts; the class of the model."""
    gettext = language.gettext
    if not row.path:
        total = language.pgettext("description of TOTAL", "{class_name}")
        return total.format(class_name=row.type)
    if row.stage:
        stage = language.pgettext("stage of residual blocks", "{class_name} ({parts})")
        if not row.type:  # a list of blocks, which is not called
            stage = language.pgettext("stage of residual blocks", "{parts}")
        return stage.format(class_name=row.type, parts=operation, number=row.stage)
    if row.type and operation:
        return gettext("{class_name} ({parts})").format(class_name=row.type, parts=operation)
    return row.type or operation


def _skips(row: Row, language: Language) -> list[str]:
    """The skip connections of a block: ``projection shortcut``, or how many of each kind."""
    numbers = row.skips
    if set(numbers.values()) == {1}:
        return [word for kind, word in shortcut_words(language).items() if kind in numbers]
    kinds = [kind for kind in shortcut_words(language) if numbers.get(kind)]
    return [connections(kind, numbers[kind], language) for kind in kinds]
