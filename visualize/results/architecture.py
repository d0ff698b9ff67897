"""The exact graph of a model, as `visualize.trace` returns it: it prints and writes itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core import architecture as core
from visualize.core.files import suffix, write_files
from visualize.core.inert import visible, visible_lines

if TYPE_CHECKING:
    from visualize.results.audit import Audit


@dataclass(frozen=True, repr=False)
class Architecture(core.Architecture):
    """The exact graph of a model: every operation of one run, and the totals of the model.

    ``print`` shows it in a few lines, and so does a notebook. For the attributes, see
    `visualize.core.architecture.Architecture`.
    """

    @classmethod
    def of(cls, exact: core.Architecture) -> Architecture:
        """``exact`` as an architecture that prints itself."""
        if isinstance(exact, cls):
            return exact
        return cls(**{each.name: getattr(exact, each.name) for each in fields(exact)})

    def __repr__(self) -> str:
        numbers = f"{len(self.graph)} operations, {len(self.skips)} skip connections"
        return f"<Architecture of {visible(self.name)}: {numbers}>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, *, language: str = "en") -> str:
        """What ``print`` shows, in a language of reports.

        Raises:
            UsageError: reports are not written in ``language``.
        """
        from visualize.report import architecture_lines

        return visible_lines("\n  ".join(architecture_lines(self, language)))

    def print(self, *, language: str = "en") -> None:
        """Print what `to_text` returns."""
        print(self.to_text(language=language))  # noqa: T201 (what it is for)

    def _repr_html_(self) -> str:
        from visualize.report import architecture_html

        return architecture_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal, and nbconvert in LaTeX."""
        printer.text(str(self))

    def audit(self) -> Audit:
        """The shortcuts of each block, and what looks wrong about them."""
        from visualize.results.audit import Audit

        return Audit.of(self)

    def to_dict(self) -> dict[str, Any]:
        """The graph as plain data: what ``visualize graph MODEL`` prints as JSON."""
        from visualize.report import graph_document

        return graph_document(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the graph to ``path``; the suffix is the format: json, graphml or dot.

        Raises:
            UsageError: the suffix is another one, or ``path`` is a folder.
            OutputError: the file cannot be written.
        """
        from visualize.report import check_graph_format, write_graph

        target = Path(path)
        check_graph_format(target)
        write_files({target: write_graph(self, suffix(target))})
        return target
