"""Skip connections gained and lost."""

from __future__ import annotations

from dataclasses import replace

from tests.edits import chain
from visualize.compare.skips import compare_skips
from visualize.core.architecture import Skip
from visualize.core.choices import SkipKind


def test_gained_lost_and_retyped() -> None:
    given = chain(8)
    skip = Skip(SkipKind.IDENTITY, False, "x", "add_0", "add", "blocks.0", (), (), (1,))
    partners = {node: node for node in given.graph}
    one = replace(given, unrolled_skips=(skip,))
    other = replace(given, unrolled_skips=(replace(skip, kind=SkipKind.PROJECTION),))
    (gained,) = compare_skips(given, one, partners)
    (lost,) = compare_skips(one, given, partners)
    (retyped,) = compare_skips(one, other, partners)
    assert gained.before is lost.after is None
    assert (retyped.before, retyped.after) == (skip, other.unrolled_skips[0])
