"""Geometry of layouts: nothing overlaps, arrows keep clear of boxes, spines are straight."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
import pytest

import visualize
from tests.models import NETS
from visualize.core.choices import Direction
from visualize.core.fonts import text_width
from visualize.core.geometry import (
    HEAD_LENGTH,
    Point,
    Rectangle,
    without_head,
)
from visualize.core.layout import Layout
from visualize.core.route import Route
from visualize.core.scene import Scene, SceneArrow, SceneBox
from visualize.layout import lay_out
from visualize.layout.cuts import choose_cuts, find_cuts
from visualize.layout.flow import Parallel, Series, Tangle, decompose
from visualize.layout.layered import place_layered
from visualize.scene.themes import load_theme

THEME = load_theme("paper")


def scene(edges: list[tuple[str, str]], arcs: list[tuple[str, str]] = ()) -> Scene:
    """A scene of boxes named like nodes; names with ``+`` are merges."""
    nodes = list(dict.fromkeys(node for edge in edges for node in edge))
    ordered = list(nx.lexicographical_topological_sort(nx.DiGraph(edges), key=nodes.index))
    boxes = tuple(
        SceneBox(node, (node,), "merge" if "+" in node else "layer", (node,), 0, 0, "", "", "")
        for node in ordered
    )
    arrows = [SceneArrow(*edge, "", None, False, False, "") for edge in edges]
    arrows += [SceneArrow(*arc, "", "identity", True, False, "") for arc in arcs]
    return Scene("", "", "layer", boxes, (), tuple(arrows))


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    return [
        (one.box.id, other.box.id)
        for one, other in itertools.combinations(layout.boxes, 2)
        if one.rectangle.overlaps(other.rectangle)
    ]


def hits(layout: Layout) -> list[tuple[str, str, str]]:
    """Arrows that run through a box that is none of their ends."""
    return [
        (placed.arrow.source, placed.arrow.target, box.box.id)
        for placed in layout.arrows
        for box in layout.boxes
        if box.box.id not in (placed.arrow.source, placed.arrow.target)
        and any(
            box.rectangle.start < point.along < box.rectangle.end
            and box.rectangle.low < point.across < box.rectangle.high
            for point in layout.whole(placed).sample()
        )
    ]


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", NETS)
def test_nets_are_drawn_clear(name: str, level: str, direction: Direction) -> None:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, level=level)
    layout = lay_out(figure.scene, THEME, direction)
    assert overlaps(layout) == []
    assert hits(layout) == []


def test_a_chain_is_straight() -> None:
    layout = lay_out(scene(list(itertools.pairwise("abcdefgh"))), THEME, Direction.TB)
    assert {placed.center.across for placed in layout.boxes} == {0.0}
    along = [placed.center.along for placed in layout.boxes]
    assert along == sorted(along)


def test_parallel_branches_stand_side_by_side_in_order() -> None:
    edges = [("a", branch) for branch in "bcd"] + [(branch, "+") for branch in "bcd"]
    layout = lay_out(scene(edges), THEME, Direction.TB)
    place = {placed.box.id: placed.center for placed in layout.boxes}
    assert place["b"].across < place["c"].across < place["d"].across
    assert place["b"].along == place["c"].along == place["d"].along
    assert place["a"].across == place["+"].across == pytest.approx(place["c"].across)


def test_branches_are_entered_in_the_middle_and_along_the_flow() -> None:
    edges = [("a", branch) for branch in "bcd"] + [(branch, "+") for branch in "bcd"]
    layout = lay_out(scene(edges), THEME, Direction.TB)
    middle = {placed.box.id: placed.center.across for placed in layout.boxes}
    arrows = [placed for placed in layout.arrows if placed.arrow.source == "a"]
    assert len(arrows) == 3
    for placed in arrows:
        assert placed.route.end.across == pytest.approx(middle[placed.arrow.target])
        before, base = without_head(placed.route.curves())[-2:]
        assert before.across == pytest.approx(base.across)
        assert base.along - before.along >= HEAD_LENGTH


def test_nested_arcs_do_not_cross() -> None:
    edges = list(itertools.pairwise(["a", "b", "c", "+1", "+2"]))
    layout = lay_out(scene(edges, [("a", "+2"), ("b", "+1")]), THEME, Direction.TB)
    outer, inner = (placed for placed in layout.arrows if placed.arrow.arc)
    reach = [max(point.across for point in placed.route.curves()) for placed in (outer, inner)]
    assert reach[0] > reach[1] + 5
    assert hits(layout) == []


def test_an_arc_moves_to_the_side_that_is_free() -> None:
    edges = [("a", "b"), ("a", "c"), ("b", "d"), ("d", "+"), ("+", "e"), ("c", "e")]
    layout = lay_out(scene(edges, [("b", "+")]), THEME, Direction.TB)
    assert hits(layout) == []


def test_long_chains_wrap_into_columns_of_a_page() -> None:
    names = [f"layer{number}" for number in range(60)]
    layout = lay_out(scene(list(itertools.pairwise(names))), THEME, Direction.TB)
    assert len(layout.trunks) == 2
    assert layout.extent.end - layout.extent.start <= 9 * 72
    assert overlaps(layout) == []


def test_unet_is_folded_with_skips_straight_across() -> None:
    make, inputs = NETS["unet"]
    layout = lay_out(visualize.draw(make(), inputs, level="layer").scene, THEME, Direction.TB)
    skips = [placed for placed in layout.arrows if placed.arrow.skip == "concat"]
    assert len(skips) == 2
    for placed in skips:
        assert len({point.along for point in placed.route.curves()}) == 1
        assert placed.route.start.across < placed.route.end.across


def test_decompose_leaves_tangles_alone() -> None:
    tangle = nx.DiGraph([("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("a", "e"), ("b", "e")])
    tangle = nx.subgraph_view(tangle)
    ordered = nx.DiGraph()
    ordered.add_nodes_from("abcde")
    ordered.add_edges_from(tangle.edges)
    assert decompose(ordered) == Tangle(tuple("abcde"))
    assert decompose(nx.DiGraph([("a", "b")])) == Series(("a", "b"))
    pair = nx.DiGraph()
    pair.add_nodes_from("ab")
    assert decompose(pair) == Parallel(("a", "b"))


def test_layered_places_every_layer_further_along() -> None:
    graph = nx.DiGraph([("a", "c"), ("b", "c"), ("a", "d"), ("b", "d")])
    centers = place_layered(graph, dict.fromkeys("abcd", (10, 40)), 20, 10)
    assert centers["a"].along == centers["b"].along < centers["c"].along == centers["d"].along
    assert abs(centers["a"].across - centers["b"].across) == 50


def test_a_line_runs_straight_through_a_tangle() -> None:
    # One chain from a to z, and links that pass its rows on both sides.
    chain = list(itertools.pairwise("abcdz"))
    graph = nx.DiGraph([*chain, ("s", "c"), ("a", "t"), ("s", "u"), ("t", "z"), ("u", "z")])
    centers = place_layered(graph, dict.fromkeys(graph, (10, 40)), 20, 10)
    assert len({round(centers[node].across, 6) for node in "abcdz"}) == 1
    rows: dict[float, list[float]] = {}
    for node in graph:
        rows.setdefault(centers[node].along, []).append(centers[node].across)
    for row in rows.values():
        assert all(after - before >= 50 for before, after in itertools.pairwise(sorted(row)))


def test_a_link_that_passes_a_row_has_a_lane() -> None:
    # Without one, b would stand where the link from a to c runs.
    graph = nx.DiGraph([("a", "c"), ("a", "b"), ("b", "c"), ("s", "b"), ("s", "c")])
    centers = place_layered(graph, dict.fromkeys(graph, (10, 40)), 20, 10)
    assert centers["a"].across == pytest.approx(centers["c"].across)
    assert abs(centers["b"].across - centers["a"].across) >= 25
    knotted = place_layered(graph, dict.fromkeys(graph, (10, 40)), 20, 10, lanes=False)
    assert knotted["a"].across != pytest.approx(knotted["c"].across)


def test_a_decoder_goes_on_beside_its_encoder() -> None:
    edges = [("x", "encoder"), ("y", "embed"), ("embed", "decoder"), ("encoder", "decoder")]
    towers = scene([*edges, ("decoder", "end")])
    blocks = {"encoder", "decoder"}
    towers = replace(
        towers,
        boxes=tuple(
            replace(box, role="block") if box.id in blocks else box for box in towers.boxes
        ),
    )
    at = {box.box.id: box.center for box in lay_out(towers, THEME, Direction.TB).boxes}
    assert {at[node].across for node in ("y", "embed", "decoder", "end")} == {0.0}
    assert at["x"].across == at["encoder"].across < 0
    # An operation that puts both together stands between them.
    merged = scene([("x", "left"), ("y", "right"), ("left", "both"), ("right", "both")])
    at = {box.box.id: box.center for box in lay_out(merged, THEME, Direction.TB).boxes}
    assert at["left"].across == -at["right"].across
    assert at["both"].across == 0


def test_arcs_from_one_box_tell_a_shape_once() -> None:
    dense = scene(list(itertools.pairwise("abcd")))
    arcs = [SceneArrow("a", to, "8×4×4", "concat", True, False, "") for to in "cd"]
    layout = lay_out(replace(dense, arrows=(*dense.arrows, *arcs)), THEME, Direction.TB)
    labels = [placed.label and placed.label.text for placed in layout.arrows if placed.arrow.arc]
    assert labels == ["8×4×4", None]


def test_cuts_are_where_one_tensor_crosses() -> None:
    boxes = {node: Rectangle(20 * i, 20 * i + 10, -5, 5) for i, node in enumerate("abcd")}
    chain = list(itertools.pairwise("abcd"))
    assert [cut.before for cut in find_cuts(boxes, chain)] == ["a", "b", "c"]
    # An arc from a to c carries another tensor past b.
    assert [cut.before for cut in find_cuts(boxes, [*chain, ("a", "c")])] == ["a", "c"]


def test_cuts_prefer_the_end_of_a_stage() -> None:
    boxes = {str(i): Rectangle(20 * i, 20 * i + 10, -5, 5) for i in range(20)}
    cuts = find_cuts(boxes, itertools.pairwise(boxes))
    chosen = choose_cuts(cuts, 400, 300, lambda cut: cut.before == "8")
    assert [cut.before for cut in chosen] == ["8"]
    assert choose_cuts(cuts, 400, 400, lambda _: False) == []


def test_rounded_path_keeps_its_ends_and_cuts_its_corners() -> None:
    corners = [Point(0, 0), Point(0, 50), Point(50, 50)]
    path = Route.rounded(corners, 10).curves()
    assert (path[0], path[-1]) == (corners[0], corners[-1])
    assert (len(path) - 1) % 3 == 0
    assert all(point.along <= 0.001 or point.across >= 39.999 for point in path)
    assert Point(0, 50) not in path


def test_text_is_measured() -> None:
    assert text_width("iii", 9) < text_width("mmm", 9)
    assert text_width("conv", 18) == pytest.approx(2 * text_width("conv", 9))
    assert text_width("卷积", 10) == pytest.approx(20)
