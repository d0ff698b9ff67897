"""Limits on a run of foreign code: it ends in time and leaves global state unchanged."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

from torch import nn

from visualize.core.errors import EndlessError
from visualize.core.interrupting import raise_in, take_back
from visualize.core.patching import patches_end_here
from visualize.core.randomness import own_random_numbers
from visualize.core.torch_threads import no_registration_hooks
from visualize.tracing.explain import line_of
from visualize.tracing.own_code import names_kept
from visualize.tracing.settings import settings_kept

MOST_OPERATIONS = 300_000  # of one graph
_AGAIN = 1.0  # seconds until code that caught the interruption is interrupted again
_SOON = 0.005  # seconds until a thread is looked at again that must not be interrupted now
_PATIENCE = 1.0  # seconds that it is waited for
# Python code that holds locks; interrupted in between, it would hold them for ever.
_LOCKING = ("logging", "threading", "importlib", "_bootstrap", "contextlib", "queue", "weakref")


class _TimeIsUp(BaseException):
    """Not an Exception, so that ``except Exception`` in a model does not catch it."""


def endless(place: str) -> EndlessError:
    """The error for a graph of more than `MOST_OPERATIONS`."""
    return EndlessError(
        f"more than {MOST_OPERATIONS:,} operations", line=place, hint="does its loop end?"
    )


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupt what runs inside after ``seconds``.

    Timers and signals of the caller are left to it: a thread waits, and raises the interruption.

    Raises:
        EndlessError: the time is up; it names the line that was running.
    """
    if not seconds:
        yield
        return
    bomb = _Bomb()
    try:
        try:
            with _lost_in_silence(), bomb.signals():
                bomb.set(seconds)
                yield
        finally:
            bomb.defuse()
    except _TimeIsUp as error:
        raise EndlessError(
            f"not done after {seconds:g} seconds",
            line=line_of(error) or "forward",
            hint="does its loop end? give it more with --timeout",
        ) from error
    finally:
        bomb.defuse()  # again, if it went off while it was defused


@contextmanager
def _lost_in_silence() -> Iterator[None]:
    """Print nothing of an interruption that is lost in a callback of C code: another follows."""
    report = sys.unraisablehook

    def report_others(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is not _TimeIsUp:
            report(lost)

    sys.unraisablehook = report_others
    try:
        yield
    finally:
        if sys.unraisablehook is report_others:
            sys.unraisablehook = report


class _Bomb:
    """Raises in the thread that made it, from another thread."""

    def __init__(self) -> None:
        self.target = threading.get_ident()
        self.is_main = threading.current_thread() is threading.main_thread()
        self.by_signal = self.is_main and hasattr(signal, "pthread_kill")
        self.is_due = False
        self.done = threading.Event()
        self.lock = threading.Lock()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Let a signal interrupt the main thread, which also ends a system call that waits.

        SIGURG, which nothing uses for a timer, and which is ignored where no one waits for it.
        """
        if not self.by_signal:
            yield
            return

        def end(number: int, frame: FrameType | None) -> None:
            if self.is_due and not self.done.is_set():
                raise _TimeIsUp
            if callable(before):
                before(number, frame)

        before = signal.signal(signal.SIGURG, end)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGURG) is end:
                signal.signal(signal.SIGURG, signal.SIG_DFL if before is None else before)

    def set(self, seconds: float) -> None:
        threading.Thread(target=self._wait, args=(seconds,), daemon=True).start()

    def _wait(self, seconds: float) -> None:
        # Repeatedly, as an exception inside a callback of C code is lost.
        while not self.done.wait(seconds):
            waited = 0.0
            while not _can_be_interrupted(self.target) and waited < _PATIENCE:
                if self.done.wait(_SOON):
                    return
                waited += _SOON
            with self.lock:
                if not self.done.is_set():
                    self._go_off()
            seconds = _AGAIN

    def _go_off(self) -> None:
        self.is_due = True
        if self.by_signal:
            signal.pthread_kill(self.target, signal.SIGURG)
        else:
            raise_in(self.target, _TimeIsUp)

    def defuse(self) -> None:
        """Let nothing be raised from here on, also not what was sent and has not arrived yet."""
        while True:
            try:
                with self.lock:
                    self.done.set()
                    if self.is_due and not self.by_signal:
                        take_back()
                return
            except _TimeIsUp:
                continue


def _can_be_interrupted(thread: int) -> bool:
    """Whether a thread is in code that holds no lock of Python's library."""
    frame = sys._current_frames().get(thread)
    if frame is None:
        return True
    name = frame.f_globals.get("__name__") or ""
    return not any(name == one or name.startswith(f"{one}.") for one in _LOCKING)


_one_at_a_time = threading.RLock()


@contextmanager
def global_state_kept(model: nn.Module, timeout: float | None = None) -> Iterator[None]:
    """Keep all that the model's code may write to beyond the model; nothing of other threads.

    One thread at a time, as the code of a model writes to its classes.

    Raises:
        EndlessError: another thread was not done within ``timeout`` seconds.
    """
    if not _one_at_a_time.acquire(timeout=timeout or -1):
        raise EndlessError(
            f"not begun after {timeout:g} seconds", line="visualize", hint="another thread traces"
        )
    try:
        own = (own_random_numbers(), settings_kept(), no_registration_hooks(), names_kept(model))
        with patches_end_here(), ExitStack() as around:
            for each in own:
                around.enter_context(each)
            yield
    finally:
        _one_at_a_time.release()
