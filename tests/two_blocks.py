"""A net of two residual blocks with two heads, which tests cut, hide and label."""

from __future__ import annotations

from torch import Tensor, nn

from visualize.figure import Figure


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.drop = nn.Dropout()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(self.drop(self.conv1(x)))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.body = nn.Sequential(Block(8), Block(8))
        self.side = nn.Conv2d(8, 4, 1)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.body(self.stem(x))
        return self.head(x), self.side(x)


def first_lines(figure: Figure) -> list[str]:
    return [box.label[0] for box in figure.scene.boxes]
