"""The columns that are in the table only if they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from visualize.core.choices import SummaryColumn
from visualize.core.summary import Row, Summary
from visualize.report.language import Language
from visualize.report.quantities import joined
from visualize.report.summary.cells import amount, tuple_words, values
from visualize.report.tables import Column, Field
from visualize.report.units import Unit


def columns_on_request(
    summary: Summary, rows: Sequence[Row], language: Language
) -> dict[SummaryColumn, Field[Row]]:
    """What other tools show, and what programs want to know of a row."""
    made = {**_texts(language), **_numbers(summary, rows, language)}
    return {name: replace(field, informs=False) for name, field in made.items()}


def _texts(language: Language) -> dict[SummaryColumn, Field[Row]]:
    gettext = language.gettext
    return {
        SummaryColumn.TYPE: Field(
            Column("type", language.pgettext("of a module or function", "type")),
            lambda row: row.type,
        ),
        SummaryColumn.KERNEL: Field(Column("kernel", gettext("kernel")), _kernel),
        SummaryColumn.WEIGHTS: Field(
            Column("weights", gettext("parameter shapes")),
            lambda row: joined(
                [f"{name} {tuple_words(shape)}" for name, shape in row.weights.items()], language
            ),
        ),
        SummaryColumn.ATTRIBUTES: Field(
            Column("attributes", gettext("hyperparameters")),
            lambda row: joined(
                [f"{name}={_value(value)}" for name, value in row.attributes.items()], language
            ),
        ),
        SummaryColumn.READS: Field(
            Column("reads", gettext("reads")), lambda row: joined(list(row.reads), language)
        ),
    }


def _numbers(
    summary: Summary, rows: Sequence[Row], language: Language
) -> dict[SummaryColumn, Field[Row]]:
    gettext, batch = language.gettext, summary.batch

    def number(key: str, head: str, value: Callable[[Row], int]) -> Field[Row]:
        return Field(
            Column(key, head, right=True),
            lambda row: f"{value(row):,}",
            lambda row: str(value(row)),
        )

    def measured(key: str, head: str, value: Callable[[Row], int], base: str = "") -> Field[Row]:
        unit = Unit.of(values(rows, value), base)
        return amount(Column(key, head, right=True), value, unit, language, batch)

    return {
        SummaryColumn.TRAINABLE: number(
            "trainable", gettext("trainable"), lambda row: row.trainable_parameters
        ),
        SummaryColumn.BUFFERS: number("buffers", gettext("buffers"), lambda row: row.buffers),
        SummaryColumn.INPUT_BYTES: measured(
            "input bytes", gettext("input size"), lambda row: row.input_bytes, "B"
        ),
        SummaryColumn.OUTPUT_BYTES: measured(
            "output bytes", gettext("output size"), lambda row: row.output_bytes, "B"
        ),
        SummaryColumn.LAYER_OUTPUTS: measured(
            "layer outputs", gettext("layer outputs"), lambda row: row.layer_outputs
        ),
    }


def _kernel(row: Row) -> str:
    """``7×7``, also where one number is given for all axes."""
    size = row.attributes.get("kernel_size")
    if not size:
        return ""
    axes = len(row.outputs[0].shape) - 2 if row.outputs else 1
    return "×".join(map(str, size if isinstance(size, list) else [size] * max(axes, 1)))


def _value(value: Any) -> str:
    """A hyperparameter as code has it."""
    return str(tuple(value)) if isinstance(value, list) else repr(value)
