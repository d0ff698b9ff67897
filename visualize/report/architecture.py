"""An architecture in a few lines, as ``print`` and notebooks show it."""

from __future__ import annotations

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.module_path import spelled
from visualize.core.quantities import memory
from visualize.report.html import html_report
from visualize.report.language import Language, load_language
from visualize.report.quantities import joined
from visualize.report.words import name_and_class, note_lines, summarize_in_a_line

_LISTED = 8  # inputs, and outputs


def architecture_lines(architecture: Architecture, language_code: str = "en") -> list[str]:
    """The name of a model with its totals; then its inputs and outputs, its size, and notes."""
    language = load_language(language_code)
    totals = language.gettext("{name}: {line}").format(
        name=name_and_class(architecture.name, architecture.class_name, language),
        line=summarize_in_a_line(architecture, language_code),
    )
    return [
        totals,
        *_ends(architecture, language),
        _size(architecture, language),
        *_memory(architecture, language),
        *note_lines(architecture.notes, language_code),
    ]


def architecture_html(architecture: Architecture) -> str:
    """The same for a notebook."""
    first, *rest = architecture_lines(architecture)
    return html_report(first, [], "", rest)


def _size(architecture: Architecture, language: Language) -> str:
    """The number of operations, and how they were found."""
    number = architecture.computations
    size = language.ngettext(
        "{number:,} operation, traced by the {tracer} tracer",
        "{number:,} operations, traced by the {tracer} tracer",
        number,
    )
    return size.format(number=number, tracer=architecture.tracer)


def _memory(architecture: Architecture, language: Language) -> list[str]:
    """A line for what is saved for the backward pass and for the peak, if they were measured."""
    use = architecture.memory
    if use is None:
        return []
    line = language.gettext(
        "activation memory: {saved} saved for backward, inference peaks at {peak}"
    )
    return [line.format(saved=memory(use.saved), peak=memory(use.peak))]


def _ends(architecture: Architecture, language: Language) -> list[str]:
    """A line for the inputs and one for the outputs, with whole shapes."""
    lines = []
    for line, kind in (
        (language.gettext("inputs: {tensors}"), NodeKind.INPUT),
        (language.gettext("outputs: {tensors}"), NodeKind.OUTPUT),
    ):
        ends = [one for one in architecture.operations if one.kind is kind]
        texts = [text for one in ends for text in _tensors(one)]
        if texts:
            listed = texts[:_LISTED] + ["…"] * (len(texts) > _LISTED)
            lines.append(line.format(tensors=joined(listed, language)))
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
