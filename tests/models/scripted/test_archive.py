"""Archives are read as a whole, and written anew from what was understood."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from tests.models.scripted.archives import OWN, members, saved, write
from visualize.models.scripted.archive import ScriptArchive
from visualize.models.scripted.contents import RefusedError


def _written(path: Path, *, values: bool = True) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        content = ScriptArchive(archive).written(values=values)
    with zipfile.ZipFile(content) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_only_what_is_known_is_written(tmp_path: Path) -> None:
    content = members(saved(tmp_path / "net.pt"))
    write(tmp_path / "net.pt", {**content, "extra/more": b"1", "data/9": b"2", "bytecode.pkl": b""})
    kept = _written(tmp_path / "net.pt")
    assert set(kept) == {
        name for name in content if not name.endswith(".debug_pkl") and not name.startswith(".data")
    }
    assert all(kept[name] == content[name] for name in kept if name.startswith("data/"))


def test_it_is_written_the_same_again(tmp_path: Path) -> None:
    first = _written(saved(tmp_path / "net.pt"))
    assert _written(write(tmp_path / "net.pt", first)) == first


def test_values_are_left_out_where_they_are_not_wanted(tmp_path: Path) -> None:
    kept = _written(saved(tmp_path / "net.pt"), values=False)
    assert {len(held) for name, held in kept.items() if name.startswith("data/")} == {0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": b"x"}, "its version cannot be read"),
        ({"version": b"9" * 20}, "its version cannot be read"),
        ({"byteorder": b"big"}, "another order of bytes"),
        ({"model.json": b""}, "before 1.4"),
        ({"code/other.py": b""}, "code in an unusual place"),
        ({"code/__torch__/../x.py": b""}, "code in an unusual place"),
        ({"code/__torch__/a b.py": b""}, "code in an unusual place"),
        ({"code/__torch__/x.py": "é".encode()}, "its code is not plain text"),
        ({"code/__torch__/x.py": b"x: __torch__.y.Z"}, "statements outside of functions"),
        ({"code/__torch__/x.py": b"def f(a: __torch__.y.Z): pass"}, "which is not part of it"),
        ({"code/__torch__/x.py": b"def f(a: __torch__.torch.classes.a.B): pass"}, "not part of it"),
        ({OWN.upper(): b""}, "two members of one name"),
        ({"data.pkl": b"N" * 2_000_000}, "longer than that of any model"),
        ({"data.pkl": b"N"}, "its pickle cannot be read"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(
    tmp_path: Path, change: Mapping[str, bytes], words: str
) -> None:
    path = write(tmp_path / "net.pt", {**members(saved(tmp_path / "net.pt")), **change})
    with pytest.raises(RefusedError, match=words):
        _written(path)


def test_folders_are_one(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.pt")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other/x", b"")
    with pytest.raises(RefusedError, match="more than one folder"):
        _written(path)


def test_code_does_not_unpack_to_more_than_memory(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.pt")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/code/__torch__/x.py", b" " * 2**27)
    with pytest.raises(RefusedError, match=r"its code would unpack to more than 1\.25 MB"):
        _written(path)


def test_values_are_not_compressed(tmp_path: Path) -> None:
    content = members(saved(tmp_path / "net.pt"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in content.items():
            archive.writestr(f"net/{name}", held)
    (tmp_path / "net.pt").write_bytes(packed.getvalue())
    with pytest.raises(RefusedError, match="has no values in it"):
        _written(tmp_path / "net.pt")


def test_torch_reads_what_is_written(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.pt")
    with zipfile.ZipFile(path) as archive:
        again = torch.jit.load(ScriptArchive(archive).written(values=True))
    x = torch.rand(3, 4)
    assert torch.equal(again(x), torch.jit.load(path)(x))
