"""Errors: kinds of failures that carry their facts: what failed, where, and what to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visualize.core.module_path import spelled


class VisualizeError(Exception):
    """Base of all errors that this package raises on purpose; as text, one line.

    Args:
        message: what went wrong, in one clause without a full stop.
        where: the file, layer or option where it was found, if any.
        hint: what to try, if anything.

    Attributes:
        ran: the `TracedModel` of what ran before the model failed, while it is traced.
        architecture: the exact graph of what ran before the model failed, if it ran at all.
        summary: the `Summary` of it, of errors of `visualize.summarize`.

    >>> str(VisualizeError("not an SVG file", where="net.svg", hint="draw it again"))
    'net.svg: not an SVG file; draw it again'
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.ran: Any = None
        self.architecture: Any = None
        self.summary: Any = None

    def __str__(self) -> str:
        parts = [f"{self.where}: " if self.where else "", self.message]
        if self.hint:
            parts.append(f"; {self.hint}")
        return printable(" ".join("".join(parts).split()))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of the frames: the line, and notes that were added.

        Plain Python does not ask for it.
        """
        notes = (printable(" ".join(str(note).split())) for note in getattr(self, "__notes__", ()))
        return [f"{type(self).__name__}: {self}", *notes]


class UsageError(VisualizeError):
    """The request is malformed: an option, a suffix, a specification."""


class UnknownOptionError(UsageError, TypeError):
    """An option that does not exist; as an unknown keyword it is a TypeError as well.

    >>> print(UnknownOptionError("them", ["theme", "title"]))
    no option named 'them'; did you mean theme?
    """

    def __init__(self, name: str, known: Sequence[str], *, where: str = "") -> None:
        import difflib

        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
        super().__init__(f"no option named {shorten(name)!r}", where=where, hint=hint)


class UnknownModelError(VisualizeError):
    """There is no model of that name.

    Args:
        name: the name.
        nearest: the most similar names.
        kind: what it should name.
    """

    def __init__(self, name: str, nearest: list[str], *, kind: str = "model") -> None:
        likely = f"did you mean {', '.join(nearest)}?" if nearest else ""
        super().__init__(
            f"no {kind} named {shorten(name)!r}",
            hint=likely or "see `visualize models`, or give path/to/file.py:Name",
        )
        self.name = name
        self.nearest = nearest


class SourceError(VisualizeError):
    """A file or module that should define a model is missing, broken or lacks the name."""


class ConstructionError(VisualizeError):
    """Building the model raised an exception."""


class WeightsError(VisualizeError):
    """Weights are not available, would run code, or do not fit the model.

    Args:
        message: what went wrong.
        where: the file, if any.
        hint: what to try, if anything.
        missing: names of tensors that the model has and the weights lack.
        unexpected: names of tensors that the weights have and the model lacks.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        missing: Sequence[str] = (),
        unexpected: Sequence[str] = (),
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.missing = tuple(missing)
        self.unexpected = tuple(unexpected)


# Errors name an input as both the command line and Python know it.
OTHER_INPUT = "try another input (--input, or inputs= in Python)"
INPUT_FOR_EACH = "give an input for each (--input NAME=SHAPE, or inputs={name: …} in Python)"


class InputError(VisualizeError):
    """The example inputs are missing or do not fit the model's ``forward``."""


class ShapeError(InputError):
    """A layer does not accept the tensors that reach it.

    Args:
        layer: its module path and class.
        got: the shape that reaches it.
        expected: the shape that it needs.

    Attributes:
        place: ``layer`` as people read it.
    """

    def __init__(self, layer: str, got: str, expected: str) -> None:
        super().__init__(
            f"got {got}, expected {expected}",
            where=f"layer {_as_read(layer)}",
            hint=OTHER_INPUT,
        )
        self.layer = layer
        self.place = _as_read(layer)
        self.got = got
        self.expected = expected


def _as_read(layer: str) -> str:
    """``layer1[0] (Conv2d)`` for ``layer1.0 (Conv2d)``."""
    path, gap, class_name = layer.partition(" (")
    return spelled(path) + gap + class_name


class UntraceableError(VisualizeError):
    """The model's ``forward`` cannot be traced.

    Args:
        reason: why.
        line: the line of code where tracing stopped.
        hint: what to try, if anything.
    """

    def __init__(self, reason: str, *, line: str, hint: str = "") -> None:
        super().__init__(reason, where=line, hint=hint)
        self.line = line


class EndlessError(UntraceableError):
    """The model's code takes too long, or runs too many operations."""


class ForwardError(VisualizeError):
    """The model's own ``forward`` raised an exception."""


class RenderError(VisualizeError):
    """Graphviz could not draw the figure."""


class FigureError(VisualizeError):
    """A file that should be a figure is missing, or is not a figure."""


class OutputError(VisualizeError):
    """A file could not be written."""


def printable(text: str) -> str:
    r"""``text`` without control characters, safe to print on a terminal.

    >>> printable("fc\x1b[2J.weight")
    'fc[2J.weight'
    """
    return "".join(character for character in text if character.isprintable())


def shorten(text: str, limit: int = 80) -> str:
    """Cut ``text`` to ``limit`` characters for a message.

    >>> shorten("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shorten_path(path: str, limit: int = 80) -> str:
    """Cut ``path`` to its last ``limit`` characters for a message.

    >>> shorten_path("/home/user/net.py", 8)
    '…/net.py'
    """
    return path if len(path) <= limit else "…" + path[1 - limit :]


def list_names(names: Sequence[str], limit: int = 8, between: str = ", ") -> str:
    """The first ``limit`` names, and how many more there are, for a message.

    >>> list_names(["fc.weight", "fc.bias", "conv1.weight"], 2)
    'fc.weight, fc.bias and 1 more'
    """
    listed = between.join(shorten(name, 160) for name in names[:limit])
    return printable(listed) + (f" and {len(names) - limit} more" if len(names) > limit else "")
