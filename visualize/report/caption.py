"""Beside a figure: its caption, and what it shows in words for those who cannot see it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from visualize.core import words
from visualize.core.architecture import TensorSpec
from visualize.core.quantities import giga
from visualize.core.summary import Shape, Summary
from visualize.report.language import Language, load_language
from visualize.report.sentences import (
    joined,
    kind_words,
    size_sentence,
    skip_counts,
    skips_sentence,
    stages_sentence,
)

_FIRST, _LAST = 12, 3  # of what a figure shows, where there is more


@dataclass(frozen=True)
class Drawn:
    """What a figure shows, as far as its caption tells of it.

    Attributes:
        level: op, layer, block or stage.
        roles: what boxes stand for: layer, block, stage.
        flow: what boxes and stages say, in order.
        boxes: how many there are.
        repeats: whether equal copies are drawn once.
        lines: the style of line of each kind of skip connection that is drawn.
        inside: how many skip connections are inside of boxes.
        color_by: what the colours of boxes tell.
        hidden: how many operations are not drawn.
    """

    level: str
    roles: Collection[str]
    flow: Sequence[str]
    boxes: int
    repeats: bool
    lines: Mapping[str, str]
    inside: int
    color_by: str
    hidden: int = 0


def caption(summary: Summary, drawn: Drawn, language_code: str = "en") -> str:
    """A paragraph: the model with its size and cost, its stages and skips, and how to read."""
    language = load_language(language_code)
    gettext = language.gettext
    has_class = summary.class_name and summary.class_name.lower() != summary.name.lower()
    name = f"{summary.name} ({summary.class_name})" if has_class else summary.name
    has_stages = any(part.blocks for part in summary.facts.parts)
    told = [
        name + gettext("."),
        size_sentence(summary, language),
        _cost(summary, language),
        stages_sentence(summary, language) if has_stages else "",
        skips_sentence(summary.facts, language),
        *_reading(drawn, language),
        gettext("Its weights are {name}.").format(name=summary.weights) if summary.weights else "",
    ]
    # After a full stop of Chinese there is no space.
    return " ".join(sentence for sentence in told if sentence).replace("。 ", "。")


def alternative_text(summary: Summary, drawn: Drawn, language_code: str = "en") -> str:
    """The figure in words, for those who cannot see it: what follows what, and its sums."""
    language = load_language(language_code)
    gettext, total = language.gettext, summary.total
    flow = [text for text, _ in itertools.groupby(drawn.flow)]
    if len(flow) > _FIRST + _LAST:
        flow = [*flow[:_FIRST], "…", *flow[-_LAST:]]
    told = language.ngettext(
        "Diagram of {name} in {boxes} box: {flow}. Skip connections: {skips}. "
        "{parameters:,} parameters, {macs} MACs.",
        "Diagram of {name} in {boxes} boxes: {flow}. Skip connections: {skips}. "
        "{parameters:,} parameters, {macs} MACs.",
        drawn.boxes,
    )
    return told.format(
        name=summary.name,
        boxes=drawn.boxes,
        flow=gettext("; ").join(flow),
        skips=skip_counts(summary.facts.skips, language) or gettext("none"),
        parameters=total.parameters,
        macs=giga(total.macs),
    )


def caption_file(caption: str, alternative: str, language_code: str = "en") -> bytes:
    """A file with both, a paragraph each."""
    told = load_language(language_code).gettext("Alternative text: {text}")
    return f"{caption}\n\n{told.format(text=alternative)}\n".encode()


def _cost(summary: Summary, language: Language) -> str:
    total = summary.total
    if not any(total.inputs):
        return ""
    shapes = _shapes(total.inputs, summary.batch, language)
    return language.ngettext(
        "For an input of {shapes} it takes {macs} multiply-accumulates (MACs).",
        "For inputs of {shapes} it takes {macs} multiply-accumulates (MACs).",
        len(total.inputs),
    ).format(shapes=shapes, macs=giga(total.macs))


def _shapes(shapes: tuple[Shape, ...], batch: int, language: Language) -> str:
    told = [words.shape(TensorSpec(shape), batch) for shape in shapes]
    return language.gettext(" and ").join(told)


def _reading(drawn: Drawn, language: Language) -> list[str]:
    """How to read the figure."""
    gettext = language.gettext
    if drawn.level == "op":
        boxes = gettext("Each box is an operation.")
    elif not {"block", "stage"} & set(drawn.roles):
        boxes = gettext("Each box is a layer, with the norm and activation that follow it.")
    elif "stage" not in drawn.roles:
        boxes = gettext("Each box is a block or another module as a whole, or a layer.")
    elif "block" not in drawn.roles:
        boxes = gettext("Each box is a stage as a whole, or a layer.")
    else:
        boxes = gettext("Each box is a stage, a block or another module as a whole, or a layer.")
    told = [boxes]
    if drawn.repeats:
        told.append(gettext("What repeats is drawn once, with its number."))
    if drawn.lines:
        names, styles = kind_words(language), _style_words(language)
        lines = [
            gettext("{kind} {style}").format(kind=names[kind], style=styles[style])
            for kind, style in drawn.lines.items()
        ]
        line = gettext("Skip connections have lines of their own: {lines}.")
        told.append(line.format(lines=joined(lines, language)))
    if drawn.inside:
        inside = language.ngettext(
            "{number} skip connection is inside of a box.",
            "{number} skip connections are inside of boxes.",
            drawn.inside,
        )
        told.append(inside.format(number=drawn.inside))
    colors = _color_words(language)
    if drawn.color_by in colors:
        told.append(colors[drawn.color_by])
    if drawn.hidden:
        hidden = language.ngettext(
            "{number} operation is not drawn.", "{number} operations are not drawn.", drawn.hidden
        )
        told.append(hidden.format(number=drawn.hidden))
    return told


def _style_words(language: Language) -> dict[str, str]:
    return {
        "solid": language.gettext("solid"),
        "dashed": language.gettext("dashed"),
        "dotted": language.gettext("dotted"),
        "double": language.gettext("double"),
    }


def _color_words(language: Language) -> dict[str, str]:
    return {
        "type": language.gettext("The colour of a box tells the type of its operation."),
        "parameters": language.gettext("The stronger its colour, the more parameters a box has."),
        "macs": language.gettext("The stronger its colour, the more MACs a box takes."),
        "memory": language.gettext(
            "The stronger its colour, the more memory a box needs for activations."
        ),
        "norm": language.gettext(
            "The stronger its colour, the larger the norm of a box's weights."
        ),
        "sparsity": language.gettext(
            "The stronger its colour, the more of a box's weights are zero."
        ),
    }
