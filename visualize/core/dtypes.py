"""The element types of tensors: their sizes, and the numbers that file formats give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DType:
    """An element type.

    Attributes:
        name: its name in torch, such as ``float32``.
        size: bytes of one element.
        script: its number in TorchScript, that of ``c10::ScalarType``; None where there is none.
        exported: its number in exported programs, that of ``torch/_export/serde/schema.py``.
    """

    name: str
    size: int
    script: int | None
    exported: int | None


DTYPES = (
    DType("uint8", 1, 0, 1),
    DType("int8", 1, 1, 2),
    DType("int16", 2, 2, 3),
    DType("int32", 4, 3, 4),
    DType("int64", 8, 4, 5),
    DType("float16", 2, 5, 6),
    DType("float32", 4, 6, 7),
    DType("float64", 8, 7, 8),
    DType("complex32", 4, 8, 9),
    DType("complex64", 8, 9, 10),
    DType("complex128", 16, 10, 11),
    DType("bool", 1, 11, 12),
    DType("qint8", 1, 12, None),
    DType("quint8", 1, 13, None),
    DType("qint32", 4, 14, None),
    DType("bfloat16", 2, 15, 13),
    DType("float8_e5m2", 1, 23, 30),
    DType("float8_e4m3fn", 1, 24, 29),
    DType("float8_e5m2fnuz", 1, 25, 32),
    DType("float8_e4m3fnuz", 1, 26, 31),
    DType("uint16", 2, 27, 28),
    DType("uint32", 4, 28, 34),
    DType("uint64", 8, 29, 35),
    DType("float8_e8m0fnu", 1, 44, 33),
)

_SIZES = {dtype.name: dtype.size for dtype in DTYPES}
OF_SCRIPTS = {dtype.script: dtype.name for dtype in DTYPES if dtype.script is not None}
OF_EXPORTED = {dtype.exported: dtype.name for dtype in DTYPES if dtype.exported is not None}
SCRIPT_NUMBERS = {name: number for number, name in OF_SCRIPTS.items()}


def added(numbers: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """Numbers by dtype, added up.

    >>> added([{"float32": 10}, {"float32": 2, "bfloat16": 4}])
    {'float32': 12, 'bfloat16': 4}
    """
    total: Counter[str] = Counter()
    for one in numbers:
        total.update(one)
    return dict(total)


def parameter_bytes(dtypes: Mapping[str, int]) -> int:
    """Bytes of parameters or buffers, from the number of elements of each dtype.

    >>> parameter_bytes({"float32": 10, "bfloat16": 4})
    48
    """
    return sum(number * element_size(dtype) for dtype, number in dtypes.items())


def element_size(dtype: str) -> int:
    """Bytes of one element; one for types that are not listed, which pack several into a byte.

    >>> element_size("float32"), element_size("bool"), element_size("float8_e4m3fn")
    (4, 1, 1)
    """
    return _SIZES.get(dtype, 1)
