"""CPU time of ``visualize draw resnet18`` beside that of importing torch and torchvision.

    python tests/benchmarks/start_up.py [RUNS]

Prints the medians and their ratios; the aims are at most 1.3 times ``import torch`` and 1.25 times
``import torchvision``. Whole processes are measured, children included, in turns, so that a
machine that slows down slows all of them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

DRAW = "draw resnet18"
COMMANDS = {
    "import torch": [sys.executable, "-c", "import torch"],
    "import torchvision": [sys.executable, "-c", "import torchvision"],
    DRAW: [sys.executable, "-m", "visualize", "draw", "resnet18"],
}
AIMS = {"import torch": 1.3, "import torchvision": 1.25}


def cpu_seconds(command: list[str], folder: str) -> float:
    """CPU time of one run of ``command`` and of all its children."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


def main() -> None:
    """Measure in turns and print the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(runs + 1):
            for name, command in COMMANDS.items():
                seconds = cpu_seconds(command, folder)
                if turn:  # the first turn warms the caches
                    times[name].append(seconds)
    for name, values in times.items():
        sys.stdout.write(f"{name:20} {statistics.median(values):6.2f} s CPU\n")
    for name, aim in AIMS.items():
        ratios = [drawn / base for base, drawn in zip(times[name], times[DRAW], strict=True)]
        sys.stdout.write(
            f"{DRAW} / {name}: {statistics.median(ratios):.2f} (aim: at most {aim:g})\n"
        )


if __name__ == "__main__":
    main()
