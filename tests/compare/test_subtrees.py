"""Equal subtrees have equal hashes, whatever their names."""

from __future__ import annotations

from tests.edits import chain, renamed
from visualize.compare.subtrees import tree_of


def test_names_do_not_count() -> None:
    one, other = tree_of(chain(40)), tree_of(renamed(chain(40)))
    assert one.digest == other.digest
    assert one.size == len(chain(40).graph)
    assert one.digest != tree_of(chain(44)).digest
