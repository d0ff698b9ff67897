"""Running the command in a test, and a file of small models for it."""

from __future__ import annotations

from click.testing import CliRunner, Result

from visualize.cli import main

NETS = """
import time
import torch
from torch import nn

class Tiny(nn.Module):
    def __init__(self, depth=1):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.rest = nn.Sequential(*[nn.Conv2d(4, 4, 1) for _ in range(depth - 1)])
    def forward(self, x):
        print("forward is running")
        return self.rest(self.conv(x))

class Branching(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x
        return -x

class Failing(nn.Module):
    def __init__(self):
        super().__init__()
        raise RuntimeError("no licence\\nfor this")

class Raising(nn.Module):
    def forward(self, x):
        raise KeyError("boom")

class Counting(nn.Module):
    def forward(self, x):
        return x * x.sum().item()

class Leaving(nn.Module):
    def forward(self):
        raise SystemExit(0)

class Endless(nn.Module):
    def forward(self, x):
        try:
            while True:
                x = -x
                time.sleep(0.001)  # else it might have too many operations first
        except Exception:
            return x

class Stubborn(nn.Module):
    def forward(self, x):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

class Slow(Tiny):
    def __init__(self):
        super().__init__()
        time.sleep(1.3)

def build(depth=2):
    return Tiny(depth)

number = 3
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def fails(status: int, *arguments: str) -> str:
    """Run, expect ``status`` and one line on standard error, and return it."""
    result = run(*arguments)
    assert result.exit_code == status, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert not result.stdout
    return lines[0]
