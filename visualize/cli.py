"""The command line. It imports torch only when a command needs it."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from visualize import __version__
from visualize.errors import UsageError, VisualizeError

if TYPE_CHECKING:
    from visualize.architecture import Architecture
    from visualize.check import Finding
    from visualize.models import LoadedModel
    from visualize.render import Page

_OUTPUTS = Path("outputs")
_OF_VALUES = ["norm", "sparsity"]  # what colours may tell of the values of weights
_TABLES = ["table", "md", "csv", "json", "latex"]
_GRACE = 10.0  # seconds between the end of a model's time and that of the program
_Command = TypeVar("_Command", bound=Callable[..., Any])

_MODEL_HELP = """

MODEL is a torchvision name (resnet18, or resnet18?num_classes=10 with constructor arguments),
timm:NAME, hf:CONFIG.json or hf:LlamaConfig?num_hidden_layers=4 (an architecture of transformers),
path/to/net.py:Net, path/to/net.py:build(depth=18), package.module:factory, or a file saved by
torch.export (.pt2) or torch.jit (.pt). Naming a Python file or module runs its code, as Python
does; data files never run code. Weights are not needed, and downloaded only with --weights NAME.
"""


def run() -> None:
    """Entry point of the command."""
    # In a short process, collecting the many objects that importing torch makes, and freeing them
    # one by one at its end, take longer than many a figure.
    gc.disable()
    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            _end(ended.code)
        raise


def _end(status: int) -> None:
    """End at once; what cannot be written out is left to Python, which tells of it."""
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


class _Group(click.Group):
    """Translates errors to one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except VisualizeError as error:
            _fail(error, str(error), 2 if isinstance(error, UsageError) else 1)
        except Exception as error:
            reason = " ".join(str(error).split())
            _fail(error, f"unexpected {type(error).__name__}: {reason}; see --debug", 1)


def _fail(error: Exception, line: str, status: int) -> None:
    context = click.get_current_context(silent=True)
    if context and context.find_root().meta.get("visualize.debug"):
        raise error
    click.echo(f"visualize: {line}", err=True)
    sys.exit(status)


def _keep_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().meta["visualize.debug"] = True


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keep an option that all commands share for `_trace`."""
    context.meta[f"visualize.{option.name}"] = value


def _parse_labels(_: click.Context, __: click.Parameter, typed: Sequence[str]) -> Mapping[str, str]:
    """The labels of ``PATH=TEXT``, several."""
    labels = {}
    for one in typed:
        path, equals, text = one.partition("=")
        if not (path and equals and text):
            raise UsageError(f"{one!r} is not PATH=TEXT", where="--label")
        labels[path] = text
    return labels


def _keys(command: click.Command) -> dict[str, click.Parameter]:
    """What the options of a command are called in a file: by their long names."""
    left_out = ("config", "save_config", "help", "debug", "verbose", "check")
    return {
        _key(parameter): parameter for parameter in command.params if parameter.name not in left_out
    }


def _key(parameter: click.Parameter) -> str:
    long = [name for name in parameter.opts if name.startswith("--")]
    return long[0].removeprefix("--") if long else str(parameter.name)


def _kind(parameter: click.Parameter) -> str:
    """What an option must be in a file."""
    from visualize import configuration

    if parameter.name == "labels":
        return configuration.TABLE
    if getattr(parameter, "is_flag", False):
        return configuration.FLAG
    if getattr(parameter, "multiple", False):
        return configuration.TEXTS
    is_number = isinstance(parameter.type, click.FloatRange)
    return configuration.NUMBER if is_number else configuration.TEXT


def _read_defaults(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Let what a file says stand for what the command line does not say."""
    if path is None:
        return
    from visualize.configuration import read_configuration

    keys = _keys(context.command)
    entries = read_configuration(path, {key: _kind(one) for key, one in keys.items()})
    defaults: dict[str, Any] = {}
    for key, value in entries.items():
        if isinstance(value, dict):
            value = [f"{name}={text}" for name, text in value.items()]
        several = getattr(keys[key], "multiple", False)
        defaults[str(keys[key].name)] = [value] if several and isinstance(value, str) else value
    context.default_map = defaults


