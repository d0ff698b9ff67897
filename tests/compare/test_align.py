"""Operations of two graphs are partners."""

from __future__ import annotations

from tests.edits import chain, renamed
from visualize.compare.align import Aligner, surroundings
from visualize.compare.subtrees import tree_of


def test_all_are_partners_of_their_renamed_copies() -> None:
    old = chain(40)
    new = renamed(old)
    sides = [(tree_of(one), surroundings(one)) for one in (old, new)]
    assert Aligner(*sides).run().operations == {node: node for node in old.graph}
