"""Run a model's own code so that it can neither write to standard output nor end the program."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from visualize.core.errors import ForwardError


@contextlib.contextmanager
def model_code(model: str) -> Iterator[None]:
    """Run code of ``model``: what it prints goes to standard error.

    Args:
        model: its name, for an error.

    Raises:
        ForwardError: the code raised SystemExit.
    """
    with _prints_to_standard_error():
        try:
            yield
        except SystemExit as error:
            raise ForwardError(
                f"the model's own code ended the program with SystemExit({error.code})", where=model
            ) from error


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
