"""What closed blocks and stages are called: a class, or several blocks and layers counted."""

from __future__ import annotations

from visualize.core.operators import AFFINE, family
from visualize.core.phrases import Phrase, counted, term, verbatim
from visualize.core.words import operation_name


def kind_phrase(type_name: str) -> Phrase:
    """A class as a block or stage is called."""
    return term(operation_name(type_name))


def blocks_phrase(type_name: str, number: int) -> Phrase:
    """Blocks of one class, or layers of one kind, counted.

    >>> [str(blocks_phrase(*one)) for one in (("Bottleneck", 3), ("Conv2d", 2), ("Conv2d", 1))]
    ['3 Bottlenecks', '2 conv layers', 'conv']
    """
    kind = kind_phrase(type_name)
    if number < 2:
        return kind
    if family(type_name) in AFFINE:
        return counted("{number} {kind} layer", "{number} {kind} layers", number, kind=kind)
    if type_name.endswith("s"):  # a class that is a plural already
        return verbatim(f"{number} {kind}")
    return counted("{number} {kind}", "{number} {kind}s", number, kind=kind)
