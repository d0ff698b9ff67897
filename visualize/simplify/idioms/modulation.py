"""Modulation: features that a condition scales and shifts, ``x·(1 + s) + b``, and adaptive norms.

Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer" (2018); Peebles and Xie,
"Scalable Diffusion Models with Transformers" (2023).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from visualize.core.operators import MOVES, NORM, MergeType, family, merge_type
from visualize.core.phrases import phrase
from visualize.core.words import operation
from visualize.simplify.idioms.rule import Match, View

_NAME = phrase("modulation"), phrase("x·(1 + s) + b")


def match_modulation(view: View, node: str) -> Match | None:
    """A sum of a shift and a product of features with one plus a scale, both of them data.

    A norm before it that nothing else reads belongs to it: both are an adaptive norm.
    """
    for product, inside in _products(view, node):
        for features, scale in itertools.permutations(view.sources(product)):
            scaled = _from_one(view, scale)
            if scaled:
                inside |= scaled
                layer = view.layer(features)
                if family(layer.does) in NORM and view.users(features) == (product,):
                    name = layer.label[0] if layer.label else operation(layer.core)
                    return Match(
                        frozenset({*inside, features} - {node}),
                        (phrase("adaptive {norm}", norm=name),),
                    )
                return Match(frozenset(inside - {node}), _NAME)
    return None


def _products(view: View, node: str) -> Iterator[tuple[str, set[str]]]:
    """The products of two tensors that ``node`` adds to another, and what is between."""
    kind, sources = view.kind(node), view.sources(node)
    if merge_type(kind) is not MergeType.ADD or len(sources) != 2:
        return
    for source in sources:
        multiplies = merge_type(view.kind(source)) is MergeType.MULTIPLY
        if multiplies and len(view.sources(source)) == 2 and view.users(source) == (node,):
            yield source, {source}


def _from_one(view: View, node: str) -> set[str]:
    """The operations that add one to data and move the result, up to ``node``."""
    inside = {node}
    while view.kind(node) in MOVES and (source := view.only_source(node)):
        node = source
        inside.add(node)
    constant = view.layer(node).core.constant
    adds_one = merge_type(view.kind(node)) is MergeType.ADD and constant and constant.name == "1"
    return inside if adds_one and len(view.sources(node)) == 1 else set()
