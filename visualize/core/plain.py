"""Dataclasses as plain data and back: what JSON holds of an exact graph, checked as it is read."""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from visualize.core.errors import SourceError, shorten

_Kind = TypeVar("_Kind")
_LARGEST = 2**63 - 1  # of a number; torch counts elements in 64 bits
_LONGEST = 100_000  # characters of a text
_DEEPEST = 12  # lists and objects inside each other
_NOT_FINITE = ("nan", "inf", "-inf")


def encode(value: Any) -> Any:
    """``value`` as plain data; fields of a dataclass that have their default are left out.

    >>> from visualize.core.operands import Constant
    >>> encode(Constant("gain", shape=(1, 3))), encode(Constant("", fill=math.inf))
    ({'name': 'gain', 'shape': [1, 3]}, {'name': '', 'fill': 'inf'})
    """
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {name: encode(getattr(value, name)) for name in changed(value)}
    if isinstance(value, Mapping):
        return {str(name): encode(each) for name, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [encode(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def changed(value: Any) -> list[str]:
    """The fields of a dataclass that do not have their default, in their order."""
    kind: Any = type(value)
    defaults = _defaults(kind)
    return [
        each.name
        for each in dataclasses.fields(value)
        if each.name not in defaults
        or getattr(value, each.name) != defaults[each.name]
        or type(getattr(value, each.name)) is not type(defaults[each.name])
    ]


@functools.cache
def _defaults(kind: type) -> dict[str, Any]:
    known = {}
    for each in dataclasses.fields(kind):
        if each.default is not dataclasses.MISSING:
            known[each.name] = each.default
        elif each.default_factory is not dataclasses.MISSING:
            known[each.name] = each.default_factory()
    return known


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def decode(kind: Any, document: Any, where: str) -> Any:
    """The value of a type that ``document`` holds, as `encode` wrote it.

    Args:
        kind: a class or a generic alias, such as ``tuple[int, ...]``.
        document: plain data.
        where: the file and the key, for errors.

    Raises:
        SourceError: it holds something else.
    """
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if document is None:
            return None
        return decode(next(one for one in get_args(kind) if one is not type(None)), document, where)
    if origin is tuple:
        return _tuple(kind, document, where)
    if origin is not None and issubclass(origin, Mapping):
        _, of = get_args(kind)
        return {
            _text(name, where): decode(of, each, f"{where}.{shorten(name, 40)}")
            for name, each in expect(dict, document, where).items()
        }
    if kind is Any:
        return _plain(document, where)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _choice(kind, document, where)
    if dataclasses.is_dataclass(kind):
        return _fields(kind, document, where)
    return _simple(kind, document, where)


def _simple(kind: Any, document: Any, where: str) -> Any:
    if kind is str:
        return _text(document, where)
    if kind is float:
        if document in _NOT_FINITE and isinstance(document, str):
            return float(document)
        if isinstance(document, bool) or not isinstance(document, (int, float)):
            raise wrong("a number", document, where)
        if not abs(document) < float("inf"):
            raise wrong("a number", document, where)
        return document
    value = expect(kind, document, where)
    if kind is int and not 0 <= value <= _LARGEST:
        raise wrong("a number from 0 to 2⁶³ − 1", document, where)
    return value


def _tuple(kind: Any, document: Any, where: str) -> tuple[Any, ...]:
    items = expect(list, document, where)
    of = get_args(kind)
    if of[-1] is not Ellipsis:
        if len(items) != len(of):
            raise wrong(f"a list of {len(of)}", document, where)
        return tuple(
            decode(each, item, f"{where}[{n}]") for n, (each, item) in enumerate(zip(of, items))
        )
    found = tuple(decode(of[0], item, f"{where}[{number}]") for number, item in enumerate(items))
    if of[0] is int and (len(found) > 64 or math.prod(found) > _LARGEST):
        raise wrong("the shape of a tensor", document, where)
    return found


def _fields(kind: Any, document: Any, where: str) -> Any:
    given, hints = expect(dict, document, where), _hints(kind)
    values = {}
    for each in dataclasses.fields(kind):
        if each.name in given:
            values[each.name] = decode(hints[each.name], given[each.name], f"{where}.{each.name}")
        elif each.name not in _defaults(kind):
            raise SourceError(f"has no {each.name}", where=where, hint=AGAIN)
    for name in given:
        if name not in hints:
            raise SourceError(f"has an unknown key {shorten(name)!r}", where=where, hint=AGAIN)
    return kind(**values)


AGAIN = "write it again with `visualize graph MODEL -o FILE.json`"


def expect(kind: type[_Kind], document: Any, where: str) -> _Kind:
    """``document``, which must be of a type.

    Raises:
        SourceError: it is of another type.
    """
    if isinstance(document, kind) and (kind is bool or not isinstance(document, bool)):
        return document
    raise wrong(_NAMES[kind], document, where)


def wrong(expected: str, document: Any, where: str) -> SourceError:
    """The error of a value that is not what it should be."""
    shown = repr(document) if isinstance(document, (str, int, float, type(None))) else ""
    got = shorten(shown, 40) or f"{_NAMES[type(document)]} of {len(document)}"
    return SourceError(f"expected {expected}, got {got}", where=where, hint=AGAIN)


_NAMES: Mapping[type, str] = {
    dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false",
    float: "a number",
}  # fmt: skip


def _text(document: Any, where: str) -> str:
    text = expect(str, document, where)
    if len(text) > _LONGEST:
        raise wrong(f"at most {_LONGEST:,} characters", document, where)
    return text


def _choice(kind: type[enum.Enum], document: Any, where: str) -> enum.Enum:
    values: Sequence[Any] = [each.value for each in kind]
    if not isinstance(document, str) or document not in values:
        raise wrong(f"one of {', '.join(values)}", document, where)
    return kind(document)


def _plain(document: Any, where: str, depth: int = 0) -> Any:
    """Plain data of any kind, which is not too deep and holds no number too large to write."""
    if depth > _DEEPEST:
        raise SourceError("is nested too deeply", where=where, hint=AGAIN)
    if isinstance(document, dict):
        return {
            _text(k, where): _plain(v, f"{where}.{shorten(k, 40)}", depth + 1)
            for k, v in document.items()
        }
    if isinstance(document, list):
        return [_plain(v, f"{where}[{n}]", depth + 1) for n, v in enumerate(document)]
    if isinstance(document, str):
        return _text(document, where)
    if isinstance(document, (int, float)) and not abs(document) <= 1e308:
        raise wrong("a number", document, where)
    if isinstance(document, int) and abs(document) > _LARGEST:
        raise wrong("a number of 64 bits", document, where)
    return document
