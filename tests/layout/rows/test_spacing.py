"""Arrows between rows have room for their heads."""

from __future__ import annotations

from visualize.core.geometry import HEAD_LENGTH
from visualize.layout.rows.spacing import RowsSpacing


def test_a_head_is_shorter_than_the_line_before_a_box() -> None:
    room = RowsSpacing()
    assert room.head - room.radius > HEAD_LENGTH
    assert room.between > HEAD_LENGTH
