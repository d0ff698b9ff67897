"""One call of an operation, as the rules that follow its axes see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import fx, nn

from visualize.annotate.batch.axes import Atoms, Axes, Shape
from visualize.core.traced import facts_of


@dataclass(frozen=True)
class Call:
    """One call of an operation on data.

    Attributes:
        node: what is called.
        kind: its family; see `visualize.core.operators.family`.
        module: the module that it is; None for a function.
        atoms: the atoms of all tensors.
        known: the axes of what each node on data returned.
        given: the axes of each data tensor that it reads, in order.
        shapes: the shape of each tensor that it returns.
    """

    node: fx.Node
    kind: str
    module: nn.Module | None
    atoms: Atoms
    known: Mapping[fx.Node, tuple[Axes, ...]]
    given: tuple[Axes, ...]
    shapes: tuple[Shape, ...]

    def argument(self, place: int, *names: str, default: Any = None) -> Any:
        """An argument by its place or one of its names; for a module, one of its attributes."""
        for name in names:
            if name in self.node.kwargs:
                return self.node.kwargs[name]
            if self.module is not None and hasattr(self.module, name):
                return getattr(self.module, name)
        args = self.node.args
        return args[place] if self.module is None and 0 <= place < len(args) else default

    def dimensions(self, place: int, *names: str) -> list[int]:
        """Dimensions that are given one by one from ``place`` on, or as a list."""
        value = self.argument(place, *names)
        if isinstance(value, int) and not names:
            value = self.node.args[place:]
        values = value if isinstance(value, (list, tuple)) else [value]
        return [one for one in values if isinstance(one, int)]

    def axes(self, place: int, *names: str) -> Axes | None:
        """The axes of an argument; None if it is no single tensor on data."""
        value = self.argument(place, *names) if self.module is None else None
        if self.module is not None:
            value = next(
                (self.node.kwargs[name] for name in names if name in self.node.kwargs), None
            )
            if value is None and place < len(self.node.args):
                value = self.node.args[place]
        return self.axes_of(value)

    def axes_of(self, value: Any) -> Axes | None:
        """The axes of what a node returned; None if it is no single tensor on data."""
        known = self.known.get(value, ()) if isinstance(value, fx.Node) else ()
        return known[0] if len(known) == 1 else None

    def shape_of(self, value: Any) -> Shape | None:
        """The shape of what a node returned; None if it is no single tensor."""
        outputs = facts_of(value).outputs if isinstance(value, fx.Node) else ()
        return outputs[0].shape if len(outputs) == 1 else None

    def is_mask(self, value: Any) -> bool:
        """Whether a node returned a tensor of booleans."""
        outputs = facts_of(value).outputs if isinstance(value, fx.Node) else ()
        return len(outputs) == 1 and outputs[0].dtype == "bool"
