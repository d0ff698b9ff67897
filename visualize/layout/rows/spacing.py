"""The lengths of rows of resolution, in points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowsSpacing:
    """Rows of resolution and the columns through them.

        ┌───┐   ┌───┐     ┌───┐
        │   ├─┬─▶   │  ‖─▶│   │   Lines between rows are `track` apart, and `edge` away from
        └───┘ │ └───┘  ▲  └───┘   boxes; before a box there is room for a head.
              ╰────────╯
              ├ edge  ├ head

    Attributes:
        between: between columns, where no line runs.
        track: between lines that run side by side.
        edge: between a line and the boxes that it passes.
        head: between a line, or a merge, and the box that an arrow enters from there.
        port: between lines that meet the same side of a box.
        ports: the part of a side that lines may meet.
        radius: of corners.
    """

    between: float = 12.0
    track: float = 6.0
    edge: float = 7.0
    head: float = 11.0
    port: float = 5.5
    ports: float = 0.85
    radius: float = 5.0
