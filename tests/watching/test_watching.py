"""Drawing again, with something quick in the place of the drawing."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from tests.watching.drawings import copy, die, do_nothing, sleep
from visualize.core.errors import UsageError, VisualizeError
from visualize.watching import Drawing, follow

pytest.importorskip("watchfiles")


class Enough(BaseException):
    pass


def follow_for(
    times: int, drawing: Drawing, change: Callable[[int], object] = lambda _: None
) -> list[set[str]]:
    """The files that were watched, each time; after each, something is changed."""
    watched: list[set[str]] = []

    def drawn(files: Collection[Path]) -> None:
        watched.append({path.name for path in files})
        change(len(watched))
        if len(watched) == times:
            raise Enough

    with pytest.raises(Enough):
        follow(drawing, drawn)
    return watched


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.py"
    path.write_text("first")
    return path


def drawing(source: Path, status: int = 0) -> Drawing:
    target = source.parent / "out.txt"
    return Drawing(copy, [str(source), str(target), str(status)], [source], [target])


def test_a_change_is_drawn(source: Path) -> None:
    follow_for(3, drawing(source), lambda number: source.write_text(f" {number}"))
    assert (source.parent / "out.txt").read_text() == "first 1 2"


def test_a_file_that_is_put_in_the_place_of_the_old_one(source: Path) -> None:
    def replace(number: int) -> None:
        new = source.with_suffix(".new")
        new.write_text(f" {number}")
        new.replace(source)

    follow_for(2, drawing(source), replace)
    assert (source.parent / "out.txt").read_text() == "first 1"


def test_what_it_reads_is_found_out(source: Path) -> None:
    data = source.parent / "widths.yaml"
    data.write_text(" a")
    source.write_text("also widths.yaml")
    watched = follow_for(2, drawing(source), lambda _: data.write_text(" bc"))
    assert watched == [{"net.py", "widths.yaml"}] * 2
    assert (source.parent / "out.txt").read_text().endswith("widths.yaml bc")


def test_a_change_while_it_is_drawn_is_not_missed(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from visualize import watching

    run = watching._in_process

    def meanwhile(*arguments: Drawing) -> object:
        done = run(*arguments)  # type: ignore[arg-type]
        if source.read_text() == "first":
            source.write_text(" second")
        return done

    monkeypatch.setattr(watching, "_in_process", meanwhile)
    follow_for(2, drawing(source))
    assert (source.parent / "out.txt").read_text() == "first second"


def test_a_failure_is_not_the_end(source: Path) -> None:
    source.write_text("1")
    follow_for(2, drawing(source), lambda _: source.write_text("mended"))
    assert (source.parent / "out.txt").read_text() == "1mended"


def test_after_a_failure_a_new_source_counts(source: Path) -> None:
    source.write_text("also missing.py")
    follow_for(2, drawing(source), lambda _: (source.parent / "missing.py").write_text("."))
    assert (source.parent / "out.txt").read_text() == "also missing.py."


def test_wrong_arguments_end_it(source: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        follow(drawing(source, 2), lambda _: None)
    assert ended.value.code == 2


def test_a_process_that_dies_is_a_failure(source: Path) -> None:
    dying = Drawing(die, [], [source], [])
    assert follow_for(2, dying, lambda _: source.write_text("again")) == [{"net.py"}] * 2


def test_nothing_to_watch(source: Path) -> None:
    nothing = Drawing(do_nothing, [], [], [])
    with pytest.raises(UsageError, match="nothing to watch"):
        follow(nothing, lambda _: None)


def test_without_watchfiles(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(VisualizeError, match="needs watchfiles"):
        follow(drawing(source), lambda _: None)


def test_an_interruption_ends_the_drawing(source: Path) -> None:
    def interrupt() -> None:
        while not Path("begun").exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGUSR1)

    def end(*_: object) -> None:
        raise Enough

    before = signal.signal(signal.SIGUSR1, end)
    begun = time.monotonic()
    try:
        threading.Thread(target=interrupt).start()
        follow_for(1, Drawing(sleep, [], [source], []))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - begun < 30
