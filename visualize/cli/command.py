"""The command itself: its subcommands, and how it ends."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from visualize import __version__
from visualize.cli.check import check
from visualize.cli.diff import diff
from visualize.cli.draw import draw
from visualize.cli.ending import TimeIsUp, end, ends_with_signals
from visualize.cli.gallery import gallery
from visualize.cli.loading import SECONDS
from visualize.cli.models import models
from visualize.cli.reports import graph, skips, summary
from visualize.core.errors import UsageError, VisualizeError
from visualize.core.inert import visible


def run() -> None:
    """Entry point of the command."""
    _open_standard_streams()
    try:
        call()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            end(ended.code)
        raise


def _open_standard_streams() -> None:
    """Let standard streams that are closed lead nowhere.

    Else the next file that is opened, such as a figure, is one of them, and gets what is printed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(opened, True)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def call(arguments: Sequence[str] | None = None, **more: Any) -> None:
    """The command in a process of its own; it ends with SystemExit.

    Args:
        arguments: those of the process if None.
        more: arguments of `click.Context`.
    """
    # In a short process, collecting the many objects that importing torch creates, and freeing
    # them one by one at its end, takes longer than drawing most figures.
    gc.disable()
    # What torch warns of in C++ goes past Python to standard error, and quotes code of the file.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    with ends_with_signals():
        main(arguments, **more)


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Group(click.Group):
    """Turns errors into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except TimeIsUp as error:
            _fail(error, _too_late(ctx.meta[SECONDS]), 1)
        except VisualizeError as error:
            _fail(error, str(error), 2 if isinstance(error, UsageError) else 1)
        except MemoryError as error:
            _fail(error, "not enough memory; a higher --level or a smaller input needs less", 1)
        except OSError as error:
            _fail(error, _of_the_system(error), 1)
        except Exception as error:
            _fail(error, _unexpected(error), 1)


def _too_late(seconds: float) -> str:
    passed = f"not done after {seconds:g} second{'s' * (seconds != 1)}"
    return f"{passed}; give it more with --timeout, or draw less of it: see --level and --only"


def _of_the_system(error: OSError) -> str:
    if error.errno in _FULL:
        return f"output cannot be written: {error.strerror}"
    try:
        Path.cwd()
    except FileNotFoundError:
        return "the working folder no longer exists; change to another one"
    return _unexpected(error)


def _unexpected(error: Exception) -> str:
    reason = " ".join(str(error).split())
    return f"unexpected {type(error).__name__}: {reason}; see --debug"


def _fail(error: BaseException, line: str, status: int) -> None:
    context = click.get_current_context(silent=True)
    if context and context.find_root().meta.get("visualize.debug"):
        raise error
    click.echo(visible(f"visualize: {line}"), err=True)
    sys.exit(status)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="torch-visualize", prog_name="visualize")
def main() -> None:
    """Figures of PyTorch models that are true and fit the page.

    \b
    Examples:
      visualize draw resnet18
      visualize draw resnet50 --level block -o resnet50.pdf
      visualize draw net.py:Net --input 1,3,64,64 -o net.svg -o net.pdf
      visualize graph vit_b_16 -o vit.json
      visualize skips resnet18
      visualize diff resnet50 wide_resnet50_2
      visualize models 'efficientnet*'
    """  # noqa: D301 (a backspace is click's mark for a paragraph to leave alone)


for _command in (draw, check, graph, summary, skips, diff, models, gallery):
    main.add_command(_command)
