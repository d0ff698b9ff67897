"""The pickles of a script, read into plain data and written anew. Nothing is imported or called."""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from visualize.models.scripted.contents import RefusedError
from visualize.models.scripted.enums import EnumCode

_MOST = 200  # deep, far more than modules are nested
_MOST_INSTRUCTIONS = (
    750_000  # as many take half a gigabyte; the largest model of torchvision has 20,000
)


@dataclass(frozen=True)
class Named:
    """A class or function that a pickle names."""

    module: str
    name: str

    @property
    def full(self) -> str:
        """The qualified name."""
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class Made:
    """An object of a class with its state."""

    kind: Named
    state: Any = None
    complete: bool = False


@dataclass(eq=False)
class Called:
    """What a function returns for a tuple of arguments."""

    function: Named
    arguments: Any


@dataclass(eq=False)
class Stored:
    """A storage: values that have a record of their own."""

    arguments: tuple[Any, ...]


class Table:
    """A dict, its items in their order."""

    def __init__(self) -> None:
        self.items: list[tuple[Any, Any]] = []


class _Mark:
    """Where the items of a collection begin."""


_MARK = _Mark()
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_VALUES = frozenset({"BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"})
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def read_pickle(content: bytes, enums: Mapping[str, EnumCode] | None = None) -> Any:
    """What a pickle describes.

    Args:
        content: the pickle.
        enums: by their qualified names; their values come in the place of their members.

    Raises:
        RefusedError: it has instructions that `torch.jit.save` does not write, or is broken.
    """
    reader = _Reader(enums or {})
    try:
        for number, (operation, argument, _) in enumerate(pickletools.genops(content)):
            if number > _MOST_INSTRUCTIONS:
                raise RefusedError("its pickle is longer than that of any model")
            if operation.name == "STOP":
                break
            reader.take(operation.name, argument)
        result = reader.result()
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        raise RefusedError("its pickle cannot be read") from None
    return result


