"""U-shaped networks: encoder and decoder face to face, their skips straight across.

    ┌───────┐
    │ time  │
    ╭───┴───┴─────────────────────────╮
    │ ┌─────┐     skip      ┌─────┐   │
    ├▶│ enc ├──────────────▶│ dec │◀──┤
    │ └──┬──┘               └──▲──┘   │
    │ ┌──▼──┐   ┌───────┐   ┌──┴──┐   │
    ╰▶│ enc ├──▶│lateral├──▶│ dec │◀──╯
      └──┬──┘   └───────┘   └──▲──┘
         │      ┌────────┐     │
         ╰─────▶│ bottom ├─────╯
                └────────┘

The left side goes with the flow, the right side against it. Forks and merges of skips are in rows,
with what works on a skip between them. What feeds many boxes of both sides is above them.
"""

from visualize.layout.u_shape.find import find_u
from visualize.layout.u_shape.place import PlacedU, place_u
from visualize.layout.u_shape.shape import Feed, Row, UShape

__all__ = ["Feed", "PlacedU", "Row", "UShape", "find_u", "place_u"]
