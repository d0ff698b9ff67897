"""Describe: from an `Architecture` to the numbers and facts of a `Summary`."""

from __future__ import annotations

from visualize.core.architecture import Architecture, NodeKind, Role
from visualize.core.summary import Summary
from visualize.describe.facts import find_facts
from visualize.describe.rows import make_rows
from visualize.describe.skips import describe_skips

__all__ = ["describe", "describe_skips"]


def describe(
    exact: Architecture,
    grouped: Architecture,
    *,
    depth: int | None = None,
) -> Summary:
    """Describe a model.

    Args:
        exact: the graph of all operations.
        grouped: the same model at the level of layers, its blocks and stages marked.
        depth: how many modules deep the table goes; by default it goes down to blocks.
    """
    blocks = {group.path for group in grouped.groups if group.role is Role.BLOCK}
    formulas = {
        layer.path
        for layer in grouped.layers
        if layer.kind is NodeKind.MODULE and not layer.module_class
    }
    return Summary(
        name=exact.name,
        class_name=exact.class_name,
        rows=tuple(make_rows(exact, blocks | formulas, depth)),
        facts=find_facts(exact, grouped),
        batch=exact.batch,
        documentation=exact.documentation,
        published=exact.published,
        weights=exact.weights,
        notes=exact.notes,
    )
