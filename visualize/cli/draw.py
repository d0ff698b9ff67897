"""The command that draws a figure."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.check import report_findings
from visualize.cli.configuration import config_option, configuration_file, save_config_option
from visualize.cli.loading import InputOptions, load, model_argument, trace
from visualize.cli.options import StrictCommand, takes
from visualize.cli.progress import progress
from visualize.cli.targets import Target, check_targets, read_targets, write_targets
from visualize.cli.watch import follow, watch_option
from visualize.core.choices import Language, Level, TextForm
from visualize.core.errors import UsageError
from visualize.core.files import file_stem
from visualize.core.inert import visible
from visualize.core.option import Options, choice, switch, text, texts
from visualize.options import FigureOptions

if TYPE_CHECKING:
    from visualize.figure import Figure
    from visualize.models import ModelSpec

_OUTPUTS = Path("outputs")


@dataclass(frozen=True, kw_only=True)
class FileOptions(Options):
    """The files that are written for a figure."""

    outputs: tuple[str, ...] = texts(
        "File to write; the suffix is the format: .svg, .pdf, .png, .html, .dot, .tex, .mmd, "
        '.graphml or .json. "-" is standard output, with --format.',
        flags=("-o", "--output"),
        metavar="FILE",
        default_text="outputs/NAME.svg",
    )
    format: str = text('Format of what "-o -" writes: svg, pdf and so on.', metavar="FORMAT")
    caption: bool = switch("Write a caption and alternative text to NAME.caption.txt.")
    language: Language = choice("Language of the caption.", Language.ENGLISH, flags=("--lang",))


def _complete_format(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.export import FORMATS

    return [name for name in FORMATS if name.startswith(typed)]


def _complete_theme(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.scene.themes import theme_names

    return [name for name in theme_names() if name.startswith(typed)]


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize draw resnet18
  visualize draw densenet121 --level block --direction LR -o densenet.pdf
  visualize draw 'resnet18?num_classes=10' --theme dark -o resnet.png
  visualize draw 'net.py:build(depth=18)' --input 1,3,64,64""",
)
@takes(
    inputs=InputOptions,
    files=FileOptions,
    options=FigureOptions,
    completions={"theme": _complete_theme, "format": _complete_format},
)
@config_option
@save_config_option
@watch_option
@click.option("--check", is_flag=True,
              help="Check the figure; exit with status 1 if there are problems.")  # fmt: skip
@model_argument
def draw(
    model: ModelSpec,
    inputs: InputOptions,
    files: FileOptions,
    options: FigureOptions,
    save_config: Path | None,
    check: bool,
    watch: bool,
) -> None:
    """Draw MODEL."""
    from visualize.core.files import make_folder
    from visualize.fitting import look

    targets = _checked_targets(files, model, save_config)
    look(options)
    if watch and follow(model, _followed(targets)):
        return
    if any(target.format == "html" for target in targets):
        # The page has these numbers in its panel and as its colours.
        options = replace(
            options, memory=True, statistics=options.statistics or bool(options.weights)
        )
    loaded = load(model, inputs, options, own_values=options.statistics)
    architecture = trace(loaded, model, options)
    with progress() as report:
        from visualize import pipeline

        # The time of the whole command is limited already.
        figure = pipeline.draw(architecture, options=replace(options, timeout=None), report=report)
        drawn = figure.render(target.format for target in targets)
        if not files.outputs:
            make_folder(_OUTPUTS)
        written = {target: drawn[target.format] for target in targets}
        beside: dict[Path, bytes] = {}
        if files.caption:
            beside |= dict.fromkeys(_captions(targets), _caption(figure, files.language.value))
        if save_config:
            beside[save_config] = configuration_file()
        write_targets(written, beside)
    notes = (*_notes(figure), *_unused(options, drawn), *_latex_notes(drawn))
    for note in (*notes, *_limits(figure, drawn)):
        click.echo(visible(f"visualize: note: {note}"), err=True)
    to_files = all(target.path for target in targets)
    click.echo(_wrote(figure, targets, beside), err=not to_files)
    if check:
        _check(figure, written, to_stderr=not to_files)


def _checked_targets(
    files: FileOptions, model: ModelSpec, configuration: Path | None
) -> list[Target]:
    """Where the figures are written; these files and all others that are written are checked."""
    targets = read_targets(files.outputs or [str(_default_output(model.label))], files.format)
    beside = _captions(targets) if files.caption else []
    if files.caption and not beside:
        raise UsageError("is written beside a file", where="--caption", hint="name one with -o")
    own = [configuration] if configuration else []
    # The default folder is made once there is something to put there.
    is_made = not files.outputs and not os.path.lexists(_OUTPUTS)
    check_targets([*([_OUTPUTS] if is_made else [*_paths(targets), *beside]), *own], model)
    return targets


