"""The pages of the site that are made from the README, the options and the errors.

`conf.py` calls `write_pages` before Sphinx reads the documents, so nothing is written twice.
"""

from __future__ import annotations

import inspect
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
MADE = DOCS / "generated"
# The pages that are sections of the README.
SECTIONS = {
    "draw": "Draw",
    "page": "A page to explore",
    "tikz": "TikZ",
    "compare": "Compare",
    "check": "Check",
    "numbers": "Numbers",
    "weights": "Weights",
    "graph": "Graph",
    "many": "Many models",
    "sphinx": "Documentation with Sphinx",
    "mkdocs": "Documentation with MkDocs",
    "tests": "Tests of architectures",
    "pull-requests": "Pull requests",
    "python": "Python",
    "tracing": "How it traces",
    "completion": "Shell completion",
}
# The pages that are files of the project.
FILES = {"contributing": "CONTRIBUTING.md", "security": "SECURITY.md", "changelog": "CHANGELOG.md"}
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
_IMAGE = re.compile(r"(?<=!)\[([^\]]*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^(`{3,})", re.MULTILINE)

# What shows each option of a figure; those with values of weights need a checkpoint.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "level": ("level: op",),
    "fold": ("no-fold:", "level: block"),
    "expand": ("expand: stage1", "level: stage"),
    "collapse": ("collapse: stage1",),
    "details": ("details: none", "level: block"),
    "only": ("only: stage2",),
    "hide": ("hide: BatchNorm2d",),
    "label": ("label: Block=Residual block", "level: block"),
    "theme": ("theme: mono",),
    "font": (),
    "color-by": ("color-by: parameters",),
    "direction": ("direction: LR", "level: block", "details: none"),
    "width": ("width: 2.5in",),
    "height": ("height: 4in",),
    "title": ("title: A small residual network", "level: block"),
    "legend": ("no-legend:", "level: block"),
    "names": ("names:", "level: block"),
    "background": ("background: theme", "level: block"),
    "text": (),
    "dpi": (),
    "weights": (),
    "tracer": (),
    "leaf": ("leaf: Block",),
    "train": (),
    "timeout": (),
}
# A command that ends in each kind of error.
ERRORS = {
    "UsageError": "draw resnet18 --width wide",
    "UnknownModelError": "draw resnet81",
    "SourceError": "draw nets.py:Nett",
    "ConstructionError": "draw nets.py:Net(depth='two')",
    "WeightsError": "draw resnet18 --weights nets.py",
    "InputError": "draw nets.py:Net --input 1,3,32,32 --input 4",
    "ShapeError": "draw nets.py:Net --input 1,4,32,32",
    "FigureError": "check nets.py.svg",
    "OutputError": "draw nets.py:Net --input 1,3,32,32 -o missing/net.svg",
}


def write_pages() -> None:
    """Write all pages that are made; a page that has not changed is left alone."""
    pages = {name: section(title) for name, title in SECTIONS.items()}
    pages |= {name: rewritten(_read(file), ROOT) for name, file in FILES.items()}
    pages |= {"options": options_page(), "errors": errors_page(), "themes": themes_page()}
    MADE.mkdir(exist_ok=True)
    for name, text in pages.items():
        path = MADE / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def section(title: str) -> str:
    """A section of the README as a page."""
    text = _read("README.md").split(f"\n## {title}\n", 1)[1]
    return rewritten(f"# {title}\n{text.partition(chr(10) + '## ')[0]}\n", ROOT)


