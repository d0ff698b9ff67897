"""The skip connections of a model, as `visualize.skips` returns them: they print themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from visualize.core.architecture import Architecture
from visualize.core.inert import visible
from visualize.core.summary import SkipRow
from visualize.options import SkipTableOptions
from visualize.results.written import Written, data_frame

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, repr=False)
class SkipTable(Written[SkipTableOptions], Sequence[SkipRow]):
    """The skip connections of a model and what each bypasses, a sequence of `SkipRow`.

    ``print`` shows what ``visualize skips`` prints, a notebook the same as HTML.

    Attributes:
        architecture: the exact graph of the model.
        rows: the skip connections, in the order of their merges.
        options: how they are written unless another way is asked for.
    """

    architecture: Architecture
    rows: tuple[SkipRow, ...]
    options: SkipTableOptions = field(default_factory=SkipTableOptions)
    _kind = SkipTableOptions

    def __repr__(self) -> str:
        return f"<Skip connections of {visible(self.architecture.name)}: {len(self.rows)}>"

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[SkipRow]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> SkipRow: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[SkipRow, ...]: ...

    def __getitem__(self, index: int | slice) -> SkipRow | tuple[SkipRow, ...]:
        return self.rows[index]

    def to_list(self) -> list[dict[str, Any]]:
        """What ``visualize skips --format json`` prints, as plain data."""
        document: list[dict[str, Any]] = self._document()
        return document

    def to_dataframe(self) -> pandas.DataFrame:
        """The skip connections as a data frame of pandas, whose columns are the keys of JSON.

        Raises:
            VisualizeError: pandas is not installed.
        """
        return data_frame(self.to_list())

    def _write(self, options: SkipTableOptions, format_name: str, width: int | None) -> str:
        from visualize.report import summarize_by_name, write_skips

        language = options.language.value
        return write_skips(
            self.architecture.name,
            self.rows,
            format_name,
            language=language,
            chosen=options.columns,
            closing=summarize_by_name(self.architecture, language),
            width=width,
        )
