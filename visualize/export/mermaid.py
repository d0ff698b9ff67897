"""Mermaid: a scene as a flowchart for Markdown, which the reader's page lays out itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from visualize.core.choices import Direction
from visualize.core.palette import Palette
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.core.theme import Dashes
from visualize.export.formats import Job

_ENTITIES = {
    "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;",
    "*": "#42;", "_": "#95;", "~": "#126;", "|": "#124;", "[": "#91;", "]": "#93;", "{": "#123;",
    "}": "#125;", ";": "#59;", "%": "#37;", "$": "#36;", "@": "#64;",
}  # fmt: skip
_DASHES = {Dashes.DASHED: "6 4", Dashes.DOTTED: "2 4"}


def write(job: Job) -> bytes:
    """The scene as a Mermaid flowchart."""
    return to_mermaid(job.scene, job.palette, job.direction).encode()


def to_mermaid(scene: Scene, palette: Palette, direction: Direction) -> str:
    """A Mermaid flowchart of ``scene``: a node per box, a subgraph per frame or stage.

    Details are subgraphs of their own. Skip connections are edges with the colour and the dashes
    that they have in a figure; a double line is a thick one.
    """
    return "".join(f"{line}\n" for line in _Writer(scene.flat, palette).lines(direction))


class _Writer:
    def __init__(self, scene: Scene, palette: Palette) -> None:
        self.scene = scene
        self.palette = palette
        self.nodes = {box.id: f"n{index}" for index, box in enumerate(scene.boxes)}
        self.frames = {group.id: f"g{index}" for index, group in enumerate(scene.groups)}
        self.groups = {group.id: group for group in scene.groups}

    def lines(self, direction: Direction) -> Iterator[str]:
        if self.scene.title:
            yield from ("---", f"title: {json.dumps(self.scene.title, ensure_ascii=False)}", "---")
        yield f"%% {_comment(self.scene.description)}"
        yield f"flowchart {direction.value}"
        yield from self._inside("", "  ")
        for index, arrow in enumerate(self.scene.arrows):
            yield f"  {self._arrow(arrow)}"
            if arrow.skip:
                yield f"  linkStyle {index} {self._stroke(arrow.skip)}"
        for box in self.scene.boxes:
            yield f"  style {self.nodes[box.id]} {self._tint(box)}"
        for group in self._shown():
            fill, line = self.palette.frame.fill.day, self.palette.frame.line.day
            yield f"  style {self.frames[group.id]} fill:{fill},stroke:{line}"

    def _shown(self) -> list[SceneGroup]:
        """The groups that are subgraphs: frames around repeated parts, and stages."""
        return [group for group in self.scene.groups if group.framed or group.role == "stage"]

    def _home(self, group: str) -> str:
        """The innermost subgraph that a group is or is in."""
        shown = {one.id for one in self._shown()}
        while group and group not in shown:
            group = self.groups[group].parent
        return group

    def _inside(self, home: str, indent: str) -> Iterator[str]:
        """The boxes and subgraphs directly in one subgraph, in the order of their first boxes."""
        opened: set[str] = set()
        for box in self.scene.boxes:
            chain = self._chain(self._home(box.group))
            if home and home not in chain:
                continue
            below = chain[chain.index(home) + 1 :] if home else chain
            if not below:
                yield f"{indent}{self.nodes[box.id]}{self._shape(box)}"
            elif below[0] not in opened:
                opened.add(below[0])
                group = self.groups[below[0]]
                # One line, as Mermaid keeps no room for more.
                title = _escape(" · ".join(filter(None, (group.label, group.detail))))
                yield f'{indent}subgraph {self.frames[group.id]}["{title}"]'
                yield from self._inside(group.id, f"{indent}  ")
                yield f"{indent}end"

    def _chain(self, home: str) -> list[str]:
        """The subgraphs around what is directly in ``home``, outermost first."""
        chain: list[str] = []
        while home:
            chain.insert(0, home)
            home = self._home(self.groups[home].parent)
        return chain

    def _shape(self, box: SceneBox) -> str:
        lines = [_escape(line) for line in box.label]
        if box.role == "merge":
            return f'(("{lines[0]}"))'
        text = "<br/>".join([lines[0], *(f"<small>{line}</small>" for line in lines[1:])])
        return f'(["{text}"])' if box.role in ("input", "output") else f'("{text}")'

    def _arrow(self, arrow: SceneArrow) -> str:
        style = self.palette.stroke(arrow.skip).style
        line = "==>" if style.strands > 1 else "-->"
        label = f'|"{_escape(arrow.label)}"|' if arrow.label else ""
        return f"{self.nodes[arrow.source]} {line}{label} {self.nodes[arrow.target]}"

    def _stroke(self, kind: str) -> str:
        stroke = self.palette.skips[kind]
        dashes = _DASHES.get(stroke.style.dashes)
        look = f"stroke:{stroke.color.day},color:{stroke.color.day}"
        return f"{look},stroke-dasharray:{dashes}" if dashes else look

    def _tint(self, box: SceneBox) -> str:
        tint, text = self.palette.boxes[box.id], self.palette.text.day
        return f"fill:{tint.fill.day},stroke:{tint.line.day},color:{text}"


def _escape(text: str) -> str:
    """Text between quotation marks: what Markdown, HTML or Mermaid could interpret is an entity.

    >>> print(_escape('a "b" <c> #1'))
    a #quot;b#quot; #lt;c#gt; #35;1
    """
    kept = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return "".join(_ENTITIES.get(character, character) for character in kept) or " "


def _comment(text: str) -> str:
    """Text after ``%%``, where braces would be read as directives."""
    return re.sub(r"[{}]", "", " ".join(text.split()))
