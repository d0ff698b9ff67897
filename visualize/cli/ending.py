"""How a command ends before it is done: its time is up, or a signal ends it.

Either is an exception, so that what is open is closed: the worker that runs Graphviz ends, and no
temporary folder is left.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

_GRACE = 10.0  # seconds until what goes on all the same is ended
_AGAIN = 1.0  # seconds until code that caught the interruption is interrupted again
_LATER = 1.0  # seconds that the limit of the model's code has to end it first
_NOW = 0.001
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class TimeIsUp(BaseException):
    """The command took too long. No Exception, which code of a model might catch."""


class Ended(BaseException):
    """A signal ended the command."""


@contextlib.contextmanager
def ends_with_signals() -> Iterator[None]:
    """End on a signal with the status that shells expect: 128 and its number.

    One that was ignored before, as by ``nohup``, still is.
    """
    ended: list[int] = []

    def interrupt(number: int, _: FrameType | None) -> None:
        if not ended:  # a second one would interrupt what the first one closes
            ended.append(number)
            _last_resort(128 + number).start()
            raise Ended

    for name in _SIGNALS:
        number = getattr(signal, name, None)  # Windows lacks some
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        # Whatever it became on its way, such as an error of the model, it was the signal.
        if ended:
            end(128 + ended[0])


def end(status: int) -> None:
    """End at once; if output cannot be flushed, leave that to Python, which reports it."""
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _last_resort(status: int) -> threading.Timer:
    timer = threading.Timer(_GRACE, os._exit, (status,))
    timer.daemon = True
    return timer


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Interrupt what runs inside after ``seconds``; 0 is no limit.

    Raises:
        TimeIsUp: the time is up.
    """
    if not seconds:
        yield
        return
    done = threading.Event()
    in_main_thread = threading.current_thread() is threading.main_thread()
    can_interrupt = in_main_thread and hasattr(signal, "pthread_kill")
    thread = threading.get_ident()

    def interrupt(_: int, __: FrameType | None) -> None:
        if not done.is_set():
            raise TimeIsUp

    def wait() -> None:
        # Repeatedly, as an exception inside a callback of C code is lost.
        left, pause = _GRACE, seconds + _LATER
        while left > 0 and not done.wait(pause):
            if can_interrupt and signal.getsignal(signal.SIGALRM) is interrupt:
                signal.pthread_kill(thread, signal.SIGALRM)
            elif can_interrupt:  # the limit of the model's code, which names its line, ends now
                signal.setitimer(signal.ITIMER_REAL, _NOW, _AGAIN)
            pause = min(left, _AGAIN)
            left -= pause
        if not done.wait(pause):
            line = f"visualize: not done after {seconds:g} seconds, and could not be interrupted"
            os.write(2, f"{line}; does its loop end?\n".encode())
            os._exit(1)

    before = signal.signal(signal.SIGALRM, interrupt) if can_interrupt else None
    threading.Thread(target=wait, daemon=True).start()
    try:
        yield
    finally:
        done.set()
        if can_interrupt:
            signal.signal(signal.SIGALRM, before)
