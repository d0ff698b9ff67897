"""Galleries of timm models: how much faster two processes are than one, and whether all agree.

    python -m tests.benchmarks.gallery [NUMBER]

The same models are drawn by one process, by two, by two workers of a Dask cluster, and by two with
an interruption in between; the bytes of all files must be equal.
"""

# ruff: noqa: T201

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from visualize.gallery import make_gallery
from visualize.gallery.rows import Drawn
from visualize.gallery.runners import Cluster, Draw, Processes, Runner
from visualize.models import model_names
from visualize.options import FigureOptions

NUMBER = 12
AIM = 1.7
OPTIONS = FigureOptions(timeout=300)


@dataclass
class Interrupted:
    """A runner that stops after some models."""

    runner: Runner
    after: int

    def run(
        self, draw: Draw, models: Sequence[str], options: FigureOptions
    ) -> Generator[Drawn, None, None]:
        for number, drawn in enumerate(self.runner.run(draw, models, options)):
            if number == self.after:
                raise KeyboardInterrupt
            yield drawn


def chosen(number: int) -> list[str]:
    """Models from all of timm, evenly spaced in the list of their names."""
    names = model_names("timm:*")
    return names[:: max(1, len(names) // number)][:number]


def timed(models: Sequence[str], folder: Path, runner: Runner) -> float:
    """Seconds for a gallery; prints how many were drawn."""
    begun = time.perf_counter()
    made = make_gallery(models, folder, OPTIONS, runner, lambda _: None)
    seconds = time.perf_counter() - begun
    drawn = len(models) - made.kept
    print(
        f"{folder.name:12} {drawn} models in {seconds:6.1f} s, {drawn / seconds:.2f} a second, "
        f"{len(made.failed)} failed, {made.kept} there already"
    )
    for row in made.failed:
        print(f"    {row.model}: {row.error}")
    return seconds


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder, by name."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def main() -> None:
    from distributed import LocalCluster

    models = chosen(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        one = timed(models, folder / "one", Processes(1))
        two = timed(models, folder / "two", Processes(2))
        print(f"two processes are {one / two:.2f} times as fast as one (aim: at least {AIM})")
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            timed(models, folder / "cluster", Cluster(cluster.scheduler_address))
        try:
            timed(models, folder / "resumed", Interrupted(Processes(2), len(models) // 3))
        except KeyboardInterrupt:
            print("interrupted")
        timed(models, folder / "resumed", Processes(2))
        alone = files(folder / "one")
        for name in ("two", "cluster", "resumed"):
            found = files(folder / name)
            other = [path for path in alone | found if alone.get(path) != found.get(path)]
            print(f"{name}: same bytes" if not other else f"{name}: other bytes in {other}")


if __name__ == "__main__":
    main()
