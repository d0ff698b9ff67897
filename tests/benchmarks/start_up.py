"""CPU time of ``visualize draw resnet18`` beside that of ``import torchvision``, in one run.

    python tests/benchmarks/start_up.py [RUNS]

Prints both medians and their ratio; the aim is at most 1.25. Whole processes are measured,
children included, in turns, so that a machine that slows down slows both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

AIM = 1.25
COMMANDS = {
    "import torchvision": [sys.executable, "-c", "import torchvision"],
    "draw resnet18": [sys.executable, "-m", "visualize", "draw", "resnet18"],
}


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
    ratios = [b / a for a, b in zip(*times.values(), strict=True)]
    sys.stdout.write(f"ratio {statistics.median(ratios):.2f} (aim: at most {AIM})\n")


if __name__ == "__main__":
    main()
