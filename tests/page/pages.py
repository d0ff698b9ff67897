"""Pages of small models, and what is in the file of a page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

from torch import Tensor, nn

from visualize.export import Job
from visualize.figure import Figure
from visualize.page import documents_of
from visualize.page.document import Documents


class Block(nn.Module):
    """Two convolutions with a residual connection past them."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """The sum of both ways."""
        return (x + self.conv2(self.norm(self.conv1(x)).relu())).relu()


class Net(nn.Module):
    """A stem, some blocks and a head."""

    def __init__(self, blocks: int = 3) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.blocks = nn.Sequential(*(Block() for _ in range(blocks)))
        self.head = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Two numbers for each image."""
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


SHAPE = (1, 3, 8, 8)


def documents(figure: Figure) -> Documents:
    """What makes the document of a figure."""
    name = figure.scene.title or figure.architecture.name
    layout = figure.drawing.layout
    job = Job(figure.scene, figure.theme, figure.direction, name, "", layout)
    return documents_of(figure.simplifier, figure.drawing, figure.options, job)


def document(figure: Figure) -> dict[str, Any]:
    """The document of the page of a figure."""
    return documents(figure).document()


def document_in(page: bytes) -> dict[str, Any]:
    """The document in the file of a page."""
    found = re.search(rb'<script type="application/octet-stream"[^>]*>([^<]*)</script>', page)
    assert found
    read: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return read
