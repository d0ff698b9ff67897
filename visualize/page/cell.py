"""A page in the cell of a notebook: a frame that holds all of it and can reach nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from visualize.core.files import write_files
from visualize.core.inert import visible
from visualize.export.cell import framed


@dataclass(frozen=True, repr=False)
class Explorer:
    """A page to explore, as `Figure.explore` returns it. In a notebook it shows itself.

    Attributes:
        page: the HTML file.
        name: of the model.
        height: of the cell, in pixels.
    """

    page: bytes = field(repr=False)
    name: str
    height: int

    def __repr__(self) -> str:
        return f"<Page to explore {visible(self.name)}: {len(self.page) / 1000:,.0f} KB of HTML>"

    def _repr_html_(self) -> str:
        return framed(self.page, self.name, self.height)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to ``path``.

        Raises:
            UsageError: ``path`` is a folder.
            OutputError: the file cannot be written.
        """
        target = Path(path)
        write_files({target: self.page})
        return target


def open_page(page: bytes) -> Path:
    """Open a page in the browser, from a new file that is left in the system's temporary folder.

    Browsers read it after this process may have ended, so it is not removed here.

    Raises:
        OutputError: the file cannot be written, or there is no browser.
    """
    import tempfile
    import webbrowser

    from visualize.core.errors import OutputError

    try:
        descriptor, name = tempfile.mkstemp(prefix="visualize-", suffix=".html")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(page)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"the page cannot be written: {error.strerror}") from error
    if not webbrowser.open(path.as_uri()):
        raise OutputError("no browser was found", hint=f"the page is {path}")
    return path
