"""What archives of TorchScript hold, and why one is not loaded."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

# Names in code and in pickles, of one form: what a lexer makes of others is its own affair.
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
QUALIFIED = re.compile(r"__torch__(\.[A-Za-z_][A-Za-z0-9_]*)+")
# Classes of torch itself, written in C++, which keep weights as their kernels want them.
PACKED_CLASSES = frozenset(
    [
        *(
            f"__torch__.torch.classes.quantized.{kind}PackedParamsBase"
            for kind in ("Linear", "Conv2d", "Conv3d", "Embedding")
        ),
        "__torch__.torch.classes.rnn.CellParamsBase",
    ]
)


STATE = frozenset({"__getstate__", "__setstate__"})


@dataclass(frozen=True)
class ClassCode:
    """A class of a script.

    Attributes:
        name: its qualified name.
        base: ``Module`` or ``NamedTuple``, or empty for a plain class.
        methods: its methods by their names.
        attributes: the types of its attributes by their names.
        hooks: the names of methods that run before or after ``forward``.
    """

    name: str
    base: str
    methods: dict[str, ast.FunctionDef]
    attributes: dict[str, str] = field(default_factory=dict)
    hooks: list[str] = field(default_factory=list)

    @property
    def sets_state(self) -> bool:
        """Whether code of its own runs when one of its objects is loaded."""
        return not STATE.isdisjoint(self.methods)


class RefusedError(Exception):
    """Something in an archive that `torch.jit.save` does not write, or that may do harm."""


def is_special(name: str) -> bool:
    """Whether Python and TorchScript give a name a meaning of their own, as ``__len__``.

    >>> is_special("__setstate__"), is_special("__torch_mangle_0")
    (True, False)
    """
    return name.startswith("__") and name.endswith("__")
