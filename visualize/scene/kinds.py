"""What a colour by type encodes: the work that a box does, or most of it."""

from __future__ import annotations

from collections import Counter

from visualize.core.diagram import Box, BoxKind
from visualize.core.operators import operator
from visualize.core.work import Work, work_of


def work_of_box(box: Box) -> Work | None:
    """The kind of work of a box; of several layers, that with the most parameters.

    A block with an attention is an attention block, however large its MLP is.
    """
    if box.kind.is_end or box.kind is BoxKind.MERGE:
        return None
    own = work_of(operator(box.does).category)
    if own and not box.kind.is_collapsed:
        return own
    amounts: Counter[Work] = Counter()
    for one in box.operations:
        work = work_of(operator(one.does).category)
        if work and (one.parameters or one.weights or work is Work.ATTENTION):
            amounts[work] += one.parameters
    if Work.ATTENTION in amounts:
        return Work.ATTENTION
    return max(amounts, key=amounts.__getitem__, default=None)
