"""What an audit finds: the shortcuts of each block, and what looks wrong about them."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from visualize.core.architecture import Skip
from visualize.core.choices import SkipKind
from visualize.core.skips import Untyped


class FindingKind(str, enum.Enum):
    """What was found."""

    MISSING = "missing"
    """A block has fewer shortcuts than those like it, though it returns what it could add."""
    START = "start"
    """A shortcut begins elsewhere than in blocks like it, such as after a norm."""
    DETACHED = "detached"
    """No gradient flows back over a shortcut."""
    CUT = "cut"
    """No gradient flows back over what a shortcut bypasses."""
    SAME = "same"
    """A tensor is added to itself."""
    ZERO = "zero"
    """A scale is zero: a branch contributes nothing yet."""
    UNTYPED = "untyped"
    """A sum looks residual and is no skip connection."""

    @property
    def is_problem(self) -> bool:
        """Whether it is likely a mistake; what is not is worth knowing."""
        return self not in (FindingKind.ZERO, FindingKind.UNTYPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit found.

    Attributes:
        kind: what it is.
        module: path of the block, or of the module that merges where that is in no block.
        node: the operation where it was found; empty for what is missing.
        source: the line of code of that operation; empty if unknown.
        skip: the shortcut that it is about, if there is one.
        untyped: the sum that is no skip connection, and why.
        found: how many shortcuts there are, or where one begins.
        expected: how many blocks like it have, or where theirs begin.
    """

    kind: FindingKind
    module: str
    node: str = ""
    source: str = ""
    skip: Skip | None = None
    untyped: Untyped | None = None
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class AuditedModule:
    """A block and its shortcuts, or another module in which something was found.

    Attributes:
        path: its module path.
        type: its class.
        is_block: whether it is one of the blocks that the model repeats.
        skips: its shortcuts.
        starts: where each begins: empty for outside of the module, or else what makes the tensor.
        findings: what was found in it.
    """

    path: str
    type: str
    is_block: bool = True
    skips: tuple[Skip, ...] = ()
    starts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def has(self, kinds: Collection[SkipKind]) -> bool:
        """Whether it has a shortcut of one of ``kinds`` over which a gradient flows back."""
        return any(skip.kind in kinds and skip.gradient for skip in self.skips)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What is likely a mistake."""
        return tuple(one for one in self.findings if one.kind.is_problem)
