"""What a module is called with, and what the call returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boundary:
    """The tensors that cross the boundary of a module call, as ids of operations.

    Attributes:
        arguments: what made each tensor that the module is given, in the order of its signature.
        results: what made each tensor that it returns, in their order.
    """

    arguments: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
