"""JSON: a scene and where everything is, as plain data for programs.

What depends on the layout is in lists of its own: after a small edit of the model the other lines
are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from visualize.core.documents import to_json
from visualize.core.element_names import ElementNames, element_names
from visualize.core.fate import Status
from visualize.core.page import Area
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.core.scene_facts import SceneModel, SceneSkip
from visualize.export.formats import Job
from visualize.export.picture import Picture

SCHEMA = 2


def write(job: Job) -> bytes:
    """The scene with its places as JSON; ``docs/scene.schema.json`` describes it."""
    placed = {"direction": job.direction.value, **_places(job.picture, job.scene)}
    return to_json({**scene_document(job.scene), **placed})


def scene_document(scene: Scene) -> dict[str, Any]:
    """A scene as plain data, without places."""
    names = element_names(scene)
    arrows = iter(names.arrows)
    return {
        "schema": SCHEMA,
        "title": scene.title,
        "description": scene.description,
        "level": scene.level,
        "model": _model(scene.model) if scene.model else None,
        **_parts(scene, names, arrows),
        "details": [
            {
                "letter": detail.letter,
                "title": detail.title,
                "of": list(detail.of),
                "variants": [
                    {"letter": one.letter, "of": list(one.of), "changes": list(one.changes)}
                    for one in detail.variants
                ],
                **_parts(detail.scene, names, arrows),
            }
            for detail in scene.details
        ],
        "skips": [_skip(skip) for skip in scene.skips],
    }


def _parts(scene: Scene, names: ElementNames, arrows: Iterator[str]) -> dict[str, Any]:
    return {
        "boxes": [_box(box, names.boxes[box.id]) for box in scene.boxes],
        "groups": [_group(group, names.groups[group.id], scene) for group in scene.groups],
        "arrows": [_arrow(arrow, next(arrows)) for arrow in scene.arrows],
    }


def _model(model: SceneModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "class": model.class_name,
        "parameters": model.parameters,
        "trainable_parameters": model.trainable_parameters,
        "unused_parameters": model.unused_parameters,
        "macs": model.macs,
        "batch": model.batch,
    }


def _box(box: SceneBox, name: str) -> dict[str, Any]:
    return {
        "id": box.id,
        "label": list(box.label),
        "role": box.role,
        "members": list(box.members),
        "repeat": box.repeat,
        "parameters": box.parameters,
        "macs": box.macs,
        "group": box.group or None,
        "skips": dict(box.skips),
        "name": name,
        "path": box.path,
        "type": box.type,
        "modules": list(box.modules),
        "shapes": [list(shape) for shape in box.shapes],
        "stage": box.stage or None,
        "each": _each(box),
        "trainable_parameters": box.trainable,
        **_status(box.status),
    }


def _each(one: SceneBox | SceneGroup) -> dict[str, int]:
    each = one.each
    return {"parameters": each.parameters, "shared_parameters": each.shared, "macs": each.macs}


def _group(group: SceneGroup, name: str, scene: Scene) -> dict[str, Any]:
    inside = list(_inside(group.id, scene))
    return {
        "id": group.id,
        "label": group.label,
        "parent": group.parent or None,
        "repeat": group.repeat,
        "name": name,
        "path": group.path,
        "type": group.type,
        "role": group.role,
        "detail": group.detail,
        "framed": group.framed,
        "stage": group.stage or None,
        "parameters": sum(box.parameters for box in inside),
        "macs": sum(box.macs for box in inside),
        "each": _each(group),
    }


def _inside(group: str, scene: Scene) -> Iterator[SceneBox]:
    """The boxes in a group, those of inner groups included."""
    parents = {one.id: one.parent for one in scene.groups}
    for box in scene.boxes:
        around = box.group
        while around and around != group:
            around = parents[around]
        if around:
            yield box


def _arrow(arrow: SceneArrow, name: str) -> dict[str, Any]:
    return {
        "source": arrow.source,
        "target": arrow.target,
        "label": arrow.label,
        "skip": arrow.skip,
        "repeat": arrow.repeat,
        "name": name,
        "long": arrow.long,
        **_status(arrow.status),
    }


def _status(status: Status | None) -> dict[str, str]:
    """What became of a box or an arrow, where two models are compared."""
    return {} if status in (None, Status.SAME) else {"status": status.value}


def _skip(skip: SceneSkip) -> dict[str, Any]:
    return {
        "kind": skip.kind,
        "long": skip.long,
        "gradient": skip.gradient,
        "fork": skip.fork,
        "merge": skip.merge,
        "fork_box": skip.source,
        "merge_box": skip.target,
        "module": skip.module,
        "shape": list(skip.shape),
        "count": skip.count,
    }


def _places(picture: Picture, scene: Scene) -> dict[str, Any]:
    """Where things are on the page, in points from its top left corner."""
    details = {f"detail {one.letter}": one.letter for one in scene.details}
    boxes = [{"box": box.box.id, **_area(box.area)} for box in picture.boxes]
    frames = [
        {"detail": details[one.group.id], **_area(one.area)}
        if one.group.id in details
        else {"group": one.group.id, **_area(one.area)}
        for one in picture.frames
    ]
    names = [arrow.id.removeprefix("arrow-") for arrow in picture.arrows]
    return {
        "page": {"width": round(picture.width, 2), "height": round(picture.height, 2)},
        "places": [*boxes, *frames],
        "routes": [
            {
                "arrow": name,
                "points": [[round(x, 2), round(y, 2)] for x, y in arrow.corners],
            }
            for name, arrow in zip(names, picture.arrows)
        ],
    }


def _area(area: Area) -> dict[str, float]:
    sides = {"x": area.left, "y": area.top, "width": area.width, "height": area.height}
    return {name: round(value, 2) for name, value in sides.items()}
