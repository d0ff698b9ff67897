"""Mermaid: a scene as a flowchart for Markdown, which the reader's page lays out itself.

Mermaid 11.5 or later reads it. The page may be light or dark: boxes have their own colours, frames
let the page shine through, lines can be seen on both, and all else has the colours of the page.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from visualize.core.choices import Direction
from visualize.core.color import seen_on_both
from visualize.core.element_names import distinct, element_names
from visualize.core.inert import visible
from visualize.core.legend import SKIP_WORDS, signs
from visualize.core.palette import Paint, PaintedTint, Palette
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.core.theme import LineStyle
from visualize.export.formats import Job

MOST_EDGES, MOST_CHARACTERS = 500, 50_000
"""What Mermaid draws by default, also on GitHub; no setting inside a file raises it."""
_ENTITIES = {
    "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;",
    "*": "#42;", "_": "#95;", "~": "#126;", "%": "#37;", "$": "#36;", "+": "#43;",
}  # fmt: skip
# Width and dashes of lines, in pixels: there are no double ones. All differ without their colour,
# also from plain ones, which are 1 or 2 wide.
_LINES = {
    LineStyle.SOLID: (3, ""),
    LineStyle.DASHED: (2, "8 5"),
    LineStyle.DOTTED: (3, "3 5"),
    LineStyle.DOUBLE: (6, ""),
    LineStyle.DOUBLE_DASHED: (5, "14 6"),
    LineStyle.TRIPLE: (4, "16 4 4 4"),
}
_FRAME_OPACITY = 0.1
_WORDS = {
    "call", "class", "classDef", "click", "default", "direction", "end", "flowchart", "graph",
    "href", "interpolate", "linkStyle", "style", "subgraph",
}  # fmt: skip
_NOTE = "note"
_SAMPLE = ("", "_line", "_text")
# A line that is an arrow, or keeps the legend in its place.
_LINE = re.compile(r"\s*\S+ (?:\S+@)?(?:-->|~~~)")


def write(job: Job) -> bytes:
    """The scene as a Mermaid flowchart."""
    return to_mermaid(job.scene, job.palette, job.direction, job.name).encode("utf-8", "replace")


def to_mermaid(scene: Scene, palette: Palette, direction: Direction, name: str = "") -> str:
    """A Mermaid flowchart of ``scene``: a node per box, a subgraph per frame or stage.

    Details and the legend are subgraphs of their own. Skip connections are edges with the colour
    that they have in a figure, and a width or dashes of their own. Ids are made from module paths.
    """
    text = "".join(f"{line}\n" for line in _Writer(scene, palette, direction, name).lines())
    limits, start = beyond_limits(text), f"flowchart {direction.value}\n"
    return text.replace(start, f"%% {limits}\n{start}", 1) if limits else text


def beyond_limits(text: str) -> str:
    r"""What Mermaid does not draw of ``text`` unless a page raises its limits; empty if nothing.

    >>> beyond_limits("flowchart TB\n"), beyond_limits("a --> b\n" * 501)
    ('', 'Mermaid draws 500 arrows and 50,000 characters at most; these are 501 and 4,008')
    """
    lines = [line for line in text.splitlines() if not line.startswith("%%")]
    edges = sum(bool(_LINE.match(line)) for line in lines)
    length = sum(len(line) + 1 for line in lines)
    if edges <= MOST_EDGES and length <= MOST_CHARACTERS:
        return ""
    most = f"{MOST_EDGES} arrows and {MOST_CHARACTERS:,} characters"
    return f"Mermaid draws {most} at most; these are {edges:,} and {length:,}"


class _Writer:
    def __init__(self, scene: Scene, palette: Palette, direction: Direction, name: str) -> None:
        self.whole = scene
        self.scene = scene.flat
        self.palette = palette
        self.direction = direction
        self.name = name
        self.groups = {group.id: group for group in self.scene.groups}
        self.ids = _ids(scene, self.scene, len(palette.legend))
        self.classes: dict[str, str] = {}

    def lines(self) -> Iterator[str]:
        if self.scene.title:
            yield from (
                "---",
                f"title: {json.dumps(visible(self.scene.title), ensure_ascii=False)}",
                "---",
            )
        yield f"flowchart {self.direction.value}"
        if self.name:
            yield f"  accTitle: {_plain(self.name)}"
        yield f"  accDescr: {_plain(self.scene.description)}"
        yield from self._inside("", "  ")
        for number, arrow in enumerate(self.scene.arrows):
            yield from self._arrow(self.ids["arrow", str(number)], arrow)
        yield from self._legend()
        for name, look in sorted(self.classes.items()):
            yield f"  classDef {name} {look}"

    # Boxes and frames

    @functools.cached_property
    def _chains(self) -> Mapping[str, Sequence[str]]:
        """The subgraphs around what is directly in a group, outermost first."""
        chains: dict[str, Sequence[str]] = {"": ()}
        waiting = list(self.groups.values())
        for group in waiting:
            if group.parent not in chains:
                waiting.append(group)
                continue
            shown = group.framed or group.role == "stage"
            chains[group.id] = (*chains[group.parent], *([group.id] if shown else ()))
        return chains

    def _inside(self, home: str, indent: str) -> Iterator[str]:
        """The boxes and subgraphs directly in one subgraph, in the order of their first boxes."""
        opened: set[str] = set()
        for box in self.scene.boxes:
            chain = self._chains[box.group]
            if home and home not in chain:
                continue
            below = chain[chain.index(home) + 1 :] if home else chain
            if not below:
                look = self._box_class(box)
                yield f"{indent}{self.ids['box', box.id]}{_shape(box)}:::{look}"
            elif below[0] not in opened:
                opened.add(below[0])
                yield from self._frame(self.groups[below[0]], indent)

    def _frame(self, group: SceneGroup, indent: str) -> Iterator[str]:
        # One line, as Mermaid keeps no room for more.
        title = _escape(" · ".join(filter(None, (group.label, group.detail))))
        name = self.ids["group", group.id]
        yield f'{indent}subgraph {name}["{title}"]'
        if group.role == "detail":
            # What no line leads to turns aside otherwise.
            yield f"{indent}  direction {self.direction.value}"
        yield from self._inside(group.id, f"{indent}  ")
        yield f"{indent}end"
        yield f"{indent}class {name} {self._frame_class(group)}"

    def _box_class(self, box: SceneBox) -> str:
        """The class of a box: that of its stage or role, else one named after its colour."""
        tint, palette = self.palette.boxes[box.id], self.palette
        if border := palette.borders.get(box.id):
            width, dashes = _LINES[border.style]
            look = f"fill:{tint.fill.day},stroke:{tint.line.day},color:{palette.text.day}"
            look += f",stroke-width:{width}px"
            look += f",stroke-dasharray:{dashes}" if dashes else ""
            return self._class(f"box{box.mark}", look)
        named = {"merge": palette.merge, "terminal": palette.terminal}
        stages = {f"stage{one.number}": one.tint for one in palette.stages.values()}
        tints = {**stages, "layer": palette.neutral, **named}
        fitting = [name for name, one in tints.items() if _same(one, tint)]
        stage = palette.stages.get(box.stage)
        role = {"input": "terminal", "output": "terminal"}.get(box.role, box.role)
        own = [f"stage{stage.number}" if stage and role not in named else "", role]
        likely = [name for name in (*own, *fitting) if name in fitting]
        name = likely[0] if likely else f"tint{tint.fill.day.removeprefix('#')}"
        return self._class(
            name, f"fill:{tint.fill.day},stroke:{tint.line.day},color:{self.palette.text.day}"
        )

    def _frame_class(self, group: SceneGroup) -> str:
        name, line = "frame", self.palette.frame.line
        stage = group.id if group.id in self.palette.stages else group.stage
        if stage in self.palette.stages:
            one = self.palette.stages[stage]
            name, line = f"frame{one.number}", one.tint.line
        color = seen_on_both(line.day)
        return self._class(name, f"fill:{color},fill-opacity:{_FRAME_OPACITY},stroke:{color}")

    def _class(self, name: str, look: str) -> str:
        self.classes[name] = look
        return name

    # Lines

    def _arrow(self, name: str, arrow: SceneArrow) -> Iterator[str]:
        source, target = self.ids["box", arrow.source], self.ids["box", arrow.target]
        label = f'|"{_escape(arrow.label)}"|' if arrow.label else ""
        if not arrow.look:
            yield f"  {source} -->{label} {target}"
            return
        yield f"  {source} {name}@-->{label} {target}"
        yield f"  class {name} {self._line_class(arrow.look)}"

    def _line_class(self, kind: str) -> str:
        stroke = self.palette.skips[kind]
        width, dashes = _LINES[stroke.style]
        look = f"stroke:{seen_on_both(stroke.color.day)},stroke-width:{width}px"
        return self._class(kind, f"{look},stroke-dasharray:{dashes}" if dashes else look)

    # What a figure explains

    def _legend(self) -> Iterator[str]:
        """Samples of the lines and colours that are drawn, and what signs mean."""
        if not self.whole.legend:
            return
        written = [f"{one.written}: {one.text}" for one in signs(self.whole)]
        kinds, colors = self.whole.skip_kinds, self.palette.legend
        if not (written or kinds or colors):
            return
        self._class(_NOTE, "fill:none,stroke:none")
        legend = self.ids["legend", ""]
        yield f'  subgraph {legend}["legend"]'
        yield "    direction LR"
        for kind in kinds:
            start, line, end = (self.ids["legend", f"{kind}{part}"] for part in _SAMPLE)
            yield f'    {start}[" "]:::{_NOTE}'
            yield f'    {end}["{SKIP_WORDS[kind]}"]:::{_NOTE}'
            yield f"    {start} {line}@--> {end}"
            yield f"    class {line} {self._line_class(kind)}"
        for number, one in enumerate(colors):
            yield from self._colors(number, one.text, self._tints(one.tint, one.ramp))
        if written:
            text = "<br/>".join(map(_escape, written))
            yield f'    {self.ids["legend", "signs"]}["{text}"]:::{_NOTE}'
        yield "  end"
        if self.whole.boxes:
            yield f"  {self.ids['box', self.whole.boxes[-1].id]} ~~~ {legend}"
        # After the line, which makes a node of its name.
        yield f"  class {legend} {self._class('frame', self._plain_frame())}"

    def _plain_frame(self) -> str:
        color = seen_on_both(self.palette.frame.line.day)
        return f"fill:{color},fill-opacity:{_FRAME_OPACITY},stroke:{color}"

    def _tints(self, tint: PaintedTint, is_ramp: bool) -> list[tuple[Paint, Paint]]:
        """The fill and border of the samples of a colour, or of the ends of a ramp."""
        if not is_ramp:
            return [(tint.fill, tint.line)]
        line = self.palette.neutral.line
        return [(tint.fill, line), (tint.line, line)]

    def _colors(
        self, number: int, text: str, tints: Sequence[tuple[Paint, Paint]]
    ) -> Iterator[str]:
        parts = text.split(" – ", 1) if len(tints) > 1 else [text]
        for position, ((fill, line), part) in enumerate(zip(tints, parts)):
            look = f"fill:{fill.day},stroke:{line.day},color:{self.palette.text.day}"
            name = self._class(f"tint{fill.day.removeprefix('#')}", look)
            node = f"{self.ids['legend', f'color{number}']}_{position}"
            yield f'    {node}["{_escape(part)}"]:::{name}'


def _ids(scene: Scene, flat: Scene, colors: int) -> Mapping[tuple[str, str], str]:
    """The ids of boxes, groups, arrows and the legend, which Mermaid has in one space of names."""
    names = element_names(scene).in_ascii()
    wanted = {("box", one): name for one, name in names.boxes.items()}
    for group in flat.groups:
        detail = names.details.get(group.id.removeprefix("detail "))
        kind, name = ("detail", detail) if detail else ("frame", names.groups[group.id])
        wanted["group", group.id] = f"{kind}_{name}"
    wanted |= {("arrow", str(number)): name for number, name in enumerate(names.arrows)}
    wanted["legend", ""] = "legend"
    for kind in scene.skip_kinds:
        wanted |= {("legend", f"{kind}{part}"): f"legend_{kind}{part}" for part in _SAMPLE}
    wanted["legend", "signs"] = "legend_signs"
    wanted |= {("legend", f"color{number}"): f"legend_color{number}" for number in range(colors)}
    allowed = (f"{name}_" if name in _WORDS else name for name in wanted.values())
    return dict(zip(wanted, distinct(allowed, "_")))


def _same(one: PaintedTint, other: PaintedTint) -> bool:
    return (one.fill, one.line) == (other.fill, other.line)


def _shape(box: SceneBox) -> str:
    first, *others = (_escape(line) for line in box.label)
    text = "<br/>".join([first, *(f"<small>{line}</small>" for line in others)])
    if box.role == "merge":
        return f'(("{text}"))'
    if box.is_closed:
        return f'[["{text}"]]'
    return f'(["{text}"])' if box.role in ("input", "output") else f'("{text}")'


def _escape(text: str) -> str:
    """Text between quotation marks: what Markdown, HTML or Mermaid could interpret is an entity.

    >>> print(_escape('a "b" <c> #1'))
    a #quot;b#quot; #lt;c#gt; #35;1
    """
    kept = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return "".join(_ENTITIES.get(character, character) for character in kept) or " "


def _plain(text: str) -> str:
    """A line of text for those who do not see the figure, in which braces could be directives."""
    kept = "".join(one if one.isprintable() and one not in "{}#;" else " " for one in text)
    return " ".join(kept.split()) or "figure"
