"""Sentences on depth: weighted layers, and the paths through them."""

from __future__ import annotations

from visualize.core.summary import Facts, Summary
from visualize.report.language import Language
from visualize.report.quantities import joined, number_of_choices


def depth_sentence(summary: Summary, language: Language) -> str:
    """How many weighted layers the longest path passes, and where each of the others is."""
    facts, depth = summary.facts, summary.facts.depth
    if not facts.weighted_layers:
        return language.gettext("No weighted layers.") if summary.total.parameters else ""
    gettext = language.gettext
    places = [
        place.format(number=number)
        for number, place in (
            (depth.projections, gettext("{number:,} in projection shortcuts")),
            (depth.gates, gettext("{number:,} in gates")),
            (depth.parallel, gettext("{number:,} on parallel branches")),
        )
        if number
    ]
    if places:
        sentence = language.ngettext(
            "Depth: {depth:,} weighted layer on the longest path ({layers:,} in total: {places}).",
            "Depth: {depth:,} weighted layers on the longest path ({layers:,} in total: {places}).",
            depth.longest,
        )
    else:
        sentence = language.ngettext(
            "Depth: {depth:,} weighted layer.",
            "Depth: {depth:,} weighted layers on the longest path.",
            depth.longest,
        )
    return sentence.format(
        depth=depth.longest, layers=facts.weighted_layers, places=joined(places, language)
    )


def paths_sentence(facts: Facts, language: Language) -> str:
    """How many paths residual connections make, and how many weighted layers these pass.

    Nothing where several residual streams meet, as in an encoder and a decoder: paths along one of
    them leave out the choices that the others have.
    """
    paths = facts.paths
    if paths.partial:
        return ""
    if paths.number < 2:
        # Layers of one block may be parallel to each other.
        is_single = facts.depth.longest == facts.weighted_layers > 1
        is_chain = facts.is_sequential and is_single
        return language.gettext("Purely sequential.") if is_chain else ""
    if paths.shortest == paths.longest:
        return language.ngettext(
            "{number} paths over residual connections, each through {length:,} weighted layer.",
            "{number} paths over residual connections, each through {length:,} weighted layers.",
            paths.longest,
        ).format(number=number_of_choices(paths.number), length=paths.longest)
    return language.gettext(
        "{number} paths over residual connections, through {shortest:,} to {longest:,} weighted "
        "layers (median {median:,}, 90th percentile {most:,})."
    ).format(
        number=number_of_choices(paths.number),
        shortest=paths.shortest,
        longest=paths.longest,
        median=paths.median,
        most=paths.quantile(0.9),
    )
