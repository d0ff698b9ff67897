"""What each row reads: the rows and inputs that its data comes from."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests import nets


def read(model: nn.Module, *shapes: tuple[int, ...]) -> dict[str, tuple[str, ...]]:
    return {row.name: row.reads for row in visualize.summarize(model, shapes).rows}


def test_rows_in_series_and_a_concat() -> None:
    rows = read(nets.UNet(), (1, 3, 32, 32))
    assert rows["down1"] == ("x",)
    assert rows["merge2"] == ("cat",)
    assert rows["cat"] == ("relu_2", "up2")
    assert rows["TOTAL"] == ()


def test_what_has_no_row_is_passed_through() -> None:
    class Reshaped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 6), nn.Linear(3, 3)

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return self.second(torch.cat([self.first(x), y]).view(4, 3))

    rows = read(Reshaped(), (4,), (6,))
    assert list(rows) == ["first", "cat", "second", "TOTAL"]
    assert (rows["cat"], rows["second"]) == (("first", "y"), ("cat",))


def test_a_module_in_a_loop_does_not_read_itself() -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            for _ in range(3):
                x = self.layer(x)
            return self.head(x)

    rows = read(Loop(), (1, 4))
    assert (rows["layer"], rows["head"]) == (("x",), ("layer",))
