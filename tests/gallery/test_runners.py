from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from visualize.core.errors import UsageError, VisualizeError
from visualize.gallery.draw import draw_model
from visualize.gallery.rows import Drawn, Row
from visualize.gallery.runners import Cluster, Processes, Runner, runner_of
from visualize.options import FigureOptions

pytest.importorskip("joblib")
MODELS = ["nets.py:Small", "nets.py:Raising", "nets.py:Large"]


def outcome(runner: Runner, models: list[str]) -> dict[str, Drawn]:
    drawn = list(runner.run(draw_model, models, FigureOptions()))
    assert sorted(one.row.model for one in drawn) == sorted(models)
    return {one.row.model: one for one in drawn}


@pytest.mark.timeout(200)
def test_processes_and_a_cluster_draw_the_same(folder: Path) -> None:
    distributed = pytest.importorskip("distributed")
    alone = outcome(Processes(1), MODELS)
    assert [bool(alone[model].row.error) for model in MODELS] == [False, True, False]
    assert outcome(Processes(2), MODELS) == alone
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        assert outcome(Cluster(cluster.scheduler_address), MODELS) == alone
        with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
            assert set(client.run(gc.get_freeze_count).values()) == {0}


@pytest.mark.timeout(200)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_process_that_ends_costs_one_model(folder: Path, jobs: int) -> None:
    found = outcome(Processes(jobs), [*MODELS, "nets.py:Ending"])
    assert found["nets.py:Ending"].row == Row(
        "nets.py:Ending",
        error="its process ended: its code ended it, or it needs more memory",
    )
    assert not found["nets.py:Small"].row.error
    assert not found["nets.py:Large"].row.error


STOPPED = """
from visualize.gallery.draw import draw_model
from visualize.gallery.runners import Processes
from visualize.options import FigureOptions

if __name__ == "__main__":
    models = ["nets.py:Small"] * 3
    running = Processes(1).run(draw_model, models, FigureOptions())
    print(next(running).row.parameters)
    running.close()
"""


def test_processes_that_are_ended_leave_nothing_behind(folder: Path) -> None:
    (folder / "stopped.py").write_text(STOPPED)
    ran = subprocess.run(
        [sys.executable, "stopped.py"], capture_output=True, text=True, timeout=100, check=True
    )
    assert ran.stdout == "20\n"
    assert "leaked" not in ran.stderr


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("visualize.gallery.runners._PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(VisualizeError, match="the scheduler does not answer"):
            list(Cluster(address).run(draw_model, MODELS, FigureOptions()))


def test_what_the_options_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert runner_of(3, "") == Processes(3)
    assert runner_of(None, "tcp://a:1") == Cluster("tcp://a:1")
    with pytest.raises(UsageError, match="the cluster decides"):
        runner_of(3, "tcp://a:1")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"joblib is not installed; pip install .*\[gallery\]"):
        runner_of(3, "")
