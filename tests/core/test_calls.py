"""Calls of functions."""

from __future__ import annotations

from visualize.core.calls import FunctionCall


def test_calls_are_one_by_their_ids_whatever_they_were_given() -> None:
    call = FunctionCall("attention", "attention", {"heads": 2})
    assert call == FunctionCall("attention", "attention")
    assert hash(call) == hash(FunctionCall("attention", "attention"))
    assert call != FunctionCall("attention_1", "attention", {"heads": 2})
