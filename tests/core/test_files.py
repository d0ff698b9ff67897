"""Files are written completely or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from visualize.core.errors import OutputError, UsageError
from visualize.core.files import (
    check_apart,
    check_target,
    is_file,
    is_folder,
    make_folder,
    read_file,
    suffix,
    write_files,
)


def test_files_are_written(tmp_path: Path) -> None:
    one, other = tmp_path / "net.svg", tmp_path / "net.pdf"
    one.write_bytes(b"old")
    write_files({one: b"svg", other: b"pdf"})
    assert (one.read_bytes(), other.read_bytes()) == (b"svg", b"pdf")
    assert sorted(tmp_path.iterdir()) == [other, one]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no umask")
def test_a_file_has_default_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_files({tmp_path / "net.svg": b""})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "net.svg").stat().st_mode) == 0o640


def test_nothing_changes_if_one_cannot_be_written(tmp_path: Path) -> None:
    one = tmp_path / "net.svg"
    one.write_bytes(b"old")
    with pytest.raises(OutputError, match="its folder does not exist"):
        write_files({one: b"new", tmp_path / "gone" / "net.pdf": b""})
    assert one.read_bytes() == b"old"
    with pytest.raises(OutputError, match=r"cannot be written: .*too long") as error:
        write_files({one: b"new", tmp_path / ("x" * 250 + "net.pdf"): b""})
    assert error.value.where
    assert one.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [one]


def test_nothing_is_left_if_a_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        write_files({tmp_path / "net.svg": b""})
    assert list(tmp_path.iterdir()) == []


def test_targets_that_cannot_be_written(tmp_path: Path) -> None:
    check_target(tmp_path / "net.svg")
    with pytest.raises(UsageError, match=r"is a folder; name a file in it: .*/model\.svg"):
        check_target(tmp_path)
    with pytest.raises(OutputError, match="its folder does not exist; create it first"):
        check_target(tmp_path / "gone" / "net.svg")


@pytest.mark.parametrize(
    ("name", "expected"), [("net.svg", "svg"), ("a.b/NET.Pdf", "pdf"), ("net", ""), (".svg", "")]
)
def test_suffixes(name: str, expected: str) -> None:
    assert suffix(Path(name)) == expected


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(2**20))
    assert len(read_file(path, 1)) == 2**20
    path.write_bytes(bytes(2**20 + 1))
    with pytest.raises(OSError, match="larger than 1 MB"):
        read_file(path, 1)


def test_a_folder_and_what_is_missing_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="a folder"):
        read_file(tmp_path, 1)
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "a", 1)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    real, link = tmp_path / "folder" / "real", tmp_path / "link"
    link.symlink_to(real)  # which does not exist yet
    write_files({link: b"new"})
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert sorted(one.name for one in (tmp_path / "folder").iterdir()) == ["real"]


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_not_replaced(tmp_path: Path, linked: bool) -> None:
    pipe = target = tmp_path / "pipe.svg"
    os.mkfifo(pipe)
    if linked:
        target = tmp_path / "link.svg"
        target.symlink_to(pipe)
    for write in (check_target, lambda path: write_files({path: b"new"})):
        with pytest.raises(OutputError, match="not a regular file; name a file"):
            write(target)
    assert pipe.is_fifo()


def test_a_link_to_itself(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(OutputError):
        write_files({link: b"new"})


def test_a_file_that_others_may_not_read_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_files({path: b"new"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no owner there")
@pytest.mark.parametrize("may_give", [True, False])
def test_the_owner_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_give: bool) -> None:
    given = []

    def chown(path: Path, user: int, group: int) -> None:
        given.append((user, group))
        if not may_give:
            raise PermissionError(1, "Operation not permitted")

    path = tmp_path / "net.svg"
    path.write_bytes(b"old")
    stat_of = Path.stat

    def owned(self: Path, **options: bool) -> os.stat_result:
        found = stat_of(self, **options)
        return os.stat_result([*found[:4], 4711, *found[5:10]]) if self == path else found

    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(Path, "stat", owned)
    write_files({path: b"new"})
    assert given == [(4711, path.stat().st_gid)]
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_that_is_read_only_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    path = target = tmp_path / "net.svg"
    path.write_bytes(b"mine")
    path.chmod(0o400)
    if linked:
        target = tmp_path / "link.svg"
        target.symlink_to(path)
    # Everything is writable to the superuser.
    monkeypatch.setattr(os, "access", lambda one, _: one != path)
    for write in (check_target, lambda one: write_files({one: b"new"})):
        with pytest.raises(OutputError, match="is read-only; name another file"):
            write(target)
    assert path.read_bytes() == b"mine"


def test_the_folder_of_what_a_link_leads_to_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    link = tmp_path / "here" / "net.svg"
    link.symlink_to(tmp_path / "there" / "net.svg")
    monkeypatch.setattr(os, "access", lambda one, _: one != link.parent)
    check_target(link)
    monkeypatch.setattr(os, "access", lambda one, _: one == link.parent)
    with pytest.raises(OutputError, match=r"here/net\.svg: its folder cannot be written to"):
        check_target(link)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_bytes(b"mine")
    with pytest.raises(OutputError, match="its folder is a file"):
        check_target(tmp_path / "outputs" / "net.svg")
    with pytest.raises(OutputError, match=r"outputs: the folder cannot be made: File exists"):
        make_folder(tmp_path / "outputs")
    assert (tmp_path / "outputs").read_bytes() == b"mine"


def test_files_are_apart_by_whatever_name(tmp_path: Path) -> None:
    one, other, link = (tmp_path / name for name in ("one", "other", "link"))
    one.write_bytes(b"")
    link.symlink_to(one)
    check_apart([one, other], [])
    check_apart([other], [one, link])
    for targets, read in (([link], [one]), ([one], [link])):
        with pytest.raises(UsageError, match="is read, and would be replaced"):
            check_apart(targets, read)
    with pytest.raises(UsageError, match="is the same file as"):
        check_apart([one, link], [])
    with pytest.raises(UsageError, match="is named twice"):
        check_apart([other, other], [])


@pytest.mark.parametrize("name", ["a\0.svg", "\ud800.svg"])
def test_what_is_no_name_of_a_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: not a valid name of a file"):
        write_files({tmp_path / name: b""})
    with pytest.raises(OSError, match="not a valid name of a file"):
        read_file(tmp_path / name, 1)
    assert not is_file(tmp_path / name)
    assert not is_folder(tmp_path / name)