def rewritten(text: str, folder: Path, page: Path = MADE / "page.md") -> str:
    """Text with links and images as a page of the site has them.

    Args:
        text: Markdown.
        folder: where its links begin.
        page: the page that it is on.
    """

    def link(found: re.Match[str]) -> str:
        words, address = found.groups()
        if address.startswith("https://"):
            return found[0]
        target = _on_the_site(address, folder, page)
        return f"[{words}]({target})" if target else words

    def image(found: re.Match[str]) -> str:
        words, address = found.groups()
        return f"[{words}]({_relative((folder / address).resolve(), page)})"

    return "".join(
        part if code else _IMAGE.sub(image, _LINK.sub(link, part)) for code, part in _parts(text)
    )


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text that are in fences, and those that are not."""
    code, lines, fence = False, [], ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if found and (not code or line.strip() == fence):
            if not code:
                yield False, "".join(lines)
                lines, fence = [line], found[1]
            else:
                yield True, "".join([*lines, line])
                lines = []
            code = not code
        else:
            lines.append(line)
    yield code, "".join(lines)


def _on_the_site(address: str, folder: Path, page: Path) -> str:
    """Where a link leads on the site; empty if what it names is not part of it."""
    path, _, anchor = address.partition("#")
    titles = {title.lower().replace(" ", "-"): name for name, title in SECTIONS.items()}
    if not path:
        if page.parent == MADE and anchor in titles:
            return f"{titles[anchor]}.md"
        return address
    target = (folder / path).resolve()
    made = {ROOT / file: MADE / f"{name}.md" for name, file in FILES.items()}
    target = made.get(target, target)
    if not target.is_relative_to(DOCS) or target.suffix not in (".md", ".json"):
        return ""
    place = _relative(target, page)
    return f"{place}#{anchor}" if anchor else place


def _relative(target: Path, page: Path) -> str:
    """The address of a file on a page."""
    return os.path.relpath(target, page.parent).replace(os.sep, "/")


def options_page() -> str:
    """How each option of a figure changes it."""
    from visualize.core.option import options_of
    from visualize.options import FigureOptions

    parts = [
        "# Options of a figure\n\n"
        "Each option of `visualize draw`, with the figure that it makes of the same small model; "
        "in Python it is a keyword of `visualize.draw`, in documents an option of the directive. "
        "Without options the figure is:\n\n" + _directive(()),
    ]
    for option in options_of(FigureOptions):
        if option.flags:
            example = EXAMPLES[option.key]
            lines = [f"## `{option.flags[-1]}`\n", option.help]
            if example:
                lines.append("\n" + _directive(example))
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _directive(lines: tuple[str, ...]) -> str:
    options = "".join(f":{line}\n" for line in ("input: 1,3,32,32", *lines))
    command = " ".join(_flags(line) for line in lines)
    shown = f"visualize draw nets.py:Net --input 1,3,32,32 {command}".strip()
    return f"```console\n$ {shown}\n```\n\n```{{visualize}} nets.py:Net\n{options}```"


def _flags(line: str) -> str:
    name, _, value = line.partition(":")
    return f"--{name} {shlex.quote(value.strip())}" if value.strip() else f"--{name}"


def themes_page() -> str:
    """The themes, each with a figure and its file."""
    from visualize.scene.themes import theme_names

    parts = [
        "# Themes and rules\n\nA theme is a TOML file with colours and type. Your own file "
        "overrides what it names, and is given as `--theme FILE.toml`. Rules that draw a formula "
        "of your own as one box are described in [Python](python.md)."
    ]
    for name in theme_names():
        directive = _directive((f"theme: {name}", "background: theme", "level: block"))
        parts.append(f"## {name}\n\n{directive}")
    return "\n\n".join(parts) + "\n"


def errors_page() -> str:
    """The kinds of errors, with what each prints."""
    from visualize.core import errors

    parts = [
        "# Errors\n\nEvery error is a subclass of `visualize.VisualizeError` and one line: where "
        "it was found, what went wrong, and what to try. The command ends with the exit status 2 "
        "if the request is malformed, else with 1. Each kind is in `visualize.core.errors`."
    ]
    for name, kind in vars(errors).items():
        if not (isinstance(kind, type) and issubclass(kind, errors.VisualizeError)):
            continue
        words = inspect.getdoc(kind) or ""
        text = words.partition("\n\nArgs:")[0].partition("\n\n>>>")[0]
        bases = [base.__name__ for base in kind.__bases__ if base is not Exception]
        lines = [f"## {name}\n", text]
        if bases:
            lines.append(f"\nIt is a {' and a '.join(f'`{base}`' for base in bases)}.")
        if name in ERRORS:
            command = ERRORS[name]
            lines.append(f"\n```console\n$ visualize {command}\n{printed(command)}\n```")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def printed(command: str) -> str:
    """The line that a command ends with, in the folder of the documentation."""
    from click.testing import CliRunner

    from visualize.cli import main

    before = Path.cwd()
    os.chdir(DOCS)
    try:
        return CliRunner().invoke(main, shlex.split(_quoted(command))).stderr.strip()
    finally:
        os.chdir(before)


def _quoted(command: str) -> str:
    """A command whose call is one word of the shell."""
    return re.sub(r"(\S+\(.*\))", lambda found: shlex.quote(found[1]), command)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
