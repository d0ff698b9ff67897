"""Sentences on the stages of a model and their blocks."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.core.module_path import spelled
from visualize.core.operators import AFFINE, CONVOLUTION, family
from visualize.core.summary import Part, Summary
from visualize.report.language import Language
from visualize.report.quantities import (
    joined,
    paragraph,
    shape_words,
)

_LISTED = 8  # stages, or modules


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
