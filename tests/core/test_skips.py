"""How the skip connections of loops are listed."""

from __future__ import annotations

from visualize.core.skips import Skip, SkipKind, listed_once, numbers_in_list


def skip(merge: str, loop: int | None = None) -> Skip:
    return Skip(SkipKind.IDENTITY, False, "x", merge, "add", "", (), ("conv",), (8,), loop=loop)


def test_one_in_a_loop_is_listed_once_with_its_count() -> None:
    skips = [skip("a"), skip("b", 1), skip("c", 2), skip("d", 1), skip("e"), skip("f", 1)]
    assert numbers_in_list(skips) == (0, 1, 2, 1, 3, 1)
    listed = listed_once(skips)
    assert [(one.merge, one.count) for one in listed] == [("a", 1), ("b", 3), ("c", 1), ("e", 1)]


def test_a_loop_has_another_number_than_what_is_alone() -> None:
    assert numbers_in_list([skip("a"), skip("b", 0), skip("c", 0)]) == (0, 1, 1)
    assert listed_once([]) == ()
