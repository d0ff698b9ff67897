"""Sentences on the stages of a model and their blocks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from visualize.core.facts import Sample
from visualize.core.module_path import spelled
from visualize.core.operators import AFFINE, CONVOLUTION, family
from visualize.core.summary import Part, Summary
from visualize.report.language import Language
from visualize.report.quantities import joined, paragraph

_LISTED = 4  # stages one by one; of more, those of one kind are listed together
_RUNS = 6  # and of more, all of one kind


def stages_sentence(summary: Summary, language: Language) -> str:
    """The stages with their blocks, widths and total strides; empty for a model without any."""
    stages = [part for part in summary.facts.parts if part.blocks]
    if any(family(stage.type) in AFFINE for stage in stages):
        return _stages_of_layers(stages, language)
    if not stages:
        return ""
    blocks = sum(stage.blocks for stage in stages)
    has_tokens = summary.facts.cost.sample is Sample.IMAGE
    listed = _listed(stages, language, has_tokens=has_tokens)
    if blocks < 2 * len(stages) and _are_many(stages):
        sentence = language.gettext("{number} blocks: {list}.")
    elif len(stages) == 1:
        sentence = language.ngettext(
            "{number} block in 1 stage: {list}.", "{number} blocks in 1 stage: {list}.", blocks
        )
    else:
        sentence = language.gettext("{number} blocks in {stages} stages: {list}.")
    return sentence.format(number=blocks, stages=len(stages), list=listed)


def _stages_of_layers(stages: Sequence[Part], language: Language) -> str:
    """Stages that consist of plain layers: convolutions of one resolution, then linear layers."""
    convolutions = [stage for stage in stages if family(stage.type) in CONVOLUTION]
    others = [stage for stage in stages if family(stage.type) in AFFINE - CONVOLUTION]
    if len(convolutions) < 2:  # a run of layers is no stage
        return ""
    listed = _listed(convolutions, language, has_tokens=False)
    written = [
        language.gettext("{number} convolutional stages: {list}.").format(
            number=len(convolutions), list=listed
        )
    ]
    if others:
        number = sum(stage.blocks for stage in others)
        sentence = language.ngettext(
            "Then {number} linear layer: {list}.", "Then {number} linear layers: {list}.", number
        )
        names = joined([spelled(stage.name) for stage in others[:_LISTED]], language)
        written.append(sentence.format(number=number, list=names))
    return paragraph(written)


def _listed(stages: Sequence[Part], language: Language, *, has_tokens: bool) -> str:
    """The stages one by one, or runs of stages of one kind where there are many."""
    if _are_many(stages):
        return _by_kind(stages, language)
    runs = list(_runs(stages)) if len(stages) > _LISTED else [[stage] for stage in stages]
    listed = [
        _stage(run[0], language, has_tokens=has_tokens) if len(run) == 1 else _run(run, language)
        for run in runs
    ]
    return language.pgettext("between stages", "; ").join(listed)


def _are_many(stages: Sequence[Part]) -> bool:
    """Whether stages are listed by the kind of their blocks, and have no names."""
    return len(stages) > _LISTED and len(list(_runs(stages))) > _RUNS


def _runs(stages: Sequence[Part]) -> Iterator[list[Part]]:
    """Stages after one another that consist of the same blocks; two are listed one by one."""
    for _, group in itertools.groupby(stages, key=lambda stage: stage.type):
        run = list(group)
        yield from [run] if len(run) > 2 else ([stage] for stage in run)


def _by_kind(stages: Sequence[Part], language: Language) -> str:
    """All blocks of each kind, wherever they are."""
    kinds: dict[str, list[Part]] = {}
    for stage in stages:
        kinds.setdefault(stage.type, []).append(stage)
    listed = []
    for alike in kinds.values():
        number = sum(stage.blocks for stage in alike)
        listed.append([_blocks([number], alike[0], language), *_ranges(alike, language)])
    comma = language.pgettext("between clauses", ", ")
    return language.pgettext("between stages", "; ").join(map(comma.join, listed))


def _stage(stage: Part, language: Language, *, has_tokens: bool) -> str:
    clauses = [
        language.gettext("{name} {blocks}").format(
            name=spelled(stage.name), blocks=_blocks([stage.blocks], stage, language)
        )
    ]
    clauses += _ranges([stage], language)
    positions = max(stage.tensor.shown[:-1], default=1)
    if has_tokens and not stage.stride and 1 < stage.places == positions:
        clauses.append(language.gettext("{number} tokens").format(number=stage.places))
    return language.pgettext("between clauses", ", ").join(clauses)


def _run(run: Sequence[Part], language: Language) -> str:
    """Several stages of one kind: their names, blocks, and ranges of widths and strides."""
    numbers = [stage.blocks for stage in run]
    if set(numbers) == {1}:
        numbers = [len(numbers)]
    first, last = spelled(run[0].name), spelled(run[-1].name)
    holder, _, name = last.rpartition(".")
    if first.rpartition(".")[0] == holder:
        last = name
    clauses = [
        language.gettext("{first} to {last}").format(first=first, last=last),
        _blocks(numbers, run[0], language),
    ]
    clauses += _ranges(run, language)
    return language.pgettext("between clauses", ", ").join(clauses)


def _ranges(stages: Sequence[Part], language: Language) -> list[str]:
    """The widths and strides of several stages, as far as all have one."""
    clauses = []
    widths = [width for stage in stages for width in stage.widths]
    if all(stage.widths for stage in stages):
        width = _range(str(min(widths)), str(max(widths)))
        clauses.append(language.gettext("{width} wide").format(width=width))
    if all(stage.strides for stage in stages):
        strides = [stride for stage in stages for stride in stage.strides]
        stride = _range(*map(_stride, (min(strides), max(strides))))
        clauses.append(language.gettext("stride {stride}").format(stride=stride))
    return clauses


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least}–{most}"


def _blocks(numbers: Sequence[int], stage: Part, language: Language) -> str:
    """``2 × BasicBlock``, ``3 convs``; of several stages also ``(3, 4, 6) × Bottleneck``."""
    kind = stage.type.lstrip("_") or stage.type
    is_conv = family(stage.type) in CONVOLUTION
    if len(set(numbers)) > 1 and is_conv:
        words = language.gettext("({numbers}) convs")
    elif len(set(numbers)) > 1:
        words = language.gettext("({numbers}) × {kind}")
    elif len(numbers) > 1 and is_conv:
        words = language.ngettext("{number} conv each", "{number} convs each", numbers[0])
    elif len(numbers) > 1:
        words = language.gettext("{number} × {kind} each")
    elif is_conv:
        words = language.ngettext("{number} conv", "{number} convs", numbers[0])
    else:
        words = language.gettext("{number} × {kind}")
    listed = joined(list(map(str, numbers)), language)
    return words.format(number=numbers[0], numbers=listed, kind=kind)


def _stride(strides: tuple[int, ...]) -> str:
    """``4``, or ``1×2×2`` where axes differ."""
    return "×".join(map(str, strides if len(set(strides)) > 1 else strides[:1]))
