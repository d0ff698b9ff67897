"""The picture: nodes first, then what is given relative to them."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Sequence

from visualize.core.page import Area, Place
from visualize.core.palette import Palette
from visualize.export.markup import number
from visualize.export.picture import (
    Arrow,
    Box,
    Bracket,
    Facing,
    Frame,
    LegendEntry,
    Line,
    Picture,
    Shortcut,
    Swatch,
    Text,
)
from visualize.export.tikz.document import TAIL, head, source
from visualize.export.tikz.names import Names
from visualize.export.tikz.paths import drawn_path
from visualize.export.tikz.places import Node, Places, absolute, step, usual_distance
from visualize.export.tikz.styles import Styles, rgb, rows_of

_TOGETHER = 0.05  # points within which a line begins where another ends
_ASIDE = 0.05  # points by which the middle of a line is to the left of that of its box


def lines(picture: Picture, palette: Palette, caption: str) -> Iterator[str]:
    """The lines of the file."""
    yield from head(picture, caption)
    yield from _Writer(picture, palette).lines()
    yield TAIL


class _Writer:
    def __init__(self, picture: Picture, palette: Palette) -> None:
        self.picture = picture
        self.palette = palette
        self.styles = Styles(picture, palette, usual_distance(picture.boxes))
        self.places = Places()
        names = Names()
        self.names = names.all_of(box.id.removeprefix("box-") for box in picture.boxes)
        self.boxes = dict(zip((box.box.id for box in picture.boxes), self.names.values()))
        self.lines_by_id = names.all_of(line.id for line in picture.trunks)
        self.frames = names.all_of(frame.id for frame in picture.frames)
        # The coordinates at the ends of the lines that are drawn so far.
        self.ends: dict[str, str] = {}
        self.brackets = names.all_of(one.line.id for one in picture.brackets)

    def lines(self) -> Iterator[str]:
        """The picture with its styles."""
        picture = self.picture
        yield from self.styles.lines()
        yield "\\begin{tikzpicture}[visualize]"
        corner = absolute((picture.width, picture.height))
        total = f" % {picture.parameters} parameters" if picture.parameters else ""
        exact = f"({number(picture.width)}bp,{number(-picture.height)}bp)"
        yield f"\\path[use as bounding box] (0,0) rectangle {exact};{total}"
        if picture.background and picture.background.day.lower() not in ("#ffffff", "white"):
            yield f"\\fill[visualize background] (0,0) rectangle {corner};"
        yield from map(self._box, picture.boxes)
        if picture.frames:
            yield "\\begin{scope}[on background layer]"
            yield from map(self._frame, picture.frames)
            yield "\\end{scope}"
        yield from map(self._trunk, picture.trunks)
        for arrow in picture.arrows:
            yield from self._arrow(arrow)
        yield from map(self._shortcut, picture.shortcuts)
        yield from self._notes()
        yield "\\end{tikzpicture}%"

    def _notes(self) -> Iterator[str]:
        """Notes, brackets, title and legend."""
        picture = self.picture
        for frame in picture.frames:
            yield from (self._note(text, [self.frames[frame.id]]) for text in frame.texts)
        for box in picture.boxes:
            if box.note:
                yield self._note(box.note, [self.boxes[box.box.id]])
        for bracket in picture.brackets:
            yield from self._bracket(bracket)
        if picture.title:
            yield self._note(picture.title)
        for entry in picture.legend:
            yield from self._entry(entry)

    # Boxes

    def _box(self, box: Box) -> str:
        area, name = box.area, self.boxes[box.box.id]
        options = ["box", self._role(box)]
        if box.is_circle:
            options.append(f"minimum size={number(area.width)}bp")
        else:
            options += self._shape(box)
        tint = self.styles.tints[options[1]]
        if box.tint.fill != tint.fill or box.tint.line != tint.line:
            options += [f"fill={rgb(box.tint.fill)}", f"draw={rgb(box.tint.line)}"]
        if box.border:
            options.append(self.styles.border(box.border))
        beside = self.places.beside(area, self.styles.distance)
        place = f" at {self._start(box)}"
        if beside:
            options.append(beside)
            place = ""
        self.places.add(Node(name, area, box.is_circle))
        return f"\\node[{', '.join(options)}] ({name}){place} {{{self._text(box)}}};{_data(box)}"

    def _shape(self, box: Box) -> Iterator[str]:
        """The options for the size and the corners of a box."""
        rows = rows_of(box)
        height, radius = round(box.area.height, 2), round(box.radius, 2)
        usual = self.styles.rows[rows]
        yield rows
        if height != usual[0]:
            yield f"minimum height={number(height)}bp"
        if radius != usual[1]:
            yield f"rounded corners={number(radius)}bp"
        yield f"minimum width={number(box.area.width)}bp"

    def _start(self, box: Box) -> str:
        """Where a box is that is in no row or column: relative to one that leads to it, if any."""
        known = self.places.nodes
        arrows = (one.arrow for one in self.picture.arrows if one.arrow.target == box.box.id)
        leading = [name for one in arrows if (name := self.boxes[one.source]) in known]
        if not leading:
            return absolute(box.area.center)
        center = known[leading[0]].area.center
        right, up = box.area.center[0] - center[0], center[1] - box.area.center[1]
        return f"([shift={{({number(right)},{number(up)})}}]{leading[0]}.center)"

    def _role(self, box: Box) -> str:
        """The style of a box."""
        if box.is_circle:
            return "merge"
        if box.box.role in ("input", "output"):
            return "terminal"
        return f"stage {box.stage}" if box.stage else "layer"

    def _text(self, box: Box) -> str:
        if box.is_circle:
            return source(box.lines[0].text)
        muted = box.tint.detail == self.palette.muted
        rows = []
        for line in box.lines:
            row = self.styles.size_of(line.size)
            if line.size != self.picture.size:
                row += f"\\color{{visualize {'muted' if muted else 'text'}}}"
            plain = source(line.text)
            row += plain if plain[:1] in ("\\", "{", "$") else f" {plain}"
            # What is beside a line that is not in the middle, such as the letter of a panel.
            aside = 2 * (box.area.center[0] - line.center[0])
            rows.append(row + (f"\\kern{number(aside)}bp" if aside > _ASIDE else ""))
        return "\\\\".join(rows)

    def _frame(self, frame: Frame) -> str:
        """A frame, which keeps its distance from the boxes in it."""
        area, name = frame.area, self.frames[frame.id]
        inside = [self.boxes[box.box.id] for box in self.picture.boxes if area.encloses(box.area)]
        corners = (area.left, area.top), (area.right, area.bottom)
        first, last = (self._corner(place, inside) for place in corners)
        options = ["frame", f"rounded corners={number(frame.radius)}bp"]
        if frame.line != self.palette.frame.line:
            options.append(f"draw={self.styles.color(frame.line)}")
        if frame.fill != self.palette.frame.fill:
            options.append(f"fill={self.styles.color(frame.fill)}")
        self.places.add(Node(name, Area(*corners[0], *corners[0])))
        return f"\\draw[{', '.join(options)}] {first} coordinate ({name}) rectangle {last};"

    def _corner(self, corner: Place, inside: Iterable[str]) -> str:
        """A corner of a frame: its x is relative to one box, its y to another or the same."""
        nodes = [self.places.nodes[name] for name in inside]
        if not nodes:
            return absolute(corner)
        x, y = corner
        beside = min(nodes, key=lambda one: min(abs(one.area.left - x), abs(one.area.right - x)))
        upon = min(nodes, key=lambda one: min(abs(one.area.top - y), abs(one.area.bottom - y)))
        is_left, is_top = x < beside.area.center[0], y < upon.area.center[1]
        across = x - (beside.area.left if is_left else beside.area.right)
        up = (upon.area.top if is_top else upon.area.bottom) - y
        side, edge = "west" if is_left else "east", "north" if is_top else "south"
        where = f"{beside.name}.{side} |- {upon.name}.{edge}"
        return f"([shift={{({number(across)},{number(up)})}}]{where})"

    # Lines

    def _trunk(self, line: Line) -> str:
        """A line that arrows follow, whose end is a coordinate, or one from a box to its panel."""
        name, along = self.lines_by_id[line.id], self._along.get(line.id, [])
        sources = [self.boxes[one.arrow.source] for one in along]
        targets = [self.boxes[one.arrow.target] for one in along[:1]]
        panel = line.id.replace("leader-", "detail-")
        targets += [self.frames[panel]] if panel in self.frames else []
        start, end = self._at(line.path[0], sources), self.places.near(line.path[-1], targets)
        way = drawn_path(line.path, start, end)
        self.ends[line.id] = name
        self.places.add(Node(name, Area(*line.path[-1], *line.path[-1])))
        return f"\\draw[{self._line(line)}] {way} coordinate ({name});"

    @functools.cached_property
    def _along(self) -> dict[str, list[Arrow]]:
        """The arrows along each trunk."""
        along: dict[str, list[Arrow]] = {}
        for arrow in self.picture.arrows:
            for trunk in arrow.via:
                along.setdefault(trunk, []).append(arrow)
        return along

    def _line(self, line: Line) -> str:
        """The options for a line that no style has."""
        options = ["line"]
        if line.stroke.color != self.palette.plain.color:
            options.append(f"draw={self.styles.color(line.stroke.color)}")
        if line.stroke.width != self.picture.line_width:
            options.append(f"line width={number(line.stroke.width)}bp")
        return ", ".join(options)

    def _at(self, place: Place, names: Iterable[str]) -> str:
        """A coordinate: the end of a trunk that is there, or relative to one of some nodes."""
        for name in self.ends.values():
            if math.dist(self.places.nodes[name].area.center, place) < _TOGETHER:
                return f"({name})"
        return self.places.near(place, names)

    def _arrow(self, arrow: Arrow) -> Iterator[str]:
        scene = arrow.arrow
        source, target = self.boxes[scene.source], self.boxes[scene.target]
        style = f"arrow, {scene.look}" if scene.look else "arrow"
        start = self._at(arrow.path[0], [source])
        end = self.places.near(arrow.path[-1], [target])
        comment = f" % {source} to {target}" if arrow.via else ""
        way = drawn_path(_leading(arrow.path, arrow.shaft), start, end)
        yield f"\\draw[{style}] {way};{comment}"
        if arrow.label:
            yield self._note(arrow.label, [source, target])

    def _shortcut(self, shortcut: Shortcut) -> str:
        box, path = [self.boxes[shortcut.box]], shortcut.path
        start, end = (self.places.near(path[place], box) for place in (0, -1))
        way = drawn_path(_leading(path, shortcut.shaft), start, end)
        return f"\\draw[arrow, {shortcut.kind}] {way};"

    def _bracket(self, bracket: Bracket) -> Iterator[str]:
        """A line beside the boxes of a stage; its middle is a coordinate, which has the texts."""
        name, (first, *_, last) = self.brackets[bracket.line.id], bracket.line.path
        middle = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
        inside = [
            self.boxes[box.box.id]
            for box in self.picture.boxes
            if box.box.stage == bracket.group and not box.detail
        ]
        start, end = (self.places.near(place, inside) for place in (first, last))
        yield f"\\draw[{self._line(bracket.line)}] {start} -- coordinate ({name}) {end};"
        self.places.add(Node(name, Area(*middle, *middle)))
        yield from (self._note(text, [name]) for text in bracket.texts)

    def _entry(self, entry: LegendEntry) -> Iterator[str]:
        if isinstance(entry.sample, Swatch):
            yield self._swatch(entry.sample)
        elif isinstance(entry.sample, Text):
            yield self._note(entry.sample)
        else:
            first, *_, last = entry.sample.path
            yield f"\\draw[{entry.kind}] {absolute(first)} -- {step(first, last)};"
        yield self._note(entry.text)

    def _swatch(self, swatch: Swatch) -> str:
        """A small box in one colour, or in a gradient."""
        look = f"fill={rgb(swatch.fill)}"
        if swatch.ramp:
            look = f"left color={rgb(swatch.fill)}, right color={rgb(swatch.ramp)}"
        area = swatch.area
        corners = absolute((area.left, area.top)), absolute((area.right, area.bottom))
        draw = "shadedraw" if swatch.ramp else "draw"
        line = f"line, draw={rgb(swatch.line)}"
        return f"\\{draw}[{line}, {look}] {corners[0]} rectangle {corners[1]};"

    def _note(self, text: Text, names: Iterable[str] = ()) -> str:
        """Text that keeps its distance from what it belongs to, in whatever font."""
        style, paint = self.styles.text_style(text.size)
        (x, y), options = text.center, [style]
        if text.color != paint:
            options.append(f"text={self.styles.color(text.color)}")
        if text.facing is Facing.LEFT:
            options, x = [*options, "anchor=west"], x - text.width / 2
        elif text.facing is Facing.RIGHT:
            options, x = [*options, "anchor=east"], x + text.width / 2
        near = list(names)
        place = self.places.near((x, y), near) if near else absolute((x, y))
        return f"\\node[{', '.join(options)}] at {place} {{{source(text.text)}}};"


def _leading(path: Sequence[Place], shaft: Sequence[Place]) -> list[Place]:
    """A path that TikZ shortens to ``shaft``: it moves the end back, and no control point."""
    return [*path[:-2], shaft[-2], path[-1]]


def _data(box: Box) -> str:
    """What the label of a box may leave out, as a comment."""
    scene, facts = box.box, []
    if scene.parameters:
        facts.append(f"{scene.parameters} parameters")
    if scene.repeat > 1:
        facts.append(f"{scene.repeat} copies")
    if scene.is_closed:
        facts.append("closed")
    if box.detail:
        facts.append(f"in {box.detail}")
    return f" % {', '.join(facts)}" if facts else ""
