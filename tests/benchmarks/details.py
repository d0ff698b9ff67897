"""What details of closed blocks add to drawing, from a built model to an SVG file, warm.

    pip install timm transformers && python tests/benchmarks/details.py [NAME...]

Draws each model with details and without, in turns in one process, and prints the ratio of the
fastest times; the aim is a median of at most 1.3.
"""

from __future__ import annotations

import gc
import logging
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import visualize

AIM = 1.3
RUNS = 3
NAMES = (
    "resnet50", "resnet152", "densenet121", "googlenet", "mobilenet_v3_large", "efficientnet_v2_s",
    "swin_v2_t", "regnet_y_800mf", "deeplabv3_resnet50", "hf:BertConfig", "hf:T5Config",
    "timm:hrnet_w18",
)  # fmt: skip


def seconds(name: str, details: str, file: Path) -> float:
    """Time to draw a model once, without the garbage of others; what lasts is not searched."""
    gc.collect()
    gc.freeze()
    begin = time.process_time()
    visualize.draw(name, details=details).save(file)
    return time.process_time() - begin


def measure(name: str, file: Path) -> float:
    """Print both times for one model; their ratio."""
    turns = [[seconds(name, details, file) for details in ("auto", "none")] for _ in range(RUNS)]
    with_them, without = (min(times) for times in zip(*turns))
    sys.stdout.write(f"{name:28} with details {with_them:6.3f} s, without {without:6.3f} s, ")
    sys.stdout.write(f"ratio {with_them / without:.2f}\n")
    sys.stdout.flush()
    return with_them / without


def main() -> None:
    """Measure every model, and print the median of the ratios."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        ratios = [measure(name, Path(folder) / "figure.svg") for name in sys.argv[1:] or NAMES]
    median = statistics.median(ratios)
    sys.stdout.write(f"median ratio of {len(ratios)} models {median:.2f} (aim: at most {AIM})\n")


if __name__ == "__main__":
    main()
