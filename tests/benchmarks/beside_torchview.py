"""What drawing costs beside torchview, model by model: whole processes, in turns.

    pip install torchview && python tests/benchmarks/beside_torchview.py [NAME...]

Prints the time from the command to an SVG file for both, and their ratio; the aim is at most 1 for
every model. torchview lays out with the ``dot`` of the system, which must be installed. It is
given a model of torchvision as its users build one, and the meta device, the fastest it offers. It
shows all modules up to three levels deep as they are; visualize folds until the figure fits a page.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

AIM = 1.0
RUNS = 3
NAMES = (
    "resnet18", "resnet152", "densenet201", "inception_v3", "efficientnet_b7", "regnet_y_32gf",
    "convnext_large", "vit_h_14", "swin_v2_b", "maxvit_t", "mvit_v2_s", "deeplabv3_resnet101",
    "raft_large",
)  # fmt: skip
IMAGE = "(1, 3, 224, 224)"
INPUTS = {
    "inception_v3": "(1, 3, 299, 299)",
    "efficientnet_b7": "(1, 3, 600, 600)",
    "swin_v2_b": "(1, 3, 256, 256)",
    "mvit_v2_s": "(1, 3, 16, 224, 224)",
    "deeplabv3_resnet101": "(1, 3, 520, 520)",
    "raft_large": "[(1, 3, 512, 512), (1, 3, 512, 512)]",
}
TORCHVIEW = """
from torchview import draw_graph
from torchvision import models
model = models.get_model({name!r}, weights=None{backbone}).eval()
drawn = draw_graph(model, input_size={inputs}, device="meta", expand_nested=True)
drawn.visual_graph.render({path!r}, format="svg")
"""


def seconds(command: list[str]) -> float:
    """Time of one run of ``command``."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def measure(name: str, folder: str) -> float:
    """Print the times of both for the model ``name`` of torchvision; their ratio."""
    path = f"{folder}/{name}"
    backbone = ", weights_backbone=None" if name.startswith("deeplab") else ""
    inputs = INPUTS.get(name, IMAGE)
    code = TORCHVIEW.format(name=name, backbone=backbone, inputs=inputs, path=path)
    theirs = [sys.executable, "-c", code]
    ours = [sys.executable, "-m", "visualize", "draw", name, "-o", f"{path}.svg"]
    turns = [(seconds(theirs), seconds(ours)) for _ in range(RUNS)]
    first, second = (statistics.median(times) for times in zip(*turns))
    sys.stdout.write(f"{name:20} torchview {first:6.2f} s, visualize {second:6.2f} s, ")
    sys.stdout.write(f"ratio {second / first:.2f} (aim: at most {AIM})\n")
    sys.stdout.flush()
    return second / first


def main() -> int:
    """Measure every model; 1 if any is slower than the aim."""
    with tempfile.TemporaryDirectory() as folder:
        ratios = [measure(name, folder) for name in sys.argv[1:] or NAMES]
    return int(max(ratios) > AIM)


if __name__ == "__main__":
    sys.exit(main())
