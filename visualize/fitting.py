"""Which scenes can fit a page."""

from __future__ import annotations

from visualize.core.scene import Scene

# No figure with more boxes fits a page; laying it out to see that would take long.
_MOST_BOXES = 150


def may_fit(scene: Scene) -> bool:
    """Whether ``scene`` could fit any page; what could not need not be laid out to see it."""
    return len(scene.boxes) <= _MOST_BOXES
