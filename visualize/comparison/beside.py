"""Both models side by side: one scene with a frame around each."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.scene import Scene, SceneGroup


def side_by_side(before: Scene, after: Scene, names: tuple[str, str]) -> Scene:
    """One scene of two, at one scale because it is laid out as one.

    Args:
        before: the first model, with its marks.
        after: the second.
        names: of both, for their frames.
    """
    one, other = (
        _framed(scene, side, name)
        for scene, side, name in zip((before, after), ("before", "after"), names)
    )
    return replace(
        after,
        boxes=(*one.boxes, *other.boxes),
        groups=(*one.groups, *other.groups),
        arrows=(*one.arrows, *other.arrows),
        parameters=sum(box.parameters for box in (*one.boxes, *other.boxes)),
        compares=True,
    )


def _framed(scene: Scene, side: str, name: str) -> Scene:
    """A scene whose ids begin with the side it is on, in a frame."""

    def named(own: str) -> str:
        return f"{side} {own}"

    frame = SceneGroup(side, name, "", "block", "", framed=True, path=side)
    return replace(
        scene,
        boxes=tuple(
            replace(
                box,
                id=named(box.id),
                name=named(box.name),
                group=named(box.group) if box.group else side,
                stage=named(box.stage) if box.stage else "",
            )
            for box in scene.boxes
        ),
        groups=(
            frame,
            *(
                replace(
                    group,
                    id=named(group.id),
                    parent=named(group.parent) if group.parent else side,
                    stage=named(group.stage) if group.stage else "",
                )
                for group in scene.groups
            ),
        ),
        arrows=tuple(
            replace(arrow, source=named(arrow.source), target=named(arrow.target))
            for arrow in scene.arrows
        ),
    )
