"""Checkpoints: files of weights, read without running code that they may hold."""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from visualize.errors import WeightsError, list_names, shorten_path
from visualize.models.truncated import lost_tensors

_ARCHIVE = b"PK\x03\x04"
_SAVE_TENSORS = "save its tensors alone, by torch.save(model.state_dict(), FILE)"


def read_checkpoint(path: Path) -> Mapping[Any, Any]:
    """What a file of ``torch.save`` or safetensors holds; its tensors stay in the file as it is.

    Raises:
        WeightsError: the file is missing, cut off, no checkpoint, or would run code.
    """
    with _one_line(path):
        path.open("rb").close()
        content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    if not isinstance(content, Mapping):
        raise WeightsError(
            f"holds no tensors by name but a {type(content).__name__}",
            where=shorten_path(str(path)),
            hint=_SAVE_TENSORS,
        )
    return content


def _read_safetensors(path: Path) -> Mapping[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def _read_torch(path: Path) -> Any:
    with path.open("rb") as file:
        is_archive = file.read(4) == _ARCHIVE  # what older versions wrote cannot be mapped
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Tell of whatever is wrong with a file in one line."""
    where = shorten_path(str(path))
    try:
        yield
    except FileNotFoundError:
        raise WeightsError("no such file", where=where, hint="check the path") from None
    except OSError as error:
        raise WeightsError(f"cannot be read: {error.strerror or error}", where=where) from error
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        raise WeightsError(
            f"refused: it holds {f'objects ({named[1]})' if named else 'other things'} besides "
            "tensors, which could run code when they are read",
            where=where,
            hint=_SAVE_TENSORS,
        ) from error
    except Exception as error:  # torch and safetensors raise many kinds for a broken file
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> WeightsError:
    """What to tell of a file that cannot be read."""
    where = shorten_path(str(path))
    lost = lost_tensors(path)
    if lost:
        return WeightsError(
            f"is cut off: it has lost {list_names(lost)}", where=where, hint="get it again"
        )
    with path.open("rb") as file:
        if file.read(4) == _ARCHIVE and not zipfile.is_zipfile(file):
            return WeightsError("is cut off at its end", where=where, hint="get it again")
    if "TorchScript" in str(error):
        return WeightsError(
            "is a TorchScript archive, a model with its weights",
            where=where,
            hint="give it as MODEL, or save its state_dict()",
        )
    return WeightsError(
        "is no checkpoint, or only a part of one",
        where=where,
        hint="give a file of torch.save or safetensors",
    )
