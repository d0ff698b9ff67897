"""What a summary and a table of skip connections have in common: they write themselves."""

from __future__ import annotations

import abc
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from visualize.core.choices import TableFormat
from visualize.core.errors import UsageError, VisualizeError
from visualize.core.files import suffix, write_files
from visualize.core.inert import visible_lines
from visualize.core.notebook import display_function
from visualize.core.terminal import terminal_width
from visualize.options import TableOptions

if TYPE_CHECKING:
    import pandas

SUFFIXES = {
    "txt": TableFormat.TABLE,
    "md": TableFormat.MARKDOWN,
    "csv": TableFormat.CSV,
    "json": TableFormat.JSON,
    "tex": TableFormat.LATEX,
}
# A cell breaks longer lines in the middle.
_NOTEBOOK_COLUMNS = 80
_Options = TypeVar("_Options", bound=TableOptions)


class Written(abc.ABC, Generic[_Options]):
    """A table that terminals, notebooks and files show.

    Attributes:
        options: how it is written unless another way is asked for.
    """

    options: _Options
    _kind: ClassVar[type[TableOptions]]

    @abc.abstractmethod
    def _write(self, options: _Options, format_name: str, width: int | None) -> str:
        """The text in a format, ``width`` columns wide or as wide as needed."""

    def __str__(self) -> str:
        return self.to_text().removesuffix("\n")

    def _repr_html_(self) -> str:
        return self._write(self.options, "html", None)

    def _repr_latex_(self) -> str:
        """The table for nbconvert, whose preamble has what it needs; no wider than the page."""
        table = self._inert(self.options, TableFormat.LATEX, None)
        return f"\\begin{{adjustbox}}{{max width=\\linewidth}}\n{table}\\end{{adjustbox}}\n"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal."""
        printer.text(str(self))

    def to_text(self, *, width: int | None = None, **keywords: Any) -> str:
        """What the command prints.

        Args:
            width: columns; by default those of the terminal, or as many as needed where standard
                output is no terminal.
            keywords: options that replace those it was made with, such as ``format="md"`` or
                ``language="zh"``.

        Raises:
            UsageError: an option does not exist, or its value cannot be read.
        """
        chosen = self._replaced(keywords)
        columns = terminal_width() if width is None else width
        return self._inert(chosen, chosen.format, columns)

    def print(self, *, width: int | None = None, **keywords: Any) -> None:
        """Print what `to_text` returns; in a notebook, which has no terminal, for 80 columns."""
        if width is None and display_function() is not None:
            width = terminal_width() or _NOTEBOOK_COLUMNS
        text = self.to_text(width=width, **keywords)
        print(text.removesuffix("\n"))  # noqa: T201 (what it is for)

    def save(self, path: str | os.PathLike[str], **keywords: Any) -> Path:
        """Write it to ``path``; the suffix is the format: txt, md, csv, json or tex.

        Args:
            path: the file.
            keywords: options that replace those it was made with, as for `to_text`.

        Raises:
            UsageError: the suffix is another one, an option cannot be read, or ``path`` is a
                folder.
            OutputError: the file cannot be written.
        """
        target = Path(path)
        if suffix(target) not in SUFFIXES:
            raise UsageError(
                f"cannot write the format {suffix(target)!r}",
                where=str(target),
                hint=f"use one of .{', .'.join(SUFFIXES)}",
            )
        write_files({target: self.content(target, **keywords).encode("utf-8", "replace")})
        return target

    def content(self, path: Path, **keywords: Any) -> str:
        """What `save` writes."""
        return self._inert(self._replaced(keywords), SUFFIXES[suffix(path)], None)

    def _inert(self, options: _Options, format_: TableFormat, width: int | None) -> str:
        """The text without what steers a terminal; JSON escapes that and holds exact names."""
        text = self._write(options, format_.value, width)
        return text if format_ is TableFormat.JSON else visible_lines(text)

    def _replaced(self, keywords: Mapping[str, Any]) -> _Options:
        """The options, with those that ``keywords`` name replaced."""
        replaced: Any = self._kind.of(self.options, keywords)
        chosen: _Options = replaced
        return chosen

    def _document(self) -> Any:
        """What the command prints as JSON, as plain data."""
        return json.loads(self._write(self.options, TableFormat.JSON.value, None))


def data_frame(rows: Sequence[Mapping[str, Any]]) -> pandas.DataFrame:
    """Rows as a data frame whose columns are their keys.

    Raises:
        VisualizeError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise VisualizeError("pandas is not installed", hint="pip install pandas") from None
    return pandas.DataFrame(list(rows))
