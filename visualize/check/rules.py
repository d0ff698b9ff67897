"""The rules for a good figure: pure functions of what is drawn, in one table."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from visualize.check.claims import Claims, read_claims, wrong_amounts
from visualize.check.closed import closed_blocks
from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnText
from visualize.check.index import AreaIndex
from visualize.core.color import VISIONS, contrast, difference
from visualize.core.inert import visible
from visualize.core.page import Area, Place

SMALLEST = 6.0  # points
CONTRAST = 4.5  # WCAG 2.2, level AA
# ΔE*76 between colours that alone tell two things apart; 2.3 is just noticeable side by side.
_LEAST_DIFFERENCE = 6.0
_APART = 5.0  # points between the outer lines of a triple one, at most
_WIDER = 0.3  # points by which the width of one line sets it apart from another
# Points by which a line may reach into a box or text that it touches.
_TOUCH = 1.2
# Points within which a line lies on a border, and how long one does that is seen as part of it.
_BORDER = 1.5
_LONG = 12.0
# Points within which a line lies on another, and within which two begin or end together.
_UPON = 1.0
_TOGETHER = 3.0
_STRAIGHT = 0.2  # what is less high or wide is a level or upright line


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a figure breaks a rule."""

    rule: str
    message: str

    def __str__(self) -> str:
        return visible(f"{self.rule}: {self.message}")


def check_drawn(
    drawn: Drawn,
    scale: float = 1.0,
    asked: tuple[float | None, float | None] = (None, None),
    page: tuple[float, float] | None = None,
    grey: bool = False,
) -> list[Finding]:
    """The problems of ``drawn`` if it is printed at ``scale`` times its size.

    Args:
        drawn: what the figure shows.
        scale: how much larger it is printed.
        asked: how broad and high it is to be at most, in points; None for any size.
        page: how broad and high it may be, if that is known.
        grey: whether it is to be understood without colours.
    """
    findings = [Finding("type size", message) for message in _type_size(drawn, scale)]
    findings += [Finding("size", message) for message in _size(drawn, asked)]
    findings += [Finding("closed blocks", message) for message in closed_blocks(drawn, page)]
    for rule, messages in RULES.items():
        findings += [Finding(rule, message) for message in messages(drawn)]
    if grey:
        findings += [Finding("grey", message) for message in _in_grey(drawn)]
    return findings


def _type_size(drawn: Drawn, scale: float) -> Iterator[str]:
    """No type is smaller than 6 points in print."""
    small = [text for text in drawn.texts if text.size * scale < SMALLEST - 0.01]
    for size, texts in itertools.groupby(
        sorted(small, key=lambda text: text.size), lambda text: text.size
    ):
        found = list(texts)
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield f"{_quote(found[0])}{more} at {size * scale:.1f} pt; at least {SMALLEST:g} pt"


def _size(drawn: Drawn, asked: tuple[float | None, float | None]) -> Iterator[str]:
    """A figure is not larger than asked for."""
    sizes = (drawn.page.width, drawn.page.height)
    for size, most, side in zip(sizes, asked, ("wide", "high")):
        if most is not None and size > most + 0.5:
            yield f"the figure is {size / 72:.2f} in {side}; at most {most / 72:.2f} in"


def _contrast(drawn: Drawn) -> Iterator[str]:
    """Text contrasts with what is behind it."""
    boxes = AreaIndex(box.area for box in drawn.boxes)
    for text in drawn.texts:
        around = boxes.holding(text.area.center)
        behind = drawn.boxes[around[-1]].fill if around else drawn.background
        ratio = contrast(text.color, behind)
        if ratio < CONTRAST - 0.005:
            yield (
                f"{_quote(text)}, {text.color} on {behind}, has {ratio:.1f} : 1; "
                f"at least {CONTRAST:g} : 1"
            )


def _text_overlap(drawn: Drawn) -> Iterator[str]:
    """No text overlaps another."""
    texts = sorted(drawn.texts, key=lambda text: text.area.left)
    for one, other in AreaIndex(text.area.shrunk(0.3) for text in texts).pairs():
        yield (
            f"{_quote(texts[one])} and {_quote(texts[other])} overlap "
            f"at {_place(texts[other].area)}"
        )


