"""Densities: the spacings with which a figure is tried, until it fits its page."""

from __future__ import annotations

from dataclasses import replace

from visualize.layout.spacing import Spacing

ROOMY = Spacing()
# For a figure that would otherwise just miss the page.
DENSE = Spacing(gap=10.0, label_gap=13.5, fan=13.5, beside=9.0, padding=4.0, margin=2.7)
NARROW = replace(DENSE, even=False)
# For a figure of stages, of which there is none that shows less.
TIGHT = replace(
    NARROW,
    gap=8.0,
    fan=11.0,
    beside=6.0,
    padding=3.0,
    margin=1.7,
    box=replace(NARROW.box, shortcut=8.0),
)
# For a tangle, or two towers, that would be too broad.
KNOTTED = replace(NARROW, lanes=False)
# For rows of resolution, of which the page holds more if boxes are higher and less broad.
WRAPPED = replace(NARROW, longest=69.0)
# For a figure that is to be as wide as a column of text.
SLIM = replace(
    TIGHT,
    longest=80.0,
    padding=4.0,
    arc=replace(TIGHT.arc, lane=7.5, head=15.0, radius=10.0),
    column=replace(TIGHT.column, gutter=6.0),
    detail=replace(TIGHT.detail, gap=9.0, padding=6.0, title=5.0),
)
