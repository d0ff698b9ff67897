"""Skip connections of one kind from one closed box to another are one arrow.

The decoder of a diffusion U-Net reads three tensors of each block of its encoder: at the level of
blocks this is one way, not three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from visualize.core.scene import SceneArrow


def bundled(
    arrows: Iterable[SceneArrow], is_closed: Callable[[str], bool]
) -> tuple[SceneArrow, ...]:
    """``arrows`` with one in place of several that say the same.

    Args:
        arrows: those of a scene, in order.
        is_closed: whether a box hides what is inside it.
    """
    bundles: dict[object, list[SceneArrow]] = {}
    for number, arrow in enumerate(arrows):
        closed = arrow.arc and is_closed(arrow.source) and is_closed(arrow.target)
        ends = arrow.source, arrow.target, arrow.skip, arrow.long
        bundles.setdefault(ends if closed else number, []).append(arrow)
    return tuple(some[0] if len(some) == 1 else _bundle(some) for some in bundles.values())


def _bundle(arrows: Sequence[SceneArrow]) -> SceneArrow:
    labels = Counter(arrow.label for arrow in arrows if arrow.label)
    words = [f"{number} × ({one})" if number > 1 else one for one, number in labels.items()]
    return replace(
        arrows[0],
        label=words[0] if len(words) == 1 else f"{len(arrows)} tensors" if words else "",
        tooltip="\n".join(dict.fromkeys(arrow.tooltip for arrow in arrows)),
        repeat=max(arrow.repeat for arrow in arrows),
    )
