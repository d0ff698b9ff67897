"""The archive of a script: read, checked, and written anew for torch to load.

torch gets the archive that is written here, from what was understood of the one that was given. So
it does not matter how it would have read that: what lies in front of it, twice or out of place, and
what changes in the file meanwhile, never reaches it.
"""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from visualize.models.scripted.code import CodeFile, parse_code, read_code
from visualize.models.scripted.contents import (
    IDENTIFIER,
    PACKED_CLASSES,
    ClassCode,
    RefusedError,
)
from visualize.models.scripted.enums import EnumCode, read_enums
from visualize.models.scripted.growth import check_calls
from visualize.models.scripted.packing import check_state
from visualize.models.scripted.pickled import read_pickle, write_pickle
from visualize.models.scripted.values import PickleCheck

_MEGABYTE = 2**20
# Megabytes that code and pickles may unpack to, without the values of tensors. Parsed, they take up
# to 700 times as much. Code of the largest models in torchvision takes half a megabyte.
_MOST = {"code": 1.25, "pickles": 16}
_PICKLES = ("data", "constants")


class ScriptArchive:
    """A script that is known to be harmless.

    Args:
        archive: the file; it stays open as long as this is used.

    Raises:
        RefusedError: it may do harm, or is not as `torch.jit.save` writes it.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.left = {kind: int(most * _MEGABYTE) for kind, most in _MOST.items()}
        self.members = _members(archive)
        self.version = self._format()
        self.enums: dict[str, EnumCode] = {}
        self.code = self._code()
        classes = {name: code for file in self.code.values() for name, code in file.classes.items()}
        self._check_code(classes)
        self.values: dict[str, Any] = {}
        self.records: dict[str, set[str]] = {}
        for name in _PICKLES:
            self._read_values(name, classes)

    def written(self, *, values: bool) -> io.BytesIO:
        """The archive anew, with or without values in its tensors.

        Without, it can be loaded to the meta device alone.
        """
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
            for name, text in self.code.items():
                archive.writestr(f"script/{name}", text.text)
            for name, value in self.values.items():
                archive.writestr(f"script/{name}.pkl", write_pickle(value))
                for record in sorted(self.records[name]):
                    held = self._record(f"{name}/{record}") if values else b""
                    archive.writestr(f"script/{name}/{record}", held)
            archive.writestr("script/version", f"{self.version}\n")
            archive.writestr("script/byteorder", "little")
        content.seek(0)
        return content

    def _read(self, name: str, kind: str) -> bytes:
        """A member that is code or a pickle."""
        if name not in self.members:
            raise RefusedError(f"it has no {name}")
        member = self.members[name]
        self.left[kind] -= member.file_size
        if self.left[kind] < 0:
            raise RefusedError(f"its {kind} would unpack to more than {_MOST[kind]} MB")
        return self.archive.read(member)

    def _record(self, name: str) -> bytes:
        return self.archive.read(self.members[name])

    def _format(self) -> int:
        name = "version" if "version" in self.members else ".data/version"
        text = self._read(name, "code").strip()
        if not text.isdigit() or len(text) > 3:
            raise RefusedError("its version cannot be read")
        if self.members.get("byteorder") and self._read("byteorder", "code") != b"little":
            raise RefusedError("its values are in another order of bytes")
        return int(text)

    def _code(self) -> dict[str, CodeFile]:
        trees: dict[str, ast.Module] = {}
        for name in self.members:
            if not (name.startswith("code/") and name.endswith(".py")):
                continue
            steps = _module(name).split(".")
            if steps[0] != "__torch__" or not all(map(IDENTIFIER.fullmatch, steps)):
                raise RefusedError(f"it has code in an unusual place ({name[:80]})")
            try:
                source = self._read(name, "code").decode("ascii")
            except UnicodeDecodeError:
                raise RefusedError("its code is not plain text") from None
            trees[name] = parse_code(source, _module(name))
            self.enums |= read_enums(_module(name), trees[name])
        return {name: read_code(tree, _module(name), self.enums) for name, tree in trees.items()}

    def _check_code(self, classes: Mapping[str, ClassCode]) -> None:
        """Check what can be seen only of all code together."""
        functions: dict[str, ast.FunctionDef] = {}
        for file in self.code.values():
            functions |= file.functions
        for each in classes.values():
            if each.sets_state:
                check_state(each, functions)
        check_calls(classes, functions)
        for file in self.code.values():
            for name in sorted(file.references):
                known = name in classes or name in functions or name in PACKED_CLASSES
                if not known:
                    raise RefusedError(f"its code uses {name[:80]}, which is not part of it")

    def _read_values(self, name: str, classes: Mapping[str, ClassCode]) -> None:
        """Read a pickle, and check it with the sizes of its records."""
        prefix = f"{name}/"
        sizes = {
            member.removeprefix(prefix): about.file_size
            for member, about in self.members.items()
            if member.startswith(prefix) and about.compress_type == zipfile.ZIP_STORED
        }
        value = read_pickle(self._read(f"{name}.pkl", "pickles"), self.enums)
        check = PickleCheck(classes, sizes)
        try:
            check.check(value)
        except (ValueError, TypeError, IndexError):  # too few or too many arguments
            raise RefusedError("its pickle describes something in an unknown way") from None
        self.values[name] = value
        self.records[name] = check.records


def _module(name: str) -> str:
    """The module whose code a member is."""
    return name.removeprefix("code/").removesuffix(".py").replace("/", ".")


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by their names, without the folder around all of them."""
    members: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    lower: set[str] = set()
    for member in archive.infolist():
        folder, _, name = member.filename.partition("/")
        folders.add(folder)
        if name.lower() in lower or len(folders) > 1:  # for torch, case makes no difference
            raise RefusedError("it has two members of one name, or more than one folder")
        if member.flag_bits & 1 or member.compress_type not in _COMPRESSION:
            raise RefusedError("its members are encrypted, or compressed in an unusual way")
        lower.add(name.lower())
        members[name] = member
    if "model.json" in members:
        raise RefusedError("it is of a version of PyTorch before 1.4")
    return members


_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
