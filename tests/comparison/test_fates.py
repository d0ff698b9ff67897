"""Operations that know what became of them."""

from __future__ import annotations

from tests.compared import SAME, difference
from visualize.comparison.fates import sides
from visualize.core.fate import Status


def test_an_edit_is_known_on_both_sides() -> None:
    before, after = sides(difference([SAME] * 3, [SAME, {"kernel": 5}, SAME]))
    for side in (before, after):
        fates = {one.path: one.fate for one in side.exact.operations if one.fate}
        assert list(fates) == ["blocks.1.first"]
        assert fates["blocks.1.first"].notes == ("kernel 3×3 → 5×5", "padding 1 → 2")


def test_modules_in_which_nothing_differs_are_closed() -> None:
    before, after = sides(difference([SAME] * 3, [SAME, {"kernel": 5}, SAME]))
    assert before.closed == after.closed == {"blocks.0", "blocks.2"}
    _, same = sides(difference([SAME] * 3, [SAME] * 3))
    assert same.closed == {"blocks"} or same.closed == {"blocks.0", "blocks.1", "blocks.2"}


def test_what_is_next_to_what_is_gone_differs_from_what_never_had_it() -> None:
    _, after = sides(difference([SAME] * 2, [SAME, {"norm": False}]))
    marked = [one for one in after.exact.operations if one.fate]
    assert [one.fate.status for one in marked if one.fate] == [Status.SAME]
    assert after.closed == {"blocks.0"}


def test_whole_modules_have_their_class() -> None:
    _, after = sides(difference([SAME] * 2, [SAME] * 3))
    assert {kind for kind, _ in after.wholes.values()} == {"Block"}
