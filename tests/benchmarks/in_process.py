"""What drawing costs next to torchview in one process, from a built model to an SVG file, warm.

    pip install torchview timm && python tests/benchmarks/in_process.py [NAME...]

Prints, for each model of torchvision or timm, the median times of both and their ratio, and the
median of all ratios; the aim is at most 1. Both get the same model on the meta device, the fastest
that torchview offers, and take turns. torchview lays out with ``dot``: the system's if there is
one, else that of pygraphviz. It shows all modules up to three levels deep as they are; visualize
folds until the figure fits a page.
"""

from __future__ import annotations

import gc
import logging
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torchview import draw_graph

import visualize

AIM = 1.0
RUNS = 5
IMAGE = (1, 3, 224, 224)
SIZES = {"inception_v3": (1, 3, 299, 299), "swin_v2_t": (1, 3, 256, 256)}
NAMES = (
    "resnet18", "resnet50", "resnet152", "vgg16", "densenet121", "googlenet", "inception_v3",
    "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "efficientnet_v2_s", "regnet_y_400mf",
    "convnext_tiny", "vit_b_16", "swin_t", "maxvit_t", "shufflenet_v2_x1_0", "mnasnet1_0",
    "squeezenet1_0", "alexnet", "timm:convnext_tiny", "timm:dla34", "timm:resnest14d",
    "timm:res2net50_26w_4s", "timm:vit_tiny_patch16_224", "timm:mixer_s16_224",
)  # fmt: skip


def build(name: str) -> nn.Module:
    """The model on the meta device, without values."""
    try:
        with torch.device("meta"):
            return constructed(name)
    except (NotImplementedError, RuntimeError):  # it computes its own shape with tensors
        return constructed(name).to("meta")


def constructed(name: str) -> nn.Module:
    """The model on the device of the context."""
    if name.startswith("timm:"):
        import timm

        return timm.create_model(name.removeprefix("timm:")).eval()
    from torchvision import models

    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return models.get_model(name, weights=None, **options).eval()


def torchview(model: nn.Module, shape: tuple[int, ...], folder: Path) -> None:
    """The SVG of torchview."""
    graph = draw_graph(model, input_size=shape, device="meta", expand_nested=True).visual_graph
    if shutil.which("dot"):
        graph.render(str(folder / "theirs"), format="svg")
    else:
        import pygraphviz

        pygraphviz.AGraph(string=graph.source).draw(folder / "theirs.svg", prog="dot")


def ours(model: nn.Module, shape: tuple[int, ...], folder: Path) -> None:
    """The SVG of visualize."""
    visualize.draw(model, shape).save(folder / "ours.svg")


def seconds(function: Callable[[], None]) -> float:
    """Time of one call, without what the collector of garbage has left from others."""
    gc.collect()
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def measure(name: str, folder: Path) -> float:
    """Print the times of both for one model; their ratio."""
    model, shape = build(name), SIZES.get(name, IMAGE)
    tools = [lambda: torchview(model, shape, folder), lambda: ours(model, shape, folder)]
    for tool in tools:
        tool()
    turns = [[seconds(tool) for tool in tools] for _ in range(RUNS)]
    theirs, own = (statistics.median(times) for times in zip(*turns))
    sys.stdout.write(f"{name:28} torchview {theirs:6.3f} s, visualize {own:6.3f} s, ")
    sys.stdout.write(f"ratio {own / theirs:.2f}\n")
    sys.stdout.flush()
    return own / theirs


def main() -> None:
    """Measure every model, and print the median of the ratios."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        ratios = [measure(name, Path(folder)) for name in sys.argv[1:] or NAMES]
    median = statistics.median(ratios)
    sys.stdout.write(f"median ratio of {len(ratios)} models {median:.2f} (aim: at most {AIM})\n")


if __name__ == "__main__":
    main()
