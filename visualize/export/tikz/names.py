"""Names of nodes: letters, digits and hyphens, which TikZ does not give a meaning to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

_APART = re.compile(r"[^A-Za-z0-9]+")


class Names:
    """Gives a name to each thing; no two are the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def all_of(self, ids: Iterable[str]) -> dict[str, str]:
        """The names of things by their ids.

        >>> Names().all_of(["layer1.0.add", "layer1_0_add", "层"])
        {'layer1.0.add': 'layer1-0-add', 'layer1_0_add': 'layer1-0-add-2', '层': 'u5c42'}
        """
        return {one: self.new(one) for one in ids}

    def new(self, wanted: str) -> str:
        """A name made from ``wanted``; the first who wants one has it without a number."""
        spelled = "".join(
            f"u{ord(one):x}" if one.isalnum() and not one.isascii() else one for one in wanted
        )
        plain = _APART.sub("-", spelled).strip("-") or "box"
        numbered = (f"{plain}-{number}" for number in itertools.count(2))
        name = next(one for one in itertools.chain([plain], numbered) if one not in self._taken)
        self._taken.add(name)
        return name
