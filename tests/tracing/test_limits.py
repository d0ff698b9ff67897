"""A run ends in time, and leaves nothing behind in global state or memory."""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
import queue
import signal
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

import visualize
from tests.tracing.nets import types_of
from tests.tracing.programs import X, linear
from visualize.core.errors import EndlessError, UntraceableError, VisualizeError
from visualize.tracing.limits import time_limit

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


COUNT = 0


class ClassCounting(nn.Module):
    calls = 0
    cache: dict[int, int] = {}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.a = linear()

    def forward(self, x):
        global COUNT
        COUNT += 1
        type(self).calls += 1
        self.cache[0] = 1
        type(self).added = True
        if x.shape[0] == 2:
            raise ValueError("on purpose")
        return self.a(x)


@pytest.mark.parametrize("rows", [2, 3])
def test_class_attributes_and_globals_are_unchanged(rows: int):
    before = dict(vars(ClassCounting)), dict(globals())
    try:
        record(ClassCounting(), (rows, 4))
    except VisualizeError:
        assert rows == 2
    assert (dict(vars(ClassCounting)), dict(globals())) == before
    assert ClassCounting.cache == {}


@functools.lru_cache
def _noise(size):
    return torch.randn(size)


def test_caches_of_functions_are_as_before():
    class Noisy(nn.Module):
        def forward(self, x):
            return x + _noise(x.shape[1])

    record(Noisy(), (3, 4))
    assert Noisy()(X).device.type == _noise(4).device.type == "cpu"


@pytest.mark.xfail(strict=True, reason="the mask becomes indices, of which there are none")
def test_a_mask_without_dimensions_needs_no_values():
    class Masked(nn.Module):
        def forward(self, x):
            y = x.max()
            y[torch.ones((), dtype=torch.bool)] = 0.5
            return y

    assert record(Masked(), (3, 4)).notes == ()


LIVING: queue.SimpleQueue[Any] = queue.SimpleQueue()  # which tracing does not put back


class Watched(nn.Module):
    def __init__(self, end: str):
        super().__init__()
        self.a, self.end = linear(), end

    def forward(self, x):
        y = self.a(x)
        for held in (y, self, self.a.weight):
            LIVING.put(weakref.ref(held))
        if self.end == "values" and y.sum() > 1e9:
            return x
        if self.end == "error":
            raise ValueError("on purpose")
        return y * 2


@pytest.mark.parametrize("end", ["shapes", "values", "error"])
def test_no_tensor_of_a_run_lives_on(end: str):
    architecture = None
    try:
        architecture = record(Watched(end), (3, 4))
    except VisualizeError:
        assert end == "error"
    gc.collect()
    references = [LIVING.get_nowait() for _ in range(LIVING.qsize())]
    assert len(references) >= 3
    assert [reference() for reference in references] == [None] * len(references)
    assert (architecture is None) == (end == "error")


