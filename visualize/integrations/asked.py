"""Figures as a document asks for them: options as text, the same for all kinds of document."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visualize.core.choices import Language
from visualize.core.configuration import read_configuration
from visualize.core.errors import UnknownOptionError, UsageError
from visualize.core.kinds import Chosen, Kind, Number, Several, Switch, Table, Text, Texts
from visualize.core.option import Option, options_of
from visualize.integrations.drawing import Wanted
from visualize.integrations.links import check_template
from visualize.options import FigureOptions

Reader = Callable[[str], Any]
_FIGURE = {option.key: option for option in options_of(FigureOptions) if option.flags}
# A figure is on the background of the page, in its mode.
_DEFAULTS = {"theme": "auto", "background": "transparent", "timeout": 600.0}
_ALIGNMENTS = ("left", "center", "right")
_FIELD = re.compile(r":?([a-z][a-z-]*):(?:\s+(.*)|\s*)$")
# What a file of --save-config has for other commands than this.
_IN_FILES: dict[str, Kind] = {
    "model": Text(),
    "input": Texts(),
    "output": Texts(),
    "caption": Switch(),
    "lang": Chosen(Language),
}


class Form(str, enum.Enum):
    """What a figure in a document of HTML is."""

    SVG = "svg"
    """A picture, part of the page."""
    HTML = "html"
    """The page to explore, in a frame."""
    MERMAID = "mermaid"
    """A block of Mermaid, which a script of the page draws."""

    @property
    def suffix(self) -> str:
        """That of its file."""
        return "mmd" if self is Form.MERMAID else self.value


@dataclass(frozen=True)
class Asked:
    """A figure and its place in a document.

    Attributes:
        wanted: the figure.
        form: what it is in HTML.
        caption: below it, or ``auto``; in the language of the document's markup.
        alternative: for those who cannot see it; computed from the model if it is empty.
        name: for references to it.
        classes: of the element.
        align: left, center or right.
    """

    wanted: Wanted
    form: Form
    caption: str
    alternative: str
    name: str
    classes: tuple[str, ...]
    align: str


@dataclass(frozen=True)
class Around:
    """The document that asks.

    Attributes:
        folders: where a model's file and a configuration are looked for, the best first.
        defaults: options of all its figures, by their name without dashes in front.
        where: what errors call the place of the defaults.
        language: of its text, such as ``zh_CN``.
        also: suffixes of files that are needed in addition to that of the form.
    """

    folders: tuple[Path, ...]
    defaults: Mapping[str, Any]
    where: str
    language: str = ""
    also: tuple[str, ...] = ()


def readers() -> dict[str, Reader]:
    """What reads the text of each option; it raises a ValueError for what it cannot read."""
    of_figures = {
        f"no-{key}" if option.default is True else key: _reader(option)
        for key, option in _FIGURE.items()
    }
    return {
        **of_figures,
        "align": _one_of(_ALIGNMENTS),
        "alt": _text,
        "caption": _text,
        "class": str.split,
        "config": _text,
        "format": _one_of([form.value for form in Form]),
        "input": _lines,
        "link": _link,
        "name": _text,
    }


def asked(model: str, given: Mapping[str, Any], around: Around) -> Asked:
    """The figure of ``model`` with the options ``given``, each as its reader returned it.

    Raises:
        UsageError: an option is unknown or cannot be read, or there is no model.
    """
    saved = _saved(given, around)
    options = {**_DEFAULTS, **_defaults(around), **saved, **_named(given)}
    form = Form(options.pop("format", Form.SVG))
    link = options.pop("link", "")
    text = " ".join(model.split()) or saved.get("model", "")
    if not text:
        raise UsageError("no model is named", hint="name one, such as resnet18 or net.py:Net")
    if link and form is not Form.SVG:
        raise UsageError("only figures of the format svg have links", where="link")
    own = {option.name for option in _FIGURE.values()}
    wanted = Wanted(
        _found(text, around.folders),
        tuple(given.get("input", saved.get("input", ()))),
        FigureOptions(**{name: value for name, value in options.items() if name in own}),
        (form.suffix, *around.also),
        _language(saved.get("lang", around.language)),
        link,
    )
    return Asked(
        wanted,
        form,
        caption=given.get("caption", "auto" if saved.get("caption") else ""),
        alternative=given.get("alt", ""),
        name=given.get("name", ""),
        classes=tuple(given.get("class", ())),
        align=given.get("align", "center"),
    )


def read_block(text: str) -> tuple[str, dict[str, Any], str]:
    r"""A block of text: the model, its options, and what is below a blank line.

    Options are lines ``name: value``, also with a colon in front, as reStructuredText has them;
    lines that begin with spaces belong to what is above.

    Raises:
        UsageError: an option is unknown or cannot be read.

    >>> read_block("net.py:Net\nlevel: op\nlabel: a=First\n  b=Second\n\nBelow.")
    ('net.py:Net', {'level': 'op', 'label': {'a': 'First', 'b': 'Second'}}, 'Below.')
    """
    head, _, below = text.strip().partition("\n\n")
    model: list[str] = []
    fields: dict[str, list[str]] = {}
    for line in head.splitlines():
        if line[:1].isspace() and (model or fields):
            (list(fields.values())[-1] if fields else model).append(line.strip())
        elif (field := _FIELD.match(line)) and field[1] in readers():
            fields[field[1]] = [field[2] or ""]
        elif not (model or fields):
            model.append(line.strip())
        else:
            raise UnknownOptionError(line.strip(" :").partition(":")[0], sorted(readers()))
    given = read_given({name: "\n".join(lines).strip() for name, lines in fields.items()})
    return " ".join(model), given, below.strip()


def read_given(texts: Mapping[str, str]) -> dict[str, Any]:
    """Options that are given as text, each as its reader returns it.

    Raises:
        UsageError: an option is unknown or cannot be read.
    """
    known = readers()
    given = {}
    for name, text in texts.items():
        if name not in known:
            raise UnknownOptionError(name, sorted(known))
        try:
            given[name] = known[name](text)
        except ValueError as error:
            raise UsageError(str(error), where=name) from error
    return given


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a figure by their names in Python, with its format and its links."""
    named = {name: given[name] for name in ("format", "link") if name in given}
    for key, value in given.items():
        plain = key.removeprefix("no-")
        if plain in _FIGURE:
            is_switch = isinstance(_FIGURE[plain].kind, Switch)
            named[_FIGURE[plain].name] = not key.startswith("no-") if is_switch else value
    return named


