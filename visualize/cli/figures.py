"""Commands that draw and check figures."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.defaults import configuration_file, read_defaults
from visualize.cli.loading import load, progress, trace
from visualize.cli.options import keep_debug, language_option, model_options, weights_option
from visualize.core.errors import UsageError
from visualize.core.files import suffix

if TYPE_CHECKING:
    from visualize.check import Finding
    from visualize.core.layout import Page
    from visualize.figure import Figure

_OUTPUTS = Path("outputs")
_OF_VALUES = ["norm", "sparsity"]  # what colours may tell of the values of weights


def _parse_labels(_: click.Context, __: click.Parameter, typed: Sequence[str]) -> Mapping[str, str]:
    """The labels of ``PATH=TEXT``, several."""
    labels = {}
    for one in typed:
        path, equals, text = one.partition("=")
        if not (path and equals and text):
            raise UsageError(f"{one!r} is not PATH=TEXT", where="--label")
        labels[path] = text
    return labels


def _complete_theme(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.scene.themes import theme_names

    return [name for name in theme_names() if name.startswith(typed)]


@click.command(
    epilog="""\b
Examples:
  visualize draw resnet18
  visualize draw densenet121 --level block --direction LR -o densenet.pdf
  visualize draw 'resnet18?num_classes=10' --theme dark -o resnet.png
  visualize draw 'net.py:build(depth=18)' --input 1,3,64,64"""
)
@model_options
@weights_option
@click.option("--config", metavar="FILE.toml", type=Path, is_eager=True, expose_value=False,
              callback=read_defaults,
              help="Take MODEL and options from a file; the command line wins.")  # fmt: skip
@click.option("--save-config", metavar="FILE.toml", type=Path,
              help="Write MODEL and options to a file for --config.")  # fmt: skip
@click.option("-o", "--output", "outputs", metavar="FILE", multiple=True, type=Path,
              help="File to write; the suffix is the format: .svg, .pdf, .png, .dot, .tex, .mmd, "
              ".graphml or .json. Repeat it for several.  [default: outputs/NAME.svg]")  # fmt: skip
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
@language_option
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
    from visualize.core.files import check_target, write_files
    from visualize.core.fonts import require_face
    from visualize.figure import make_page
    from visualize.models.specification import parse_model
    from visualize.report import caption_file
    from visualize.scene.themes import load_theme

    targets = _checked_targets(outputs, parse_model(model).label)
    if save_config:
        check_target(save_config)
    look = load_theme(theme)
    if font:
        require_face(font)
    make_page(width, height)
    of_values = color_by in _OF_VALUES
    loaded = load(model, inputs, own_values=of_values)
    with progress() as report:
        from visualize import pipeline

        architecture = trace(loaded, report, statistics=of_values)
        figure = pipeline.draw(
            architecture, level=level, fold=fold, expand=expand, collapse=collapse, only=only,
            hide=hide, labels=labels, theme=look, font=font, color_by=color_by, direction=direction,
            width=width, height=height, title=title, legend=legend, names=names, report=report,
        )  # fmt: skip
        files = figure.render(suffix(target) for target in targets)
        if not outputs:
            _OUTPUTS.mkdir(exist_ok=True)
        written = {target: files[suffix(target)] for target in targets}
        if caption:
            told = figure.caption(language), figure.alternative_text(language)
            beside = caption_file(*told, language)
            written |= {target.with_suffix(".caption.txt"): beside for target in targets}
        if save_config:
            written[save_config] = configuration_file()
        write_files(written)
    for note in _notes(figure, hide):
        click.echo(f"visualize: note: {note}", err=True)
    click.echo(_wrote(figure, written))
    if check:
        from visualize.check import FORMATS, check_figure

        shown = [target for target in targets if suffix(target) in FORMATS]
        _tell(
            {str(target): check_figure(files[suffix(target)], suffix(target)) for target in shown}
            or {str(targets[0]): figure.check()}
        )


@click.command(
    epilog="""\b
Examples:
  visualize check resnet18.svg
  visualize check resnet18.pdf --width 3.25in"""
)
@click.argument("figures", metavar="FIGURE...", nargs=-1, required=True, type=Path)
@click.option("--width", metavar="LENGTH",
              help="Width at which it is printed.  [default: its own]")  # fmt: skip
@click.option("--debug", is_flag=True, expose_value=False, callback=keep_debug,
              help="Show the whole traceback of an error.")  # fmt: skip
def check(figures: Sequence[Path], width: str | None) -> None:
    """Check that a figure, an .svg or .pdf file, is true and readable.

    Looked for are type below 6 pt, text of little contrast, text over text, arrows through boxes
    or text, anything beyond the page, colours that not all readers and printers tell apart, fonts
    that are not embedded and parameters that do not add up. Exits with status 1 if any is found.
    """
    from visualize.check import check_file
    from visualize.core.quantities import parse_length

    points = None if width is None else parse_length(width, "width")
    _tell({str(figure): check_file(figure, width=points) for figure in figures})


def _checked_targets(outputs: Sequence[Path], label: str) -> list[Path]:
    """Where figures go, if they can be written there."""
    from visualize.core.files import check_target
    from visualize.export import check_format

    targets = list(outputs) or [_default_output(label)]
    for target in targets:
        if not target.is_dir():
            check_format(suffix(target), str(target))
        # The default folder is made once there is something to put there.
        check_target(target if outputs or _OUTPUTS.exists() else _OUTPUTS)
    return targets


def _notes(figure: Figure, hide: Sequence[str]) -> Iterator[str]:
    """What a user should know of a figure that was drawn."""
    from visualize.scene.build import missing_characters

    if hide and not figure.scene.hidden:
        yield (
            f"what --hide names has no box of its own at level {figure.scene.level}, and none is "
            "hidden; see --level and --expand"
        )
    unknown = missing_characters(figure.scene, figure.theme)
    if unknown:
        yield (
            f"no installed font has {' '.join(unknown[:20])}; install one that does, such as Noto "
            "Sans CJK, or give its file with --font"
        )


def _wrote(figure: Figure, written: Collection[Path]) -> str:
    """One line on the files that were written, and what they show."""
    from visualize.report import summarize_in_a_line

    names = ", ".join(map(str, written))
    boxes = len(figure.scene.boxes)
    size = "" if figure.fits_page else f" (larger than a page of {_inches(figure.page)})"
    about = summarize_in_a_line(figure.architecture)
    return f"wrote {names}: {boxes} boxes at level {figure.scene.level}{size}, {about}"


def _tell(findings: Mapping[str, Sequence[Finding]]) -> None:
    """Print what falls short in each figure; exit with status 1 if anything does."""
    for name, found in findings.items():
        for finding in found:
            click.echo(f"{name}: {finding}")
        if not found:
            click.echo(f"{name}: nothing falls short")
    if any(findings.values()):
        click.get_current_context().exit(1)


def _inches(page: Page) -> str:
    return f"{page.width / 72:.4g} × {page.height / 72:.4g} in"


def _default_output(label: str) -> Path:
    return _OUTPUTS / (re.sub(r"[^\w.-]+", "_", label)[:100] + ".svg")
