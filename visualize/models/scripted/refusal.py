"""Why an archive of TorchScript is not loaded."""

from __future__ import annotations

import re

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


class RefusedError(Exception):
    """Something in an archive that `torch.jit.save` does not write, or that may do harm."""


def is_special(name: str) -> bool:
    """Whether Python and TorchScript give a name a meaning of their own, as ``__len__``.

    >>> is_special("__setstate__"), is_special("__torch_mangle_0")
    (True, False)
    """
    return name.startswith("__") and name.endswith("__")
