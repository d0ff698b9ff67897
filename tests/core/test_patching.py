"""Functions are replaced for a while, and put back whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from visualize.core.patching import patched


class Greeter:
    def greet(self) -> str:
        return "hello"


def louder(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: original(*given).upper()


def test_a_function_of_a_class_or_a_table_is_replaced_for_a_while() -> None:
    names: dict[str, Any] = {"greet": lambda: "hi"}
    before = (Greeter.greet, names["greet"])
    with patched(Greeter, "greet", louder), patched(names, "greet", louder):
        assert (Greeter().greet(), names["greet"]()) == ("HELLO", "HI")
    assert (Greeter.greet, names["greet"]) == before


def test_it_is_put_back_after_an_exception() -> None:
    before = Greeter.greet
    with pytest.raises(ValueError, match="on purpose"), patched(Greeter, "greet", louder):
        raise ValueError("on purpose")
    assert Greeter.greet is before


def test_a_replacement_that_others_keep_calling_is_no_endless_loop() -> None:
    """As torch.fx does in another thread, which begins in the midst of ours and ends after it."""
    names: dict[str, Any] = {"greet": lambda: "hi"}
    with patched(names, "greet", louder):
        ours = names["greet"]
        names["greet"] = lambda: f"{ours()}!"
    with patched(names, "greet", louder):
        assert names["greet"]() == "HI!"
    assert names["greet"]() == "hi!"


def test_a_replacement_that_others_put_back_is_taken_away() -> None:
    """As torch.fx does where its trace in another thread begins in ours and ends after it."""
    names: dict[str, Any] = {"greet": lambda: "hi"}
    before = names["greet"]
    with patched(names, "greet", louder):
        found = names["greet"]
        names["greet"] = lambda: "theirs"
    names["greet"] = found
    ends = time.monotonic() + 10
    while names["greet"] is not before and time.monotonic() < ends:
        time.sleep(0.01)
    assert names["greet"] is before
