"""JSON with one line per item."""

from __future__ import annotations

import json

import pytest

from visualize.core.documents import to_json


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"a": [], "b": {}, "c": None, "d": [1, 2], "e": 'x"\n'},
        {"nodes": [{"id": "图", "shape": [1, 3]}, {"id": "\u2028"}], "edges": []},
    ],
)
def test_a_document_is_read_back(document: dict[str, object]) -> None:
    assert json.loads(to_json(document)) == document


def test_an_item_has_a_line() -> None:
    text = to_json({"schema": 1, "nodes": [{"id": "a"}, {"id": "b", "of": [1, 2]}]}).decode()
    assert text.splitlines() == [
        '{"schema": 1,',
        ' "nodes": [',
        '  {"id": "a"},',
        '  {"id": "b", "of": [1, 2]}]}',
    ]
    assert text.endswith("}\n")


def test_lone_surrogates_are_replaced() -> None:
    assert to_json({"id": "a\udc80"}) == b'{"id": "a?"}\n'
