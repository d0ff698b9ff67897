"""What recording costs, beside a plain forward pass of the same model on meta tensors.

    python tests/benchmarks/recording.py

Prints the CPU time of both for three models, in one process and in turns, and their ratio; the
aim is at most 2.5. Then the whole ``visualize graph`` of a Llama of 405 billion parameters
beside the imports that it needs and one plain pass; the aim is at most 3 passes plus the imports.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torchvision import models

from visualize.tracing.environment import MetaEnvironment
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.recorded import trace_recorded
from visualize.tracing.replica import replicate

AIM, AIM_LARGE = 2.5, 3.0
NAMES = ("resnet152", "vit_h_14", "swin_v2_b")
RUNS = 5
LLAMA = {
    "hidden_size": 16384, "intermediate_size": 53248, "num_hidden_layers": 126,
    "num_attention_heads": 128, "num_key_value_heads": 8, "vocab_size": 128256,
    "max_position_embeddings": 131072,
}  # fmt: skip
# A mask is given, because the model asks for the values of its positions to make one.
PLAIN = """
import time, torch
from transformers import LlamaConfig, LlamaForCausalLM
imports = time.process_time()
with torch.device("meta"):
    model = LlamaForCausalLM(LlamaConfig(**{settings}, use_cache=False)).eval()
    tokens, mask = torch.zeros(1, 128, dtype=torch.long), torch.zeros(1, 1, 128, 128)
begin = time.process_time()
with torch.no_grad():
    model(tokens, attention_mask=mask)
print(imports, time.process_time() - begin)
"""


def seconds(action: object, *arguments: object) -> float:
    """CPU time of calling ``action``."""
    begin = time.process_time()
    action(*arguments)  # type: ignore[operator]
    return time.process_time() - begin


def plain(model: nn.Module) -> None:
    """One forward pass on meta tensors."""
    with torch.no_grad():
        model(torch.empty(1, 3, 224, 224, device="meta"))


def recorded(model: nn.Module) -> None:
    """The same, recorded on a replica."""
    inputs = Inputs.of((1, 3, 224, 224)).with_few_values()
    trace_recorded(replicate(model), inputs, Leaves(), MetaEnvironment())


def measure(name: str) -> None:
    """Print both times of the model ``name`` of torchvision."""
    with torch.device("meta"):
        model = models.get_model(name, weights=None).eval()
    pairs = [(seconds(plain, model), seconds(recorded, model)) for _ in range(RUNS + 1)][1:]
    ratio = statistics.median(b / a for a, b in pairs)
    first, second = (statistics.median(times) for times in zip(*pairs))
    sys.stdout.write(
        f"{name:12} plain {first:.2f} s, recorded {second:.2f} s CPU, ratio {ratio:.2f} "
    )
    sys.stdout.write(f"(aim: at most {AIM})\n")


def measure_large() -> None:
    """Print the times of whole processes for the largest Llama."""
    query = "&".join(f"{name}={value}" for name, value in LLAMA.items())
    ratios = []
    for _ in range(3):
        code = PLAIN.replace("{settings}", repr(LLAMA))
        output = subprocess.check_output([sys.executable, "-c", code], text=True)
        imports, forward = map(float, output.split())
        before = os.times()
        command = [sys.executable, "-m", "visualize", "graph", f"hf:LlamaConfig?{query}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        ratios.append((spent - imports) / forward)
    sys.stdout.write(f"405 B Llama: {statistics.median(ratios):.2f} plain passes plus the imports ")
    sys.stdout.write(f"(aim: at most {AIM_LARGE})\n")


if __name__ == "__main__":
    for model_name in NAMES:
        measure(model_name)
    measure_large()
