"""The structure of a model in sentences, each computed from its facts."""

from __future__ import annotations

from visualize.core.summary import Summary
from visualize.report.language import Language
from visualize.report.sentences.cost import cost_sentence
from visualize.report.sentences.depth import depth_sentence, paths_sentence
from visualize.report.sentences.memory import memory_sentence
from visualize.report.sentences.receptive import receptive_sentence
from visualize.report.sentences.shares import experts_sentence, parts_sentence, roles_sentence
from visualize.report.sentences.size import size_sentences, tied_sentence
from visualize.report.sentences.skips import (
    blocks_sentence,
    detached_sentence,
    loops_sentence,
    projections_sentence,
    skips_sentence,
)
from visualize.report.sentences.stages import stages_sentence
from visualize.report.sentences.weights import (
    magnitudes_sentence,
    not_finite_sentence,
    zeros_sentence,
)

__all__ = [
    "loops_sentence",
    "sentences",
    "size_sentences",
    "skips_sentence",
    "stages_sentence",
]


def sentences(summary: Summary, language: Language) -> list[str]:
    """What is worth knowing about the structure of a model."""
    facts = summary.facts
    written = [
        *size_sentences(summary, language),
        tied_sentence(facts.tied, language),
        cost_sentence(facts.cost, language),
        memory_sentence(summary, language),
        stages_sentence(summary, language),
        skips_sentence(facts, language),
        loops_sentence(facts, language),
        blocks_sentence(facts.block_shortcuts, language),
        detached_sentence(facts.detached_skips, language),
        projections_sentence(summary, language),
        depth_sentence(summary, language),
        paths_sentence(facts, language),
        receptive_sentence(facts.receptive, language),
        parts_sentence(summary, language),
        roles_sentence(summary, language),
        experts_sentence(summary, language),
        magnitudes_sentence(summary, language),
        zeros_sentence(summary, language),
        not_finite_sentence(summary, language),
    ]
    return [sentence for sentence in written if sentence]