def _configuration() -> bytes:
    """The present command's model and options, those that are as by default left out."""
    from visualize.configuration import write_configuration

    context = click.get_current_context()
    entries = {}
    for key, parameter in _keys(context.command).items():
        name = str(parameter.name)
        value = context.params.get(name, context.meta.get(f"visualize.{name}"))
        if value and isinstance(value, (tuple, list)):
            value = [str(one) for one in value]
        if value or value is False:
            source = context.get_parameter_source(name)
            if source is not click.core.ParameterSource.DEFAULT:
                entries[key] = value
    return write_configuration(entries)


def _complete_model(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.models import model_names

    return [name for name in model_names() if name.startswith(typed)]


def _complete_theme(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.render.themes import theme_names

    return [name for name in theme_names() if name.startswith(typed)]


def _model_options(command: _Command) -> _Command:
    """What all commands share that trace a model."""
    command.__doc__ = (command.__doc__ or "") + _MODEL_HELP
    debug = click.option(
        "--debug", is_flag=True, expose_value=False, callback=_keep_debug,
        help="Show the whole traceback of an error.",
    )  # fmt: skip
    inputs = click.option(
        "--input", "inputs", metavar="SPEC", multiple=True,
        help="Shape of an input, once for each: 1,3,224,224 or 1,77:int64 or "
        "name=1,3,64,64:float32 or 1,128:int64<32000.",
    )  # fmt: skip
    options = (
        click.argument("model", metavar="MODEL", shell_complete=_complete_model),
        inputs,
        click.option(
            "--tracer", type=click.Choice(["auto", "symbolic", "recorded"]), default="auto",
            show_default=True, callback=_keep, expose_value=False,
            help="How to trace: by torch.fx, by recording a run, or the first that works.",
        ),
        click.option(
            "--leaf", "leaves", metavar="CLASS|PATH", multiple=True, callback=_keep,
            expose_value=False, help="Show a module as one operation. Repeat it for several.",
        ),
        click.option(
            "--train", is_flag=True, callback=_keep, expose_value=False,
            help="Trace the model as it is in training.",
        ),
        click.option(
            "--timeout", type=click.FloatRange(min=0), metavar="SECONDS", default=600.0,
            show_default=True, callback=_keep, expose_value=False,
            help="Give up on the model's own code after so long; 0 is never.",
        ),
        click.option(
            "-v", "--verbose", is_flag=True, callback=_keep, expose_value=False,
            help="Say which tracer was used, and what was tried before.",
        ),
        debug,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


_weights_option = click.option(
    "--weights", metavar="NAME|FILE", default="", callback=_keep, expose_value=False,
    help="Weights to take values from: a .pt, .pth or .safetensors file, or DEFAULT or another "
    "name of those that torchvision or timm publish, which is downloaded.",
)  # fmt: skip
_language_option = click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
    help="The language of heads, sentences and captions.",
)  # fmt: skip


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
      visualize models 'efficientnet*'
    """  # noqa: D301 (a backspace is click's mark for a paragraph to leave alone)


@main.command(
    epilog="""\b
Examples:
  visualize draw resnet18
  visualize draw densenet121 --level block --direction LR -o densenet.pdf
  visualize draw 'resnet18?num_classes=10' --theme dark -o resnet.png
  visualize draw 'net.py:build(depth=18)' --input 1,3,64,64"""
)
@_model_options
@_weights_option
@click.option("--config", metavar="FILE.toml", type=Path, is_eager=True, expose_value=False,
              callback=_read_defaults,
              help="Take MODEL and options from a file; the command line wins.")  # fmt: skip
@click.option("--save-config", metavar="FILE.toml", type=Path,
              help="Write MODEL and options to a file for --config.")  # fmt: skip
@click.option("-o", "--output", "outputs", metavar="FILE", multiple=True, type=Path,
              help="File to write; the suffix is the format: .svg, .pdf, .png, .dot or .json. "
              "Repeat it for several.  [default: outputs/NAME.svg]")  # fmt: skip
@click.option("--level", type=click.Choice(["auto", "stage", "block", "layer", "op"]),
              default="auto", show_default=True, help="How much to show.")  # fmt: skip
@click.option("--fold/--no-fold", default=True,
              help="Show equal copies once, with their number.")  # fmt: skip
@click.option("--expand", metavar="PATH|CLASS", multiple=True,
              help="Keep a module open whatever the level; a glob such as layer3.* names several. "
              "The innermost module that is named decides.")  # fmt: skip
@click.option("--collapse", metavar="PATH|CLASS", multiple=True,
              help="Show a module as one box whatever the level.")  # fmt: skip
@click.option("--only", metavar="PATH", default="",
              help="Draw one module, its context cut off.")  # fmt: skip
@click.option("--hide", metavar="PATH|CLASS", multiple=True,
              help="Do not draw a module; the box before it stands for it.")  # fmt: skip
@click.option("--label", "labels", metavar="PATH=TEXT", multiple=True, callback=_parse_labels,
              help="Your own words for a module.")  # fmt: skip
@click.option("--theme", metavar="NAME|FILE.toml", default="paper", show_default=True,
              shell_complete=_complete_theme,
              help="The look: paper, dark, mono, slides, your own, or auto, which follows the "
              "reader's light or dark mode in an SVG.")  # fmt: skip
@click.option("--font", default="", metavar="NAME|FILE",
              help="An installed font, or the file of one.  [default: the theme's]")  # fmt: skip
@click.option("--color-by", default="stage", show_default=True,
              type=click.Choice(["stage", "type", "parameters", "macs", "memory", *_OF_VALUES]),
              help="What the colours of boxes tell; norm and sparsity are of the values of "
              "--weights.")  # fmt: skip
@click.option("--direction", type=click.Choice(["TB", "LR", "BT"]), default="TB",
              show_default=True, help="Where the flow goes.")  # fmt: skip
@click.option("--width", metavar="LENGTH",
              help="Exact width, such as 3.25in or 8.5cm; type keeps its size.  [default: what it "
              "needs of 6.875in]")  # fmt: skip
@click.option("--height", metavar="LENGTH", help="The most it may be high.  [default: 9in]")
@click.option("--title", default="", metavar="TEXT", help="A title above the figure.")
@click.option("--legend/--no-legend", default=True, help="Explain the kinds of skip connection.")
@click.option("--names", is_flag=True, help="Show module paths in the boxes.")
@click.option("--caption", is_flag=True,
              help="Write a caption and alternative text beside the figure, "
              "NAME.caption.txt.")  # fmt: skip
@_language_option
@click.option("--check", is_flag=True,
              help="Check what was drawn; exit with status 1 if it falls short.")  # fmt: skip
def draw(
    model: str,
    inputs: Sequence[str],
    save_config: Path | None,
    outputs: Sequence[Path],
    level: str,
    fold: bool,
    expand: Sequence[str],
    collapse: Sequence[str],
    only: str,
    hide: Sequence[str],
    labels: Mapping[str, str],
    theme: str,
    font: str,
    color_by: str,
    direction: str,
    width: str | None,
    height: str | None,
    title: str,
    legend: bool,
    names: bool,
    caption: bool,
    language: str,
    check: bool,
) -> None:
    """Draw MODEL."""
    from visualize.figure import make_page
    from visualize.files import check_target, write_files
    from visualize.models.specification import parse_model
    from visualize.render import check_format, load_theme, missing_characters
    from visualize.render.fonts import require_face
    from visualize.report import caption_file, summarize_in_a_line

    targets = list(outputs) or [_default_output(parse_model(model).label)]
    for target in targets:
        if not target.is_dir():
            check_format(_suffix(target), str(target))
        # The default folder is made once there is something to put there.
        check_target(target if outputs or _OUTPUTS.exists() else _OUTPUTS)
    if save_config:
        check_target(save_config)
    look = load_theme(theme)
    if font:
        require_face(font)
    make_page(width, height)
    of_values = color_by in _OF_VALUES
    loaded = _load(model, inputs, own_values=of_values)
    with _progress() as report:
        from visualize import pipeline

        architecture = _trace(loaded, report, statistics=of_values)
        figure = pipeline.draw(
            architecture, level=level, fold=fold, expand=expand, collapse=collapse, only=only,
            hide=hide, labels=labels, theme=look, font=font, color_by=color_by, direction=direction,
            width=width, height=height, title=title, legend=legend, names=names, report=report,
        )  # fmt: skip
        files = figure.render(_suffix(target) for target in targets)
        if not outputs:
            _OUTPUTS.mkdir(exist_ok=True)
        written = {target: files[_suffix(target)] for target in targets}
        if caption:
            told = figure.caption(language), figure.alternative_text(language)
            beside = caption_file(*told, language)
            written |= {target.with_suffix(".caption.txt"): beside for target in targets}
        if save_config:
            written[save_config] = _configuration()
        write_files(written)
    unknown = missing_characters(figure.scene, figure.theme)
    if unknown:
        click.echo(
            f"visualize: note: no installed font has {' '.join(unknown[:20])}; install one that "
            "does, such as Noto Sans CJK, or give its file with --font",
            err=True,
        )
    names_written = ", ".join(map(str, written))
    boxes = len(figure.scene.boxes)
    size = "" if figure.fits_page else f" (larger than a page of {_inches(figure.page)})"
    click.echo(
        f"wrote {names_written}: {boxes} boxes at level {figure.scene.level}{size}, "
        f"{summarize_in_a_line(figure.architecture)}"
    )
    if check:
        from visualize.check import FORMATS, check_figure

        shown = [target for target in targets if _suffix(target) in FORMATS]
        _tell(
            {str(target): check_figure(files[_suffix(target)], _suffix(target)) for target in shown}
            or {str(targets[0]): figure.check()}
        )


def _tell(findings: Mapping[str, Sequence[Finding]]) -> None:
    """Print what falls short in each figure; exit with status 1 if anything does."""
    for name, found in findings.items():
        for finding in found:
            click.echo(f"{name}: {finding}")
        if not found:
            click.echo(f"{name}: nothing falls short")
    if any(findings.values()):
        click.get_current_context().exit(1)


@main.command(
    epilog="""\b
Examples:
  visualize check resnet18.svg
  visualize check resnet18.pdf --width 3.25in"""
)
@click.argument("figures", metavar="FIGURE...", nargs=-1, required=True, type=Path)
@click.option("--width", metavar="LENGTH",
              help="Width at which it is printed.  [default: its own]")  # fmt: skip
@click.option("--debug", is_flag=True, expose_value=False, callback=_keep_debug,
              help="Show the whole traceback of an error.")  # fmt: skip
def check(figures: Sequence[Path], width: str | None) -> None:
    """Check that a figure, an .svg or .pdf file, is true and readable.

    Looked for are type below 6 pt, text of little contrast, text over text, arrows through boxes
    or text, anything beyond the page, colours that not all readers and printers tell apart, fonts
    that are not embedded and parameters that do not add up. Exits with status 1 if any is found.
    """
    from visualize.check import check_file
    from visualize.quantities import parse_length

    points = None if width is None else parse_length(width, "width")
    _tell({str(figure): check_file(figure, width=points) for figure in figures})


@main.command(
    epilog="""\b
Examples:
  visualize graph resnet18
  visualize graph resnet18 -o resnet18.graphml"""
)
@_model_options
@_weights_option
@click.option("-o", "--output", metavar="FILE", type=Path,
              help="A .json, .graphml or .dot file.  [default: print JSON]")  # fmt: skip
def graph(model: str, inputs: Sequence[str], output: Path | None) -> None:
    """Print or write the exact annotated graph of MODEL."""
    from visualize.files import check_target, write_files
    from visualize.report import GRAPH_FORMATS, summarize_in_a_line, write_graph

    if output:
        check_target(output)
        if _suffix(output) not in GRAPH_FORMATS:
            raise UsageError(
                f"cannot write the format {_suffix(output)!r}",
                where=str(output),
                hint=f"use one of .{', .'.join(GRAPH_FORMATS)}",
            )
    loaded = _load(model, inputs)
    with _progress() as report:
        architecture = _trace(loaded, report, statistics=loaded.values is not None)
        content = write_graph(architecture, _suffix(output) if output else "json")
        if output:
            write_files({output: content})
    if output:
        nodes = len(architecture.graph)
        click.echo(f"wrote {output}: {nodes} nodes, {summarize_in_a_line(architecture)}")
    else:
        click.echo(content.decode(), nl=False)


@main.command(
    epilog="""\b
Examples:
  visualize summary resnet18
  visualize summary resnet50 --depth 1 --format md
  visualize summary vgg16 --sort parameters --lang zh"""
)
@_model_options
@_weights_option
@click.option("--format", "format_name", type=click.Choice(_TABLES), default="table",
              show_default=True, help="How to print it.")  # fmt: skip
@click.option("--depth", metavar="N", type=click.IntRange(min=1),
              help="How many modules deep the table goes.  [default: down to blocks]")  # fmt: skip
@click.option("--sort", type=click.Choice(["parameters", "macs", "memory"]), default=None,
              help="List what has the most of it first.")  # fmt: skip
@_language_option
def summary(
    model: str,
    inputs: Sequence[str],
    format_name: str,
    depth: int | None,
    sort: str | None,
    language: str,
) -> None:
    """Tell what MODEL is made of: layers, blocks and stages in numbers, its structure in words."""
    from visualize import pipeline
    from visualize.report import write_summary

    loaded = _load(model, inputs, own_values=True)
    with _progress() as report:
        architecture = _trace(loaded, report, statistics=loaded.values is not None)
        described = pipeline.summarize(architecture, depth=depth, report=report)
    written = write_summary(
        described, format_name, language=language, sort=sort or "", width=_width()
    )
    click.echo(written, nl=False)


@main.command(
    epilog="""\b
Examples:
  visualize skips resnet18
  visualize skips resnet18 --kind projection
  visualize skips efficientnet_b0 --format csv"""
)
@_model_options
@click.option("--kind", "kinds", multiple=True,
              type=click.Choice(["identity", "projection", "concat", "gate"]),
              help="List those of a kind alone. Repeat it for several.")  # fmt: skip
@click.option("--long", is_flag=True,
              help="List only those that bypass a change of resolution.")  # fmt: skip
@click.option("--format", "format_name", type=click.Choice(_TABLES), default="table",
              show_default=True, help="How to print them.")  # fmt: skip
@_language_option
def skips(
    model: str,
    inputs: Sequence[str],
    kinds: Sequence[str],
    long: bool,
    format_name: str,
    language: str,
) -> None:
    """List the skip connections of MODEL: what they bypass, and where they are written."""
    from visualize.describe import describe_skips
    from visualize.report import summarize_in_a_line, write_skips

    loaded = _load(model, inputs)
    with _progress() as report:
        architecture = _trace(loaded, report)
    rows = describe_skips(architecture, kinds=kinds, long=long)
    written = write_skips(architecture.name, rows, format_name, language=language, width=_width())
    click.echo(written, nl=False)
    if format_name == "table":
        click.echo(f"{architecture.name}: {summarize_in_a_line(architecture)}")


@main.command(
    epilog="""\b
Examples:
  visualize models
  visualize models resnet
  visualize models 'vit_*'"""
)
@click.argument("pattern", default="")
def models(pattern: str) -> None:
    """List the models that can be drawn by name; PATTERN is part of a name or a glob."""
    from visualize.errors import UnknownModelError
    from visualize.models import model_names

    names = model_names(pattern)
    if not names:
        raise UnknownModelError(pattern, [], kind="models")
    click.echo("\n".join(names))


def _width() -> int | None:
    """Columns of the terminal, None where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _inches(page: Page) -> str:
    return f"{page.width / 72:.4g} × {page.height / 72:.4g} in"


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _default_output(label: str) -> Path:
    return _OUTPUTS / (re.sub(r"[^\w.-]+", "_", label)[:100] + ".svg")


def _load(model: str, inputs: Sequence[str], *, own_values: bool = False) -> LoadedModel:
    """Build ``model``, with the values of --weights. A download shows its own progress."""
    options = click.get_current_context().meta
    weights = options.get("visualize.weights", "")
    from visualize.models import load_model, names_checkpoint

    downloads = bool(weights) and not names_checkpoint(weights)
    progress = contextlib.nullcontext(_silent) if downloads else _progress()
    with progress as report, _model_code(model, 0 if downloads else options["visualize.timeout"]):
        report(f"loading {model}")
        return load_model(
            model, inputs, weights=weights, own_values=own_values, progress=sys.stderr.isatty()
        )


def _trace(
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


def _silent(_: str) -> None:
    """Report no progress."""


@contextlib.contextmanager
def _model_code(model: str, timeout: float) -> Iterator[None]:
    """Run code of a model: what it prints goes to standard error, and it cannot end the program."""
    from visualize.errors import ForwardError

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


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being done, on a terminal, once a second has passed."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    status = Console(stderr=True).status("starting")
    timer = threading.Timer(1.0, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda text: status.update(f"{text} …")
    finally:
        timer.cancel()
        timer.join()
        status.stop()
