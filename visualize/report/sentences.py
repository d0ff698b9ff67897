"""The structure of a model in sentences, each computed from its facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from visualize.core.module_path import spelled
from visualize.core.operators import AFFINE, CONVOLUTION, family
from visualize.core.quantities import giga
from visualize.core.statistics import Statistics
from visualize.core.summary import Facts, Part, PathLengths, Row, RowKind, Summary
from visualize.report import quantities
from visualize.report.kinds import skip_counts
from visualize.report.language import Language
from visualize.report.quantities import (
    joined,
    large,
    myriads,
    paragraph,
    percent,
    shape_words,
)

_LISTED = 8  # stages, or modules


def sentences(summary: Summary, language: Language) -> list[str]:
    """What is worth knowing about the structure of a model."""
    facts = summary.facts
    written = [
        *size_sentences(summary, language),
        _depth(facts, language),
        stages_sentence(summary, language) or language.gettext("No repeated blocks."),
        skips_sentence(facts, language),
        _detached(facts.detached_skips, language),
        _projections(summary, language),
        _parameters(summary, language),
        _macs(summary, language),
        _paths(facts.paths, language),
        _tied(facts.tied, language),
        _norms(summary, language),
        _zeros(summary, language),
        _not_finite(summary, language),
    ]
    return [sentence for sentence in written if sentence]


def size_sentences(summary: Summary, language: Language) -> list[str]:
    """Parameters, frozen and unused ones among them, and buffers."""
    total = summary.total
    frozen = total.parameters - total.trainable_parameters
    if not total.parameters:
        parameters = language.gettext("No parameters.")
    elif frozen == total.parameters:
        parameters = language.gettext("{parameters:,} parameters, all frozen.")
    elif frozen:
        parameters = language.gettext("{parameters:,} parameters, {frozen:,} of them frozen.")
    else:
        parameters = language.gettext("{parameters:,} parameters, all trainable.")
    written = [parameters.format(parameters=total.parameters, frozen=frozen)]
    unused = sum(row.parameters for row in summary.rows if row.kind is RowKind.UNUSED)
    if unused:
        share = percent(unused, total.parameters)
        written.append(
            language.gettext("{share} of the parameters are never used.").format(share=share)
        )
    if total.buffers:
        buffers = language.ngettext(
            "{number:,} buffer element.", "{number:,} buffer elements.", total.buffers
        )
        written.append(buffers.format(number=total.buffers))
    return written


def _depth(facts: Facts, language: Language) -> str:
    depth, layers = facts.paths.longest, facts.weighted_layers
    if not layers:
        return language.gettext("No weighted layers.")
    if facts.projection_layers:
        sentence = language.ngettext(
            "Depth: {depth} weighted layer on the longest path "
            "({layers} in total; {projections} in projection shortcuts).",
            "Depth: {depth} weighted layers on the longest path "
            "({layers} in total; {projections} in projection shortcuts).",
            depth,
        )
    elif layers > depth:
        sentence = language.ngettext(
            "Depth: {depth} weighted layer on the longest path "
            "({layers} in total; the others are on parallel branches).",
            "Depth: {depth} weighted layers on the longest path "
            "({layers} in total; the others are on parallel branches).",
            depth,
        )
    else:
        sentence = language.ngettext(
            "Depth: {depth} weighted layer on the longest path.",
            "Depth: {depth} weighted layers on the longest path.",
            depth,
        )
    return sentence.format(depth=depth, layers=layers, projections=facts.projection_layers)


def stages_sentence(summary: Summary, language: Language) -> str:
    """The stages with their blocks and shapes; empty for a model without any."""
    stages = [part for part in summary.facts.parts if part.blocks]
    if stages and all(family(stage.type) in AFFINE for stage in stages):
        return _stages_of_layers(stages, language)
    if not stages:
        return ""
    blocks = sum(stage.blocks for stage in stages)
    if len(stages) == 1:
        sentence = language.ngettext(
            "{number} block in 1 stage: {list}.", "{number} blocks in 1 stage: {list}.", blocks
        )
    else:
        sentence = language.gettext("{number} blocks in {stages} stages: {list}.")
    listed = _listed(stages, language)
    return sentence.format(number=blocks, stages=len(stages), list=listed)


def _stages_of_layers(stages: Sequence[Part], language: Language) -> str:
    """Stages that consist of plain layers: convolutions of one resolution, then linear layers."""
    convolutions = [stage for stage in stages if family(stage.type) in CONVOLUTION]
    others = [stage for stage in stages if family(stage.type) not in CONVOLUTION]
    written = []
    if convolutions:
        sentence = language.ngettext(
            "{number} convolutional stage: {list}.",
            "{number} convolutional stages: {list}.",
            len(convolutions),
        )
        listed = _listed(convolutions, language)
        written.append(sentence.format(number=len(convolutions), list=listed))
    if others:
        number = sum(stage.blocks for stage in others)
        sentence = language.ngettext(
            "{number} linear layer: {list}.", "{number} linear layers: {list}.", number
        )
        listed = joined([spelled(stage.name) for stage in others[:_LISTED]], language)
        written.append(sentence.format(number=number, list=listed))
    return paragraph(written)


def _listed(stages: Sequence[Part], language: Language) -> str:
    listed = [_stage(stage, language) for stage in stages[:_LISTED]]
    return joined([*listed, "…"] if len(stages) > _LISTED else listed, language)


def _stage(stage: Part, language: Language) -> str:
    size = shape_words(stage.tensor, language)
    if family(stage.type) in CONVOLUTION:
        words = language.ngettext(
            "{name} ({number} conv, {shape})", "{name} ({number} convs, {shape})", stage.blocks
        )
    else:
        words = language.ngettext(
            "{name} ({number} {kind}, {shape})", "{name} ({number} {kind}s, {shape})", stage.blocks
        )
    kind = stage.type.lstrip("_") or stage.type
    return words.format(name=spelled(stage.name), number=stage.blocks, kind=kind, shape=size)


def skips_sentence(facts: Facts, language: Language) -> str:
    """The number of skip connections of each kind, and how many cross resolutions."""
    number, long = sum(facts.skips.values()), facts.long_skips
    if number < 2:
        kinds = [kind for kind, count in facts.skips.items() if count]
        return _single_skip(kinds[0] if kinds else "", bool(long), language)
    if number == long:
        sentence = language.gettext("{number:,} skip connections, all across resolutions: {kinds}.")
    elif long:
        sentence = language.gettext(
            "{number:,} skip connections: {kinds}; {long:,} of them across resolutions."
        )
    else:
        sentence = language.gettext("{number:,} skip connections: {kinds}.")
    return sentence.format(number=number, long=long, kinds=skip_counts(facts.skips, language))


def _single_skip(kind: str, long: bool, language: Language) -> str:
    gettext = language.gettext
    return {
        ("", False): gettext("No skip connections."),
        ("identity", False): gettext("1 skip connection, an identity shortcut."),
        ("identity", True): gettext("1 skip connection, an identity shortcut across resolutions."),
        ("scaled", False): gettext("1 skip connection, a scaled shortcut."),
        ("scaled", True): gettext("1 skip connection, a scaled shortcut across resolutions."),
        ("projection", False): gettext("1 skip connection, a projection shortcut."),
        ("projection", True): gettext(
            "1 skip connection, a projection shortcut across resolutions."
        ),
        ("concat", False): gettext("1 skip connection, a concat."),
        ("concat", True): gettext("1 skip connection, a concat across resolutions."),
        ("gate", False): gettext("1 skip connection, a gate."),
        ("gate", True): gettext("1 skip connection, a gate across resolutions."),
        ("mixed", False): gettext("1 skip connection, a mix of earlier tensors."),
        ("mixed", True): gettext("1 skip connection, a mix of earlier tensors across resolutions."),
    }[kind, long]


def _detached(number: int, language: Language) -> str:
    if not number:
        return ""
    return language.ngettext(
        "{number:,} skip connection is detached: no gradient flows back over it.",
        "{number:,} skip connections are detached: no gradient flows back over them.",
        number,
    ).format(number=number)


def _projections(summary: Summary, language: Language) -> str:
    facts, total = summary.facts, summary.total
    if not facts.skips.get("projection"):
        return ""
    return language.gettext(
        "Projection shortcuts: {parameters:,} parameters ({parameter_share}) "
        "and {macs} MACs ({mac_share})."
    ).format(
        parameters=facts.projection_parameters,
        parameter_share=percent(facts.projection_parameters, total.parameters),
        macs=giga(facts.projection_macs),
        myriads=myriads(facts.projection_macs),
        mac_share=percent(facts.projection_macs, total.macs),
    )


def _parameters(summary: Summary, language: Language) -> str:
    shares = _shares(summary, lambda part: part.parameters, summary.total.parameters, language)
    return language.gettext("Parameters: {shares}.").format(shares=shares) if shares else ""


def _macs(summary: Summary, language: Language) -> str:
    whole = summary.total.macs
    shares = _shares(summary, lambda part: part.macs, whole, language)
    macs = quantities.macs(whole, language)
    return language.gettext("{macs}: {shares}.").format(macs=macs, shares=shares) if shares else ""


def _shares(summary: Summary, size: Callable[[Part], int], whole: int, language: Language) -> str:
    """The shares of the two parts with the most, and of the part with the last layer."""
    found = sorted((part for part in summary.facts.parts if size(part)), key=lambda p: -size(p))
    shown = found[:2] + [part for part in found[2:] if part.last]
    shares = []
    for part in shown:
        if not part.last:
            words = language.gettext("{name} {share}")
        elif part.layers == 1:
            words = language.gettext("{name} (last layer) {share}")
        else:
            words = language.gettext("{name} (last module) {share}")
        shares.append(words.format(name=spelled(part.name), share=percent(size(part), whole)))
    return language.pgettext("between clauses", ", ").join(shares)


def _paths(paths: PathLengths, language: Language) -> str:
    if paths.number < 2:
        return language.gettext("Purely sequential.") if paths.number else ""
    if paths.shortest == paths.longest:
        return language.ngettext(
            "{number} paths from input to output, each through {length} weighted layer.",
            "{number} paths from input to output, each through {length} weighted layers.",
            paths.longest,
        ).format(number=large(paths.number), length=paths.longest)
    return language.gettext(
        "{number} paths from input to output, through {shortest} to {longest} weighted layers "
        "(median {median}, 90th percentile {most})."
    ).format(
        number=large(paths.number),
        shortest=paths.shortest,
        longest=paths.longest,
        median=paths.quantile(0.5),
        most=paths.quantile(0.9),
    )


def _tied(tied: Sequence[Sequence[str]], language: Language) -> str:
    if not tied:
        return ""
    names = [" = ".join(map(spelled, group)) for group in tied]
    return language.gettext("Tied weights (counted once): {names}.").format(
        names=joined(names, language)
    )


def _norms(summary: Summary, language: Language) -> str:
    """The norm of all weights, and the row with the largest."""
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not whole.is_finite or not whole.norm or not rows:
        return ""
    largest, values = max(rows, key=lambda one: one[1].norm)
    return language.gettext(
        "L2 norm of all weights: {norm:.4g}; the largest is that of {name}, {largest:.4g}."
    ).format(norm=whole.norm, name=largest.name, largest=values.norm)


def _zeros(summary: Summary, language: Language) -> str:
    """The share of zero weights, and the row with the largest."""
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not rows:
        return ""
    if not whole.zeros:
        return language.gettext("No zero weights.")
    sparsest, values = max(rows, key=lambda one: one[1].sparsity)
    return language.gettext(
        "Zero weights: {share} ({number:,}); the largest share is that of {name}, {largest}."
    ).format(
        share=percent(whole.zeros, whole.count),
        number=whole.zeros,
        name=sparsest.name,
        largest=percent(values.zeros, values.count),
    )


def _not_finite(summary: Summary, language: Language) -> str:
    """The rows with NaN or infinite weights, as after a training that diverged."""
    broken = [row.name for row, values in _rows_with_values(summary) if not values.is_finite]
    if not broken:
        return ""
    names = [*broken[:_LISTED], "…"] if len(broken) > _LISTED else broken
    return language.gettext("NaN or infinite weights in {names}.").format(
        names=joined(names, language)
    )


def _rows_with_values(summary: Summary) -> list[tuple[Row, Statistics]]:
    """The rows with known weights, except sums."""
    return [
        (row, row.statistics)
        for row in summary.rows
        if row.statistics and row.kind in (RowKind.LAYER, RowKind.BLOCK)
    ]
