"""Exceptions that are sent to another thread, and what is left of them: nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from visualize.core.interrupting import raise_in, take_back

# In a process of its own, as a call that never begins cannot be ended from within.
TRACED = """
import sys, threading
{before}
def work():
    return 1
sys.settrace(lambda *_: None)
print(work())
"""
ENDS_IN_TIME = """
import visualize
from torch import nn
draw = lambda: visualize.trace(nn.Linear(4, 4), (2, 4), timeout=60)
thread = threading.Thread(target=draw)
thread.start()
thread.join()
"""
TAKES_TOO_LONG = """
import visualize
from torch import nn
class Endless(nn.Module):
    def forward(self, x):
        while True:
            x = x
def draw():
    try:
        visualize.trace(Endless(), (2, 4), timeout=0.2)
    except visualize.VisualizeError as error:
        assert "not done after 0.2 seconds" in str(error)
thread = threading.Thread(target=draw)
thread.start()
thread.join()
"""
TAKEN_BACK = """
from visualize.core.interrupting import raise_in, take_back
try:
    raise_in(threading.get_ident(), ValueError)
    take_back()
except ValueError:
    take_back()
"""


@pytest.mark.parametrize(
    "before",
    [ENDS_IN_TIME, TAKES_TOO_LONG, TAKEN_BACK],
    ids=["in time", "too long", "taken back"],
)
def test_functions_can_be_traced_after_what_was_limited_in_a_thread(before: str) -> None:
    program = TRACED.format(before=before)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120)
    assert ended.stdout.split() == [b"1"], ended.stderr.decode()


def test_another_thread_is_interrupted() -> None:
    caught: list[type[BaseException]] = []
    begun = threading.Event()

    def work() -> None:
        try:
            begun.set()
            while True:
                time.sleep(0.001)
        except LookupError as error:
            caught.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(20)
    raise_in(thread.ident or 0, LookupError)
    thread.join(20)
    assert caught == [LookupError]


def test_a_thread_that_has_ended_is_left_alone() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    raise_in(thread.ident or 0, LookupError)
    take_back()
