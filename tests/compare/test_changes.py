"""Changes that a person would name together are one."""

from __future__ import annotations

from tests.edits import chain
from visualize.compare import compare
from visualize.core.difference import Status


def test_blocks_that_were_added_are_one_change() -> None:
    (added,) = compare(chain(40), chain(60)).changes
    assert added.status is Status.ADDED
    assert added.after == tuple(f"blocks.{index}" for index in range(10, 15))
