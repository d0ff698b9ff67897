"""Checkpoints: files of weights, read without running code that they may hold."""

from __future__ import annotations

import pickle
import pickletools
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from visualize.core.errors import WeightsError, list_names, shorten_path
from visualize.models.truncated import is_safetensors, lost_tensors

_ARCHIVE = b"PK\x03\x04"
_SAVE_TENSORS = "save its tensors alone, by torch.save(model.state_dict(), FILE)"


def read_checkpoint(path: Path) -> Mapping[Any, Any]:
    """What a file of ``torch.save`` or safetensors holds; its tensors stay in the file as it is.

    Raises:
        WeightsError: the file is missing, cut off, no checkpoint, or would run code.
    """
    where = shorten_path(str(path))
    try:
        with path.open("rb") as file:
            head = file.read(9)
    except FileNotFoundError:
        raise WeightsError("no such file", where=where, hint="check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WeightsError(f"cannot be read: {reason}", where=where) from error
    with _one_line(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = _read_safetensors(path) if is_safetensors(head) else _read_torch(path, head)
    if not isinstance(content, Mapping):
        raise WeightsError(
            f"holds no tensors by name but a {type(content).__name__}",
            where=where,
            hint=_SAVE_TENSORS,
        )
    return content


def _read_safetensors(path: Path) -> Mapping[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def _read_torch(path: Path, head: bytes) -> Any:
    is_archive = head.startswith(_ARCHIVE)  # what older versions wrote cannot be mapped
    return torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Tell of whatever is wrong with a file in one line."""
    where = shorten_path(str(path))
    try:
        yield
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        if not (named or _is_pickled(path)):
            raise _broken(path, error) from error
        held = (
            f"it holds objects ({named[1]}) besides tensors" if named else "it is no plain pickle"
        )
        raise WeightsError(
            f"refused: {held}, which could run code when it is read",
            where=where,
            hint=_SAVE_TENSORS,
        ) from error
    except Exception as error:  # torch and safetensors raise many kinds for a broken file
        raise _broken(path, error) from error


def _is_pickled(path: Path) -> bool:
    """Whether a file is a pickle, or an archive of torch.save that is whole."""
    content = path.read_bytes()
    if content.startswith(_ARCHIVE):
        return True
    try:
        for _ in pickletools.genops(content):
            pass
    except Exception:  # of many kinds, for what is no pickle
        return False
    return True


def _broken(path: Path, error: Exception) -> WeightsError:
    """What to tell of a file that cannot be read."""
    where = shorten_path(str(path))
    lost = lost_tensors(path)
    if lost:
        return WeightsError(
            f"is cut off: it has lost {list_names(lost)}", where=where, hint="get it again"
        )
    if "TorchScript" in str(error):
        return WeightsError(
            "is a TorchScript archive, a model with its weights",
            where=where,
            hint="give it as MODEL, or save its state_dict()",
        )
    if path.read_bytes().startswith(_ARCHIVE) and not _is_whole(path):
        return WeightsError("is cut off at its end", where=where, hint="get it again")
    return WeightsError(
        "is no checkpoint, or only a part of one",
        where=where,
        hint="give a file of torch.save or safetensors",
    )


def _is_whole(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        return False
