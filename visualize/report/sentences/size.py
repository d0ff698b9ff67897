"""Sentences on the size of a model: parameters, buffers and tied weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visualize.core.dtypes import parameter_bytes
from visualize.core.module_path import spelled
from visualize.core.quantities import memory
from visualize.core.summary import RowKind, Summary
from visualize.report.language import Language
from visualize.report.quantities import joined, percent

_LISTED = 4  # groups of tied weights, or modules


def size_sentences(summary: Summary, language: Language) -> list[str]:
    """Parameters, frozen and unused ones among them, packed weights, and buffers."""
    written = [
        _parameters(summary, language),
        _packed(summary.facts.packed_dtypes, language),
        _unused(summary, language),
        _buffers(summary.facts.buffer_dtypes, language),
    ]
    return [sentence for sentence in written if sentence]


def _parameters(summary: Summary, language: Language) -> str:
    total = summary.total
    frozen = total.parameters - total.trainable_parameters
    if not total.parameters:
        return language.gettext("No parameters.")
    if frozen == total.parameters:
        sentence = language.gettext("{parameters:,} parameters ({size}), all frozen.")
    elif frozen:
        sentence = language.gettext(
            "{parameters:,} parameters ({size}): {trainable:,} trainable ({share}), "
            "{frozen:,} frozen."
        )
    else:
        sentence = language.gettext("{parameters:,} parameters ({size}), all trainable.")
    return sentence.format(
        parameters=total.parameters,
        size=_size(total.dtypes, language),
        trainable=total.trainable_parameters,
        share=percent(total.trainable_parameters, total.parameters),
        frozen=frozen,
    )


def _packed(dtypes: Mapping[str, int], language: Language) -> str:
    number = sum(dtypes.values())
    if not number:
        return ""
    return language.ngettext(
        "{number:,} weight packed in quantized layers ({size}).",
        "{number:,} weights packed in quantized layers ({size}).",
        number,
    ).format(number=number, size=_size(dtypes, language))


def _unused(summary: Summary, language: Language) -> str:
    """The parameters that the run never touches, and the modules that hold them, or their names."""
    unused = sum(row.parameters for row in summary.rows if row.kind is RowKind.UNUSED)
    if not unused:
        return ""
    facts = summary.facts
    names = [spelled(path) for path in (*facts.unused_modules, *facts.unused_weights)]
    sentence = language.ngettext(
        "{number:,} parameter ({share}) is never used.",
        "{number:,} parameters ({share}) are never used.",
        unused,
    )
    if names:
        sentence = language.ngettext(
            "{number:,} parameter ({share}) is never used: {modules}.",
            "{number:,} parameters ({share}) are never used: {modules}.",
            unused,
        )
    return sentence.format(
        number=unused,
        share=percent(unused, summary.total.parameters),
        modules=joined(_shortened(names), language),
    )


def _buffers(dtypes: Mapping[str, int], language: Language) -> str:
    number = sum(dtypes.values())
    if not number:
        return ""
    names = sorted(dtypes, key=lambda name: -dtypes[name])
    return language.ngettext(
        "{number:,} buffer element ({bytes}, {dtypes}).",
        "{number:,} buffer elements ({bytes}, {dtypes}).",
        number,
    ).format(number=number, bytes=memory(parameter_bytes(dtypes)), dtypes=joined(names, language))


def _size(dtypes: Mapping[str, int], language: Language) -> str:
    """Bytes and dtype; of several dtypes the share of each."""
    number = sum(dtypes.values())
    names = sorted((name for name in dtypes if dtypes[name]), key=lambda name: -dtypes[name])
    shares = [
        language.gettext("{share} {dtype}").format(share=percent(dtypes[name], number), dtype=name)
        for name in names
    ]
    return language.gettext("{bytes}, {dtype}").format(
        bytes=memory(parameter_bytes(dtypes)),
        dtype=names[0] if len(names) == 1 else joined(shares, language),
    )


def tied_sentence(tied: Sequence[Sequence[str]], language: Language) -> str:
    """Which weights are one tensor; biases that are tied beside the weights of a module are not."""
    named: list[str] = []
    modules = set[str]()
    for group in sorted(tied, key=_is_of_biases):
        owners = {name.rpartition(".")[0] for name in group}
        if not _is_of_biases(group) or modules.isdisjoint(owners):
            named.append(" = ".join(map(spelled, group)))
            modules |= owners
    if not named:
        return ""
    return language.gettext("Tied weights (counted once): {names}.").format(
        names=joined(_shortened(named), language)
    )


def _is_of_biases(group: Sequence[str]) -> bool:
    return any("bias" in name.rpartition(".")[2] for name in group)


def _shortened(names: Sequence[str]) -> list[str]:
    return [*names[:_LISTED], "…"] if len(names) > _LISTED else list(names)
