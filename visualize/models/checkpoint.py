"""Checkpoints: files of weights, read without running code they may contain."""

from __future__ import annotations

import pickle
import pickletools
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from visualize.core.errors import WeightsError, list_names, shorten_path
from visualize.core.files import check_regular
from visualize.core.quiet import quiet
from visualize.models.records import holds_script, is_compressed, short_tensors
from visualize.models.truncated import is_safetensors, lost_tensors

_ARCHIVE = b"PK\x03\x04"
_AGAIN = "download it again"
_SAVE_TENSORS = "save only its tensors, with torch.save(model.state_dict(), FILE)"


def read_checkpoint(path: Path) -> Mapping[Any, Any]:
    """The content of a file of ``torch.save`` or safetensors; tensors stay mapped to the file.

    Raises:
        WeightsError: the file is missing, truncated, not a checkpoint, or would run code.
    """
    where = shorten_path(str(path))
    try:
        check_regular(path)
        with path.open("rb") as file:
            head = file.read(9)
    except FileNotFoundError:
        raise WeightsError("no such file", where=where, hint="check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WeightsError(f"cannot be read: {reason}", where=where) from error
    with _one_line(path), quiet():
        content = _read_safetensors(path) if is_safetensors(head) else _read_torch(path, head)
    if not isinstance(content, Mapping):
        raise WeightsError(
            f"contains a {type(content).__name__}, not tensors by name",
            where=where,
            hint=_SAVE_TENSORS,
        )
    return content


def _read_safetensors(path: Path) -> Mapping[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def _read_torch(path: Path, head: bytes) -> Any:
    is_archive = head.startswith(_ARCHIVE)  # files of older versions cannot be mapped
    where = shorten_path(str(path))
    if is_archive and holds_script(path):
        raise _is_a_script(where)
    if is_archive and is_compressed(path):
        raise WeightsError(
            "its values are compressed, as torch.save never does", where=where, hint=_SAVE_TENSORS
        )
    content = torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)
    short = short_tensors(path, content) if is_archive and isinstance(content, Mapping) else []
    if short:
        names = list_names(short)
        raise WeightsError(f"damaged: values of {names} missing", where=where, hint=_AGAIN)
    return content


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Turn whatever is wrong with a file into a `WeightsError`."""
    where = shorten_path(str(path))
    try:
        yield
    except WeightsError:
        raise
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        if not (named or _is_pickled(path)):
            raise _broken(path, error) from error
        held = (
            f"it contains objects ({named[1]}), not only tensors"
            if named
            else "it is not a plain pickle"
        )
        raise WeightsError(
            f"refused: {held}, which could run code when loaded",
            where=where,
            hint=_SAVE_TENSORS,
        ) from error
    except Exception as error:  # torch and safetensors raise many kinds for a broken file
        raise _broken(path, error) from error


def _is_pickled(path: Path) -> bool:
    """Whether a file is a pickle, or a complete archive of torch.save."""
    content = path.read_bytes()
    if content.startswith(_ARCHIVE):
        return True
    try:
        for _ in pickletools.genops(content):
            pass
    except Exception:  # of many kinds, if this is not a pickle
        return False
    return True


def _broken(path: Path, error: Exception) -> WeightsError:
    """The error for a file that cannot be read."""
    where = shorten_path(str(path))
    lost = lost_tensors(path)
    if lost:
        return WeightsError(
            f"truncated: {list_names(lost)} missing", where=where, hint="download it again"
        )
    if "TorchScript" in str(error):
        return _is_a_script(where)
    if path.read_bytes().startswith(_ARCHIVE) and not _is_whole(path):
        return WeightsError("truncated at its end", where=where, hint=_AGAIN)
    return WeightsError(
        "not a checkpoint, or truncated",
        where=where,
        hint="download it again; torch.save and safetensors files can be read",
    )


def _is_a_script(where: str) -> WeightsError:
    return WeightsError(
        "a TorchScript archive: a model with its weights",
        where=where,
        hint="give it as MODEL, or save its state_dict()",
    )


def _is_whole(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        return False
