"""The document of a page: what opens in it is the graph of all operations."""

from __future__ import annotations

from typing import Any

import pytest

import visualize
from tests.page.pages import SHAPE, Net, document, documents
from tests.page.walk import Ends, members, walk
from visualize.core.choices import Level
from visualize.figure import Figure

MODELS = ["resnet18", "vit_b_16", "googlenet", "outputs/unet.py:UNet"]


def drawn(name: str) -> Figure:
    return visualize.draw(name, (1, 3, 256, 256)) if "unet" in name else visualize.draw(name)


def single(figure: Figure) -> tuple[set[Ends], set[tuple[Ends, Ends]]]:
    """The boxes and arrows of the figure with every operation, unfolded."""
    places = {one.id: place for place, one in enumerate(figure.architecture.operations)}
    whole = figure.simplifier.to(Level.OP, folded=False)
    named = {box.id: tuple(places[node] for node in box.members) for box in whole.boxes}
    arrows = {(named[source], named[target]) for source, target, _ in whole.wires}
    return set(named.values()), arrows


@pytest.mark.parametrize("name", MODELS)
def test_all_opened_is_the_figure_of_single_operations(name: str) -> None:
    figure = drawn(name)
    walked = walk(document(figure))
    boxes, arrows = single(figure)
    assert len(walked.boxes) == len(set(walked.boxes))
    assert set(walked.boxes) == boxes
    assert walked.arrows == arrows


def test_operations_are_in_one_box_of_each_view_and_sums_are_those_of_the_model() -> None:
    figure = visualize.draw(Net(), SHAPE)
    page = document(figure)
    for view in page["views"]:
        inside = [
            place
            for box in view["boxes"]
            for runs in box["copies"]
            for place in members(runs, range(view["ops"]))
        ]
        assert sorted(inside) == list(range(view["ops"]))
    root = page["views"][page["root"]]
    assert sum(box["parameters"] for box in root["boxes"]) == page["totals"]["parameters"]
    assert sum(page["ops"]["parameters"]) == figure.architecture.parameters
    assert sum(page["ops"]["macs"]) == figure.architecture.macs
    computed = [kind for kind in page["ops"]["kind"] if page["strings"][kind] != "input"]
    assert page["totals"]["operations"] == len(computed) - 1  # the output


def test_equal_blocks_open_to_one_view() -> None:
    page = document(visualize.draw(Net(), SHAPE, level="block", fold=False))
    blocks = [box for box in page["views"][0]["boxes"] if box["type"] == "Block"]
    assert [box["paths"] for box in blocks] == [[f"blocks.{place}"] for place in range(3)]
    assert len({box["opens"] for box in blocks}) == 1
    inside = page["views"][blocks[0]["opens"]]
    assert [port["into"] for port in inside["ports"]] == [True, False]
    paths = [box["paths"] for box in inside["boxes"]]
    assert paths[0] == [".conv1"]


def test_copies_unfold_to_one_box_each() -> None:
    page = document(visualize.draw(Net(), SHAPE, level="block"))
    (folded,) = (box for box in page["views"][0]["boxes"] if box["type"] == "Block")
    assert len(folded["copies"]) == 3
    chain = page["views"][folded["unfolds"]]
    assert [box["paths"] for box in chain["boxes"]] == [["."], ["..1"], ["..2"]]
    assert {box["opens"] for box in chain["boxes"]} == {folded["opens"]}
    assert sum(box["parameters"] for box in chain["boxes"]) == folded["parameters"]
    titles = [box["title"] for box in chain["boxes"]]
    assert titles == [f"[{place}] · {folded['title'].removesuffix(' ×3')}" for place in range(3)]
    assert [box["lines"][0][0] for box in chain["boxes"]] == titles


def test_a_frame_unfolds_to_its_copies() -> None:
    page = document(visualize.draw(Net(), SHAPE, level="layer"))
    (frame,) = page["views"][0]["frames"]
    chain = page["views"][frame["unfolds"]]
    assert frame["repeat"] == 3
    assert [box["role"] for box in chain["boxes"]] == ["block"] * 3


def test_skip_connections_name_operations() -> None:
    figure = visualize.draw(Net(), SHAPE)
    page = document(figure)
    names = [page["strings"][place] for place in page["ops"]["name"]]
    found = [(one["kind"], names[one["fork"]], names[one["merge"]]) for one in page["skips"]]
    skips = figure.architecture.skips
    assert found == [(skip.kind.value, skip.fork, skip.merge) for skip in skips]
    assert page["kinds"][0]["kind"] == "identity"


def test_blocks_are_those_of_the_model_at_every_level() -> None:
    for level in ("layer", "stage"):
        page = document(visualize.draw("resnet18", level=level))
        assert [one["path"] for one in page["blocks"]] == [
            f"layer{stage}.{block}" for stage in range(1, 5) for block in range(2)
        ]
        inside = [set(members(one["operations"], range(99))) for one in page["blocks"]]
        merges = [skip["merge"] for skip in page["skips"]]
        assert [sum(merge in one for merge in merges) for one in inside] == [1] * 8


def test_panels_title_and_legend_are_beside_the_overview() -> None:
    page = document(visualize.draw("resnet50", title="Deep"))
    islands = page["views"][0]["islands"]
    panels = [one for one in islands if "panel" in one]
    assert [one["panel"]["title"] for one in panels] == ["A", "B"]
    assert all(one["of"] for one in panels)
    inner = [box for one in panels for box in one["boxes"]]
    assert all(bool(box["holds"]) != (box["role"] in ("input", "output")) for box in inner)
    assert any(text[0] == "Deep" for one in islands for text in one.get("texts", ()))
    shown = page["views"][0]["boxes"]
    assert sum(box["parameters"] for box in shown) == page["totals"]["parameters"]


def test_documents_are_the_same_each_time() -> None:
    figure = visualize.draw(Net(), SHAPE)
    assert document(figure) == document(visualize.draw(Net(), SHAPE))


def test_all_characters_are_known() -> None:
    made = documents(visualize.draw(Net(), SHAPE, title="Ω 网"))
    page = made.document()
    text = {one for view in page["views"] for box in view["boxes"] for line in box["lines"]
            for one in line[0]}  # fmt: skip
    assert text | set("Ω网") <= set(made.written)


def test_colours_by_type_are_not_inherited() -> None:
    def tints(page: dict[str, Any]) -> set[Any]:
        return {box["tint"] for view in page["views"][1:] for box in view["boxes"]}

    assert None in tints(document(visualize.draw(Net(), SHAPE)))
    assert None not in tints(document(visualize.draw(Net(), SHAPE, color_by="type")))


def test_the_figure_has_colours_by_night() -> None:
    page = document(visualize.draw(Net(), SHAPE))
    assert any(day != night for day, night in page["colors"])
    page = document(visualize.draw(Net(), SHAPE, theme="mono"))
    assert all(day == night for day, night in page["colors"])
