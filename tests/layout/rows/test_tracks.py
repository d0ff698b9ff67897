"""Lines that would meet in a gutter have tracks of their own."""

from __future__ import annotations

from visualize.layout.rows.tracks import Tracks


def test_parts_of_one_line_are_on_one_track() -> None:
    tracks = Tracks()
    tracks.add("a", 3, 1)
    tracks.add("a", 5, 4)
    assert tracks.spans == {"a": (1, 5)}
    assert (tracks.start("a"), tracks.length("a")) == (1, 4)


def test_arcs_that_overlap_are_nested() -> None:
    tracks = Tracks({"outer": (0, 9), "inner": (1, 2), "other": (4, 5), "apart": (10, 11)})
    tracks.settle(sorted(tracks.spans, key=tracks.length))
    assert tracks.numbers == {"inner": 0, "other": 0, "apart": 0, "outer": 1}
    assert tracks.count == 2


def test_nothing_needs_no_track() -> None:
    assert Tracks().count == 0
