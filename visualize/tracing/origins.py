"""Where the tensors of a recorded run come from."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import fx

from visualize.core.traced import EnclosingCall
from visualize.tracing.regions import Region
from visualize.tracing.tensors import Step

Calls = tuple[EnclosingCall, ...]
Path = tuple[Step, ...]


class Write(NamedTuple):
    """A write to a tensor.

    Attributes:
        node: what wrote.
        region: where the tensor lies; None if it has no strides.
        calls: the module calls around the write.
    """

    node: fx.Node
    region: Region | None
    calls: Calls = ()


@dataclass(slots=True)
class Origin:
    """Where a tensor comes from.

    Attributes:
        tensor: a weak reference, so that a run on real tensors frees what it no longer needs.
        node: the node that made the tensor, or the collection it is part of.
        path: the steps from the node's value to the tensor.
        calls: the module calls around the place where a part is taken.
        writes: what has written since to memory that the tensor shares, and returned another.
    """

    tensor: weakref.ref[torch.Tensor]
    node: fx.Node
    path: Path = ()
    calls: Calls = ()
    writes: tuple[Write, ...] = ()

    def note(self, write: Write, region: Region | None) -> None:
        """Note that another tensor of the same storage was written to.

        Args:
            write: what wrote.
            region: where the tensor of this origin lies.
        """
        written = write.region
        if region and written:
            if region != written and written.index_in(region) is not None:
                self.writes = (*self.writes, write)
                return
            if written.is_apart_from(region):
                return
        self.node, self.path, self.writes = write.node, (), (write,)
