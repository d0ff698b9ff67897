"""Run a model's own code so that it can neither write to standard output nor end the program.

Nor does it decide where files are written, and with which permissions.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from visualize.cli.ending import Ended, TimeIsUp
from visualize.core.errors import ForwardError


@contextlib.contextmanager
def model_code(model: str) -> Iterator[None]:
    """Run code of ``model``: what it prints goes to standard error.

    Args:
        model: its name, for an error.

    Raises:
        ForwardError: the code raised what is no Exception, such as SystemExit.
    """
    with _places_kept(), _prints_to_standard_error():
        try:
            yield
        except SystemExit as error:
            raise ForwardError(
                f"the model's own code ended the program with SystemExit({error.code})", where=model
            ) from error
        except (Exception, TimeIsUp, Ended):
            raise
        except BaseException as error:  # KeyboardInterrupt too: Ctrl-C is Ended
            raise ForwardError(
                f"the model's own code raised {type(error).__name__}", where=model
            ) from error


@contextlib.contextmanager
def _places_kept() -> Iterator[None]:
    """The working folder, the mask of new files and the folders of modules are as before."""
    with contextlib.ExitStack() as kept:
        with contextlib.suppress(OSError):  # a folder that is gone
            kept.callback(os.chdir, Path.cwd())
        kept.callback(os.umask, _mask())
        kept.callback(_find_again, sys.path, list(sys.path))
        yield


def _mask() -> int:
    mask = os.umask(0o077)  # it can only be read by writing it
    os.umask(mask)
    return mask


def _find_again(path: list[str], folders: list[str]) -> None:
    """Put folders of modules back that were taken away; those that were added stay."""
    path.extend(one for one in folders if one not in path)
    sys.path = path


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
