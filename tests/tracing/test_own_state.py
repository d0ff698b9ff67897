"""What a run moves on is a copy, or a refusal where it cannot be copied."""

from __future__ import annotations

import io
import itertools
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import visualize
from visualize.core.errors import UntraceableError
from visualize.tracing.own_state import NotCopied, with_its_own_state

MAKE: dict[str, Any] = {
    "list": lambda: iter([1, 2, 3]),
    "range": lambda: iter(range(1, 5)),
    "count": lambda: itertools.count(1),
    "cycle": lambda: itertools.cycle([1, 2]),
    "map": lambda: map(int, ["1", "2"]),
    "zip": lambda: (lambda pairs: pairs)(enumerate([1, 2])),
    "random": lambda: random.Random(3),
    "numpy": lambda: np.random.default_rng(3),
    "state": lambda: np.random.RandomState(3),
    "torch": lambda: torch.Generator().manual_seed(3),
    "array": lambda: np.arange(3),
    "bytes": lambda: bytearray(b"123"),
    "text": lambda: io.StringIO("123"),
}
USE: dict[str, Any] = {
    "random": lambda held: held.random(),
    "numpy": lambda held: held.random(),
    "state": lambda held: held.rand(),
    "torch": lambda held: torch.rand(1, generator=held).item(),
    "array": lambda held: held.__iadd__(1).sum(),
    "bytes": lambda held: held.pop(),
    "text": lambda held: held.read(2),
}


class Uses(nn.Module):
    def __init__(self, name: str, held: Any) -> None:
        super().__init__()
        self.a, self.held = nn.Linear(4, 4), held
        self.use = USE.get(name, next)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.use(self.held)
        return self.a(x)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("name", MAKE)
def test_the_object_of_the_model_is_not_moved_on(name: str, tracer: str) -> None:
    use, model = USE.get(name, next), Uses(name, MAKE[name]())
    visualize.trace(model, (2, 4), tracer=tracer)
    assert use(model.held) == use(MAKE[name]())


def test_what_cannot_be_copied_is_refused_where_it_is_used() -> None:
    def numbers() -> Any:
        yield from (1, 2)

    model = Uses("generator", numbers())
    with pytest.raises(UntraceableError, match="type generator that cannot be put back"):
        visualize.trace(model, (2, 4))
    assert next(model.held) == 1
    model.use = len  # it is held, and not used
    model.held = [numbers()]
    assert len(visualize.trace(model, (2, 4)).operations) == 3


def test_an_open_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("one\ntwo\n")
    with (tmp_path / "lines").open() as file:
        model = Uses("file", file)
        with pytest.raises(UntraceableError, match="TextIOWrapper"):
            visualize.trace(model, (2, 4))
        assert next(file) == "one\n"


def test_other_objects_are_themselves() -> None:
    for value in (len, object(), "text", torch.float32):
        assert with_its_own_state(value) is value
    with pytest.raises(UntraceableError, match="socket"):
        NotCopied("socket").read()
    assert not hasattr(NotCopied("socket"), "__len__")
