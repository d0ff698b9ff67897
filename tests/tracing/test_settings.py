"""Settings of torch that ``forward`` writes are as before, for the caller and for other threads."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import visualize
from visualize.core.torch_threads import print_options
from visualize.tracing.settings import settings_kept


def state() -> list[Any]:
    return [
        torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_default_device(),
        torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark,
        torch.backends.cudnn.deterministic, torch.backends.cudnn.enabled,
        torch.backends.mkldnn.enabled, torch.get_float32_matmul_precision(),
        torch.get_num_threads(), Path.cwd(), signal.getsignal(signal.SIGINT),
        signal.getsignal(signal.SIGTERM), torch.is_autocast_enabled("cpu"),
        torch.get_autocast_dtype("cpu"), torch.is_anomaly_enabled(),
        torch.is_anomaly_check_nan_enabled(), print_options(), np.geterr(), np.get_printoptions(),
        sys.getrecursionlimit(), sys.gettrace(), sys.getprofile(), logging.root.manager.disable,
        logging.root.level, list(logging.root.handlers),
    ]  # fmt: skip


WRITES = {
    "gradients": lambda: torch.set_grad_enabled(False),
    "dtype": lambda: torch.set_default_dtype(torch.float64),
    "tensor type": lambda: torch.set_default_tensor_type(torch.DoubleTensor),
    "device": lambda: torch.set_default_device("meta"),
    "deterministic": lambda: torch.use_deterministic_algorithms(True),
    "cudnn": lambda: setattr(torch.backends.cudnn, "benchmark", True),
    "cudnn deterministic": lambda: setattr(torch.backends.cudnn, "deterministic", True),
    "precision": lambda: torch.set_float32_matmul_precision("medium"),
    "threads": lambda: torch.set_num_threads(3),
    "signals": lambda: [
        signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.signal(signal.SIGTERM, print),
        signal.signal(signal.SIGTERM, signal.SIG_DFL),
        signal.signal(signal.SIGTERM, print),
    ],
    "autocast": lambda: torch.autocast("cpu", torch.float16).__enter__(),
    "anomalies": lambda: torch.autograd.set_detect_anomaly(True, check_nan=False),
    "how torch prints": lambda: torch.set_printoptions(precision=9, sci_mode=True),
    "how torch prints, by profile": lambda: torch.set_printoptions(profile="full"),
    "how numpy prints": lambda: np.set_printoptions(precision=2, suppress=True),
    "errors of numpy": lambda: np.seterr(all="raise"),
    "recursion": lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 500),
    "trace": lambda: sys.settrace(lambda *_: None),
    "profile": lambda: sys.setprofile(lambda *_: None),
    "logging": lambda: [
        logging.basicConfig(level=logging.DEBUG, force=True),
        logging.getLogger().addHandler(logging.NullHandler()),
        logging.disable(logging.CRITICAL),
    ],
    "folder": lambda: os.chdir("/"),
    "folder by keyword": lambda: os.chdir(path="/"),
}


class Writes(nn.Module):
    def __init__(self, what: str) -> None:
        super().__init__()
        self.a, self.what = nn.Linear(4, 4), what

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        WRITES[self.what]()
        return self.a(x.float())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("what", WRITES)
def test_all_is_as_before(what: str, tracer: str) -> None:
    before = state()
    visualize.trace(Writes(what), (2, 4), tracer=tracer)
    assert state() == before


def test_what_decides_how_numbers_are_computed_is_not_written_for_others() -> None:
    before, found = state(), []
    with settings_kept():
        for what in ("deterministic", "cudnn", "precision", "threads"):
            WRITES[what]()
        here = state()
        thread = threading.Thread(target=lambda: found.append(state()))
        thread.start()
        thread.join()
    assert found == [before]
    assert (here[3], here[4], here[8], here[9]) == (True, True, "medium", 3)
    assert state() == before


def test_what_others_write_meanwhile_stays() -> None:
    with settings_kept():
        thread = threading.Thread(target=torch.use_deterministic_algorithms, args=(True,))
        thread.start()
        thread.join()
    assert torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)


def test_a_folder_that_others_go_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    with settings_kept():
        thread = threading.Thread(target=os.chdir, args=(tmp_path,))
        thread.start()
        thread.join()
    assert Path.cwd() == tmp_path
