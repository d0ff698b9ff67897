"""Calls around an operation: of modules, and of functions that a model marks as one operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class ModuleCall(NamedTuple):
    """One call of a module.

    Attributes:
        path: module path.
        number: how many times this module was called before: 0 for the first call.
    """

    path: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """One call of a function that ``torch.fx.wrap`` marks as one operation and that holds layers.

    Attributes:
        id: unique and stable name of the call.
        type: name of the function.
        attributes: its plain arguments.
    """

    id: str
    type: str
    attributes: Mapping[str, Any] = field(default_factory=dict, compare=False)
