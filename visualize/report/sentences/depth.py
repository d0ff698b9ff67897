"""Sentences on depth: weighted layers, and the paths through them."""

from __future__ import annotations

from visualize.core.summary import Facts, PathLengths
from visualize.report.language import Language
from visualize.report.quantities import (
    large,
)


def depth_sentence(facts: Facts, language: Language) -> str:
    """How many weighted layers the longest path passes, and where the others are."""
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


def paths_sentence(paths: PathLengths, language: Language) -> str:
    """How many paths there are, and how many weighted layers they pass."""
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
