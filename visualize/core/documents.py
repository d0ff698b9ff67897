"""JSON documents that people can read and compare: one line for each item of a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def to_json(document: Mapping[str, Any]) -> bytes:
    """Write ``document`` with one line for each key, and one for each object in a list.

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
    return json.dumps(value, ensure_ascii=False)
