"""A file of options: the TOML of ``--config``, which documentation reads as well."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from visualize.core.errors import UnknownOptionError, UsageError
from visualize.core.files import read_file
from visualize.core.kinds import Kind

_MOST = 1  # megabytes of a file


def read_configuration(path: Path, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The entries of a TOML file, checked, in the form that ``--save-config`` gives them.

    Args:
        path: the file.
        kinds: the kind of value of each known entry.

    Raises:
        UsageError: the file cannot be read, or an entry is unknown or of another kind.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        entries: dict[str, Any] = tomllib.loads(read_file(path, _MOST).decode("utf-8"))
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}", where=str(path), hint="check the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"not a TOML file: {error}", where=str(path)) from error
    for key, value in entries.items():
        if key not in kinds:
            raise UnknownOptionError(key, list(kinds), where=str(path))
        kind = kinds[key]
        try:
            entries[key] = kind.plain(kind.read(value, key))
        except UsageError as error:
            message = f"{error.where}: {error.message}" if error.where else error.message
            raise UsageError(message, where=str(path), hint=error.hint) from error
    return entries