def _paths(targets: Iterable[Target]) -> list[Path]:
    return [target.path for target in targets if target.path]


def _captions(targets: Iterable[Target]) -> list[Path]:
    """The files of captions: one for all formats of a figure."""
    return list(dict.fromkeys(path.with_suffix(".caption.txt") for path in _paths(targets)))


def _followed(targets: Collection[Target]) -> list[Path]:
    """The files that are drawn again and again."""
    paths = _paths(targets)
    if len(paths) < len(targets):
        raise UsageError("draws into files", where="--watch", hint="name one with -o")
    return paths


def _default_output(label: str) -> Path:
    return _OUTPUTS / f"{file_stem(label)[:100]}.svg"


def _caption(figure: Figure, language: str) -> bytes:
    from visualize.report import caption_file

    return caption_file(figure.caption(language), figure.alternative_text(language), language)


def _notes(figure: Figure) -> Iterator[str]:
    """What a user should know of a figure that was drawn."""
    from visualize.effects import without_effect
    from visualize.scene.build import missing_characters

    yield from without_effect(figure)
    unknown = missing_characters(figure.scene, figure.theme)
    if unknown:
        yield (
            f"no installed font has {' '.join(unknown[:20])}; install one that does, such as Noto "
            "Sans CJK, or give its file with --font"
        )


def _unused(options: FigureOptions, formats: Collection[str]) -> Iterator[str]:
    """Options without effect on any of the files."""
    if options.dpi and "png" not in formats:
        yield "--dpi has no effect: no file is a .png"
    if options.text_form is not TextForm.FONT and "svg" not in formats:
        yield f"--text {options.text_form.value} has no effect: no file is a .svg"


def _limits(figure: Figure, drawn: Mapping[str, bytes]) -> Iterator[str]:
    """What readers of a format do not draw of a figure of this size."""
    from visualize.export.mermaid import beyond_limits

    limits = beyond_limits(drawn["mmd"].decode()) if "mmd" in drawn else ""
    if limits:
        detailed = figure.options.level is not Level.AUTO
        yield f"{limits}; {'--level auto' if detailed else 'a coarser --level'} draws less"


def _latex_notes(drawn: Mapping[str, bytes]) -> Iterator[str]:
    """What LaTeX needs for a file that not every engine can set."""
    if "tex" in drawn:
        from visualize.export.tikz import notes

        yield from (f".tex: {note}" for note in notes(drawn["tex"].decode()))


def _wrote(figure: Figure, targets: Collection[Target], beside: Iterable[Path]) -> str:
    """One line on the files that were written, and what they show."""
    from visualize.report import summarize_in_a_line

    names = ", ".join(map(str, [*targets, *beside]))
    number = len(figure.scene.boxes)
    boxes = "1 box" if number == 1 else f"{number} boxes"
    about = summarize_in_a_line(figure.architecture)
    formats = {target.format for target in targets}
    size = "" if figure.fits_page else f" ({_larger(figure, formats)})"
    return f"wrote {names}: {boxes} at level {figure.scene.level}{size}, {about}"


def _larger(figure: Figure, formats: Collection[str]) -> str:
    """By how much a figure is larger than its page, and what makes it fit."""
    from visualize.export import need_layout

    page = figure.page
    larger = f"larger than a page of {_inches(page.width)} × {_inches(page.height)} in"
    if figure.options.level is not Level.AUTO:
        return f"{larger}; --level auto draws less"
    if not need_layout(formats):
        return larger
    width, height = figure.size
    room = (
        f"--{name} {_inches(needed)}in"
        for name, needed, given in (("width", width, page.width), ("height", height, page.height))
        if needed > given
    )
    return f"{larger}: {_inches(width)} × {_inches(height)} in; {' '.join(room)} makes room"


def _inches(points: float) -> str:
    """A length, rounded up unless it is exact.

    >>> _inches(495), _inches(703.2)
    ('6.875', '9.77')
    """
    inches = points / 72
    return f"{inches:.4g}" if inches * 1000 % 1 < 1e-6 else f"{math.ceil(inches * 100) / 100:.4g}"


def _check(figure: Figure, drawn: Mapping[Target, bytes], to_stderr: bool) -> None:
    """Print the problems of the files that can be checked, else those of the figure as SVG."""
    from visualize.check import FORMATS

    findings = [
        (str(target), figure.check_rendered(data, target.format))
        for target, data in drawn.items()
        if target.format in FORMATS
    ]
    report_findings(findings or [(str(next(iter(drawn))), figure.check())], to_stderr)
