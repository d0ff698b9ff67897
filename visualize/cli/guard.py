"""Run a model's own code so that it can neither write to standard output nor end the program."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

from visualize.core.errors import ForwardError

_GRACE = 10.0  # seconds after the time limit before the program itself is ended


@contextlib.contextmanager
def model_code(model: str, timeout: float) -> Iterator[None]:
    """Run code of ``model``: what it prints goes to standard error.

    Args:
        model: its name, for an error.
        timeout: seconds after which the code should have been interrupted; 0 for no limit.

    Raises:
        ForwardError: the code raised SystemExit.
    """
    with _prints_to_standard_error(), _last_resort(timeout):
        try:
            yield
        except SystemExit as error:
            raise ForwardError(
                f"the model's own code ended the program with SystemExit({error.code})", where=model
            ) from error


@contextlib.contextmanager
def _last_resort(seconds: float) -> Iterator[None]:
    """End the program if the model's code catches its interruption."""

    def end() -> None:
        line = f"visualize: not done after {seconds:g} seconds, and could not be interrupted"
        os.write(2, f"{line}; does its loop end?\n".encode())
        os._exit(1)

    timer = threading.Timer(seconds + _GRACE, end)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def _prints_to_standard_error() -> Iterator[None]:
    """Redirect standard output and its file descriptor to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            sys.stdout.flush()
            kept = os.dup(1)
            os.dup2(2, 1)
        except OSError:  # no such descriptors
            yield
            return
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
