"""PNG: as large as the figure, with its resolution, a title and a description."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import visualize
from tests.nets import NETS
from visualize.core.errors import UsageError


def png_of(**options: object) -> tuple[visualize.Figure, Image.Image]:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, **options)
    return figure, Image.open(io.BytesIO(figure.render("png")["png"]))


@pytest.mark.parametrize("dpi", [None, 72, 300])
def test_a_program_shows_it_at_its_true_size(dpi: int | None) -> None:
    figure, image = png_of(dpi=dpi)
    per_inch = dpi or 200
    assert image.info["dpi"] == pytest.approx((per_inch, per_inch), abs=0.02)
    for pixels, points in zip(image.size, figure.size):
        assert pixels == pytest.approx(points * per_inch / 72, abs=0.51)


@pytest.mark.parametrize("dpi", [20_000, 10**400])
def test_an_image_of_gigabytes_is_refused(dpi: int) -> None:
    with pytest.raises(UsageError, match=r"dpi: a PNG of this figure has at most \d+, or is too"):
        png_of(dpi=dpi)


def test_it_has_a_title_and_a_description() -> None:
    figure, image = png_of(title="A residual net")
    assert image.info["Title"] == "A residual net"
    assert image.info["Description"] == figure.alternative_text()


@pytest.mark.parametrize("theme", ["paper", "dark"])
def test_every_pixel_is_opaque_and_the_edge_has_the_colour_of_the_page(theme: str) -> None:
    figure, image = png_of(theme=theme)
    assert image.mode == "RGB"
    width, height = image.size
    edge = [image.getpixel((x, y)) for x in range(width) for y in (0, height - 1)]
    edge += [image.getpixel((x, y)) for x in (0, width - 1) for y in range(height)]
    background = "#{:02x}{:02x}{:02x}"
    assert {background.format(*one) for one in edge} == {figure.theme.background}


def test_without_a_background_what_is_between_the_boxes_is_transparent() -> None:
    _, image = png_of(background="transparent")
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert image.getextrema()[3] == (0, 255)
