"""A page as its scripts see it: all that can be opened is opened, from the document alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Data = dict[str, Any]
Ends = tuple[int, ...]
"""A box with nothing inside, by the operations in it: their places in the whole model."""


@dataclass
class Walked:
    """What is seen of a view once all in it is open.

    Attributes:
        boxes: the boxes with nothing inside.
        arrows: between which of them data flows.
        entered: for each port where data enters, the boxes that read it.
        left: for each port where data leaves, the boxes that made it.
        passed: the ports from which data flows to others, with nothing between.
    """

    boxes: list[Ends] = field(default_factory=list)
    arrows: set[tuple[Ends, Ends]] = field(default_factory=set)
    entered: dict[int, set[Ends]] = field(default_factory=dict)
    left: dict[int, set[Ends]] = field(default_factory=dict)


def members(runs: Sequence[int], operations: Sequence[int]) -> Ends:
    """The operations that runs of positions name."""
    starts = zip(runs[::2], runs[1::2])
    return tuple(operations[at] for start, count in starts for at in range(start, start + count))


def walk(document: Data, view: int | None = None, operations: Sequence[int] = ()) -> Walked:
    """Open all of a view, or of the figure, and unfold what is folded."""
    if view is None:
        operations = range(len(document["ops"]["name"]))
        view = document["root"]
    return _Walk(document, document["views"][view], operations).all()


class _Walk:
    def __init__(self, document: Data, view: Data, operations: Sequence[int]) -> None:
        self.document = document
        self.view = view
        self.operations = operations
        self.found = Walked()
        self.inside: dict[int, Walked | Ends] = {}
        self.is_unfolded: set[int] = set()

    def all(self) -> Walked:
        frames = self._frames()
        for frame, boxes in frames.items():
            inside = self._open(self.view["frames"][frame], "unfolds")
            self.inside.update(dict.fromkeys(boxes, inside))
            self.is_unfolded.update(boxes)
        for place, box in enumerate(self.view["boxes"]):
            if place not in self.inside:
                kind = "unfolds" if "unfolds" in box else "opens"
                if kind == "unfolds":
                    self.is_unfolded.add(place)
                self.inside[place] = self._open(box, kind)
        for arrow in self.view["arrows"]:
            self._join(arrow)
        return self.found

    def _frames(self) -> dict[int, list[int]]:
        """The frames that unfold, with the boxes in them."""
        frames: dict[int, list[int]] = {}
        for place, box in enumerate(self.view["boxes"]):
            frame = box.get("frame")
            while frame is not None and "unfolds" not in self.view["frames"][frame]:
                frame = self.view["frames"][frame].get("frame")
            if frame is not None:
                frames.setdefault(frame, []).append(place)
        return frames

    def _open(self, box: Data, kind: str) -> Walked | Ends:
        copies = [members(runs, self.operations) for runs in box["copies"]]
        if kind not in box:
            self.found.boxes += copies
            return copies[0]
        inner = copies[0] if kind == "opens" else tuple(one for copy in copies for one in copy)
        walked = walk(self.document, box[kind], inner)
        self.found.boxes += walked.boxes
        self.found.arrows |= walked.arrows
        return walked

    def _join(self, arrow: Data) -> None:
        source, target = arrow["source"], arrow["target"]
        if source >= 0 and target >= 0 and self.inside[source] is self.inside[target]:
            return  # both are in one frame, which is unfolded
        if source < 0 and target < 0:
            return
        if self._is_open(source) and self._is_open(target) and "joined" in arrow:
            self._join_ports(arrow)
            return
        start = self._start(source, arrow)
        end = self._end(target, arrow)
        if source < 0:
            self.found.entered.setdefault(-1 - source, set()).update(end)
        elif target < 0:
            self.found.left.setdefault(-1 - target, set()).update(start)
        else:
            self.found.arrows.update((one, other) for one in start for other in end)

    def _is_open(self, box: int) -> bool:
        return box >= 0 and isinstance(self.inside[box], Walked)

    def _join_ports(self, arrow: Data) -> None:
        source, target = arrow["source"], arrow["target"]
        ways = 2 * (source in self.is_unfolded) + (target in self.is_unfolded)
        before, after = self.inside[source], self.inside[target]
        assert isinstance(before, Walked)
        assert isinstance(after, Walked)
        assert arrow["joined"][ways], ("no port", arrow)
        for start, end in arrow["joined"][ways]:
            for one in before.left.get(start, ()):
                self.found.arrows.update((one, other) for other in after.entered.get(end, ()))

    def _start(self, source: int, arrow: Data) -> set[Ends]:
        if source < 0:
            return set()
        inside = self.inside[source]
        if isinstance(inside, tuple):
            return {inside}
        ports = arrow["outOfCopies" if source in self.is_unfolded else "outOf"]
        assert ports, ("no port", arrow)
        return {one for port in ports for one in inside.left.get(port, ())}

    def _end(self, target: int, arrow: Data) -> set[Ends]:
        if target < 0:
            return set()
        inside = self.inside[target]
        if isinstance(inside, tuple):
            return {inside}
        ports = arrow["intoCopies" if target in self.is_unfolded else "into"]
        assert ports, ("no port", arrow)
        return {one for port in ports for one in inside.entered.get(port, ())}
