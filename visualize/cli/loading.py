"""The MODEL argument and --input, and how a command loads and traces a model."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from visualize.cli.ending import deadline
from visualize.cli.guard import model_code
from visualize.cli.progress import progress, silent
from visualize.core.choices import Language
from visualize.core.inert import visible
from visualize.core.option import Options, texts
from visualize.core.phrases import Note, phrase, verbatim
from visualize.options import TraceOptions

if TYPE_CHECKING:
    from visualize.core.architecture import Architecture
    from visualize.models import LoadedModel, ModelSpec

SECONDS = "visualize.seconds"  # that a command may take
_Command = TypeVar("_Command", bound=Callable[..., Any])
_MODEL_HELP = """

MODEL is a torchvision name (resnet18, or resnet18?num_classes=10 with constructor arguments),
timm:NAME, hf:CONFIG.json or hf:LlamaConfig?num_hidden_layers=4 (an architecture of transformers),
path/to/net.py:Net, path/to/net.py:build(depth=18), HEAD~1:net.py:Net (a file as of a revision of
git), package.module:factory, or a file saved by torch.export (.pt2), torch.jit (.pt) or visualize
graph (.json). Naming a Python file or module runs its code, as Python does; data files never run
code. Weights are never needed; only --weights NAME downloads any.
"""


@dataclass(frozen=True, kw_only=True)
class InputOptions(Options):
    """Example inputs of the model."""

    inputs: tuple[str, ...] = texts(
        "Shape of an input: 1,3,224,224 or 1,77:int64 or name=1,3,64,64:float32 or "
        "1,128:int64<32000 or batch.left=1,4 for a field of an argument.",
        flags=("--input",),
        metavar="SPEC",
    )


def _parse_model(_: click.Context, __: click.Parameter, typed: str) -> ModelSpec:
    from visualize.models.specification import parse_model

    return parse_model(typed)


def model_argument(command: _Command) -> _Command:
    """Add the MODEL argument and the options -v and --debug to a command."""
    command.__doc__ = inspect.cleandoc(command.__doc__ or "") + _MODEL_HELP
    for decorate in (
        debug_option,
        click.option(
            "-v", "--verbose", is_flag=True, expose_value=False, callback=_keep_verbose,
            help="Print which tracer was used, and which failed before it.",
        ),
        click.argument(
            "model", metavar="MODEL", callback=_parse_model, shell_complete=_complete_model
        ),
    ):  # fmt: skip
        command = decorate(command)
    return command


_OTHER_HELP = """

OTHER is the model that MODEL is compared with, named in the same ways: another architecture, the
same with other arguments, or the same file as it is now, where MODEL is one of its revisions.
"""


def second_model(command: _Command) -> _Command:
    """Add a second argument, OTHER, after MODEL, which is named in the same ways."""
    command.__doc__ = inspect.cleandoc(command.__doc__ or "") + _OTHER_HELP
    return click.argument(
        "other", metavar="OTHER", callback=_parse_model, shell_complete=_complete_model
    )(command)


def _keep_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().meta["visualize.debug"] = True


def _keep_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta["visualize.verbose"] = value


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_keep_debug,
    help="Show the full traceback of an error.",
)  # fmt: skip


def _complete_model(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.models import model_names

    return [name for name in model_names() if name.startswith(typed)]


def load(
    model: ModelSpec, inputs: InputOptions, options: TraceOptions, *, own_values: bool = False
) -> LoadedModel | Architecture:
    """Build ``model`` with its weights, or read a saved graph. A download shows its own progress.

    The time of the whole command begins here, or after a download.
    """
    from visualize import pipeline, sources  # noqa: F401 (imports do not count)
    from visualize.models import SAVED, load_model, names_checkpoint

    if model.source == SAVED:
        _begin(options)
        with progress() as report:
            report(f"reading {model}")
            return sources.open_saved(model.place, options, inputs=bool(inputs.inputs))
    from visualize import annotate, tracing  # noqa: F401 (imports do not count)

    downloads = bool(options.weights) and not names_checkpoint(options.weights)
    if not downloads:
        _begin(options)
    shown = contextlib.nullcontext(silent) if downloads else progress()
    with shown as report, model_code(model.text):
        report(f"loading {model}")
        return load_model(
            model,
            inputs.inputs,
            weights=options.weights,
            own_values=own_values,
            progress=sys.stderr.isatty(),
        )


def has_values(loaded: LoadedModel | Architecture) -> bool:
    """Whether the statistics of the weights of a model are known, or can be computed."""
    known = getattr(loaded, "has_statistics", None)
    return bool(getattr(loaded, "values", None) is not None if known is None else known)


def trace(
    loaded: LoadedModel | Architecture,
    model: ModelSpec,
    options: TraceOptions,
    language: Language = Language.ENGLISH,
) -> Architecture:
    """Trace a model, and print the notes on how it was traced."""
    from dataclasses import replace

    _begin(options)
    with progress() as report, model_code(model.text):
        from visualize import pipeline

        architecture = pipeline.trace(loaded, options=replace(options, weights=""), report=report)
    notes = list(architecture.notes)
    if click.get_current_context().meta["visualize.verbose"]:
        tracer = phrase("traced by the {tracer} tracer", tracer=architecture.tracer)
        notes += [*map(Note, map(verbatim, architecture.failures)), Note(tracer)]
    for note in notes:
        click.echo(visible(f"visualize: {_written(note, language)}"), err=True)
    return architecture


def _begin(options: TraceOptions) -> None:
    """Begin the time that a command may take, unless it has begun."""
    context = click.get_current_context()
    if options.timeout and SECONDS not in context.meta:
        context.meta[SECONDS] = options.timeout
        context.with_resource(deadline(options.timeout))


def _written(note: Note, language: Language) -> str:
    """A note in the language of the report."""
    if language is Language.ENGLISH:
        return str(note.marked)
    from visualize.report.language import load_language

    return note.marked.write(load_language(language.value))
