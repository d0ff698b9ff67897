"""Which of the options of a figure changed nothing in it, and why that may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from visualize.core.choices import Level
from visualize.core.diagram import BoxKind, Diagram
from visualize.core.scene import Scene
from visualize.figure import Figure
from visualize.options import FigureOptions
from visualize.simplify import Choice


def without_effect(figure: Figure) -> Iterator[str]:
    """A line for each option that changed nothing in a figure at the level that it has."""
    options, level = figure.options, figure.scene.level
    for pattern, text in options.labels.items():
        if not _shows(figure.scene, text):
            yield _line(f"--label {pattern}={text}", level, "no box or frame is that module alone")
    for option, patterns in (("expand", options.expand), ("collapse", options.collapse)):
        for pattern in patterns:
            if _is_same(figure, _without(options, option, patterns, pattern)):
                yield _line(f"--{option} {pattern}", level, _ALREADY[option])
    if options.hide and not figure.scene.hidden:
        yield _line("--hide", level, "those modules are inside larger boxes; see --expand")
    if not options.fold and _is_same(figure, replace(options, fold=True)):
        yield _line("--no-fold", level, "no part repeats")
    if options.named_details and not figure.scene.details:
        yield _line("--details", level, "no collapsed box is or holds one of those modules")


_ALREADY = {
    "expand": "it is open already, or inside of what is collapsed",
    "collapse": "it is one box already, or inside of one",
}


def _line(option: str, level: str, why: str) -> str:
    return f"{option} has no effect at level {level}: {why}"


def _shows(scene: Scene, text: str) -> bool:
    """Whether ``text`` is in the label of a box or frame, as it is or cut into lines."""
    parts = [scene, *(detail.scene for detail in scene.details)]
    labels = [" ".join(box.label) for part in parts for box in part.boxes]
    groups = (group for part in parts for group in part.groups)
    labels += [group.label for group in groups if group.framed or group.role == "stage"]
    wanted = _plain(text)
    return any(wanted[:_LONG] in _plain(label) for label in labels)


_LONG = 24  # characters of a label that are compared: long ones are cut


def _plain(text: str) -> str:
    return "".join(text.split())


def _without(
    options: FigureOptions, option: str, patterns: Sequence[str], left_out: str
) -> FigureOptions:
    left = tuple(one for one in patterns if one != left_out)
    return replace(options, expand=left) if option == "expand" else replace(options, collapse=left)


def _is_same(figure: Figure, options: FigureOptions) -> bool:
    """Whether the model has the same boxes with other options, at the level of the figure."""
    drawn, other = (_members(_diagram(figure, each)) for each in (figure.options, options))
    return drawn == other


def _diagram(figure: Figure, options: FigureOptions) -> Diagram:
    modules = figure.architecture.modules
    choice = Choice.of(options.expand, options.collapse, modules)
    return figure.simplifier.to(Level(figure.scene.level), folded=options.fold, choice=choice)


def _members(diagram: Diagram) -> list[tuple[BoxKind, tuple[str, ...], int]]:
    return [(box.kind, box.members, box.repeat) for box in diagram.boxes]
