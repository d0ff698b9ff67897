"""Colours as they are seen: contrast, and how a colour-blind reader or a grey printer sees them."""

from __future__ import annotations

import functools
import math

Vector = tuple[float, float, float]

# Severity 1.0 of Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation
# of Color Vision Deficiency", IEEE TVCG 15(6), 2009; on linear RGB.
_VISION: dict[str, tuple[Vector, Vector, Vector]] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
VISIONS = (*_VISION, "grey")
# Of GitHub in dark mode, and the least contrast of lines with a page.
_DARK_PAGE, _VISIBLE = "#0d1117", 3.2
_LUMINANCE = (0.2126, 0.7152, 0.0722)
_WHITE = (0.95047, 1.0, 1.08883)
_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


@functools.lru_cache(1024)
def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours as WCAG 2.2 defines it, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1), contrast("#777777", "#777777")
    (21.0, 1.0)
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_brighter(one: str, other: str) -> bool:
    """Whether the first of two colours has the larger luminance.

    >>> is_brighter("#ffffff", "#000000"), is_brighter("#777777", "#777777")
    (True, False)
    """
    return _luminance(one) > _luminance(other)


def mixed(one: str, other: str, part: float) -> str:
    """The colour ``part`` of the way from one to the other, as a gradient has it.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def seen_on_both(color: str) -> str:
    """``color``, or a lighter or darker one that can be seen on white and on dark pages.

    Its contrast with both is 3 or more, as WCAG 2.2 asks of graphics.

    >>> seen_on_both("#3d6db5"), seen_on_both("#1a1a1a"), seen_on_both("#ffffff")
    ('#3d6db5', '#686868', '#8f8f8f')
    """
    for to, page in (("#ffffff", _DARK_PAGE), ("#000000", "#ffffff")):
        steps = (mixed(color, to, step / 50) for step in range(51))
        color = next(one for one in steps if contrast(one, page) >= _VISIBLE)
    return color


def difference(one: str, other: str, vision: str = "") -> float:
    """Distance of two colours in CIELAB (ΔE*76), as ``vision``, one of `VISIONS`, sees them.

    >>> round(difference("#000000", "#ffffff"))
    100
    >>> difference("#b5481c", "#1d7a4c") > 2 * difference("#b5481c", "#1d7a4c", "deuteranopia")
    True
    """
    return math.dist(_lab(_seen(one, vision)), _lab(_seen(other, vision)))


def _linear(color: str) -> Vector:
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return _decoded(red), _decoded(green), _decoded(blue)


def _decoded(value: float) -> float:
    """An sRGB component as light."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _luminance(color: str) -> float:
    return _dot(_LUMINANCE, _linear(color))


def _seen(color: str, vision: str) -> Vector:
    light = _linear(color)
    if vision == "grey":
        grey = _dot(_LUMINANCE, light)
        return grey, grey, grey
    if not vision:
        return light
    red, green, blue = (min(1.0, max(0.0, _dot(row, light))) for row in _VISION[vision])
    return red, green, blue


def _lab(light: Vector) -> Vector:
    """CIE 1976 L*a*b* for the white of daylight (D65)."""
    x, y, z = (_root(_dot(row, light) / white) for row, white in zip(_TO_XYZ, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else value * 841 / 108 + 4 / 29


def _dot(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
