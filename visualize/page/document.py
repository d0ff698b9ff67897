"""The document of a page: the figure and every inside as plain data for its scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visualize.core.architecture import Skip
from visualize.core.choices import ColorBy
from visualize.core.diagram import Box
from visualize.core.module_path import relative
from visualize.core.page import Area
from visualize.core.scene import SceneArrow
from visualize.export import picture as drawn
from visualize.page.alike import structure
from visualize.page.copies import Aligned, aligned, are_regular, copy_names
from visualize.page.inside import Inside, Opener, all_of_frame, copies_of_box, copies_of_frame
from visualize.page.operations import operation_columns
from visualize.page.plain import Plain, Table, area, path, rounded, runs
from visualize.page.ports import Crossings, Open, Ports, is_port, plain_ports
from visualize.page.sections import PanelSection, Section, panels
from visualize.page.views import View, ViewMaker

SCHEMA = 1
_ROOT = 0
# The roles of boxes that have the colour of the stage around them.
_COLORED = ("layer", "block", "stage")
Data = dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """The place of the view to which a box opens, its ports there, and the box."""

    place: int
    ports: Ports
    box: Box


class Documents:
    """Makes the document of one figure.

    Args:
        root: the figure.
        opener: opens its boxes.
        maker: lays out what is in them.
        color_by: what colours show.
    """

    def __init__(self, root: View, opener: Opener, maker: ViewMaker, color_by: ColorBy) -> None:
        self.root = root
        self.opener = opener
        self.maker = maker
        self.color_by = color_by
        self.inherits = color_by is ColorBy.STAGE
        self.exact = opener.exact
        self.operations = {one.id: place for place, one in enumerate(self.exact.operations)}
        self.plain = Plain(maker.theme.font)
        self.strings = Table()
        self.views: list[Data] = []
        self._known: dict[Hashable, Opened | None] = {}
        self._places: dict[str, int] = {}

    def document(self) -> Data:
        """All of it; what its fields mean is described with the scripts that read it."""
        picture, palette = self.root.picture, self.root.palette
        self.views.append({})
        islands = list(self._islands())
        self.views[_ROOT] = {**self._view(self.root, Ports()), "islands": islands}
        return {
            "schema": SCHEMA,
            "name": picture.name,
            "description": picture.description,
            "direction": self.maker.direction.value,
            "background": self.plain.color(picture.background) if picture.background else None,
            "text": self.plain.color(palette.text),
            "muted": self.plain.color(palette.muted),
            "frame": self.plain.tint(palette.frame),
            "neutral": self.plain.tint(palette.neutral),
            "size": picture.size,
            "detailSize": picture.detail_size,
            "lineWidth": picture.line_width,
            "totals": self._totals(),
            "ops": operation_columns(self.exact, self.strings),
            "skips": [self._skip(skip) for skip in self.exact.skips],
            "kinds": self._kinds(),
            "blocks": [self._block(box) for box in self.opener.blocks],
            "views": self.views,
            "root": _ROOT,
            "colors": self.plain.colors.rows,
            "tints": self.plain.tints.rows,
            "strokes": self.plain.strokes.rows,
            "strings": self.strings.rows,
        }

    @property
    def written(self) -> str:
        """All that is written in the document, for a font that has its characters."""
        return "".join(sorted(self.plain.characters.union(*self.strings.rows)))

    # The model

    def _totals(self) -> Data:
        memory = self.exact.memory
        return {
            "parameters": self.exact.parameters,
            "macs": self.exact.macs,
            "operations": self.exact.computations,
            **_found(saved=memory and memory.saved, peak=memory and memory.peak),
        }

    def _skip(self, skip: Skip) -> Data:
        at = self.operations
        return {
            "kind": skip.kind.value,
            "fork": at[skip.fork],
            "merge": at[skip.merge],
            "branch": [at[node] for node in skip.branch],
            "bypassed": [at[node] for node in skip.bypassed],
            "module": skip.module,
            "parameters": skip.bypassed_parameters,
            "long": skip.long,
            "gradient": skip.gradient,
            "count": skip.count,
        }

    def _block(self, block: Box) -> Data:
        """A block of the model, whether it is drawn or not."""
        inside = runs(self.operations[node] for node in block.members)
        return {"path": block.path, "type": block.type, "operations": inside}

    def _kinds(self) -> list[Data]:
        """How each kind of skip connection that the model has is drawn."""
        kinds = dict.fromkeys(skip.kind.value for skip in self.exact.skips)
        return [{"kind": one, "stroke": self.plain.stroke(self.maker.stroke(one))} for one in kinds]

    # Views

    def _view(self, view: View, ports: Ports) -> Data:
        """A view, with all that opens in it."""
        section = Section.of_scene(view.scene, view.picture)
        shown = [one for one in section.boxes if not is_port(one)]
        numbers = {one.box.id: place for place, one in enumerate(shown)}
        numbers |= {name: -1 - place for place, name in enumerate(ports.names)}
        plain = self._section(section, numbers, view)
        opened: dict[str, Open] = {}
        unfolded: dict[str, Open] = {}
        for one, data in zip(shown, plain["boxes"]):
            box = view.diagram.box(one.box.id)
            data |= self._holds(box, view)
            if found := self._opened(box.shown, self.opener.opened):
                opened[box.id] = Open(found.ports, box)
                data["opens"] = found.place
            if found := self._unfolded(copies_of_box(box, view.diagram)):
                unfolded[box.id] = Open(found.ports)
                data["unfolds"] = found.place
        for frame, data in zip(section.frames, plain["frames"]):
            copies = copies_of_frame(frame.group.id, view.diagram)
            data |= self._holds(copies or all_of_frame(frame.group.id, view.diagram), view)
            if copies and (found := self._unfolded(copies)):
                data["unfolds"] = found.place
                inside = view.diagram.inside(view.diagram.group(frame.group.id))
                unfolded.update(dict.fromkeys((box.id for box in inside), Open(found.ports)))
        crossings = Crossings(view, ports, self.exact)
        for arrow, data in zip(section.arrows, plain["arrows"]):
            data |= _crossed(arrow.arrow, crossings, opened, unfolded)
        width, height = rounded(view.picture.width, view.picture.height)
        size = {"width": width, "height": height, "ops": len(view.operations)}
        return {**size, "ports": plain_ports(view), **plain}

    def _unfolded(self, copies: Box | None) -> Opened | None:
        """What is seen of the copies of a box or frame; None if it represents one alone."""
        return self._opened(copies, self.opener.unfolded) if copies else None

    def _opened(self, box: Box, open_box: Callable[[Box], Inside | None]) -> Opened | None:
        """What ``open_box`` shows of a box; what is alike is laid out once."""
        # Copies that are unfolded have their names in the figure.
        names = copy_names([copy.path for copy in box.copies]) if box.copies else ()
        key = open_box.__name__, structure(self.exact, box, self.color_by), names
        if key not in self._known:
            self._known[key] = None  # a box that opens to itself opens to nothing
            inside = open_box(box)
            if inside:
                view = self.maker.inside(inside)
                ports = Ports.of(view, box, self.opener)
                self._known[key] = Opened(self._place(self._view(view, ports)), ports, box)
                return self._known[key]
        if known := self._known[key]:
            ports = known.ports.of_another(box, known.box, self.opener)
            return Opened(known.place, ports, box)
        return None

    def _place(self, plain: Data) -> int:
        """The place of a view, which is added if there is none like it."""
        key = json.dumps(plain, sort_keys=True)
        if key not in self._places:
            self._places[key] = len(self.views)
            self.views.append(plain)
        return self._places[key]

    def _holds(self, box: Box, view: View) -> Data:
        """The operations in each copy of a box, by their positions in ``view``, and its paths."""
        copies = box.copies or (box,)
        data: Data = {
            "copies": [runs(view.places[node] for node in copy.members) for copy in copies],
            "paths": [relative(copy.path, view.path) for copy in copies],
        }
        if not are_regular(box):
            beside = aligned(box)
            data["aligned"] = [_aligned_runs(one, view) for one in beside]
            data["also"] = [
                [number, place, view.places[node]]
                for number, one in enumerate(beside)
                for place, node in one.others
            ]
        return data

    # What is drawn

    def _section(self, section: Section, numbers: Mapping[str, int], view: View) -> Data:
        frames = {one.id: place for place, one in enumerate(section.frames)}
        lines = {one.id: place for place, one in enumerate(section.lines)}
        arcs: dict[str, list[Data]] = {}
        for arc in section.shortcuts:
            arcs.setdefault(arc.box, []).append(self.plain.shortcut(arc))
        inner = view is not self.root
        boxes = [one for one in section.boxes if not is_port(one)]
        return {
            "boxes": [
                self._box(one, frames, inner=inner) | _found(shortcuts=arcs.get(one.box.id))
                for one in boxes
            ],
            "frames": [self._frame(one, frames, inner=inner) for one in section.frames],
            "lines": [self.plain.line(one) for one in section.lines],
            "arrows": [self._arrow(one, numbers, lines) for one in section.arrows],
            "brackets": [self.plain.bracket(one) for one in section.brackets],
        }

    def _box(self, box: drawn.Box, frames: Mapping[str, int], *, inner: bool) -> Data:
        scene = box.box
        inherits = inner and self.inherits and scene.role in _COLORED
        texts = (self.plain.text(line, box.tint.detail) for line in box.lines if line.text.strip())
        return {
            "role": scene.role,
            "area": area(box.area),
            "radius": rounded(box.radius)[0],
            "tint": None if inherits else self.plain.tint(box.tint),
            "lines": list(texts),
            "title": str(scene.title),
            "type": scene.type,
            "shape": "×".join(map(str, scene.shape)),
            "parameters": scene.parameters,
            "macs": scene.macs,
            **_found(
                circle=box.is_circle or None,
                note=box.note and self.plain.text(box.note),
                frame=frames.get(box.frame or ""),
            ),
        }

    def _frame(self, frame: drawn.Frame, frames: Mapping[str, int], *, inner: bool) -> Data:
        group = frame.group
        return {
            "area": area(frame.area),
            "radius": rounded(frame.radius)[0],
            "fill": self.plain.color(frame.fill),
            "line": None if inner and self.inherits else self.plain.color(frame.line),
            "texts": self.plain.texts(frame.texts),
            "title": group.label,
            "repeat": group.repeat,
            "type": group.type,
            **_found(frame=frames.get(frame.frame or "")),
        }

    def _arrow(
        self, arrow: drawn.Arrow, numbers: Mapping[str, int], lines: Mapping[str, int]
    ) -> Data:
        scene = arrow.arrow
        return {
            "source": numbers[scene.source],
            "target": numbers[scene.target],
            "path": path(arrow.path),
            "stroke": self.plain.stroke(arrow.stroke),
            **_found(
                via=[lines[name] for name in arrow.via] or None,
                skip=scene.skip,
                label=arrow.label and self.plain.text(arrow.label),
                tooltip=None if scene.skip else scene.tooltip or None,
            ),
        }

    # Beside the overview

    def _islands(self) -> Iterator[Data]:
        """Panels, the title and the legend, which move as a whole."""
        picture = self.root.picture
        for panel in panels(self.root.scene, picture):
            yield self._panel(panel)
        if picture.title:
            yield _texts([picture.title], self.plain)
        if picture.legend:
            yield self._legend(picture.legend)

    def _panel(self, panel: PanelSection) -> Data:
        section = panel.section
        numbers = {one.box.id: place for place, one in enumerate(section.boxes)}
        frame = self._frame(panel.frame, {}, inner=False)
        of = [one.id for one in self.root.scene.boxes]
        plain = self._section(section, numbers, self.root)
        for one, data in zip(section.boxes, plain["boxes"]):
            data["holds"] = runs(self.operations[node] for node in one.box.members)
        return {
            "area": area(panel.frame.area),
            "panel": frame,
            "of": [of.index(name) for name in panel.of if name in of],
            **plain,
            **_found(leader=panel.leader and self.plain.line(panel.leader)),
        }

    def _legend(self, entries: Sequence[drawn.LegendEntry]) -> Data:
        samples = [entry.sample for entry in entries]
        texts = [entry.text for entry in entries]
        texts += [one for one in samples if isinstance(one, drawn.Text)]
        island = _texts(texts, self.plain)
        lines = [one for one in samples if isinstance(one, drawn.Line)]
        swatches = [one for one in samples if isinstance(one, drawn.Swatch)]
        island["lines"] = [self.plain.line(one) for one in lines]
        island["swatches"] = [self._swatch(one) for one in swatches]
        return island

    def _swatch(self, swatch: drawn.Swatch) -> Data:
        color = self.plain.color
        ramp = color(swatch.ramp) if swatch.ramp else None
        return {
            "area": area(swatch.area),
            "fill": color(swatch.fill),
            "line": color(swatch.line),
            **_found(ramp=ramp),
        }


def _crossed(
    arrow: SceneArrow,
    crossings: Crossings,
    opened: Mapping[str, Open],
    unfolded: Mapping[str, Open],
) -> Data:
    """The ports at which an arrow goes on, or from which it comes, in a box that is open.

    Where its ends are copies of one repeat, it goes on between these. Of several ports at both ends
    it says which are joined, for each of the ways in which both may be open.
    """
    source, target = arrow.source, arrow.target
    data: Data = {}
    within = source in unfolded and unfolded[source] is unfolded.get(target)
    for here, suffix in ((opened, ""), (unfolded, "Copies")):
        if suffix and within:
            continue
        if target in here:
            data[f"into{suffix}"] = crossings.entered(here[target], arrow)
        if source in here:
            data[f"outOf{suffix}"] = crossings.left(here[source], arrow)
    joined = [
        crossings.joined(start[source], end[target], arrow)
        if source in start and target in end and not within
        else []
        for start in (opened, unfolded)
        for end in (opened, unfolded)
    ]
    if any(len(pairs) > 1 for pairs in joined):
        data["joined"] = joined
    return data


def _aligned_runs(copy: Aligned, view: View) -> list[int]:
    """The operations of a copy at the positions of the first; -1 where it has none."""
    return runs(-1 if node is None else view.places[node] for node in copy.operations)


def _texts(texts: Sequence[drawn.Text], plain: Plain) -> Data:
    """Texts as an island, and the rectangle around them."""
    halves = [(one.width / 2, one.size / 2) for one in texts]
    places = [
        (one.center[0] + side * wide, one.center[1] + side * high)
        for one, (wide, high) in zip(texts, halves)
        for side in (-1, 1)
    ]
    return {"area": area(Area.around(places)), "texts": plain.texts(texts)}


def _found(**facts: Any) -> Data:
    """The facts that are known."""
    return {name: one for name, one in facts.items() if one is not None}
