"""What a finished figure shows, as plain data: read back from the file that a reader opens.

Lengths are in points, x grows to the right and y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def shrunk(self, margin: float) -> Area:
        """This rectangle without ``margin`` on every side."""
        return Area(
            self.left + margin, self.top + margin, self.right - margin, self.bottom - margin
        )

    def holds(self, point: Point) -> bool:
        """Whether ``point`` lies inside."""
        x, y = point
        return self.left < x < self.right and self.top < y < self.bottom

    def is_crossed(self, start: Point, end: Point) -> bool:
        """Whether the straight line from ``start`` to ``end`` runs through the inside.

        The line is cut at each edge in turn: Liang and Barsky (1984).
        """
        across, down = end[0] - start[0], end[1] - start[1]
        enters, leaves = 0.0, 1.0
        for step, room in (
            (-across, start[0] - self.left),
            (across, self.right - start[0]),
            (-down, start[1] - self.top),
            (down, self.bottom - start[1]),
        ):
            if step < 0:
                enters = max(enters, room / step)
            elif step > 0:
                leaves = min(leaves, room / step)
            elif room <= 0:
                return False
        return enters < leaves

    def overlaps(self, other: Area) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def encloses(self, other: Area) -> bool:
        """Whether all of ``other`` lies inside."""
        return (
            self.left <= other.left
            and self.right >= other.right
            and self.top <= other.top
            and self.bottom >= other.bottom
        )


@dataclass(frozen=True, slots=True)
class DrawnText:
    """A line of text: what its letters cover, their size and colour."""

    text: str
    area: Area
    size: float
    color: str


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A filled shape: a box, the circle of a merge or, if it is a ``frame``, what lies behind.

    Attributes:
        name: what it is called in the list of what falls short.
        stage: the stage whose colour it has, if the file tells.
        parameters: those it stands for, if the file tells.
    """

    name: str
    area: Area
    fill: str
    line: str
    frame: bool = False
    stage: str = ""
    parameters: int | None = None


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """A line of straight parts; ``style`` is what tells it from others besides its colour."""

    name: str
    points: tuple[Point, ...]
    color: str
    style: str
    headed: bool = True


@dataclass(frozen=True, slots=True)
class DrawnFont:
    """A font: ``characters`` are those that the file brings along, None if it is not known."""

    name: str
    embedded: bool
    outlines: bool = True
    characters: frozenset[str] | None = None


@dataclass(frozen=True)
class Drawn:
    """All that a figure shows, in the order in which it is painted."""

    page: Area
    background: str
    texts: list[DrawnText] = field(default_factory=list)
    boxes: list[DrawnBox] = field(default_factory=list)
    arrows: list[DrawnArrow] = field(default_factory=list)
    fonts: list[DrawnFont] = field(default_factory=list)
    parameters: int | None = None
