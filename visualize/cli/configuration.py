"""A figure's options in a TOML file beside it, so that it can be drawn again."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from visualize.core.errors import UsageError, shorten

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What an option may be in the file, by what it is on the command line.
TEXT, FLAG, NUMBER, TEXTS, TABLE = "text", "true or false", "a number", "a list of texts", "a table"


def read_configuration(path: Path, options: Mapping[str, str]) -> dict[str, Any]:
    """The options in a TOML file.

    Args:
        path: the file.
        options: what each option that there is must be: one of the constants above.

    Raises:
        UsageError: the file cannot be read, or an option is none or of another kind.
    """
    try:
        entries: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(error.strerror or "cannot be read", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"no TOML: {error}", where=str(path)) from error
    for key, value in entries.items():
        if key not in options:
            near = difflib.get_close_matches(key, options, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(options)}"
            raise UsageError(f"no option named {shorten(key)!r}", where=str(path), hint=hint)
        if not _is_kind(value, options[key]):
            raise UsageError(f"{key} must be {options[key]}", where=str(path))
    return entries


def write_configuration(entries: Mapping[str, Any]) -> bytes:
    """A TOML file with ``entries``: texts, numbers, truth values, lists of texts and tables.

    >>> print(write_configuration({"model": "net", "fold": False, "label": {"a.b": "B"}}).decode())
    model = "net"
    fold = false
    <BLANKLINE>
    [label]
    "a.b" = "B"
    <BLANKLINE>
    """
    lines = [
        f"{key} = {_value(value)}"
        for key, value in entries.items()
        if not isinstance(value, Mapping)
    ]
    for key, table in entries.items():
        if isinstance(table, Mapping):
            lines += [
                "",
                f"[{key}]",
                *(f"{_value(name)} = {_value(table[name])}" for name in table),
            ]
    return ("\n".join(lines) + "\n").encode()


def _is_kind(value: Any, kind: str) -> bool:
    if kind == TEXTS:
        texts = value if isinstance(value, list) else [value]
        return all(isinstance(text, str) for text in texts)
    if kind == TABLE:
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if kind == NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, bool if kind == FLAG else str)


def _value(value: Any) -> str:
    # Strings, numbers, truth values and lists of JSON are those of TOML.
    return json.dumps(value, ensure_ascii=False)
