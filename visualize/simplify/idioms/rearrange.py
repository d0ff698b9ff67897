"""Rearrangements of an image: channel shuffle, windows, patches.

All are a reshape that splits axes, a permutation, and a reshape that joins axes; which one it is
follows from which axes are split and which are joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualize.core.hyperparameters import numbers
from visualize.core.operators import CONVOLUTION, IDENTITY
from visualize.core.phrases import Phrase, counted, listed, phrase
from visualize.simplify.idioms.rule import Match, View
from visualize.simplify.prune import is_idle

_SPLIT = frozenset({"view", "reshape", "unflatten", "flatten"})
_PERMUTE = frozenset({"permute", "transpose", "swapaxes", "swapdims"})
# An axis: which axis of the input it is part of, and which part, the outermost first.
Axis = tuple[int, int]


@dataclass(frozen=True)
class Rearrangement:
    """A reshape, a permutation and a reshape. Axes of size one are left out.

    Attributes:
        split: the axes between the two reshapes, before they are permuted, with their sizes.
        joined: the axes of the output, each as those that it joins.
        inside: the operations except the last.
        first: the first reshape.
    """

    split: dict[Axis, int]
    joined: tuple[tuple[Axis, ...], ...]
    inside: frozenset[str]
    first: str

    def halved(self) -> list[int]:
        """The axes of the input that are split in two."""
        counts: dict[int, int] = {}
        for axis, _ in self.split:
            counts[axis] = counts.get(axis, 0) + 1
        return [axis for axis, count in counts.items() if count == 2]

    def through(self, *nodes: str) -> Rearrangement:
        """The same with more operations inside."""
        return replace(self, inside=self.inside.union(nodes))


def match_channel_shuffle(view: View, node: str) -> Match | None:
    """Groups of channels are interleaved: Zhang et al., "ShuffleNet" (2018)."""
    if view.kind(node) == "channelshuffle":
        return Match(frozenset())
    found = _rearranged(view, node)
    if not found or len(found.split) != len(view.shape(node)) - view.shape(node).count(1) + 1:
        return None
    # Of an image, axis 1 holds the channels; shuffled rows and columns do not count.
    if len(view.shape(node)) < 4 or ((1, 1), (1, 0)) not in found.joined or found.halved() != [1]:
        return None
    return Match(found.inside, (_shuffle(found.split[1, 0]),))


def match_window_partition(view: View, node: str) -> Match | None:
    """An image is cut into square windows, or into grids of distant pixels.

    Liu et al., "Swin Transformer" (2021); Tu et al., "MaxViT" (2022). Grids may be windows whose
    numbers change places with those of their pixels.
    """
    swapped = _swap(view, node)
    last = view.only_source(node) if swapped else node
    found = _rearranged(view, last) if last else None
    if not last or not found or len(found.halved()) != 2:
        return None
    rows, columns = found.halved()
    order = [axis for joined in found.joined for axis in joined]
    if swapped:
        between = ((rows, 0), (columns, 0)), ((rows, 1), (columns, 1))
        wide = [axis for axis, size in enumerate(view.shape(last)) if size > 1]
        if {wide[found.joined.index(one)] for one in between if one in found.joined} != swapped:
            return None
        size = "×".join(str(found.split[axis, 0]) for axis in (rows, columns))
        return _shifted(view, found.through(last), phrase("grid partition"), size)
    for part, kind in ((1, phrase("window partition")), (0, phrase("grid partition"))):
        one, other = (rows, part), (columns, part)
        apart = order.index((rows, 1 - part)), order.index((columns, 1 - part))
        if found.split[one] != found.split[other]:
            continue
        near = order.index(one) + 1 == order.index(other)
        if near and apart[0] + 1 == apart[1] < order.index(one) and not _meets(found, one):
            size = f"{found.split[one]}×{found.split[other]}"
            return _shifted(view, found, kind, size)
    return None


def match_window_merge(view: View, node: str) -> Match | None:
    """Windows or grids become an image again, rolled back if it was rolled before."""
    rolled = view.kind(node) == "roll"
    end, tail = _behind_idle(view, node) if rolled else (node, set())
    found = _rearranged(view, end) if end else None
    if not end or not found:
        return None
    pairs = [joined for joined in found.joined if len(joined) == 2]
    if len(pairs) != 2 or len(found.joined) < 3 or len(found.split) != len(found.joined) + 2:
        return None
    before = list(found.split)
    (one, two), (three, four) = ([before.index(axis) for axis in pair] for pair in pairs)
    if one + 1 != three or two + 1 != four:
        return None
    inside = found.inside | tail | {end}
    swap = view.only_source(found.first)
    is_grid = one > two
    if swap and _swap(view, swap) == {pairs[0][0][0], pairs[0][1][0]}:
        inside |= {swap}
        is_grid = not is_grid
    label = phrase("grid merge") if is_grid else phrase("window merge")
    if rolled:
        label = phrase("shifted {partition}", partition=label)
    return Match(inside, (_of_channels(found, pairs) or label,))


def _of_channels(found: Rearrangement, pairs: Sequence[Sequence[Axis]]) -> Phrase | None:
    """What places of a larger image that are made of channels are called.

    Peebles and Xie, "Scalable Diffusion Models with Transformers" (2023) make patches of tokens;
    Shi et al., "Real-Time Single Image … Super-Resolution" (2016) of a smaller image.
    """
    outer, inner = ({pair[side][0] for pair in pairs} for side in (0, 1))
    kept = {each[0][0] for each in found.joined if len(each) == 1}
    is_last = kept <= {0} and inner == {max(axis for axis, _ in found.split)}  # one channel
    if len(inner) > 1 or not (inner <= kept or is_last):
        return None
    height, width = (found.split[pair[1]] for pair in pairs)
    if len(outer) == 1 or height != width:
        return phrase("unpatchify {size}", size=f"{height}×{width}")
    return phrase("{factor:g}× {resizing}", resizing=phrase("pixel shuffle"), factor=height)


def match_patch_merging(view: View, node: str) -> Match | None:
    """Neighbouring pixels become channels of one: Liu et al., "Swin Transformer" (2021)."""
    found = _rearranged(view, node)
    if not found or len(found.halved()) != 2:
        return None
    rows, columns = found.halved()
    wide = next((joined for joined in found.joined if len(joined) == 3), ())
    small = {(rows, 1), (columns, 1)}
    if small < set(wide) and len(found.joined) == len(found.split) - 2:
        size = f"{found.split[rows, 1]}×{found.split[columns, 1]}"
        return Match(found.inside, (phrase("patch merging {size}", size=size),))
    return None


def match_patch_embedding(view: View, node: str) -> Match | None:
    """A convolution over patches that do not overlap, whose result is a sequence of tokens."""
    inside: set[str] = set()
    moved: set[str] = set()
    here: str | None = node
    while here and view.kind(here) in _SPLIT | _PERMUTE | IDENTITY:
        moved.add(view.kind(here))
        inside.add(here)
        here = view.only_source(here)
    if here is None or view.kind(here) not in CONVOLUTION or moved.isdisjoint(_PERMUTE):
        return None
    layer = view.layer(here).core
    kernel, stride = numbers(layer, "kernel_size"), numbers(layer, "stride")
    flattened = len(view.shape(node)) == 3 and len(view.shape(here)) > 3
    if not flattened or len(kernel) < 2 or kernel != stride or max(kernel) == 1:
        return None
    size = "×".join(map(str, kernel))
    label = listed([phrase("patch embedding {size}", size=size), str(view.shape(here)[1])])
    return Match(frozenset(inside | {here}) - {node}, (label,))


def _meets(found: Rearrangement, axis: Axis) -> bool:
    """Whether ``axis`` is joined with one that was not split: channels."""
    joined = next(each for each in found.joined if axis in each)
    return len(joined) > 2 or joined[0][0] not in found.halved()


def _shuffle(groups: int) -> Phrase:
    number = counted("{number} group", "{number} groups", groups)
    return listed([phrase("channel shuffle"), number])


def _shifted(view: View, found: Rearrangement, kind: Phrase, size: str) -> Match:
    """The partition with the roll right before it, if there is one."""
    label = phrase("{partition} {size}", partition=kind, size=size)
    node, passed = _behind_idle(view, found.first)
    if node and view.kind(node) == "roll":
        shifted = phrase("shifted {partition}", partition=label)
        return Match(found.inside | passed | {node}, (shifted,))
    return Match(found.inside, (label,))


def _behind_idle(view: View, node: str) -> tuple[str | None, set[str]]:
    """The operation before ``node``, and what lies between the two and changes no value."""
    passed: set[str] = set()
    here = view.only_source(node)
    while here and (view.kind(here) in _PERMUTE or is_idle(view.diagram, view.layer(here))):
        passed.add(here)
        here = view.only_source(here)
    return here, passed


def _swap(view: View, node: str) -> set[int] | None:
    """The two axes that change places, if that is what ``node`` does."""
    if view.kind(node) not in _PERMUTE:
        return None
    order = _order(view, node, len(view.shape(node))) or []
    moved = {axis for axis, place in enumerate(order) if axis != place}
    return moved if len(moved) == 2 else None


def _rearranged(view: View, node: str) -> Rearrangement | None:
    """The reshape, permutation and reshape that end with ``node``."""
    if view.kind(node) not in _SPLIT:
        return None
    permute = _before(view, node, IDENTITY)
    inside: set[str] = set()
    if permute is None or view.kind(permute[0]) not in _PERMUTE:
        return None
    inside |= permute[1]
    split = _before(view, permute[0], IDENTITY)
    if split is None or view.kind(split[0]) not in _SPLIT:
        return None
    inside |= split[1]
    read = view.sources(split[0])
    middle, permuted, last = (view.shape(each) for each in (split[0], permute[0], node))
    order = _order(view, permute[0], len(middle))
    if len(read) != 1 or order is None or [middle[axis] for axis in order] != list(permuted):
        return None
    parts = _parts(view.shape(read[0]), middle)
    groups = _parts(last, permuted)
    if parts is None or groups is None:
        return None
    named = dict(enumerate(_numbered(parts)))
    joined: dict[int, list[Axis]] = {}
    for place, axis in enumerate(order):
        if middle[axis] > 1:
            joined.setdefault(groups[place], []).append(named[axis])
    sizes = {named[axis]: size for axis, size in enumerate(middle) if size > 1}
    return Rearrangement(sizes, tuple(map(tuple, joined.values())), frozenset(inside), split[0])


def _before(view: View, node: str, passed: frozenset[str]) -> tuple[str, set[str]] | None:
    """What comes before ``node`` and operations of the kinds ``passed``, and all on the way."""
    inside: set[str] = set()
    here = view.only_source(node)
    while here:
        inside.add(here)
        if view.kind(here) not in passed:
            return here, inside
        here = view.only_source(here)
    return None


def _parts(whole: Sequence[int], split: Sequence[int]) -> list[int] | None:
    """For each axis of ``split`` the axis of ``whole`` that it is part of.

    >>> _parts((2, 6, 5), (2, 3, 2, 5))
    [0, 1, 1, 2]
    """
    parts: list[int] = []
    axis, left = -1, 1
    for size in split:
        while left == 1 and size > 1:
            axis += 1
            if axis == len(whole):
                return None
            left = whole[axis]
        if left % size:
            return None
        parts.append(axis)
        left //= size
    return parts if left == 1 else None


def _numbered(parts: Sequence[int]) -> list[Axis]:
    return [(axis, parts[:place].count(axis)) for place, axis in enumerate(parts)]


def _order(view: View, node: str, dimensions: int) -> list[int] | None:
    """The permutation that ``node`` does, as the place that each axis had before."""
    flat: list[int] = []
    for value in view.layer(node).attributes.values():
        flat += value if isinstance(value, (list, tuple)) else [value]
    flat = [axis % dimensions for axis in flat if isinstance(axis, int)]
    if view.kind(node) == "permute":
        return flat if sorted(flat) == list(range(dimensions)) else None
    order = list(range(dimensions))
    if len(flat) != 2:
        return None
    order[flat[0]], order[flat[1]] = flat[1], flat[0]
    return order
