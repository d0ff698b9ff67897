"""The sentence on the memory of activations."""

from __future__ import annotations

from visualize.core.quantities import memory
from visualize.core.summary import RowKind, Summary
from visualize.report.language import Language


def memory_sentence(summary: Summary, language: Language) -> str:
    """What autograd saves, and where inference needs most; empty if that was not measured."""
    total = summary.total
    if not total.peak:
        return ""
    parts = (row for row in summary.rows if row.kind in (RowKind.LAYER, RowKind.BLOCK))
    place = next((row.name for row in parts if row.peak == total.peak), "")
    if total.memory and place:
        sentence = language.gettext(
            "Activation memory for batch {batch}: {saved} saved for backward; "
            "inference peaks at {peak} ({place})."
        )
    elif total.memory:
        sentence = language.gettext(
            "Activation memory for batch {batch}: {saved} saved for backward; "
            "inference peaks at {peak}."
        )
    elif place:
        sentence = language.gettext(
            "Activation memory for batch {batch}: inference peaks at {peak} ({place})."
        )
    else:
        sentence = language.gettext(
            "Activation memory for batch {batch}: inference peaks at {peak}."
        )
    return sentence.format(
        batch=summary.batch,
        saved=memory(total.memory or 0),
        peak=memory(total.peak),
        place=place,
    )
