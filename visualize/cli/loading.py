"""Models for commands: built and traced, with whatever their code does kept in bounds."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from visualize.core.architecture import Architecture
    from visualize.models import LoadedModel

_GRACE = 10.0  # seconds between the end of a model's time and that of the program


def load(model: str, inputs: Sequence[str], *, own_values: bool = False) -> LoadedModel:
    """Build ``model``, with the values of --weights. A download shows its own progress."""
    options = click.get_current_context().meta
    weights = options.get("visualize.weights", "")
    from visualize.models import load_model, names_checkpoint

    downloads = bool(weights) and not names_checkpoint(weights)
    shown = contextlib.nullcontext(_silent) if downloads else progress()
    with shown as report, _model_code(model, 0 if downloads else options["visualize.timeout"]):
        report(f"loading {model}")
        return load_model(
            model, inputs, weights=weights, own_values=own_values, progress=sys.stderr.isatty()
        )


def trace(
    loaded: LoadedModel, report: Callable[[str], None], *, statistics: bool = False
) -> Architecture:
    """Trace a model, and tell what there is to know of how that was done."""
    context = click.get_current_context()
    options, timeout = context.meta, context.meta["visualize.timeout"]
    from visualize import pipeline

    with _model_code(context.params["model"], timeout):
        architecture = pipeline.trace(
            loaded,
            tracer=options["visualize.tracer"],
            leaves=options["visualize.leaves"],
            train=options["visualize.train"],
            timeout=timeout,
            statistics=statistics,
            report=report,
        )
    notes = list(architecture.notes)
    if options["visualize.verbose"]:
        notes += [*architecture.failures, f"traced by the {architecture.tracer} tracer"]
    for note in notes:
        click.echo(f"visualize: note: {note}", err=True)
    return architecture


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being done, on a terminal, once a second has passed."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    spinner = Spinner("dots", "starting")
    # Standard output is not its affair: while a model's code runs it is redirected already.
    live = Live(
        spinner,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    timer = threading.Timer(1.0, live.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda text: spinner.update(text=Text(f"{text} …"))
    finally:
        timer.cancel()
        timer.join()
        live.stop()


def _silent(_: str) -> None:
    """Report no progress."""


@contextlib.contextmanager
def _model_code(model: str, timeout: float) -> Iterator[None]:
    """Run code of a model: what it prints goes to standard error, and it cannot end the program."""
    from visualize.core.errors import ForwardError

    with _prints_to_standard_error(), _last_resort(timeout):
        try:
            yield
        except SystemExit as error:
            raise ForwardError(
                f"the model's own code ended the program with SystemExit({error.code})", where=model
            ) from error


@contextlib.contextmanager
def _last_resort(seconds: float) -> Iterator[None]:
    """End the program where the model's code catches the end of its time."""

    def end() -> None:
        line = f"visualize: not done after {seconds:g} seconds, and it does not let itself be ended"
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
    """Let standard output go to standard error, also what is written to its descriptor."""
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
