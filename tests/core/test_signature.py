"""Functions that list the fields of an options type."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from visualize.core.choices import Level
from visualize.core.option import Options, choice, text
from visualize.core.signature import takes_options


@dataclass(frozen=True, kw_only=True)
class Look(Options):
    level: Level = choice("How much to show.", Level.BLOCK)
    title: str = text("Title above.")


@takes_options(Look)
def show(thing: str, *, options: Look | None = None, **keywords: Any) -> Look:
    """Show ``thing``.

    Args:
        thing: what to show.
    """
    return Look.of(options, keywords)


def test_the_signature_lists_keywords_with_plain_defaults() -> None:
    parameters = inspect.signature(show).parameters
    assert list(parameters) == ["thing", "options", "level", "title"]
    assert parameters["level"].default == "block"
    assert type(parameters["level"].default) is str
    assert parameters["title"].kind is inspect.Parameter.KEYWORD_ONLY


def test_the_docstring_explains_them() -> None:
    assert inspect.getdoc(show) == (
        "Show ``thing``.\n\nArgs:\n    thing: what to show.\n\n"
        "Options, also the fields of `Look`:\n"
        "    level: How much to show. One of auto, stage, block, sublayer, layer, op.\n"
        "    title: Title above."
    )


def test_the_function_is_as_it_was() -> None:
    assert show("it", level="op").level is Level.OP
    assert show.__name__ == "show"
