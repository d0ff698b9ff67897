"""The level that `auto` picks, and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
import torch
from torch import nn

import visualize
from tests import nets
from tests.graphs import Net, resnet
from visualize import layout
from visualize.core.choices import Direction, Level
from visualize.core.errors import UsageError
from visualize.core.layout import Page
from visualize.fitting import _MOST_ARROWS, Drawing, _Drawings, fit, look, page_of
from visualize.fitting.drawing import MOST_BOXES
from visualize.ladder import LADDER, Rung
from visualize.layout.densities import SLIM
from visualize.options import FigureOptions
from visualize.simplify import Simplifier


@pytest.fixture(scope="module")
def simplifier() -> Simplifier:
    return Simplifier(resnet())


def test_auto_takes_the_most_detailed_level_that_fits(simplifier: Simplifier) -> None:
    drawing = fit(simplifier, FigureOptions())
    assert drawing.fits
    assert drawing.scene.level == "layer"
    for height in ("9in", "3in", "1.6in"):
        drawing = fit(simplifier, FigureOptions(height=height))  # type: ignore[arg-type]
        tried = [rung.level.value for rung in LADDER]
        for level in tried[: tried.index(drawing.scene.level)]:
            above = FigureOptions(level=level, height=height)  # type: ignore[arg-type]
            assert not fit(simplifier, above).fits


def test_if_nothing_fits_what_reaches_beyond_the_page_the_least_is_drawn(
    simplifier: Simplifier,
) -> None:
    room = {"width": 20, "height": 20}
    drawing = fit(simplifier, FigureOptions(**room))  # type: ignore[arg-type]
    assert not drawing.fits
    for level in (Level.LAYER, Level.BLOCK, Level.STAGE):
        other = fit(simplifier, FigureOptions(level=level, **room))  # type: ignore[arg-type]
        assert drawing.excess <= other.excess


def _with_inputs(number: int) -> Simplifier:
    """A model that adds layers of ever so many inputs."""
    net = Net()
    layers = [net.conv(net.input(name=f"x{place}")) for place in range(number)]
    net.output(net.cat(*layers))
    return Simplifier(net.build())


def test_layers_that_work_together_are_closed_before_blocks_are() -> None:
    simplifier = Simplifier(
        visualize.trace(nets.Transformer(), torch.zeros(1, 8, dtype=torch.int64))
    )
    drawings = [
        fit(simplifier, FigureOptions(height=height))  # type: ignore[arg-type]
        for height in (640, 180)
    ]
    assert [one.scene.level for one in drawings] == ["layer", "sublayer"]
    assert all(one.fits for one in drawings)


def test_where_no_layers_work_together_nothing_is_drawn_twice(simplifier: Simplifier) -> None:
    options = FigureOptions(width=20)  # type: ignore[arg-type]
    assert simplifier.to(Level.SUBLAYER) is simplifier.to(Level.LAYER)
    assert fit(simplifier, options).scene.level != "sublayer"


def test_what_is_too_broad_is_drawn_from_left_to_right() -> None:
    assert fit(_with_inputs(3), FigureOptions()).arranger.direction is Direction.TB
    broad = _with_inputs(10)
    drawing = fit(broad, FigureOptions())
    assert drawing.fits
    assert drawing.arranger.direction is Direction.LR
    assert drawing.scene.level == "layer"
    asked = fit(broad, FigureOptions(direction=Direction.TB))
    assert not asked.fits
    assert asked.arranger.direction is Direction.TB


def test_a_level_that_is_asked_for_is_drawn_whether_it_fits_or_not(simplifier: Simplifier) -> None:
    for level in Level:
        if level is not Level.AUTO:
            options = FigureOptions(level=level, fold=False, height=10)  # type: ignore[arg-type]
            assert fit(simplifier, options).scene.level == level.value


def test_a_figure_of_very_many_boxes_is_not_laid_out_to_see_whether_it_fits() -> None:
    figure = visualize.draw("densenet121", level="op", fold=False)
    assert len(figure.scene.boxes) > MOST_BOXES
    assert not figure.fits_page
    assert "layout" not in vars(figure.drawing)


def test_a_net_of_very_many_arrows_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dense(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(4 + 2 * one, 2) for one in range(50))

        def forward(self, x):
            values = [x]
            for layer in self.layers:
                values.append(layer(torch.cat(values, 1)))
            return values[-1]

    placed = []
    place = layout.place_flow
    monkeypatch.setattr(layout, "place_flow", lambda *args: placed.append(args) or place(*args))
    figure = visualize.draw(visualize.trace(Dense(), (1, 4)))
    assert len(figure.scene.arrows) > _MOST_ARROWS
    assert len(placed) <= 2


def test_a_page() -> None:
    assert page_of(FigureOptions()) == Page(495.0, 648.0)
    options = FigureOptions(width="3.25in", height=300)  # type: ignore[arg-type]
    assert page_of(options) == Page(234.0, 300.0, exact=True)


def test_a_look() -> None:
    assert look(FigureOptions()).background == "#ffffff"
    dark = look(FigureOptions(theme="dark"))
    assert look(FigureOptions(theme=dark)) is dark
    with pytest.raises(UsageError, match="no theme named 'neon'"):
        look(FigureOptions(theme="neon"))


def test_modules_that_do_not_exist_are_refused_with_their_option(simplifier: Simplifier) -> None:
    for option in ("expand", "collapse", "hide"):
        with pytest.raises(UsageError, match=f"--{option}: no module has the path or class"):
            fit(simplifier, FigureOptions(**{option: "nowhere"}))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="--label: no module has the path or class"):
        fit(simplifier, FigureOptions(labels={"nowhere": "x"}))


def test_details_are_shown_where_they_fit(simplifier: Simplifier) -> None:
    room = FigureOptions(level=Level.BLOCK)
    (letters,) = {tuple(one.letter for one in fit(simplifier, room).scene.details)}
    assert letters
    assert fit(simplifier, room).fits
    without = fit(simplifier, FigureOptions(level=Level.BLOCK, details=("none",)))
    assert without.scene.details == ()
    width, height = without.layout.around.size
    tight = FigureOptions(level=Level.BLOCK, width=width, height=height)  # type: ignore[arg-type]
    assert fit(simplifier, tight).scene.details == ()


def test_details_that_are_named_are_shown(simplifier: Simplifier) -> None:
    named = FigureOptions(level=Level.BLOCK, details=("layer1.0",), width=99)  # type: ignore[arg-type]
    (detail,) = fit(simplifier, named).scene.details
    assert "layer1[0]" in detail.title
    with pytest.raises(UsageError, match="--details"):
        fit(simplifier, FigureOptions(details=("Nothing",)))


def test_named_details_are_shown_whether_they_fit_or_not(simplifier: Simplifier) -> None:
    paths = {box.path for box in simplifier.to(Level.BLOCK).boxes if box.kind.is_collapsed}
    named = FigureOptions(details=min(paths), width=20)  # type: ignore[arg-type]
    drawing = fit(simplifier, named)
    assert not drawing.fits
    assert drawing.scene.details


def test_a_page_is_filled_with_details() -> None:
    """One for the richest block fits at first, and then those of other structures beside it."""
    drawing = visualize.draw("efficientnet_b0").drawing
    assert drawing.fits
    assert len(drawing.scene.details) > 1
    assert len({detail.title.split(" · ")[0] for detail in drawing.scene.details}) == 1


def test_a_figure_without_crossings_comes_before_one_with(
    simplifier: Simplifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = []

    def is_clear(drawing: Drawing) -> bool:
        levels.append(drawing.scene.level)
        return drawing.scene.level != "layer"

    monkeypatch.setattr(Drawing, "is_clear", property(is_clear))
    assert fit(simplifier, FigureOptions()).scene.level == "block"
    assert levels[0] == "layer"
    crossed = fit(simplifier, FigureOptions(level=Level.LAYER))
    assert crossed.fits
    assert crossed.scene.level == "layer"


def test_one_closed_module_is_no_overview() -> None:
    """All layers of DenseNet in one box come after its stages."""
    architecture = visualize.trace("densenet121")
    column = FigureOptions(width="3.25in")  # type: ignore[arg-type]
    drawing = fit(Simplifier(architecture), column)
    assert drawing.fits
    assert drawing.shows_structure
    assert drawing.scene.details
    assert len(drawing.scene.boxes) > 10
    only = visualize.draw(architecture, level="stage", collapse=["features"], details="none")
    assert not only.drawing.shows_structure


def test_where_nothing_fits_labels_are_wrapped() -> None:
    """Also where no width is asked for."""
    simplifier = Simplifier(visualize.trace("swin_t"))
    options = FigureOptions(details=("none",), legend=False)
    drawings, rung = _Drawings(simplifier, options), [Rung(Level.STAGE)]
    (roomy,) = drawings.of(rung)
    width, height = roomy.arranger.arrange(roomy.scene, SLIM).layout.around.size
    drawings = _Drawings(simplifier, options)
    drawings.arrangers[0].page = Page(width + 1, 2 * height)
    (plain,), (wrapped,) = (list(drawings.of(rung, wraps=one))[:1] for one in (False, True))
    assert not plain.fits
    assert wrapped.fits
    assert any(len(line) > 1 for box in wrapped.layout.boxes for line in box.lines)


def test_where_only_that_makes_room_for_a_panel_labels_are_wrapped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simplifier = Simplifier(visualize.trace("resnet50"))
    options = FigureOptions()
    wrapping: list[bool] = []
    drawn = _Drawings.of

    def without_room(
        self: _Drawings, rungs: Sequence[Rung], *, wraps: bool = False
    ) -> Iterator[Drawing]:
        wrapping.append(wraps)
        found = drawn(self, rungs, wraps=wraps)
        return (one for one in found if wraps or not one.scene.details)

    monkeypatch.setattr(_Drawings, "of", without_room)
    drawing = fit(simplifier, options)
    assert wrapping == [False, True]
    assert drawing.scene.details
    assert not drawing.is_unexplained
    plain = fit(simplifier, FigureOptions(details=("none",)))
    assert wrapping == [False, True, False]
    assert plain.is_unexplained
    assert len(drawing.scene.boxes) >= len(plain.scene.boxes)


def test_of_what_does_not_fit_that_of_few_boxes_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Drawing, "fits", property(lambda _: False))
    monkeypatch.setattr(
        Drawing, "excess", property(lambda one: 1.0 if one.scene.level == "layer" else 2.0)
    )
    drawing = fit(Simplifier(visualize.trace("swin_t")), FigureOptions())
    assert len(drawing.scene.boxes) <= 40


def test_where_no_rich_detail_fits_small_ones_are_shown() -> None:
    """The stem of a transformer in a transformer: its blocks are too large for a page."""
    architecture = visualize.trace("timm:tnt_s_patch16_224")
    drawing = fit(Simplifier(architecture), FigureOptions())
    assert drawing.fits
    assert [one.title.split(" · ")[0] for one in drawing.scene.details] == ["PixelEmbed"]
    without = FigureOptions(details=("none",))
    assert fit(Simplifier(architecture), without).scene.details == ()
