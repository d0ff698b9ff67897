"""The summary of a model, as `visualize.summarize` returns it: it prints and writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from visualize.core import summary as core
from visualize.core.choices import TableFormat
from visualize.core.inert import visible
from visualize.options import SummaryTableOptions
from visualize.results.written import Written, data_frame

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, repr=False)
class Summary(Written[SummaryTableOptions], core.Summary):
    """The table and the facts of a model.

    ``print`` shows what ``visualize summary`` prints, a notebook the same as HTML. For the other
    attributes, see `visualize.core.summary.Summary`.

    Attributes:
        options: how it is written unless another way is asked for.
    """

    options: SummaryTableOptions = field(default_factory=SummaryTableOptions)
    _kind = SummaryTableOptions

    @classmethod
    def of(cls, summary: core.Summary, options: SummaryTableOptions) -> Summary:
        """``summary`` as one that prints itself."""
        given = {each.name: getattr(summary, each.name) for each in fields(core.Summary)}
        return cls(**given, options=options)

    def __repr__(self) -> str:
        rows = f"{len(self.rows)} rows, {self.total.parameters:,} parameters"
        return f"<Summary of {visible(self.name)}: {rows}>"

    def to_text(self, *, width: int | None = None, notes: bool = True, **keywords: Any) -> str:
        """What the command prints.

        Args:
            width: columns; by default those of the terminal, or as many as needed where standard
                output is no terminal.
            notes: whether a table is followed by the notes on how the model was traced, which the
                command prints to standard error.
            keywords: options that replace those it was made with, such as ``format="md"`` or
                ``language="zh"``.

        Raises:
            UsageError: an option does not exist, or its value cannot be read.
        """
        from visualize.report import note_lines

        text = super().to_text(width=width, **keywords)
        chosen = self._replaced(keywords)
        if not notes or chosen.format is not TableFormat.TABLE:
            return text
        return text + "".join(f"{line}\n" for line in note_lines(self.notes, chosen.language.value))

    def to_dict(self) -> dict[str, Any]:
        """What ``visualize summary --format json`` prints, as plain data."""
        document: dict[str, Any] = self._document()
        return document

    def to_dataframe(self) -> pandas.DataFrame:
        """The rows as a data frame of pandas, whose columns are the keys of JSON.

        Statistics of weights, where they are known, are the columns ``mean``, ``deviation``,
        ``norm`` and ``sparsity``.

        Raises:
            VisualizeError: pandas is not installed.
        """
        return data_frame([_flat(row) for row in self.to_dict()["rows"]])

    def _write(self, options: SummaryTableOptions, format_name: str, width: int | None) -> str:
        from visualize.report import write_summary

        return write_summary(
            self,
            format_name,
            language=options.language.value,
            sort=options.sort,
            style=options.style,
            chosen=options.columns,
            hide_free=options.hide_free,
            width=width,
        )


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose statistics are columns of their own."""
    rest = {key: value for key, value in row.items() if key != "statistics"}
    return {**rest, **(row["statistics"] or {})}
