"""The module that an exported program becomes."""

from __future__ import annotations

from typing import Any

from torch import fx


class Program(fx.GraphModule):
    """Runs its graph node by node: code made of it could hold code that the file brings."""

    def recompile(self) -> Any:
        """Make no code."""

    def forward(self, *args: Any) -> Any:
        """Run the graph."""
        return fx.Interpreter(self).run(*args)
