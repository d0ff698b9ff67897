"""Proxies that know augmented assignment.

``x += y`` changes a tensor, and so whatever else is called ``x``. A proxy of torch.fx has no such
operator, so that Python computes ``x + y`` and renames it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from torch import fx

# The operators of augmented assignment, by name. ``@=`` has none: tensors have no such method.
IN_PLACE = {
    name: getattr(operator, f"i{name}")
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor")
}


class Proxy(fx.Proxy):
    """A value of a symbolic trace, which augmented assignment may change in place."""


def _augmented(name: str, function: Callable[[Any, Any], Any]) -> Callable[[Proxy, Any], Any]:
    def augment(self: Proxy, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", function, (self, other), {}, name=name)

    return augment


for _name, _function in IN_PLACE.items():
    setattr(Proxy, f"__i{_name}__", _augmented(_name, _function))