def _defaults(around: Around) -> dict[str, Any]:
    """The options of all figures of a document, by their names in Python."""
    named = {}
    texts = {name: reader for name, reader in readers().items() if name in ("format", "link")}
    for key, value in around.defaults.items():
        if key in texts:
            try:
                named[key] = texts[key](value)
            except (ValueError, AttributeError) as error:
                raise UsageError(str(error), where=f"{around.where}: {key}") from error
        elif key in _FIGURE:
            named[_FIGURE[key].name] = value
        else:
            raise UnknownOptionError(key, [*_FIGURE, *texts], where=around.where)
    return named


def _saved(given: Mapping[str, Any], around: Around) -> dict[str, Any]:
    """What the file of the option ``config`` has: a model, its inputs and options."""
    if "config" not in given:
        return {}
    path = _beside(given["config"], around.folders) or Path(given["config"])
    kinds = {**_IN_FILES, **{key: option.kind for key, option in _FIGURE.items()}}
    read = read_configuration(path, kinds)
    return {_FIGURE[key].name if key in _FIGURE else key: value for key, value in read.items()}


def _found(model: str, folders: Sequence[Path]) -> str:
    """The MODEL, its file found in one of the folders."""
    from visualize.models import parse_model

    place = parse_model(model).place
    found = _beside(place, folders) if place else None
    return model.replace(place, os.path.relpath(found), 1) if found else model


def _beside(name: str, folders: Sequence[Path]) -> Path | None:
    """The file of that name in the first of the folders that has it."""
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _language(text: str) -> str:
    return "zh" if text.lower().startswith("zh") else "en"


# Readers


def _reader(option: Option) -> Reader:
    """What reads the value of an option of a figure."""
    if isinstance(option.kind, Switch):
        return _flag
    if isinstance(option.kind, (Texts, Several)):
        return _lines
    if isinstance(option.kind, Table):
        return _table
    if isinstance(option.kind, Number):
        return int if option.kind.whole else float
    return _text


def _flag(text: str) -> None:
    """An option without a value."""
    if text and text.strip():
        raise ValueError(f"no value is allowed; {text!r} given")


def _text(text: str) -> str:
    """An option with one value."""
    if not (text and text.strip()):
        raise ValueError("a value is needed")
    return text.strip()


def _lines(text: str) -> list[str]:
    """The lines of an option, each a value."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _table(text: str) -> dict[str, str]:
    """The lines ``NAME=TEXT`` of an option."""
    parts = [line.partition("=") for line in _lines(text)]
    if not all(name and equals and value for name, equals, value in parts):
        raise ValueError("each line must be NAME=TEXT")
    return {name: value for name, _, value in parts}


def _link(text: str) -> str:
    link = _text(text)
    check_template(link)
    return link


def _one_of(values: Sequence[str]) -> Reader:
    def read(text: str) -> str:
        value = _text(text)
        if value not in values:
            raise ValueError(f"{value!r} is unknown; use one of {', '.join(values)}")
        return value

    return read
