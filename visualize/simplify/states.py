"""States: what a loop carries from step to step, and what it has before the first one."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.core.dataflow import Dataflow
from visualize.core.phrases import Phrase, phrase
from visualize.simplify.ends import End
from visualize.simplify.operands import constant_name
from visualize.simplify.sameness import Sameness


def beginnings(sameness: Sameness, flow: Dataflow, first: End) -> Iterator[tuple[int, Phrase]]:
    """The constants that the first step of a loop reads in place of what a step before it returns.

    No arrow shows them, as they are no data.

    Yields:
        The place of the box beside it that reads the state, and what the state begins as.
    """
    for node, part in first.parts.items():
        here, there = map(sameness.reads.everything, (node, part))
        for position, read in there.items():
            begins = here.get(position)
            if read.source not in first.parts or not read.data or (begins and begins.data):
                continue
            name = constant_name(sameness.exact, flow, begins.source) if begins else None
            yield first.homes[node], name or phrase("zeros")
