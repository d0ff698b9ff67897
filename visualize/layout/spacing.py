"""Spacing: every length of a layout, in points (1/72 inch).

Lengths along the flow and across it are the same for all directions on the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from visualize.layout.rows.spacing import RowsSpacing


@dataclass(frozen=True, slots=True)
class BoxSpacing:
    """Sizes of boxes.

        ┌───────────────┐  ─┬─
        │    Conv2d     │   │ the text and `Spacing.margin`
        └───────────────┘  ─┴─
        ├── narrowest ──┤ at least; in most figures as wide as the widest box up to `widest_common`

    Attributes:
        circle: the diameter of a merge, for type of `common_type`; more for larger type.
        common_type: the size of type for which ``circle`` is.
        narrowest: the least width on the page.
        widest_common: the widest box that makes others as wide as itself.
        note: between a merge and the note beside it.
        shortcut: how far the arc of a closed block reaches beside it.
        corner: along the flow, between such an arc and the corner of its box.
        bend: the radius of its corners.
    """

    circle: float = 13.0
    common_type: float = 9.0
    narrowest: float = 78.0
    widest_common: float = 170.0
    note: float = 4.0
    shortcut: float = 11.0
    corner: float = 5.0
    bend: float = 4.0


@dataclass(frozen=True, slots=True)
class ArcSpacing:
    """Arcs beside the boxes that they bypass.

        ┌─────┐
        │ box ├──────╮ ─┬─ port      An arc leaves at a port of its box, turns into a lane with
        │     ├───╮  │ ─┴─           a radius, and comes back. Its label is beside the lane.
        └──┬──┘   │  │
        ┌──▼──┐   │  │ label
        │ box │   │  │
        └──┬──┘   │  │
        ┌──▼──┐   │  │
        │     ◀───╯  │
        │ box ◀──────╯
        └─────┘──head──
              ├lane┤lane┤

    Attributes:
        lane: between a lane and what it passes.
        head: the least way from a lane to a head, which needs a straight line before it.
        radius: of the corners.
        port: between the ends of arcs on one side of a box.
        ports: the part of a side that ports may take.
        label: between a lane and its label.
        strand: how much farther a line of three strands reaches than one of two.
        step: how far an arc that leaves with the flow goes before it turns to its lane.
        clear: around boxes that an arc passes.
    """

    lane: float = 10.0
    head: float = 18.0
    radius: float = 16.0
    port: float = 3.4
    ports: float = 0.8
    label: float = 3.0
    strand: float = 1.5
    step: float = 6.5
    clear: float = 3.0


@dataclass(frozen=True, slots=True)
class CurveSpacing:
    """Direct curves from a box to another.

        ┌─────┐              ┌─────┐
        └──┬──┘              └──┬──┘
           ╰────╮  ─┬─          │          A curve bends within `bend` of its beginning,
                │   │ bend      │  ─┬─     or within as much of its end.
                │  ─┴─          ╰─╮ │ bend
        ┌───────▼┐           ┌────▼┐┴─
        └────────┘           └─────┘

    Attributes:
        bend: along the flow, in which a curve does all of its bending.
        clear: between a curve and what it passes.
        spread: the part of the half side of a box over which arrows may arrive beside its middle.
        lean: of the way aside, the part by which the tip of an arrow leans to where it comes from.
        round: the offset across the flow at which an arrow meets a circle as far aside as it can.
        heads: between the heads of two arrows.
    """

    bend: float = 20.0
    clear: float = 2.0
    spread: float = 0.3
    lean: float = 0.25
    round: float = 60.0
    heads: float = 4.5


@dataclass(frozen=True, slots=True)
class LabelSpacing:
    """Labels beside arrows.

        │
        │─beside─ 64×56×56
        │
        ▼ ─┬─ tip
           64×56×56

    Attributes:
        beside: between an arrow and its label, across the flow.
        tip: between the label of the last of several branches and the end of its arrow.
        row: between the label of a skip straight across a U and the skip.
        head: the part of a straight arrow that counts as its head where a label is centred.
        away: between an arrow and a label that had to move.
        blank: the blank in the line of a label, which may lie on other things.
        double: between the two lines of a double one, as Graphviz draws them.
        sample: between points of a curve that are looked at.
        gap: what a gap between boxes has in addition to a label, with half of `Spacing.margin`.
    """

    beside: float = 4.0
    tip: float = 2.0
    row: float = 2.0
    head: float = 4.0
    away: float = 3.5
    blank: float = 1.2
    double: float = 2.0
    sample: float = 1.5
    gap: float = 4.5


@dataclass(frozen=True, slots=True)
class FrameSpacing:
    """Frames around repeated parts.

        ├padding┤
        ╭───────────────────╮ ─┬─         ─┬─
        │ corner            │  │ corner    │
        │   3 × block       │ ─┴─          │ entry, or the title and `fan` if arrows part below
        │       ┌─────┐     │             ─┴─
        │       └──┬──┘     │ ─┬─
        ╰──────────┼────────╯ ─┴─ exit

    Attributes:
        padding: between the border and what is inside, across the flow.
        corner: between the border and the title.
        indent: of the title, in addition to ``corner``.
        entry: between the border and the first box, for arcs that part there.
        exit: between the last box and the border.
        fan: behind a title past which arrows part.
        title: around a title, which arrows keep clear of.
    """

    padding: float = 8.0
    corner: float = 4.0
    indent: float = 2.0
    entry: float = 20.0
    exit: float = 9.0
    fan: float = 14.0
    title: float = 3.0


@dataclass(frozen=True, slots=True)
class ColumnSpacing:
    """Columns beside each other, and the turn from one to the next.

                   ╭────────╮ ─┬─ over
        ┌─────┐    │     ───┴── ◀ junction, `turn` from the top of the page
        │     │    │        │
        └──┬──┘    │        │  branch
        ┌──▼──┐    │     ┌──▼──┐
        └──┬──┘    │     └─────┘
       out │       │
           ╰───────╯
                ├──┼──┤ gutter

    Attributes:
        gutter: on each side of the line from a column to the next.
        turn: from the top of a column to its junction.
        branch: from the junction to the first box.
        label: what the label of the tensor needs there in addition to itself.
        out: from the last box to where the line turns.
        over: from the top of the line to the junction.
        radius: of its corners.
    """

    gutter: float = 10.0
    turn: float = 12.0
    branch: float = 18.0
    label: float = 14.0
    out: float = 9.0
    over: float = 8.0
    radius: float = 6.0


@dataclass(frozen=True, slots=True)
class USpacing:
    """The two sides of a U, with long skips straight across.

        │ A  ├──────────▶│ a  │
        └─┬──┘           └─▲──┘
          │     ┌────┐     │    ─┬─ below
          ╰────▶│ C  ├─────╯
                └────┘
             ├── inner ──┤ and the labels

    Attributes:
        inner: between the sides, in addition to labels; less where boxes are closer.
        least: how many times ``inner`` the sides are apart at least.
        below: from the sides to the bottom.
        radius: of the corners of the way to the bottom.
        label: between a label and the end of the way that it belongs to.
        start: between a label and the beginning of a straight way.
        between: between a side and the boxes on its skips.
        port: between skips that lead the same way.
        step: from the middle of a box to where a skip to another row leaves or arrives.
        lane: between lines beside the sides, of such skips and of feeds.
        approach: from the last bend of a line from a feed to its box.
    """

    inner: float = 34.0
    least: float = 2.2
    below: float = 16.0
    radius: float = 10.0
    label: float = 5.0
    start: float = 3.0
    between: float = 20.0
    port: float = 5.0
    step: float = 7.0
    lane: float = 6.0
    approach: float = 9.5


@dataclass(frozen=True, slots=True)
class SideInputSpacing:
    """Arrows that enter a frame beside its axis.

        ╭──────────────╮
        │    ┌─────┐   │
        │    │ box ◀───┼──╮   ├approach┤: the last straight part, with the head
        │    └─────┘   │  │
        ╰──────────────╯  │
                       ├──┤ clear

    Attributes:
        clear: between an arrow and the boxes and borders that it passes.
        approach: the last straight part.
        radius: of the corners.
        bend: the length of way that costs as much as a bend.
    """

    clear: float = 5.0
    approach: float = 11.0
    radius: float = 8.0
    bend: float = 40.0


@dataclass(frozen=True, slots=True)
class BracketSpacing:
    """Brackets beside the boxes of a stage.

        stage 2 │ ┌─────┐
           1.2M │ └─────┘
        ─text─┤ ├─ line

    Attributes:
        line: between a column and its brackets.
        text: between a bracket and its text.
        room: what brackets take across the flow in addition to their text.
    """

    line: float = 8.0
    text: float = 4.0
    room: float = 12.0


@dataclass(frozen=True, slots=True)
class DetailSpacing:
    """Panels of details.

        ╭──────────────────╮ ─┬─ padding
        │ A  Bottleneck    │ ─┴─
        │    ┌─────┐       │ ─── title
        │    └──┬──┘       │
        ╰───────┼──────────╯
                           ├─gap─┤

    Attributes:
        gap: between panels, and between them and the overview.
        padding: between the border and what is inside.
        title: between the title and what is below it.
        between: the letter and the title.
    """

    gap: float = 16.0
    padding: float = 8.0
    title: float = 8.0
    between: float = 6.0


@dataclass(frozen=True, slots=True)
class PageSpacing:
    """What surrounds a figure.

        ├pad┤  title
              figure              ─┬─
                                   │ legend, also below the title
        ──── identity   ---- projection
        sample gap   entry

    Attributes:
        pad: at the edge of the page.
        legend: between the figure and what is above or below it.
        narrowest: the least width of a row of the legend.
        sample: the length of a line or swatch of the legend.
        gap: between a sample and its text.
        entry: between entries of the legend.
        row: between rows of the legend.
    """

    pad: float = 4.5
    legend: float = 10.0
    narrowest: float = 150.0
    sample: float = 24.0
    gap: float = 4.0
    entry: float = 14.0
    row: float = 2.0


@dataclass(frozen=True, slots=True)
class Spacing:
    """All lengths. Those that are fields of this class itself are less in a denser figure.

        ┌─────┐             ┌─────┐
        └──┬──┘ ─┬─         └┬───┬┘   ─┬─
           │     │ gap,      │   │     │ fan
           │     │ label_gap │   │     │
        ┌──▼──┐ ─┴─       ┌──▼┐ ┌▼──┐ ─┴─
        └─────┘           └───┘ └───┘
                              ├─┤ beside

    Attributes:
        gap: between a box and the next, where the arrow has no label.
        label_gap: the least where it has one.
        fan: where arrows part or come together.
        beside: between branches side by side.
        padding: within a box, left and right of its text.
        margin: within a box, above and below its text together.
        even: whether most boxes are as wide as the widest of them.
        lanes: whether, in a tangle, arrows that pass a row have room to go by, and boxes are in
            line; and a decoder with its own input, beside the encoder.
        longest: the width of a line of text above which it is wrapped.
    """

    gap: float = 13.0
    label_gap: float = 17.0
    fan: float = 20.0
    beside: float = 14.0
    padding: float = 7.0
    margin: float = 5.2
    even: bool = True
    lanes: bool = True
    longest: float = math.inf
    box: BoxSpacing = field(default_factory=BoxSpacing)
    arc: ArcSpacing = field(default_factory=ArcSpacing)
    curve: CurveSpacing = field(default_factory=CurveSpacing)
    label: LabelSpacing = field(default_factory=LabelSpacing)
    frame: FrameSpacing = field(default_factory=FrameSpacing)
    column: ColumnSpacing = field(default_factory=ColumnSpacing)
    u: USpacing = field(default_factory=USpacing)
    side_input: SideInputSpacing = field(default_factory=SideInputSpacing)
    bracket: BracketSpacing = field(default_factory=BracketSpacing)
    detail: DetailSpacing = field(default_factory=DetailSpacing)
    rows: RowsSpacing = field(default_factory=RowsSpacing)
    page: PageSpacing = field(default_factory=PageSpacing)
