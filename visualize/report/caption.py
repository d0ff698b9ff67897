"""Below a figure: its caption, and the alternative text for readers who cannot see it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.architecture import Architecture, TensorSpec
from visualize.core.facts import Sample
from visualize.core.phrases import Phrase
from visualize.core.quantities import giga
from visualize.core.summary import Summary
from visualize.report.kinds import kind_words, skip_counts, with_uses
from visualize.report.language import Language, load_language
from visualize.report.quantities import joined, macs, myriads, paragraph, shape_words
from visualize.report.sentences import (
    loops_sentence,
    size_sentences,
    skips_sentence,
    stages_sentence,
)

_FIRST, _LAST = 12, 3  # of the boxes of a figure with more


@dataclass(frozen=True)
class Drawn:
    """What a figure shows, for its caption.

    Attributes:
        level: op, layer, sublayer, block or stage.
        roles: the roles of boxes: layer, block, stage.
        flow: the titles of boxes and frames, in order.
        boxes: number of boxes.
        repeats: whether equal copies are drawn once.
        lines: the line style of each kind of skip connection that is drawn.
        inside: number of skip connections inside collapsed boxes.
        color_by: what box colours encode.
        bright: whether the larger value has the brighter colour, as on a dark page.
        hidden: number of operations that are not drawn.
        panels: the letters of the panels that show what is inside collapsed boxes.
    """

    level: str
    roles: Collection[str]
    flow: Sequence[Phrase]
    boxes: int
    repeats: bool
    lines: Mapping[str, str]
    inside: int
    color_by: str
    hidden: int = 0
    bright: bool = False
    panels: Sequence[str] = ()


def caption(summary: Summary, drawn: Drawn, language_code: str = "en") -> str:
    """A paragraph: the model, its size and cost, its stages and skips, and how to read it."""
    language = load_language(language_code)
    return paragraph(
        [
            _name(summary, language),
            *size_sentences(summary, language),
            _cost(summary, language),
            stages_sentence(summary, language),
            skips_sentence(summary.facts, language),
            loops_sentence(summary.facts, language),
            _boxes(drawn, language),
            *_reading(drawn, language),
            language.gettext("Weights: {name}.").format(name=summary.weights)
            if summary.weights
            else "",
        ]
    )


def alternative_text(architecture: Architecture, drawn: Drawn, language_code: str = "en") -> str:
    """The figure in words: its boxes in order, its skip connections, its totals."""
    language = load_language(language_code)
    gettext = language.gettext
    titles = [" ".join(title.write(language).split()) for title in drawn.flow]
    flow = [title for title, _ in itertools.groupby(titles)]
    if len(flow) > _FIRST + _LAST:
        flow = [*flow[:_FIRST], "…", *flow[-_LAST:]]
    text = language.ngettext(
        "Diagram of {name} with {boxes} box: {flow}. Skip connections: {skips}. "
        "{parameters:,} parameters, {cost}.",
        "Diagram of {name} with {boxes} boxes: {flow}. Skip connections: {skips}. "
        "{parameters:,} parameters, {cost}.",
        drawn.boxes,
    )
    return text.format(
        name=architecture.name,
        boxes=drawn.boxes,
        flow=gettext("; ").join(flow),
        skips=_skips(architecture, language),
        parameters=architecture.parameters,
        cost=macs(architecture.macs, language, architecture.batch),
    )


def _skips(architecture: Architecture, language: Language) -> str:
    """How many skip connections of each kind there are, and how often loops use them."""
    kinds = Counter(skip.kind.value for skip in architecture.skips)
    number, uses = len(architecture.skips), len(architecture.unrolled_skips)
    counts = skip_counts(kinds, language)
    return with_uses(counts, number, uses, language) or language.gettext("none")


def caption_file(caption: str, alternative: str, language_code: str = "en") -> bytes:
    """A file with both, a paragraph each."""
    text = load_language(language_code).gettext("Alternative text: {text}")
    return f"{caption}\n\n{text.format(text=alternative)}\n".encode()


def _name(summary: Summary, language: Language) -> str:
    if not summary.class_name or summary.class_name.lower() == summary.name.lower():
        return language.gettext("{name}.").format(name=summary.name)
    sentence = language.gettext("{name} ({class_name}).")
    return sentence.format(name=summary.name, class_name=summary.class_name)


def _cost(summary: Summary, language: Language) -> str:
    total = summary.total
    if not any(total.inputs):
        return ""
    words = language.ngettext(
        "For an input of {shapes} it needs {macs} multiply-accumulates (MACs).",
        "For inputs of {shapes} it needs {macs} multiply-accumulates (MACs).",
        len(total.inputs),
    )
    if summary.batch > 1:
        words = language.ngettext(
            "For a batch of {batch} with an input of {shapes} it needs {macs} "
            "multiply-accumulates (MACs).",
            "For a batch of {batch} with inputs of {shapes} it needs {macs} "
            "multiply-accumulates (MACs).",
            len(total.inputs),
        )
    elif summary.facts.cost.sample is Sample.SEQUENCE:
        words = language.ngettext(
            "For {shapes} token it needs {macs} multiply-accumulates (MACs).",
            "For {shapes} tokens it needs {macs} multiply-accumulates (MACs).",
            summary.facts.cost.shape[0],
        )
    return words.format(
        batch=summary.batch,
        shapes=_shapes(total.inputs, language),
        macs=giga(total.macs),
        myriads=myriads(total.macs),
    )


def _shapes(tensors: tuple[TensorSpec, ...], language: Language) -> str:
    written = [shape_words(tensor, language) for tensor in tensors]
    if len(written) > 2:
        written = [language.gettext(", ").join(written[:-1]), written[-1]]
    return language.gettext(" and ").join(written)


def _boxes(drawn: Drawn, language: Language) -> str:
    """What a box is."""
    gettext = language.gettext
    if drawn.level == "op":
        return gettext("Each box is one operation.")
    if not {"block", "stage"} & set(drawn.roles):
        if drawn.level == "sublayer":
            return gettext("Each box is a layer, or layers that work together, such as an MLP.")
        return gettext("Each box is a layer with the norm and activation that follow it.")
    if "stage" not in drawn.roles:
        return gettext("Each box is a layer or a collapsed module.")
    if "block" not in drawn.roles:
        return gettext("Each box is a layer or a collapsed stage.")
    return gettext("Each box is a layer, a collapsed module or a collapsed stage.")


def _reading(drawn: Drawn, language: Language) -> list[str]:
    """How to read repeats, lines and colours, as far as the figure has them."""
    gettext = language.gettext
    written = []
    if drawn.repeats:
        written.append(gettext("Repeated blocks are drawn once and marked ×N."))
    if drawn.lines:
        names, styles = kind_words(language), _style_words(language)
        lines = [
            gettext("{style} for {kind}").format(kind=names[kind], style=styles[style])
            for kind, style in drawn.lines.items()
        ]
        line = gettext("Line styles of skip connections: {lines}.")
        written.append(line.format(lines=joined(lines, language)))
    if drawn.inside:
        inside = language.ngettext(
            "{number:,} skip connection lies inside a collapsed box.",
            "{number:,} skip connections lie inside collapsed boxes.",
            drawn.inside,
        )
        written.append(inside.format(number=drawn.inside))
    if drawn.panels:
        panels = language.ngettext(
            "Panel {letters} shows what is inside the boxes with that letter, in the widths of the "
            "block in its title.",
            "Panels {letters} show what is inside the boxes with these letters, in the widths of "
            "the blocks in their titles.",
            len(drawn.panels),
        )
        written.append(panels.format(letters=joined(drawn.panels, language)))
    colors = _bright_words(language) if drawn.bright else _dark_words(language)
    if drawn.color_by in colors:
        written.append(colors[drawn.color_by])
    if drawn.hidden:
        hidden = language.ngettext(
            "{number:,} operation is hidden.", "{number:,} operations are hidden.", drawn.hidden
        )
        written.append(hidden.format(number=drawn.hidden))
    return written


def _style_words(language: Language) -> dict[str, str]:
    return {
        "solid": language.gettext("solid"),
        "dashed": language.gettext("dashed"),
        "dotted": language.gettext("dotted"),
        "double": language.gettext("double"),
        "double dashed": language.gettext("double dashed"),
        "triple": language.gettext("triple"),
    }


def _dark_words(language: Language) -> dict[str, str]:
    """What colours encode on a light page."""
    gettext = language.gettext
    return {
        "type": gettext("Colour shows the operation type."),
        "trainable": gettext("Grey boxes are frozen, coloured ones are trained."),
        "parameters": gettext("Darker boxes have more parameters."),
        "macs": gettext("Darker boxes use more MACs."),
        "memory": gettext("Darker boxes save more activations for the backward pass."),
        "norm": gettext("Darker boxes have weights of a larger norm."),
        "sparsity": gettext("Darker boxes have a larger share of zero weights."),
    }


def _bright_words(language: Language) -> dict[str, str]:
    """What colours encode on a dark page."""
    gettext = language.gettext
    return {
        "type": gettext("Colour shows the operation type."),
        "trainable": gettext("Grey boxes are frozen, coloured ones are trained."),
        "parameters": gettext("Brighter boxes have more parameters."),
        "macs": gettext("Brighter boxes use more MACs."),
        "memory": gettext("Brighter boxes save more activations for the backward pass."),
        "norm": gettext("Brighter boxes have weights of a larger norm."),
        "sparsity": gettext("Brighter boxes have a larger share of zero weights."),
    }
