"""Describe: from an `Architecture` to the numbers and facts of a `Summary`."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.architecture import Architecture
from visualize.core.diagram import BoxKind, Diagram, GroupKind
from visualize.core.summary import Summary
from visualize.describe.facts import find_facts
from visualize.describe.receptive import ReceptiveFields
from visualize.describe.rows import make_rows
from visualize.describe.skips import describe_skips

__all__ = ["describe", "describe_skips"]


def describe(
    exact: Architecture,
    grouped: Diagram,
    *,
    depth: int | None = None,
) -> Summary:
    """Describe a model.

    Args:
        exact: the graph of all operations.
        grouped: the same model at the level of layers, its blocks and stages marked.
        depth: how many modules deep the table goes; by default it goes down to blocks.
    """
    blocks = {group.path for group in grouped.groups if group.kind is GroupKind.BLOCK}
    formulas = {box.path for box in grouped.boxes if box.kind is BoxKind.FORMULA}
    receptive = ReceptiveFields.of(exact)
    facts = find_facts(exact, grouped, receptive)
    return Summary(
        name=exact.name,
        class_name=exact.class_name,
        rows=tuple(make_rows(exact, blocks | formulas, depth, receptive.sizes)),
        facts=replace(facts, receptive=receptive.fact(blocks)),
        batch=exact.batch,
        documentation=exact.documentation,
        published=exact.published,
        weights=exact.weights,
        notes=exact.notes,
    )
