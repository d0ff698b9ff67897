"""Programs for the tracers: each a forward with the layers that it uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Program:
    kind: type[nn.Module]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    train: bool = False
    also: frozenset[str] = frozenset()


PROGRAMS: dict[str, Program] = {}


def program(
    *args: Any, given: Any = None, train: bool = False, also: Any = (), **parts: Callable[[], Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a forward for ``args``, ``given`` by name; ``parts`` make what it calls."""

    def register(forward: Callable[..., Any]) -> Callable[..., Any]:
        def make_parts(self: nn.Module) -> None:
            nn.Module.__init__(self)
            for name, make in parts.items():
                part = make()
                if isinstance(part, Tensor) and not isinstance(part, nn.Parameter):
                    self.register_buffer(name, part)
                else:
                    setattr(self, name, part)

        name = forward.__name__
        kind = type(name, (nn.Module,), {"__init__": make_parts, "forward": forward})
        kind.__module__ = __name__
        assert name not in PROGRAMS
        PROGRAMS[name] = Program(kind, args, given or {}, train, frozenset(also))
        return forward

    return register


def linear() -> nn.Linear:
    return nn.Linear(4, 4)


def weight(*shape: int) -> Callable[[], nn.Parameter]:
    return lambda: nn.Parameter(torch.rand(shape))


def zeros(*shape: int) -> Callable[[], Tensor]:
    return lambda: torch.zeros(shape)


torch.manual_seed(0)


X = torch.rand(3, 4)


AB: dict[str, Any] = {"a": linear, "b": linear}