def test_a_run_on_values_frees_what_it_no_longer_needs():
    class Chain(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = linear()

        def forward(self, x):
            if x.sum() > 1e9:
                return x
            living = []
            for _ in range(8):
                x = self.a(x).relu()
                living.append(weakref.ref(x))
            return x * sum(reference() is not None for reference in living)

    architecture = record(Chain(), X)
    (scale,) = [layer for layer in architecture.operations if layer.type == "mul"]
    assert 1 in scale.attributes.values()


class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = linear()

    def forward(self, x):
        for _ in range(4):
            x = self.a(x)
            time.sleep(0.02)
        return x


def _in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(jobs)

    def work(index: int) -> None:
        try:
            results[index] = jobs[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
        time.sleep(0.03)
    for thread in threads:
        thread.join(20)
    return results


def test_tracing_in_several_threads():
    call = nn.Module.__call__
    results = _in_threads(*[lambda: types_of(record(Slow(), (3, 4)))] * 3)
    restored = nn.Module.__call__ is call
    nn.Module.__call__ = call
    assert results == [["input", *["Linear"] * 4, "output"]] * 3
    assert restored


def test_a_model_that_runs_in_another_thread_is_not_recorded():
    other = linear()

    def run() -> None:
        for _ in range(20):
            other(X)
            time.sleep(0.005)

    found, _ = _in_threads(lambda: types_of(record(Slow(), (3, 4))), run)
    assert found == ["input", *["Linear"] * 4, "output"]


class Endless(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = linear()

    def forward(self, x):
        while True:
            x = self.a(x)


def test_the_time_limit_ends_a_run():
    call = nn.Module.__call__
    with pytest.raises(UntraceableError, match=r"not done after 0\.2 seconds"):
        record(Endless(), (3, 4), timeout=0.2)
    (result,) = _in_threads(lambda: record(Endless(), (3, 4), timeout=0.2))
    assert isinstance(result, UntraceableError)
    assert nn.Module.__call__ is call


def test_a_timer_of_the_caller_goes_off_and_goes_on():
    fired = []
    before = signal.signal(signal.SIGALRM, lambda *_: fired.append(time.monotonic()))
    urgent = signal.getsignal(signal.SIGURG)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.1)
    try:
        record(Slow(), (3, 4), timeout=60)
        with pytest.raises(EndlessError):
            record(Endless(), (3, 4), timeout=0.3)
        during = len(fired)
        time.sleep(0.25)
        assert signal.getitimer(signal.ITIMER_REAL)[1] == 0.1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert during >= 2
    assert len(fired) > during
    assert signal.getsignal(signal.SIGURG) is urgent


def test_a_signal_of_the_caller_reaches_its_handler():
    received = []
    before = signal.signal(signal.SIGURG, lambda *_: received.append(1))

    class Raises(Slow):
        def forward(self, x):
            signal.raise_signal(signal.SIGURG)
            return super().forward(x)

    try:
        record(Raises(), (3, 4), timeout=60)
    finally:
        signal.signal(signal.SIGURG, before)
    assert received


class Asleep(Slow):
    def forward(self, x):
        time.sleep(30)
        return x


def test_a_system_call_that_waits_is_ended():
    begin = time.monotonic()
    with pytest.raises(EndlessError):
        record(Asleep(), (3, 4), timeout=0.2)
    assert time.monotonic() - begin < 10


def test_a_thread_that_waits_for_another_trace_gives_up_in_time():
    def late() -> Any:
        with pytest.raises(EndlessError, match=r"not begun after 0\.3 seconds"):
            record(Slow(), (3, 4), timeout=0.3)

    results = _in_threads(lambda: record(Endless(), (3, 4), timeout=2), late)
    assert isinstance(results[0], EndlessError)
    assert results[1] is None


class Logging(Slow):
    """Runs without end in code that holds locks."""

    def forward(self, x):
        log, lock = logging.getLogger("locking"), threading.Lock()
        log.propagate, log.handlers = False, [logging.NullHandler()]
        while True:
            log.critical("again")
            with lock:
                threading.Event().wait(0.0001)


def test_an_interruption_leaves_no_lock_held():
    for _ in range(3):
        (result,) = _in_threads(lambda: record(Logging(), (3, 4), timeout=0.05))
        assert isinstance(result, EndlessError)
    done = threading.Event()

    def work() -> None:
        logging.getLogger("locking").critical("after")
        threading.Thread(target=done.set).start()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(10)
    assert types_of(record(Slow(), (3, 4))) == ["input", *["Linear"] * 4, "output"]


def test_nothing_is_raised_after_the_limit():
    def work() -> int:
        for _ in range(60):
            with contextlib.suppress(EndlessError), time_limit(0.002):
                time.sleep(0.002)
            time.sleep(0)
        return sum(range(100_000))

    assert _in_threads(work, work) == [sum(range(100_000))] * 2
    assert work() == sum(range(100_000))


def test_an_interruption_that_is_lost_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[type] = []
    monkeypatch.setattr("sys.unraisablehook", lambda one: lost.append(one.exc_type))
    begun = time.monotonic()

    class Waiting:
        def __del__(self) -> None:
            while time.monotonic() < begun + 0.6:
                pass

    class Failing:
        def __del__(self) -> None:
            raise ValueError

    def run() -> None:
        Waiting()
        Failing()
        while True:
            time.sleep(0.01)

    with pytest.raises(EndlessError), time_limit(0.2):
        run()
    assert lost == [ValueError]
