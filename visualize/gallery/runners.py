"""Where the models of a gallery are drawn: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from visualize.core.errors import UsageError, VisualizeError, shorten
from visualize.gallery.rows import Drawn, Row
from visualize.options import FigureOptions

Draw = Callable[[str, FigureOptions], Drawn]
_KILLED = "its process ended: its code ended it, or it needs more memory"
_PATIENCE = 20  # seconds until a scheduler must answer


class Runner(Protocol):
    """Calls a function for each of many models."""

    def run(
        self, draw: Draw, models: Sequence[str], options: FigureOptions
    ) -> Generator[Drawn, None, None]:
        """What ``draw`` returns for each model, as soon as it is there."""


@dataclass(frozen=True)
class Processes:
    """Processes of this machine.

    Attributes:
        jobs: how many draw at once; as many as there are cores if it is None.
    """

    jobs: int | None = None

    def run(
        self, draw: Draw, models: Sequence[str], options: FigureOptions
    ) -> Generator[Drawn, None, None]:
        """A process that ends, for want of memory say, costs the model that it drew alone."""
        import joblib
        from joblib.externals.loky import get_reusable_executor
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        jobs = self.jobs or joblib.cpu_count()
        waiting = list(models)
        try:
            while waiting:
                try:
                    for drawn in _in_parallel(draw, waiting, options, jobs):
                        waiting.remove(drawn.row.model)
                        yield drawn
                except TerminatedWorkerError:
                    # No more than `jobs` are begun and not done; which of these it was shows if
                    # each has a process of its own.
                    for model in waiting[:jobs]:
                        waiting.remove(model)
                        yield from _on_its_own(draw, model, options)
        finally:
            # Else they would wait for more to do, and the command for them.
            get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _in_parallel(
    draw: Draw, models: Sequence[str], options: FigureOptions, jobs: int
) -> Generator[Drawn, None, None]:
    from joblib import Parallel, delayed

    # No more models are sent than are drawn at once. A single process would be this one, which no
    # model may end: there are two at least, of which one may have nothing to do.
    run = Parallel(max(jobs, 2), return_as="generator_unordered", pre_dispatch=jobs, batch_size=1)
    yield from run(delayed(_in_process)(draw, model, options) for model in models)


def _in_process(draw: Draw, model: str, options: FigureOptions) -> Drawn:
    """Draw a model in a process of ours, which may be ended at any time.

    The lock of progress bars, which torch.fx makes for each run, is by default one that processes
    share: of one that is ended it would be left behind, as Python then warns.
    """
    with contextlib.suppress(ImportError):
        from tqdm import tqdm

        tqdm.set_lock(threading.RLock())
    return _among_many(draw, model, options)


def _among_many(draw: Draw, model: str, options: FigureOptions) -> Drawn:
    """Draw a model in a process that draws many.

    The many objects that were imported for the first stay: to look through them for garbage again
    and again takes a twelfth of the time, and memory that other processes need.
    """
    drawn = draw(model, options)
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
    return drawn


def _on_its_own(draw: Draw, model: str, options: FigureOptions) -> Generator[Drawn, None, None]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        yield from _in_parallel(draw, [model], options, 1)
    except TerminatedWorkerError:
        yield Drawn(Row(model, error=_KILLED))


@dataclass(frozen=True)
class Cluster:
    """The workers of a Dask cluster, on which this package is installed.

    Attributes:
        scheduler: its address, such as ``tcp://10.0.0.1:8786``.
    """

    scheduler: str

    def run(
        self, draw: Draw, models: Sequence[str], options: FigureOptions
    ) -> Generator[Drawn, None, None]:
        """A model whose worker ended several times is a row that says so.

        Raises:
            VisualizeError: the scheduler cannot be reached.
        """
        from distributed import Client, as_completed

        try:
            client = Client(self.scheduler, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise VisualizeError(
                "the scheduler does not answer",
                where=shorten(self.scheduler),
                hint="give the address that `dask scheduler` printed, such as tcp://HOST:8786",
            ) from error
        with client:
            futures = {
                client.submit(_among_many, draw, model, options, pure=False): model
                for model in models
            }
            try:
                for future in as_completed(futures, loop=client.loop):
                    killed = future.exception() is not None
                    yield Drawn(Row(futures[future], error=_KILLED)) if killed else future.result()
                    future.release()
            finally:
                # The workers may have other things to do than galleries.
                client.run(gc.unfreeze, on_error="ignore")


def runner_of(jobs: int | None, scheduler: str) -> Runner:
    """The runner that the options of the command ask for.

    Raises:
        UsageError: both are given, or what it needs is not installed.
    """
    import importlib.util

    if jobs and scheduler:
        raise UsageError(
            "the cluster decides how many run at once", where="--jobs with --scheduler"
        )
    needed = "distributed" if scheduler else "joblib"
    if not importlib.util.find_spec(needed):
        raise UsageError(
            f"{needed} is not installed", hint="pip install 'torch-visualize[gallery]'"
        )
    return Cluster(scheduler) if scheduler else Processes(jobs)
