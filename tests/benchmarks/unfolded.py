"""What a huge figure costs: a Llama with all its layers written out, from trace to SVG.

    pip install transformers && python tests/benchmarks/unfolded.py [LAYERS...]

Each model is traced once. What is measured comes after that: choosing and describing the boxes,
their layout and the SVG, in a process of its own, with the CPU time of each stage and the memory
that it takes beyond tracing. The aim is at most 8 s and 0.8 GB for 126 layers (6,691 boxes), and
time that grows with the number of boxes: seconds per 1,000 boxes are about the same for each size.
"""

from __future__ import annotations

import itertools
import resource
import subprocess
import sys
import time

import visualize
from visualize.export import render
from visualize.layout import lay_out

SECONDS = 8.0
GIGABYTES = 0.8
LAYERS = (32, 64, 126)
MODEL = "hf:LlamaConfig?num_hidden_layers={layers}"


def measure(layers: int) -> None:
    """Print what a model with ``layers`` layers costs, stage by stage."""
    architecture = visualize.trace(MODEL.format(layers=layers))
    memory = _peak()
    times = [time.process_time()]
    figure = visualize.draw(architecture, level="op", fold=False)
    times.append(time.process_time())
    layout = lay_out(figure.scene, figure.theme, figure.direction, figure.page)
    times.append(time.process_time())
    image = render(figure.scene, figure.theme, figure.direction, ["svg"], "", layout)["svg"]
    times.append(time.process_time())
    boxes = len(figure.scene.boxes)
    whole = times[-1] - times[0]
    scene, placing, drawing = (after - before for before, after in itertools.pairwise(times))
    sys.stdout.write(
        f"{layers:4} layers {boxes:6,} boxes {len(image) / 1e6:5.1f} MB  scene {scene:5.2f} s  "
        f"layout {placing:5.2f} s  SVG {drawing:5.2f} s  all {whole:5.2f} s  "
        f"{1000 * whole / boxes:5.2f} s per 1,000 boxes  {_peak() - memory:4.2f} GB\n"
    )


def _peak() -> float:
    """The most memory that this process and its children have had so far, in gigabytes."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + children) * (1 if sys.platform == "darwin" else 1024) / 1e9


def main() -> None:
    """Measure each size in a process of its own."""
    for layers in [int(text) for text in sys.argv[1:]] or LAYERS:
        subprocess.run([sys.executable, __file__, "--one", str(layers)], check=True)
    sys.stdout.write(f"aim: {SECONDS:g} s and {GIGABYTES:g} GB for {LAYERS[-1]} layers\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        main()