class _Reader:
    """A pickle's stack and memory."""

    def __init__(self, enums: Mapping[str, EnumCode]) -> None:
        self.enums = enums
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}

    def take(self, name: str, argument: Any) -> None:
        """Carry out one instruction."""
        if name in _VALUES:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memory[argument])
        elif name in ("BINPUT", "LONG_BINPUT"):
            if self.stack[-1] is _MARK:
                raise ValueError("a mark is no value")
            self.memory[argument] = self.stack[-1]
        elif name in _TUPLES:
            count = _TUPLES[name]
            items = [self._pop() for _ in range(count)]
            self.stack.append(tuple(reversed(items)))
        elif name in _INSTRUCTIONS:
            _INSTRUCTIONS[name](self)
        elif name == "GLOBAL":
            module, _, of = argument.partition(" ")
            self.stack.append(Named(module, of))
        elif name != "PROTO":
            raise RefusedError(
                f"its pickle has an instruction ({name}) that torch.jit.save never writes"
            )

    def result(self) -> Any:
        """The one value that is left."""
        result = self._pop()
        if self.stack:
            raise ValueError("more than one value")
        return result

    def _pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise ValueError("a mark is no value")
        return value

    def _items(self) -> list[Any]:
        """What lies above the last mark, which goes with it."""
        items: list[Any] = []
        while (value := self.stack.pop()) is not _MARK:
            items.append(value)
        return items[::-1]

    def mark(self) -> None:
        self.stack.append(_MARK)

    def tuple(self) -> None:
        self.stack.append(tuple(self._items()))

    def list(self) -> None:
        self.stack.append([])

    def table(self) -> None:
        self.stack.append(Table())

    def append(self) -> None:
        value = self._pop()
        self._into(list).append(value)

    def extend(self) -> None:
        items = self._items()
        self._into(list).extend(items)

    def set_item(self) -> None:
        value, key = self._pop(), self._pop()
        self._into(Table).items.append((key, value))

    def set_items(self) -> None:
        items = self._items()
        if len(items) % 2:
            raise ValueError("a key without a value")
        self._into(Table).items.extend(zip(items[::2], items[1::2]))

    def _into(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise ValueError("not a collection")
        return self.stack[-1]

    def make(self) -> None:
        arguments, kind = self._pop(), self._pop()
        if arguments != () or not isinstance(kind, Named):
            raise ValueError("not a class")
        self.stack.append(Made(kind))

    def build(self) -> None:
        state = self._pop()
        made = self._into(Made)
        if made.complete:
            raise ValueError("a state twice")
        made.state, made.complete = state, True

    def call(self) -> None:
        arguments, function = self._pop(), self._pop()
        if not isinstance(function, Named):
            raise ValueError("not a function")
        enum = self.enums.get(function.full)
        if enum and type(arguments) in (int, float, str) and arguments in enum.values:
            self.stack.append(arguments)
            return
        self.stack.append(Called(function, arguments))

    def store(self) -> None:
        arguments = self._pop()
        if not isinstance(arguments, tuple):
            raise ValueError("not a storage")
        self.stack.append(Stored(arguments))


_INSTRUCTIONS: dict[str, Callable[[_Reader], None]] = {
    "MARK": _Reader.mark,
    "TUPLE": _Reader.tuple,
    "EMPTY_LIST": _Reader.list,
    "EMPTY_DICT": _Reader.table,
    "APPEND": _Reader.append,
    "APPENDS": _Reader.extend,
    "SETITEM": _Reader.set_item,
    "SETITEMS": _Reader.set_items,
    "NEWOBJ": _Reader.make,
    "BUILD": _Reader.build,
    "REDUCE": _Reader.call,
    "BINPERSID": _Reader.store,
}


def write_pickle(value: Any) -> bytes:
    """A pickle of what `read_pickle` returned, in the form of `torch.jit.save`.

    Raises:
        RefusedError: it holds itself, or is nested too deeply.
    """
    writer = _Writer()
    writer.write(value, 0)
    return b"\x80\x02" + b"".join(writer.parts) + b"."


class _Writer:
    """Writes values; what occurs twice is written once and then named."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.numbers: dict[int, int] = {}
        self.open: set[int] = set()

    def write(self, value: Any, depth: int) -> None:
        """Write ``value``, ``depth`` levels inside others."""
        if value is None or isinstance(value, (bool, int, float, str)):
            self.parts.append(_scalar(value))
            return
        if isinstance(value, Named):
            self.parts.append(f"c{value.module}\n{value.name}\n".encode())
            return
        key = id(value)
        if key in self.numbers:
            self.parts.append(b"j" + struct.pack("<I", self.numbers[key]))
            return
        if key in self.open or depth > _MOST:
            raise RefusedError("its pickle holds itself, or is nested too deeply")
        self.open.add(key)
        self._compound(value, depth + 1)
        self.open.discard(key)
        if value != ():
            self.numbers[key] = len(self.numbers)
            self.parts.append(b"r" + struct.pack("<I", self.numbers[key]))

    def _compound(self, value: Any, depth: int) -> None:
        if isinstance(value, Made):
            self.write(value.kind, depth)
            self.parts.append(b")\x81")
            self.write(value.state, depth)
            self.parts.append(b"b")
        elif isinstance(value, Called):
            self.write(value.function, depth)
            self.write(value.arguments, depth)
            self.parts.append(b"R")
        elif isinstance(value, Stored):
            self.write(value.arguments, depth)
            self.parts.append(b"Q")
        elif isinstance(value, Table):
            self._many(b"}", [each for item in value.items for each in item], b"u", depth)
        elif isinstance(value, list):
            self._many(b"]", value, b"e", depth)
        else:
            self._many(b"" if value else b")", value, b"t" if value else b"", depth)

    def _many(self, begin: bytes, values: Any, end: bytes, depth: int) -> None:
        """A collection: torch writes a mark and its items, also if there are none."""
        self.parts.append(begin + (b"(" if end else b""))
        for value in values:
            self.write(value, depth)
        self.parts.append(end)


def _scalar(value: bool | int | float | str | None) -> bytes:
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, str):
        text = value.encode()
        return b"X" + struct.pack("<I", len(text)) + text
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    if -(2**63) <= value < 2**63:
        return b"\x8a\x08" + value.to_bytes(8, "little", signed=True)
    raise RefusedError("its pickle has a number that is larger than any")