def _arrow_over_box(drawn: Drawn) -> Iterator[str]:
    """No arrow runs through a box."""
    boxes = [box for box in drawn.boxes if not box.frame]
    areas = AreaIndex(box.area.shrunk(_TOUCH) for box in boxes)
    for arrow in drawn.arrows:
        for number in areas.crossed(arrow.points):
            if boxes[number].is_entered(arrow.points, _TOUCH):
                yield f"{arrow.name} runs through {boxes[number].name}"


def _arrow_along_box(drawn: Drawn) -> Iterator[str]:
    """No arrow runs along the border of a box or frame, where it looks like a part of it."""
    borders = AreaIndex(border for box in drawn.boxes for border in _borders(box.area))
    for arrow in drawn.arrows:
        found: dict[str, None] = {}
        for start, end in itertools.pairwise(arrow.points):
            part = Area.around((start, end))
            for number in borders.overlapping(part):
                if _runs_along(part, borders.areas[number]):
                    found[drawn.boxes[number // 4].name] = None
        for name in found:
            yield f"{arrow.name} runs along the border of {name}"


def _borders(area: Area) -> Iterator[Area]:
    """The four sides of a box, each as the strip that a line along it lies in."""
    left, top, right, bottom = area.left, area.top, area.right, area.bottom
    for side in (
        Area(left, top, right, top),
        Area(left, bottom, right, bottom),
        Area(left, top, left, bottom),
        Area(right, top, right, bottom),
    ):
        yield side.shrunk(-_BORDER)


def _runs_along(part: Area, border: Area) -> bool:
    """Whether a straight part of a line, which meets the strip of a border, stays in it."""
    width = min(part.right, border.right) - max(part.left, border.left)
    height = min(part.bottom, border.bottom) - max(part.top, border.top)
    flat, upright = part.height < _STRAIGHT, part.width < _STRAIGHT
    if border.width >= border.height:
        return flat and width > _LONG
    return upright and height > _LONG


def _arrow_over_text(drawn: Drawn) -> Iterator[str]:
    """No arrow runs through a text."""
    areas = AreaIndex(text.area.shrunk(_TOUCH) for text in drawn.texts)
    for arrow in drawn.arrows:
        for number in areas.crossed(arrow.points):
            yield f"{arrow.name} runs through the text {_quote(drawn.texts[number])}"


def _arrow_over_arrow(drawn: Drawn) -> Iterator[str]:
    """No arrow lies on another, unless both begin or both end at one point."""
    # An arrow that is drawn again and again is one.
    firsts: dict[tuple[str, tuple[Place, ...]], int] = {}
    for number, arrow in enumerate(drawn.arrows):
        firsts.setdefault((arrow.name, arrow.points), number)
    parts = [
        (number, Area.around(ends))
        for number, arrow in enumerate(drawn.arrows)
        if number == firsts[arrow.name, arrow.points]
        for ends in itertools.pairwise(arrow.points)
    ]
    straight = [(number, part) for number, part in parts if _is_straight(part)]
    index = AreaIndex(part.shrunk(-_UPON / 2) for _, part in straight)
    lengths: dict[tuple[int, int], float] = defaultdict(float)
    for pair in index.pairs():
        (one, part), (other, along) = (straight[place] for place in pair)
        if not _is_shared(drawn.arrows[one], drawn.arrows[other]):
            lengths[one, other] += _shared_length(part, along)
    for (one, other), length in lengths.items():
        if length > _LONG:
            yield f"{drawn.arrows[one].name} lies on {drawn.arrows[other].name}"


def _is_straight(part: Area) -> bool:
    return min(part.width, part.height) < _STRAIGHT < max(part.width, part.height)


def _is_shared(one: DrawnArrow, other: DrawnArrow) -> bool:
    """Whether two lines are parts of one, or come from one point or lead to one."""
    ends = ((one.points[at], other.points[at]) for at in (0, -1))
    return one.name == other.name or any(math.dist(*pair) < _TOGETHER for pair in ends)


def _shared_length(one: Area, other: Area) -> float:
    """How long two straight lines that are next to each other lie on each other."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if one.height < _STRAIGHT and other.height < _STRAIGHT:
        return max(0.0, across)
    return max(0.0, down) if one.width < _STRAIGHT and other.width < _STRAIGHT else 0.0


def _text_over_border(drawn: Drawn) -> Iterator[str]:
    """No text lies on the border of a box or frame, or on one of its rounded corners."""
    borders = AreaIndex(
        border.shrunk(_BORDER) for box in drawn.boxes for border in _borders(box.area)
    )
    areas = AreaIndex(box.area for box in drawn.boxes)
    for text in drawn.texts:
        names = [drawn.boxes[at // 4].name for at in borders.overlapping(text.area.shrunk(_TOUCH))]
        around = (drawn.boxes[at] for at in areas.overlapping(text.area))
        names += [box.name for box in around if box.cuts(text.area)]
        for name in dict.fromkeys(names):
            yield f"{_quote(text)} lies on the border of {name}"


def _box_overlap(drawn: Drawn) -> Iterator[str]:
    """Boxes do not overlap; a frame encloses a box or leaves it out."""
    for numbers in AreaIndex(box.area.shrunk(0.3) for box in drawn.boxes).pairs():
        one, other = (drawn.boxes[number] for number in numbers)
        outer, inner = (one, other) if one.frame else (other, one)
        if not outer.frame or not (
            outer.area.encloses(inner.area) or (inner.frame and inner.area.encloses(outer.area))
        ):
            yield f"{one.name} and {other.name} overlap"


def _off_page(drawn: Drawn) -> Iterator[str]:
    """Everything lies on the page."""
    page = drawn.page.shrunk(-0.5)
    shown = [(_quote(text), text.area) for text in drawn.texts]
    shown += [(box.name, box.area) for box in drawn.boxes]
    for name, area in shown:
        if not page.encloses(area):
            yield f"{name} extends beyond the page at {_place(area)}"
    for arrow in drawn.arrows:
        if not all(page.holds(point) for point in arrow.points):
            yield f"{arrow.name} extends beyond the page"


def _colors(drawn: Drawn) -> Iterator[str]:
    """Arrows that differ only in colour are distinct to colour-blind readers and in grey."""
    styles: dict[str, set[str]] = {}
    for arrow in drawn.arrows:
        if arrow.headed:
            styles.setdefault(arrow.style, set()).add(arrow.color)
    for style, colors in styles.items():
        for one, other in itertools.combinations(sorted(colors), 2):
            for vision in ("", *VISIONS):
                apart = difference(one, other, vision)
                if apart < _LEAST_DIFFERENCE:
                    seen = f" in {vision}" if vision else ""
                    yield (
                        f"{style} arrows in {one} and {other} differ only in colour and look "
                        f"alike{seen}, ΔE {apart:.1f}; at least {_LEAST_DIFFERENCE:g}"
                    )
                    break


def _in_grey(drawn: Drawn) -> Iterator[str]:
    """Arrows of different colours differ in width, dashes or the number of their lines as well."""
    alike: dict[tuple[str, str], list[DrawnArrow]] = {}
    for arrow in drawn.arrows:
        alike.setdefault((arrow.color, arrow.style), []).append(arrow)
    looks = {
        (*look, sum(_is_near(one, other) for other in lines))
        for look, lines in alike.items()
        for one in lines
        if one.headed
    }
    for (color, style, strands), (other, other_style, other_strands) in itertools.combinations(
        sorted(looks), 2
    ):
        (width, dashes), (other_width, other_dashes) = (
            text.split(" pt ", 1) for text in (style, other_style)
        )
        is_same = (dashes, strands) == (other_dashes, other_strands)
        if is_same and color != other and abs(float(width) - float(other_width)) < _WIDER:
            yield f"{style} arrows in {color} and {other_style} ones in {other} look alike"


def _is_near(one: DrawnArrow, other: DrawnArrow) -> bool:
    """Whether two lines are one line of several, or the same."""
    pairs = (one.points[0], other.points[0]), (one.points[-1], other.points[-1])
    return all(math.dist(*pair) < _APART for pair in pairs)


def _stage_colors(drawn: Drawn) -> Iterator[str]:
    """Neighbouring stages of different colours are distinct to colour-blind readers.

    A panel has the one colour of the stage that it explains, wherever it is.
    """
    boxes = (box for box in drawn.boxes if box.stage and not box.detail)
    tints = [(box.stage, box.fill, box.line) for box in boxes]
    pairs = {pair for pair in itertools.pairwise(tints) if pair[0][1:] != pair[1][1:]}
    for one, other in sorted(pairs):
        for vision in VISIONS[:-1]:
            apart = max(difference(a, b, vision) for a, b in zip(one[1:], other[1:], strict=True))
            if apart < _LEAST_DIFFERENCE:
                yield f"{one[0]} and {other[0]} look alike in {vision}, ΔE {apart:.1f}"


def _fonts(drawn: Drawn) -> Iterator[str]:
    """Fonts are embedded, as outlines, with every character that is used."""
    used = frozenset("".join(text.text for text in drawn.texts)) - {" ", "\xa0"}
    for font in drawn.fonts:
        if not font.embedded:
            yield f"{font.name} is not embedded"
        elif not font.outlines:
            yield f"{font.name} is embedded as Type 3"
    known = [font.characters for font in drawn.fonts if font.characters is not None]
    missing = used.difference(*known) if known else frozenset()
    if missing:
        yield f"no embedded font has {' '.join(sorted(missing))}"


def _parameters(drawn: Drawn) -> Iterator[str]:
    """The parameters of the boxes add up to the model's."""
    if drawn.parameters is None:
        return
    total = sum(box.parameters or 0 for box in drawn.boxes if not box.detail)
    if total != drawn.parameters:
        yield f"the boxes add up to {total:,}, the model has {drawn.parameters:,}"


def _numbers(drawn: Drawn) -> Iterator[str]:
    """Printed copies multiply to the copies of a box, and with its parameters to their sum."""
    labels = _frame_labels(drawn)
    for box in drawn.boxes:
        if box.frame or not box.lines or drawn.parameters is None:
            continue
        around = [claims for frame, claims in labels if frame.area.encloses(box.area)]
        own = read_claims(box.lines)
        copies = math.prod(claims.copies for claims in (own, *around))
        if copies != (box.repeat or 1) and not own.clipped:
            yield f"{box.name} and its frames show {copies} copies, it has {box.repeat or 1}"
        wrong = wrong_amounts(own, box.parameters or 0, around)
        if wrong:
            yield f"{box.name} {wrong}"


def _frame_labels(drawn: Drawn) -> list[tuple[DrawnBox, Claims]]:
    """The frames with what their labels claim."""
    frames = [box for box in drawn.boxes if box.frame]
    lines: dict[int, list[str]] = {}
    for text in sorted(drawn.texts, key=lambda text: text.area.top):
        around = [at for at, box in enumerate(frames) if box.area.holds(text.area.center)]
        if text.of_frame and around:
            innermost = min(around, key=lambda at: frames[at].area.height)
            lines.setdefault(innermost, []).append(text.text)
    return [(frames[at], read_claims(label)) for at, label in lines.items()]


NUMBERS = "numbers"
# In the order in which findings are listed.
RULES: dict[str, Callable[[Drawn], Iterator[str]]] = {
    "contrast": _contrast,
    "text over text": _text_overlap,
    "arrow over box": _arrow_over_box,
    "arrow along box": _arrow_along_box,
    "arrow over arrow": _arrow_over_arrow,
    "arrow over text": _arrow_over_text,
    "text over border": _text_over_border,
    "box over box": _box_overlap,
    "off the page": _off_page,
    "colours of arrows": _colors,
    "colours of stages": _stage_colors,
    "fonts": _fonts,
    "parameters": _parameters,
    NUMBERS: _numbers,
}


def _quote(text: DrawnText) -> str:
    return f"“{text.text}”"


def _place(area: Area) -> str:
    x, y = area.center
    return f"({x:.0f}, {y:.0f}) pt"
