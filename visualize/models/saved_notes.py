"""The notes of a saved graph: lines of text, and the phrases that other languages translate."""

from __future__ import annotations

import string
from typing import Any

from visualize.core.errors import SourceError, shorten
from visualize.core.phrases import Note, Phrase, Separator, verbatim
from visualize.core.plain import AGAIN, decode, expect

_FORMATS = ("", ",")
_KEYS = {"template", "values", "plural", "number", "name", "separator"}


def read_notes(model: dict[str, Any], where: str) -> tuple[Note, ...]:
    """The notes of a model.

    Raises:
        SourceError: they cannot be read, or do not say what their phrases say.
    """
    lines = decode(tuple[str, ...], model.get("notes", []), f"{where}.notes")
    at = f"{where}.note_phrases"
    phrases = expect(list, model.get("note_phrases", []), at)
    if not phrases:
        return tuple(Note(verbatim(line)) for line in lines)
    notes = tuple(Note(_phrase(one, f"{at}[{number}]")) for number, one in enumerate(phrases))
    if tuple(map(str, notes)) != lines:
        raise SourceError("differ from notes", where=at, hint=AGAIN)
    return notes


def _phrase(document: Any, where: str, depth: int = 0) -> Phrase:
    given = expect(dict, document, where)
    if depth > 5 or given.keys() - _KEYS:
        raise SourceError("is no phrase", where=where, hint=AGAIN)
    values = {
        name: _phrase(value, f"{where}.{shorten(name, 40)}", depth + 1)
        if isinstance(value, dict)
        else _scalar(value, where)
        for name, value in expect(dict, given.get("values", {}), where).items()
    }
    separator = decode(str, given.get("separator", ""), where).upper()
    if separator and separator not in Separator.__members__:
        raise SourceError("has an unknown separator", where=where, hint=AGAIN)
    template, plural = (decode(str, given.get(name, ""), where) for name in ("template", "plural"))
    for text in (template, plural):
        _check_template(text, values, where)
    return Phrase(
        template,
        tuple(values.items()),
        plural,
        decode(int, given.get("number", 1), where),
        decode(str, given.get("name", ""), where),
        Separator[separator] if separator else None,
    )


def _scalar(value: Any, where: str) -> Any:
    kind = next((one for one in (bool, int, float) if type(value) is one), str)
    return decode(kind, value, where)


def _check_template(text: str, values: dict[str, Any], where: str) -> None:
    """Only names in braces: attributes, indices and widths of a format would do more than write."""
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError as error:
        raise SourceError("has a template with open braces", where=where, hint=AGAIN) from error
    for _, name, form, conversion in fields:
        if name is None:
            continue
        grouped = form == "," and not isinstance(values.get(name), (int, float))
        if name not in values or form not in _FORMATS or conversion or grouped:
            raise SourceError("has a template that cannot be filled", where=where, hint=AGAIN)
