"""Line styles."""

from __future__ import annotations

import pytest

from visualize.core.theme import Dashes, LineStyle


def test_no_two_styles_look_the_same() -> None:
    looks = {(style.strands, style.dashes) for style in LineStyle}
    assert len(looks) == len(LineStyle)


@pytest.mark.parametrize(
    ("style", "strands", "dashes"),
    [
        (LineStyle.SOLID, 1, Dashes.SOLID),
        (LineStyle.DASHED, 1, Dashes.DASHED),
        (LineStyle.DOTTED, 1, Dashes.DOTTED),
        (LineStyle.DOUBLE, 2, Dashes.SOLID),
        (LineStyle.DOUBLE_DASHED, 2, Dashes.DASHED),
        (LineStyle.TRIPLE, 3, Dashes.SOLID),
    ],
)
def test_strands_and_dashes(style: LineStyle, strands: int, dashes: Dashes) -> None:
    assert (style.strands, style.dashes) == (strands, dashes)
