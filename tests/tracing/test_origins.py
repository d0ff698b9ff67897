"""What a write changes about where another tensor of the same memory comes from."""

from __future__ import annotations

import weakref

import pytest
import torch
from torch import fx

from visualize.tracing.origins import Origin, Write
from visualize.tracing.regions import region_of

BASE = torch.zeros(4, 6)


def after(written: torch.Tensor, read: torch.Tensor) -> tuple[str, list[str]]:
    """The node that ``read`` is of after a write to ``written``, and the writes still to follow."""
    graph = fx.Graph()
    made, wrote = graph.placeholder("made"), graph.placeholder("wrote")
    origin = Origin(weakref.ref(read), made)
    origin.note(Write(wrote, region_of(written)), region_of(read))
    return origin.node.name, [write.node.name for write in origin.writes]


@pytest.mark.parametrize(
    ("written", "read", "found"),
    [
        (BASE, BASE[1], ("wrote", ["wrote"])),  # all of it is what was written
        (BASE[1], BASE, ("made", ["wrote"])),  # a part of it is
        (BASE[1], BASE[2], ("made", [])),
        (BASE[:, :3], BASE[:, 3:], ("made", [])),
        (BASE[:, :3], BASE[:, 2:], ("wrote", ["wrote"])),  # they overlap
    ],
)
def test_a_write(written: torch.Tensor, read: torch.Tensor, found: tuple[str, list[str]]) -> None:
    assert after(written, read) == found


def test_without_strides_all_is_written() -> None:
    sparse = torch.zeros(4, 6).to_sparse()
    assert region_of(sparse) is None
    assert after(sparse, BASE) == ("wrote", ["wrote"])
