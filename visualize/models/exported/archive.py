"""The archive of an exported program: its parts by name, and what is wrong with it."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import torch

from visualize.core.errors import SourceError, VisualizeError, shorten
from visualize.core.torch_internals import tree_leaves
from visualize.models.exported.document import Json
from visualize.models.records import holds_script

EXPORT_AGAIN = "export it again with torch.export.save"
_MOST = 256  # megabytes of a part that is compressed


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn whatever is wrong with the file ``where`` into a `SourceError`."""
    try:
        yield
    except VisualizeError:
        raise
    except FileNotFoundError:
        raise SourceError("no such file", where=where, hint="check the path") from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", where=where) from error
    except zipfile.BadZipFile as error:
        raise SourceError(
            "not an exported program, or truncated", where=where, hint=EXPORT_AGAIN
        ) from error
    except Exception as error:  # the document is not as its schema says
        reason = shorten(f"{type(error).__name__}: {error}", 120)
        raise SourceError(
            f"not a readable exported program ({reason})", where=where, hint=EXPORT_AGAIN
        ) from error


class Archive:
    """The parts of an archive, by names without the folder around them all."""

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self.archive = archive
        self.where = where
        paths = archive.namelist()
        folders = [path.removesuffix("archive_format") for path in paths]
        self.folder = next((folder for folder, path in zip(folders, paths) if folder != path), "")
        programs = [
            path.removeprefix(f"{self.folder}models/").removesuffix(".json")
            for path in paths
            if path.startswith(f"{self.folder}models/") and path.endswith(".json")
        ]
        if not programs:
            compiled = any(path.startswith(f"{self.folder}data/aotinductor/") for path in paths)
            raise SourceError(
                "contains compiled code, not a graph" if compiled else "not an exported program",
                where=self.where,
                hint=EXPORT_AGAIN,
            )
        self.name = "model" if "model" in programs else programs[0]

    def read(self, name: str) -> bytes:
        """The content of a part.

        Raises:
            SourceError: it is compressed, and too large once it is not.
        """
        part = self.archive.getinfo(self.folder + name)
        megabytes = part.file_size >> 20
        if part.compress_type != zipfile.ZIP_STORED and megabytes > _MOST:
            raise SourceError(
                f"{name} would be {megabytes:,} MB once decompressed, more than {_MOST}",
                where=self.where,
                hint=EXPORT_AGAIN,
            )
        return self.archive.read(part)

    def payloads(self, kind: str) -> dict[str, Json]:
        """The file's entries of ``weights`` or of ``constants``, by their names."""
        name = f"data/{kind}/{self.name}_{kind}_config.json"
        payloads: dict[str, Json] = json.loads(self.read(name))["config"]
        for payload in payloads.values():
            if payload["use_pickle"]:
                self.refuse_pickle(kind)
            payload["path_name"] = f"data/{kind}/{payload['path_name']}"
        return payloads

    def examples(self) -> list[Any]:
        """The leaves of the example inputs: plain tensors, or the file is refused."""
        content = self.read(f"data/sample_inputs/{self.name}.pt")
        if not content:
            return []
        if holds_script(io.BytesIO(content)):
            self.refuse_pickle("example inputs")
        try:
            # With weights_only, no code runs.
            inputs = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError):
            self.refuse_pickle("example inputs")
        return tree_leaves(inputs)

    def refuse_pickle(self, what: str) -> NoReturn:
        """Raise the error for parts that only running code could read."""
        raise SourceError(
            f"its {what} are pickled objects, which could run code when loaded",
            where=self.where,
            hint="export it again with plain tensors only",
        )
