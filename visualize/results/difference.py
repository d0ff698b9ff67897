"""The difference of two models, as `visualize.diff` returns it: it prints and writes itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from visualize.core import difference as core
from visualize.options import DiffOptions
from visualize.results.written import Written


@dataclass(frozen=True, repr=False)
class Difference(Written[DiffOptions]):
    """What differs between two models; true where they differ.

    ``print`` shows what ``visualize diff`` prints, a notebook the same as HTML.

    Attributes:
        exact: the partner and the status of each operation, for programs.
        options: how it is written unless another way is asked for.
    """

    exact: core.Difference
    options: DiffOptions = field(default_factory=DiffOptions)
    _kind = DiffOptions

    def __bool__(self) -> bool:
        return bool(self.exact)

    def __repr__(self) -> str:
        names = f"{self.exact.before.name} and {self.exact.after.name}"
        return f"<Difference of {names}: {len(self.changes)} changes>"

    @property
    def changes(self) -> Sequence[core.Change]:
        """What was added, removed, changed, moved, rewired and renamed."""
        return self.exact.changes

    @property
    def skips(self) -> Sequence[core.SkipChange]:
        """Skip connections gained, lost and retyped."""
        return self.exact.skips

    def table(self, **keywords: Any) -> str:
        """What the command prints; keywords as for `to_text`."""
        return self.to_text(**keywords)

    def to_dict(self) -> dict[str, Any]:
        """What ``visualize diff --format json`` prints, as plain data."""
        document: dict[str, Any] = self._document()
        return document

    def _write(self, options: DiffOptions, format_name: str, width: int | None) -> str:
        from visualize.report import write_difference

        return write_difference(
            self.exact, format_name, language=options.language.value, width=width
        )
