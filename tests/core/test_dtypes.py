"""One table of dtypes: sizes and numbers are those of torch."""

from __future__ import annotations

import pytest
import torch

from visualize.core.dtypes import DTYPES, OF_EXPORTED, SCRIPT_NUMBERS, DType, element_size

# The names that the schema of exported programs uses.
_SCHEMA = {
    "BYTE": "uint8", "CHAR": "int8", "SHORT": "int16", "INT": "int32", "LONG": "int64",
    "HALF": "float16", "FLOAT": "float32", "DOUBLE": "float64", "COMPLEXHALF": "complex32",
    "COMPLEXFLOAT": "complex64", "COMPLEXDOUBLE": "complex128",
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_sizes_are_those_of_torch(dtype: DType) -> None:
    found = getattr(torch, dtype.name, None)
    if found is None:
        pytest.skip("newer than this torch")
    assert dtype.size == found.itemsize == element_size(dtype.name)


def test_types_not_listed_have_one_byte() -> None:
    assert element_size("float4_e2m1fn_x2") == 1


def _dtype(tensor: torch.Tensor) -> torch.dtype:
    return tensor.dtype


def test_numbers_of_scripts() -> None:
    number = torch.jit.script(_dtype)
    for name, expected in SCRIPT_NUMBERS.items():
        if hasattr(torch, name) and not name.startswith(("q", "quint")):
            found = number(torch.empty(1, dtype=getattr(torch, name)))
            assert found in (expected, getattr(torch, name))


def test_numbers_of_exported_programs() -> None:
    schema = pytest.importorskip("torch._export.serde.schema")
    for entry in schema.ScalarType:
        if entry.name != "UNKNOWN" and int(entry) in OF_EXPORTED:
            plain = entry.name.lower().replace("float8", "float8_", 1)
            assert OF_EXPORTED[int(entry)] in (_SCHEMA.get(entry.name), entry.name.lower(), plain)
