"""Progress on a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

_PATIENCE = 1.0  # seconds before anything is shown


def silent(_: str) -> None:
    """Report no progress."""


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line on a terminal that shows the current step, once a second has passed."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    spinner = Spinner("dots", "starting")
    # Standard output is left alone: while a model's code runs it is redirected already.
    live = Live(
        spinner,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    timer = threading.Timer(_PATIENCE, live.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda text: spinner.update(text=Text(f"{text} …"))
    finally:
        timer.cancel()
        timer.join()
        live.stop()
