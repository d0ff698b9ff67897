"""Layers that work with parameters of other boxes, or with a part of a parameter alone."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualize.core.architecture import NodeKind, Operation
from visualize.core.diagram import Box, Diagram


@dataclass(frozen=True)
class Sharing:
    """Which layers of a diagram are computed with parameters that other boxes use as well.

    Its first user counts a parameter. So a layer shares what is counted elsewhere, unless a box of
    its own makes a weight of it, and of what it counts itself, what it takes only a part of.
    """

    diagram: Diagram

    def has(self, box: Box) -> bool:
        """Whether the layer that a box is shares a parameter."""
        if not box.kind.is_layer:
            return False
        return any(
            self._is_shared(box, parameter, layer)
            for layer in box.shown.operations
            if layer.weight and layer.weight.learned
            for parameter in self._made_of(layer)
        )

    def _made_of(self, layer: Operation) -> Iterator[Operation]:
        """The parameters that a function gets its weight from."""
        waiting, seen = [layer.id], set(self.diagram.sides)
        while waiting:
            for source, _, wire in self.diagram.exact.inputs(waiting.pop()):
                if wire.data or not wire.tensor or source in seen:
                    continue
                seen.add(source)
                one = self.diagram.exact.operation(source)
                if one.kind is not NodeKind.CONSTANT:
                    waiting.append(source)
                elif one.weights:
                    yield one

    def _is_shared(self, box: Box, parameter: Operation, layer: Operation) -> bool:
        if self.diagram.host(parameter.id) != box.id:
            return True
        weight, size = layer.weight, sum(parameter.held.values())
        is_part = weight and weight.size < size and len(weight.shape) == len(parameter.weights[0])
        return bool(is_part) and any(self._users[name] - {box.id} for name in parameter.held)

    @functools.cached_property
    def _users(self) -> Mapping[str, set[str]]:
        """For each parameter the boxes that hold it, or layers with a weight made of it."""
        users: dict[str, set[str]] = {}
        for one in self.diagram.exact.operations:
            if one.kind is not NodeKind.CONSTANT:
                made_of = self._made_of(one) if one.weight else ()
                for held in (one.held, *(each.held for each in made_of)):
                    for name in held:
                        users.setdefault(name, set()).add(self.diagram.host(one.id))
        return users
