"""An architecture in a few lines, as ``print`` and notebooks show it."""

from __future__ import annotations

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.module_path import spelled
from visualize.core.quantities import memory
from visualize.report.html import html_report
from visualize.report.words import summarize_in_a_line

_LISTED = 8  # inputs, and outputs


def architecture_lines(architecture: Architecture) -> list[str]:
    """The name of a model with its totals; then its inputs and outputs, its size, and notes."""
    operations = sum(one.computes for one in architecture.operations)
    size = f"{operations:,} operation{'s' * (operations != 1)}"
    return [
        f"{_title(architecture)}: {summarize_in_a_line(architecture)}",
        *_ends(architecture),
        f"{size}, traced by the {architecture.tracer} tracer",
        *_memory(architecture),
        *(str(note.marked) for note in architecture.notes),
    ]


def architecture_html(architecture: Architecture) -> str:
    """The same for a notebook."""
    first, *rest = architecture_lines(architecture)
    return html_report(first, [], "", rest)


def _memory(architecture: Architecture) -> list[str]:
    """A line for what is saved for the backward pass and for the peak, if they were measured."""
    use = architecture.memory
    if use is None:
        return []
    saved, peak = memory(use.saved), memory(use.peak)
    return [f"activation memory: {saved} saved for backward, inference peaks at {peak}"]


def _title(architecture: Architecture) -> str:
    name, class_name = architecture.name, architecture.class_name
    return f"{name} ({class_name})" if class_name and class_name != name else name


def _ends(architecture: Architecture) -> list[str]:
    """A line for the inputs and one for the outputs, with whole shapes."""
    lines = []
    for heading, kind in (("inputs", NodeKind.INPUT), ("outputs", NodeKind.OUTPUT)):
        ends = [one for one in architecture.operations if one.kind is kind]
        texts = [text for one in ends for text in _tensors(one)]
        if texts:
            listed = texts[:_LISTED] + ["…"] * (len(texts) > _LISTED)
            lines.append(f"{heading}: {', '.join(listed)}")
    return lines


def _tensors(end: Operation) -> list[str]:
    """The tensors of an input or output, each with its name."""
    names = end.attributes.get("names")
    if not isinstance(names, list) or len(names) != len(end.outputs):
        name = spelled(end.id) if end.kind is NodeKind.INPUT else ""
        names = [name] * len(end.outputs)
    return [
        f"{name} {'×'.join(map(str, tensor.shape)) or 'scalar'} {tensor.dtype}".strip()
        for name, tensor in zip(names, end.outputs)
    ]
