"""JSON of a scene: its schema, its sums, its places, and how little an edit changes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from torch import Tensor, nn

import visualize
from tests.edited import EDITS, after, before, changed_lines
from tests.nets import NETS
from visualize.figure import Figure

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "scene.schema.json").read_text(encoding="utf-8")
)
MODELS = ["resnet50", "densenet121", "vit_b_16", "swin_t"]
MOVES = ('{"box"', '{"group"', '{"detail"', '{"arrow"', '"page"')


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        names = ("编码", "γ", "🚀 up", 'a"b<c>&;#x', "long_" * 60)
        self.steps = nn.ModuleDict({name: nn.Linear(4, 4) for name in names})

    def forward(self, x: Tensor) -> Tensor:
        for step in self.steps.values():
            x = x + step(x)
        return x


def nets() -> Iterator[tuple[str, Any, Any]]:
    yield from ((name, make, inputs) for name, (make, inputs) in NETS.items())
    yield "named", Named, (1, 4)


def written(figure: Figure) -> dict[str, Any]:
    return json.loads(figure.render("json")["json"])


def strict(schema: Any) -> Any:
    """A schema that allows no other properties than it lists."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(one) for key, one in schema.items()}
    if "properties" in schema and schema.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


VALIDATOR = jsonschema.Draft202012Validator(strict(copy.deepcopy(SCHEMA)))


def assert_true(document: dict[str, Any]) -> None:
    """Check what a schema cannot say."""
    boxes, groups = document["boxes"], document["groups"]
    model = document["model"]
    assert sum(box["parameters"] for box in boxes) == (
        model["parameters"] - model["unused_parameters"]
    )
    assert sum(box["macs"] for box in boxes) == model["macs"]
    repeats = {group["id"]: group["repeat"] for group in groups}
    for one in (*boxes, *groups):
        each, repeat = one["each"], one["repeat"]
        assert each["parameters"] + each["shared_parameters"] <= one["parameters"]
        if repeat == 1 and set(repeats.values()) <= {1}:
            assert each["parameters"] + each["shared_parameters"] == one["parameters"]
            assert each["macs"] == one["macs"]
    all_parts = [document, *document["details"]]
    for kind in ("boxes", "groups", "arrows"):
        names = [one["name"] for part in all_parts for one in part[kind]]
        assert len(set(names)) == len(names)
    held = {box["id"]: box["members"] for box in boxes}
    for skip in document["skips"]:
        assert skip["fork"] in held[skip["fork_box"]]
        assert skip["merge"] in held[skip["merge_box"]]


def assert_placed(document: dict[str, Any]) -> None:
    all_parts = [document, *document["details"]]
    page = document["page"]
    places = {one["box"]: one for one in document["places"] if "box" in one}
    assert set(places) == {box["id"] for part in all_parts for box in part["boxes"]}
    for one in document["places"]:
        assert 0 <= one["x"] <= one["x"] + one["width"] <= page["width"] + 0.01
        assert 0 <= one["y"] <= one["y"] + one["height"] <= page["height"] + 0.01
    framed = {group["id"] for part in all_parts for group in part["groups"] if group["framed"]}
    assert {one["group"] for one in document["places"] if "group" in one} == framed
    routes = {one["arrow"]: one["points"] for one in document["routes"]}
    arrows = {arrow["name"]: arrow for part in all_parts for arrow in part["arrows"]}
    assert set(routes) == set(arrows)
    for name, points in routes.items():
        for end, (x, y) in (("source", points[0]), ("target", points[-1])):
            area = places[arrows[name][end]]
            assert area["x"] - 1 <= x <= area["x"] + area["width"] + 1
            assert area["y"] - 1 <= y <= area["y"] + area["height"] + 1


@pytest.mark.parametrize("level", ["op", "layer", "sublayer", "block", "stage"])
@pytest.mark.parametrize(("name", "make", "inputs"), list(nets()))
def test_small_nets_match_the_schema(name: str, make: Any, inputs: Any, level: str) -> None:
    document = written(visualize.draw(make(), inputs, level=level, name=name))
    VALIDATOR.validate(document)
    assert_true(document)
    assert_placed(document)
    assert document["model"]["name"] == name


@pytest.mark.parametrize("name", MODELS)
def test_models_match_the_schema(name: str) -> None:
    document = written(visualize.draw(name))
    VALIDATOR.validate(document)
    assert_true(document)
    assert_placed(document)
    assert all(box["name"] for box in document["boxes"])


def test_the_schema_is_one_and_can_fail() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    make, inputs = NETS["residual"]
    document = written(visualize.draw(make(), inputs))
    assert VALIDATOR.is_valid(document)
    del document["boxes"][0]["name"]
    assert not VALIDATOR.is_valid(document)


def test_copies_have_numbers_of_their_own() -> None:
    document = written(visualize.draw("resnet18", level="layer"))
    box = next(one for one in document["boxes"] if one["name"] == "layer1.0.conv1")
    assert (box["repeat"], box["parameters"], box["macs"]) == (2, 73_984, 231_211_008)
    assert box["each"] == {"parameters": 36_992, "shared_parameters": 0, "macs": 115_605_504}
    assert box["shapes"] == [[64, 56, 56]]
    assert box["modules"][:2] == ["layer1.0.conv1", "layer1.0.bn1"]
    group = next(one for one in document["groups"] if one["role"] == "repeat")
    assert (group["parameters"], group["each"]["parameters"]) == (147_968, 73_984)
    assert group["macs"] == 2 * group["each"]["macs"]
    pool = next(one for one in document["boxes"] if one["name"] == "avgpool")
    assert pool["shapes"] == [[512]]


def without_places(content: bytes) -> bytes:
    """The lines of a document that say nothing about the layout."""
    lines = content.decode().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(MOVES)).encode()


@pytest.mark.parametrize("level", ["layer", "block"])
def test_a_layer_in_front_changes_few_lines_but_places(level: str) -> None:
    old, new = (
        visualize.draw(model, (1, 3, 224, 224), level=level, name="net").render("json")["json"]
        for model in (before(), after("layer"))
    )
    kept = without_places(new)
    assert 0 < changed_lines(without_places(old), kept) < 0.15
    # Not even by the places of what follows would a reader lose what a box is called.
    assert len(kept.splitlines()) < len(new.splitlines())


@pytest.mark.parametrize("edit", EDITS)
def test_names_of_boxes_stay(edit: str) -> None:
    """Ids count: a sum in front makes the third sum the fourth."""
    old, new = (
        {box["name"] for box in written(visualize.draw(model, (1, 3, 224, 224)))["boxes"]}
        for model in (before(), after(edit))
    )
    assert old <= new
