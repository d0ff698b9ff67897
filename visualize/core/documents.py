"""JSON documents that are easy to read and to compare: one line per item of a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def to_json(document: Mapping[str, Any]) -> bytes:
    """Encode ``document`` with one line per key, and one per object in a list, as UTF-8.

    >>> print(to_json({"schema": 1, "nodes": [{"id": "a"}, {"id": "b"}]}).decode())
    {"schema": 1,
     "nodes": [
      {"id": "a"},
      {"id": "b"}]}
    <BLANKLINE>
    """
    lines = (f"{_compact(key)}: {_value(value)}" for key, value in document.items())
    text = "{" + ",\n ".join(lines) + "}\n"
    return text.encode("utf-8", "replace")


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(_compact(item) for item in value) + "]"
    return _compact(value)


def _compact(value: Any) -> str:
    r"""``value`` with what is not seen as escapes, which a terminal does not obey.

    >>> print(_compact("é \x9b"))
    "é \u009b"
    """
    # Half of a surrogate pair is no character.
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)
