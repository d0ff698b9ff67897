"""A difference and its inverse."""

from __future__ import annotations

from visualize.core.difference import Change, Edit, Status


def test_the_inverse_of_a_change() -> None:
    change = Change(Status.ADDED, "ReLU", after=("act",), edits=((Edit("p", 1, 2),),), new=("a",))
    assert change.inverse.status is Status.REMOVED
    assert change.inverse.edits == ((Edit("p", 2, 1),),)
    assert change.inverse.inverse == change
