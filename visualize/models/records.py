"""Whether each tensor of a ``torch.save`` archive has all of its values in the file.

torch maps a file and takes as many bytes as a tensor needs, wherever its record ends: what it reads
of a record that is too short is the head of the next one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import torch


def is_compressed(path: Path) -> bool:
    """Whether a part of an archive is compressed: values that cannot be mapped, or a bomb."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist())


def holds_script(content: Path | IO[bytes]) -> bool:
    """Whether an archive is a TorchScript, which some versions of `torch.load` would load as one.

    That runs code of the archive, whatever ``weights_only`` says.
    """
    if not zipfile.is_zipfile(content):
        return False
    with zipfile.ZipFile(content) as archive:
        return any(name.lower().endswith("constants.pkl") for name in archive.namelist())


def short_tensors(path: Path, content: Mapping[object, object]) -> list[str]:
    """Names of tensors in ``content``, which was read from ``path``, whose records are too short.

    Args:
        path: an archive of ``torch.save``.
        content: what `torch.load` returned for it.
    """
    names: dict[int, list[str]] = {}
    sizes: dict[int, int] = {}
    for name, tensor in named_tensors(content):
        if tensor.is_meta or tensor.layout is not torch.strided:
            continue
        storage = tensor.untyped_storage()
        if storage.nbytes():
            names.setdefault(storage.data_ptr(), []).append(name)
            sizes[storage.data_ptr()] = storage.nbytes()
    records = [record for record in _records(path) if record.file_size]
    records.sort(key=lambda record: record.header_offset)
    # In a mapped file, storages lie in memory as records do in the file.
    places = sorted(sizes)
    if len(places) != len(records):  # some belong to no tensor
        places.sort(key=sizes.__getitem__, reverse=True)
        records.sort(key=lambda record: record.file_size, reverse=True)
    held = [*(record.file_size for record in records), *[0] * len(places)]
    short = (place for place, size in zip(places, held) if sizes[place] > size)
    return [name for place in short for name in names[place]]


def named_tensors(content: object) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors in a checkpoint in the order in which they were pickled."""
    return _named(content, "", frozenset())


def _named(value: object, name: str, around: frozenset[int]) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        yield name, value
        return
    if not isinstance(value, (Mapping, list, tuple)) or id(value) in around:
        return  # a mapping may even hold itself
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, inner in items:
        yield from _named(inner, f"{name}.{key}" if name else str(key), around | {id(value)})


def _records(path: Path) -> list[zipfile.ZipInfo]:
    """The records of an archive that hold values: ``archive/data/0``."""
    with zipfile.ZipFile(path) as archive:
        return [one for one in archive.infolist() if one.filename.split("/")[1:2] == ["data"]]
