"""What a change does to models, as a comment for a pull request and figures.

    python -m visualize.integrations.pull_request --base main -o figures net.py:Net

writes ``figures/comment.md``, and for each model its figures before, after and of the difference.
The action and the hook of this repository call it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.core.errors import VisualizeError
from visualize.core.files import check_folder, file_stem, make_folder, write_files
from visualize.core.inert import visible

if TYPE_CHECKING:
    from visualize.results.architecture import Architecture
    from visualize.results.difference import Difference

COMMENT = "comment.md"
MARK = "<!-- written by visualize -->"  # by which the action finds its comment
MOST_CHARACTERS = 65_000  # GitHub takes 65,536


@dataclass(frozen=True)
class Compared:
    """One model before and after.

    Attributes:
        model: the MODEL argument.
        difference: None if one of both cannot be drawn.
        files: its figures, by their name.
        diagram: the difference for Mermaid; empty if it is too large for that, or there is none.
        error: why it cannot be drawn after the change.
        missing: why it cannot be drawn before.
    """

    model: str
    difference: Difference | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    diagram: str = ""
    error: str = ""
    missing: str = ""

    @property
    def section(self) -> str:
        """What the comment says of it, without the diagram."""
        heading = f"### {_code(self.model)}"
        if self.error:
            return f"{heading}\n\nCannot be drawn: {_code(self.error)}\n"
        if self.difference is None:
            return f"{heading}\n\nNot compared: before, {_code(self.missing)}\n"
        return f"{heading}\n\n{self.difference.to_text(format='md')}"

    @property
    def folded_diagram(self) -> str:
        """The difference as GitHub draws it, closed at first."""
        block = f"```mermaid\n{self.diagram}\n```"
        return f"<details><summary>Figure</summary>\n\n{block}\n\n</details>\n"


def compare(model: str, base: str, inputs: Sequence[str] = ()) -> Compared:
    """A model in the working folder with itself in a revision of git.

    Args:
        model: a MODEL argument that names a file, such as ``net.py:Net``.
        base: the revision.
        inputs: specifications as of ``--input``.
    """
    try:
        after = _traced(model, inputs)
    except VisualizeError as error:
        return Compared(model, error=str(error))
    try:
        before = _traced(f"{base}:{model}", inputs)
    except VisualizeError as error:
        return Compared(model, files={"after.svg": _figure(after)}, missing=str(error))
    return _compared(model, before, after)


def _traced(model: str, inputs: Sequence[str]) -> Architecture:
    from visualize import pipeline
    from visualize.models import load_model, parse_model
    from visualize.models.isolated import own_modules

    with own_modules():
        return pipeline.trace(load_model(parse_model(model), inputs))


def _figure(architecture: Architecture) -> bytes:
    from visualize import pipeline

    return pipeline.draw(architecture).render(["svg"])["svg"]


def _compared(model: str, before: Architecture, after: Architecture) -> Compared:
    from visualize import pipeline
    from visualize.export.mermaid import beyond_limits

    difference = pipeline.diff(before, after)
    if not difference:
        return Compared(model, difference)
    drawn = difference.figure().render(["svg", "mmd"])
    files = {
        "before.svg": _figure(before),
        "after.svg": _figure(after),
        "difference.svg": drawn["svg"],
    }
    diagram = drawn["mmd"].decode()
    return Compared(model, difference, files, "" if beyond_limits(diagram) else diagram)


def write_comment(compared: Sequence[Compared]) -> str:
    """The comment, in Markdown: a section for each model, with diagrams while there is room.

    Sections for which there is no room are named at the end.
    """
    changed = [one for one in compared if one.difference or one.difference is None]
    same = [one.model for one in compared if one not in changed]
    ends = [f"Unchanged: {', '.join(map(_code, same))}\n"] if same else []
    room = MOST_CHARACTERS - sum(map(len, (MARK, *ends)))
    parts, left_out = [], []
    for one in changed:
        section = one.section
        if len(section) > room - 100 * len(changed):
            left_out.append(one.model)
            continue
        room -= len(section) + 2
        parts.append((one, section))
    if left_out:
        ends.append(f"No room here for {', '.join(map(_code, left_out))}: see the figures\n")
    texts = list(_with_diagrams(parts, room))
    title = "## Architecture\n"
    return "\n".join((MARK, title, *texts, *ends))


def _with_diagrams(parts: Sequence[tuple[Compared, str]], room: int) -> Iterator[str]:
    for one, section in parts:
        diagram = one.folded_diagram if one.diagram else ""
        if len(diagram) < room:
            room -= len(diagram)
            yield f"{section}\n{diagram}"
        else:
            yield section


def _code(text: str) -> str:
    """``text`` as it is, in a line of Markdown."""
    plain = " ".join(visible(text).split())
    ticks = "`" * (max(map(len, re.findall("`+", plain)), default=0) + 1)
    return f"{ticks} {plain} {ticks}" if "`" in plain else f"`{plain}`"


@click.command()
@click.option("--base", metavar="REVISION", required=True, help="What the change starts from.")
@click.option("--input", "inputs", metavar="SPEC", multiple=True,
              help="Shape of an input, as `visualize draw` takes it. Repeatable.")  # fmt: skip
@click.option("-o", "--output", metavar="FOLDER", type=Path, required=True,
              help="Folder to write to.")  # fmt: skip
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
def main(models: Sequence[str], base: str, inputs: Sequence[str], output: Path) -> None:
    """Compare each MODEL, such as net.py:Net, with what it was in a revision of git.

    Exits with status 1 if a model cannot be drawn after the change.
    """
    try:
        check_folder(output)
        compared = [compare(model, base, inputs) for model in dict.fromkeys(models)]
        files = {output / COMMENT: write_comment(compared).encode("utf-8", "replace")}
        for one in compared:
            folder = output / file_stem(one.model)[:100]
            files |= {folder / name: data for name, data in one.files.items()}
        for folder in dict.fromkeys((output, *(path.parent for path in files))):
            make_folder(folder)
        write_files(files)
    except VisualizeError as error:
        raise click.ClickException(visible(str(error))) from error
    click.echo(f"wrote {output / COMMENT}")
    if any(one.error for one in compared):
        sys.exit(1)


if __name__ == "__main__":
    main()
