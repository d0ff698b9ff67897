"""Which tensors are missing from a truncated checkpoint, as after a broken download."""

from __future__ import annotations

import contextlib
import io
import json
import pickletools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch

from visualize.core.quiet import quiet
from visualize.core.torch_internals import storage_id
from visualize.models.records import named_tensors

# The head of an entry of a zip archive, and the number of a tensor's storage in its name.
_ENTRY = re.compile(rb"PK\x03\x04.{26}[^/\x00]+/(?:data/(\d+))?", re.DOTALL)
_NAME_SIZES = slice(26, 28), slice(28, 30)
_LARGEST = 100_000_000  # bytes of JSON that safetensors allows
_HEAD = 30  # bytes before the name


def lost_tensors(path: Path) -> list[str]:
    """Names of the tensors whose values are missing at the end of a file, as far as known.

    Safetensors has the names, and where each tensor ends, at its beginning. A file of torch.save
    begins with a pickle that names them, followed by the storages in the order of the tensors;
    the index of the archive, which is at its end, is missing.
    """
    content = path.read_bytes()
    with contextlib.suppress(Exception), quiet():  # whatever else is wrong
        if is_safetensors(content[:9]):
            return list(_lost_of_safetensors(content))
        if content.startswith(b"PK"):
            return list(_lost_of_archive(content))
    return []


def is_safetensors(head: bytes) -> bool:
    """Whether a file is of safetensors: the size of its JSON in eight bytes, then that."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < _LARGEST


def _lost_of_safetensors(content: bytes) -> Iterator[str]:
    start = 8 + int.from_bytes(content[:8], "little")
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__" and start + entry["data_offsets"][1] > len(content):
            yield name


def _lost_of_archive(content: bytes) -> Iterator[str]:
    entries = [match[1] for match in _ENTRY.finditer(content)]
    # Only an entry after which another begins is surely whole.
    whole = sum(number is not None for number in entries[:-1])
    numbers: dict[int | None, int] = {}
    for name, tensor in named_tensors(_without_storages(content)):
        if numbers.setdefault(storage_id(tensor), len(numbers)) >= whole:
            yield name


def _without_storages(content: bytes) -> object:
    """The object that the pickle in an archive describes, its tensors without their values."""
    name, extra = (int.from_bytes(content[size], "little") for size in _NAME_SIZES)
    pickle = io.BytesIO(content[_HEAD + name + extra :])
    for _ in pickletools.genops(pickle):
        pass  # up to its end, which only reading it finds
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", pickle.getvalue()[: pickle.tell()])
        file.writestr("archive/version", "3\n")
        file.writestr("archive/byteorder", "little")
    archive.seek(0)
    with torch.serialization.skip_data():
        found: object = torch.load(archive, map_location="cpu", weights_only=True)
    return found
