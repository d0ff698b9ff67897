"""A flow is cut where one tensor crosses, and where a reader prefers it."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from visualize.core.geometry import Rectangle
from visualize.layout.cuts import Cut, choose_cuts, find_cuts
from visualize.layout.units import BoxUnit


def test_cuts_are_where_one_tensor_crosses() -> None:
    boxes = {node: Rectangle(20 * i, 20 * i + 10, -5, 5) for i, node in enumerate("abcd")}
    chain = list(itertools.pairwise("abcd"))
    assert [cut.before for cut in find_cuts(boxes, chain)] == ["a", "b", "c"]
    # An arc from a to c carries another tensor past b.
    assert [cut.before for cut in find_cuts(boxes, [*chain, ("a", "c")])] == ["a", "c"]


def test_cuts_prefer_the_end_of_a_stage() -> None:
    boxes = {str(i): Rectangle(20 * i, 20 * i + 10, -5, 5) for i in range(20)}
    cuts = find_cuts(boxes, itertools.pairwise(boxes))
    chosen = choose_cuts(cuts, 400, 300, lambda cut: cut.before == "8")
    assert [cut.before for cut in chosen] == ["8"]
    assert choose_cuts(cuts, 400, 400, lambda _: False) == []


def slowly(cuts: list[Cut], length: float, limit: float, liked: dict[Cut, float]) -> list[Cut]:
    """The same with a look at all cuts for each column."""
    if length <= limit:
        return []
    fewest = math.ceil(length / limit)
    for columns in range(fewest, 2 * fewest + 2):
        ideal = length / columns
        bonus = {cut: 0.15 * ideal * liked[cut] for cut in cuts}
        chosen: list[Cut] = []
        for number in range(1, columns):
            later = [cut for cut in cuts if not chosen or cut.along > chosen[-1].along]
            if not later:
                break
            offsets = {cut: abs(cut.along - number * ideal) - bonus[cut] for cut in later}
            chosen.append(min(later, key=offsets.__getitem__))
        edges = [0.0, *(cut.along for cut in chosen), length]
        lengths = [end - start for start, end in itertools.pairwise(edges)]
        if max(lengths) <= limit:
            return chosen if min(lengths) >= ideal * 0.4 else []
    return []


@given(
    st.dictionaries(st.integers(1, 400), st.sampled_from([0.0, 0.6, 1.0]), max_size=60),
    st.integers(60, 300),
)
def test_the_best_of_all_cuts_is_chosen(found: dict[int, float], limit: int) -> None:
    length = max(found, default=0) + 10.0
    liked = {
        Cut(float(along), BoxUnit(str(along)), BoxUnit("")): found[along] for along in sorted(found)
    }
    chosen = choose_cuts(list(liked), length, limit, liked.__getitem__)
    assert chosen == slowly(list(liked), length, limit, liked)
