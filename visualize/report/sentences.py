"""The structure of a model in sentences, each a computed fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from visualize.core.architecture import TensorSpec
from visualize.core.operators import AFFINE, family
from visualize.core.quantities import giga
from visualize.core.statistics import Statistics
from visualize.core.summary import Facts, Part, PathLengths, Row, RowKind, Summary
from visualize.core.words import operation_name, shape
from visualize.report.language import Language

_LISTED = 8  # stages; a model with more is told in numbers
_EXACT = 10**9
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def sentences(summary: Summary, language: Language) -> list[str]:
    """What is worth knowing of the structure of a model."""
    facts = summary.facts
    told = [
        size_sentence(summary, language),
        _depth(summary.name, facts, language),
        stages_sentence(summary, language),
        skips_sentence(facts, language),
        _projections(summary, language),
        _parameters(summary, language),
        _macs(summary, language),
        _paths(facts.paths, language),
        _tied(facts.tied, language),
        _norms(summary, language),
        _zeros(summary, language),
        _not_finite(summary, language),
    ]
    return [sentence for sentence in told if sentence]


def percent(part: int, whole: int) -> str:
    """A share, with one decimal.

    >>> percent(513000, 11689512), percent(0, 0)
    ('4.4 %', '0.0 %')
    """
    return f"{100 * part / whole if whole else 0:.1f} %"


def kind_words(language: Language) -> dict[str, str]:
    """The kinds of skip connection in words."""
    return {
        "identity": language.gettext("identity"),
        "projection": language.gettext("projection"),
        "concat": language.gettext("concat"),
        "gate": language.gettext("gate"),
    }


def skip_counts(counts: Mapping[str, int], language: Language) -> str:
    """How many there are of each kind: ``5 identity, 3 projection``."""
    words = kind_words(language)
    counted = language.gettext("{number:,} {kind}")
    told = [
        counted.format(number=counts[kind], kind=word)
        for kind, word in words.items()
        if counts.get(kind)
    ]
    return joined(told, language)


def joined(words: Sequence[str], language: Language) -> str:
    """Words in a list."""
    return language.gettext(", ").join(words)


def size_sentence(summary: Summary, language: Language) -> str:
    """How many parameters there are, frozen and unused ones among them, and buffers."""
    total = summary.total
    frozen = total.parameters - total.trainable_parameters
    if not total.parameters:
        return language.gettext("It has no parameters.")
    if frozen == total.parameters:
        told = language.gettext("It has {parameters:,} parameters, all frozen")
    elif frozen:
        told = language.gettext("It has {parameters:,} parameters, {frozen:,} of them frozen")
    else:
        told = language.gettext("It has {parameters:,} parameters, all trainable")
    told = told.format(parameters=total.parameters, frozen=frozen)
    if total.buffers:
        more = language.ngettext(
            ", and {number:,} number in buffers",
            ", and {number:,} numbers in buffers",
            total.buffers,
        )
        told += more.format(number=total.buffers)
    unused = sum(row.parameters for row in summary.rows if row.kind is RowKind.UNUSED)
    if unused:
        more = language.gettext("{share} of the parameters are never used")
        told += language.gettext("; ") + more.format(share=percent(unused, total.parameters))
    return told + language.gettext(".")


def _depth(name: str, facts: Facts, language: Language) -> str:
    if not facts.weighted_layers:
        return language.gettext("It has no weighted layers.")
    told = language.ngettext(
        "{name} is {depth} weighted layer deep, by its longest path from input to output",
        "{name} is {depth} weighted layers deep, by its longest path from input to output",
        facts.paths.longest,
    ).format(name=name, depth=facts.paths.longest)
    if facts.projection_layers:
        more = language.gettext(
            "it has {number} in all, {projections} of them on projection shortcuts"
        )
    elif facts.weighted_layers > facts.paths.longest:
        more = language.gettext("it has {number} in all, some of them side by side")
    else:
        more = ""
    more = more.format(number=facts.weighted_layers, projections=facts.projection_layers)
    return language.gettext("; ").join(filter(None, (told, more))) + language.gettext(".")


def stages_sentence(summary: Summary, language: Language) -> str:
    """The stages with their blocks and shapes."""
    stages = [part for part in summary.facts.parts if part.blocks]
    if not stages:
        return language.gettext("It has no stages of blocks that repeat.")
    number = sum(stage.blocks for stage in stages)
    if all(family(stage.type) in AFFINE for stage in stages):
        told = language.ngettext(
            "{number} of its layers stands in {stages} of one resolution: {list}.",
            "{number} of its layers stand in {stages} of one resolution: {list}.",
            number,
        )
    else:
        told = language.ngettext(
            "Its {number} block makes up {stages}: {list}.",
            "Its {number} blocks make up {stages}: {list}.",
            number,
        )
    listed = [_stage(stage, summary.batch, language) for stage in stages[:_LISTED]]
    if len(stages) > _LISTED:
        listed.append("…")
    count = language.ngettext("{number} stage", "{number} stages", len(stages))
    return told.format(
        number=number,
        stages=count.format(number=len(stages)),
        list=joined(listed, language),
    )


def _stage(stage: Part, batch: int, language: Language) -> str:
    size = shape(TensorSpec(stage.shape), batch)
    kind = operation_name(stage.type)
    told = language.ngettext(
        "{name} ({number} {kind}, {shape})", "{name} ({number} {kind}s, {shape})", stage.blocks
    )
    return told.format(name=stage.name, number=stage.blocks, kind=kind, shape=size)


def skips_sentence(facts: Facts, language: Language) -> str:
    """How many skip connections there are of each kind."""
    number = sum(facts.skips.values())
    if not number:
        return language.gettext("It has no skip connections.")
    told = language.ngettext(
        "It has {number:,} skip connection: {kinds}",
        "It has {number:,} skip connections: {kinds}",
        number,
    ).format(number=number, kinds=skip_counts(facts.skips, language))
    more = language.ngettext(
        "{number:,} of them bypasses a change of resolution",
        "{number:,} of them bypass a change of resolution",
        facts.long_skips,
    ).format(number=facts.long_skips)
    if 1 < number == facts.long_skips:
        more = language.gettext("all of them bypass a change of resolution")
    told = language.gettext("; ").join([told, more]) if facts.long_skips else told
    return told + language.gettext(".")


def _projections(summary: Summary, language: Language) -> str:
    facts, total = summary.facts, summary.total
    if not facts.skips.get("projection"):
        return ""
    return language.gettext(
        "Its projection shortcuts cost {parameters:,} parameters ({parameter_share}) "
        "and {macs} MACs ({mac_share})."
    ).format(
        parameters=facts.projection_parameters,
        parameter_share=percent(facts.projection_parameters, total.parameters),
        macs=giga(facts.projection_macs),
        mac_share=percent(facts.projection_macs, total.macs),
    )


def _parameters(summary: Summary, language: Language) -> str:
    told = _largest(summary.facts.parts, lambda part: part.parameters)
    if not told:
        return ""
    first = (
        language.gettext("{name}, at the end, holds {share} of the parameters")
        if told[0].last
        else language.gettext("{name} holds {share} of the parameters")
    )
    whole = summary.total.parameters
    first = first.format(name=told[0].name, share=percent(told[0].parameters, whole))
    shares = [(part, percent(part.parameters, whole)) for part in told[1:]]
    return first + _others(shares, language) + language.gettext(".")


def _macs(summary: Summary, language: Language) -> str:
    told = _largest(summary.facts.parts, lambda part: part.macs)
    if not told:
        return ""
    first = (
        language.gettext("{name}, at the end, takes {share} of the {macs} MACs")
        if told[0].last
        else language.gettext("{name} takes {share} of the {macs} MACs")
    )
    whole = summary.total.macs
    first = first.format(name=told[0].name, share=percent(told[0].macs, whole), macs=giga(whole))
    shares = [(part, percent(part.macs, whole)) for part in told[1:]]
    return first + _others(shares, language) + language.gettext(".")


def _largest(parts: Sequence[Part], size: Callable[[Part], int]) -> list[Part]:
    """The two parts with the most, and that of the last layer."""
    found = sorted((part for part in parts if size(part)), key=lambda part: -size(part))
    return found[:2] + [part for part in found[2:] if part.last]


def _others(shares: Sequence[tuple[Part, str]], language: Language) -> str:
    words = []
    for part, share in shares:
        word = (
            language.gettext(", and {name}, at the end, {share}")
            if part.last
            else language.gettext(", {name} {share}")
        )
        words.append(word.format(name=part.name, share=share))
    return "".join(words)


def _paths(paths: PathLengths, language: Language) -> str:
    if paths.number < 2:
        return language.gettext("A single path leads from input to output.") if paths.number else ""
    if paths.shortest == paths.longest:
        return language.ngettext(
            "{number} paths lead from input to output; they pass {length} weighted layer each.",
            "{number} paths lead from input to output; they pass {length} weighted layers each.",
            paths.longest,
        ).format(number=_large(paths.number), length=paths.longest)
    return language.gettext(
        "{number} paths lead from input to output; they pass {shortest} to {longest} weighted "
        "layers, half of them at most {median}, nine in ten at most {most}."
    ).format(
        number=_large(paths.number),
        shortest=paths.shortest,
        longest=paths.longest,
        median=paths.quantile(0.5),
        most=paths.quantile(0.9),
    )


def _large(number: int) -> str:
    """A number in full, or its order of magnitude.

    >>> _large(4096), _large(3**50)
    ('4,096', '7.2 × 10²³')
    """
    if number < _EXACT:
        return f"{number:,}"
    mantissa, _, exponent = f"{Decimal(number):.1e}".partition("e+")
    return f"{mantissa} × 10{exponent.translate(_RAISED)}"


def _tied(tied: Sequence[Sequence[str]], language: Language) -> str:
    if not tied:
        return ""
    names = [" = ".join(group) for group in tied]
    return language.gettext("Tied weights, counted once: {names}.").format(
        names=joined(names, language)
    )


def _norms(summary: Summary, language: Language) -> str:
    """The norm of all weights, and the row that has most of it."""
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not whole.is_finite or not whole.norm or not rows:
        return ""
    most, values = max(rows, key=lambda one: one[1].norm)
    return language.gettext(
        "All weights together have a norm of {norm:.4g}; {name} has the largest, {most:.4g}."
    ).format(norm=whole.norm, name=most.name, most=values.norm)


def _zeros(summary: Summary, language: Language) -> str:
    """How many weights are zero, and where most of them are."""
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not rows:
        return ""
    if not whole.zeros:
        return language.gettext("No weight is zero.")
    sparsest, values = max(rows, key=lambda one: one[1].sparsity)
    return language.gettext(
        "{share} of the weights are zero, {number:,} of them; {name} has the largest share, {most}."
    ).format(
        share=percent(whole.zeros, whole.count),
        number=whole.zeros,
        name=sparsest.name,
        most=percent(values.zeros, values.count),
    )


def _not_finite(summary: Summary, language: Language) -> str:
    """Where weights are no finite numbers, as after a training that diverged."""
    rows = _rows_with_values(summary)
    broken = [row.name for row, values in rows if not values.is_finite]
    if not broken:
        return ""
    names = [*broken[:_LISTED], "…"] if len(broken) > _LISTED else broken
    return language.gettext("Not all weights are finite numbers in {names}.").format(
        names=joined(names, language)
    )


def _rows_with_values(summary: Summary) -> list[tuple[Row, Statistics]]:
    """The rows that are no sums and whose weights have values."""
    return [
        (row, row.statistics)
        for row in summary.rows
        if row.statistics and row.kind in (RowKind.LAYER, RowKind.BLOCK)
    ]
