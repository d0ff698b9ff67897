"""An MLP: linear layers with activations between them, one of them gated or none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from visualize.core.diagram import Box
from visualize.core.layers import is_weighted, widths
from visualize.core.operators import (
    ACTIVATION,
    CONVOLUTION,
    LINEAR,
    MOVES,
    NORM,
    MergeType,
    family,
    merge_type,
)
from visualize.core.phrases import listed, phrase, verbatim
from visualize.simplify.sublayers.flow import Flow, Sublayer, steps

# More linear layers in a row are a network of their own.
_MOST_LAYERS = 3
_REACH = 16
# These make shares of a whole, as in attention, and no features.
_SHARES = frozenset({"softmax", "logsoftmax", "softmin", "gumbelsoftmax"})


@dataclass(frozen=True)
class Link:
    """A linear layer with the one before it, or the two of which one gates the other.

    Attributes:
        first: the layers before.
        nodes: all that is between, these and the last one included.
        gated: whether one part is multiplied with another.
    """

    first: tuple[str, ...]
    nodes: frozenset[str]
    gated: bool


def find_mlps(flow: Flow) -> Iterator[Sublayer]:
    """Every chain of two or three linear layers with activations, and every gated MLP.

    1×1 convolutions are linear layers, too. A whole network is none.
    """
    links = find_links(flow)
    followed = {link.first[0] for link in links.values() if not link.gated}
    weighted = sum(map(is_weighted, flow.diagram.boxes))
    for node, link in links.items():
        if not link.gated and node in followed:
            continue
        layers, nodes = _chain(node, links)
        number = sum(map(flow.is_projection, nodes))
        if len(layers) > _MOST_LAYERS or number >= weighted or not all(map(flow.is_open, nodes)):
            continue
        whole = flow.whole(nodes)
        if whole:
            yield _sublayer(flow, layers, whole, link.gated)


def find_links(flow: Flow) -> dict[str, Link]:
    """What is before each linear layer that continues an MLP, by the id of the layer."""
    return {box.id: link for box in flow.open_boxes if (link := _link(flow, box.id))}


def _chain(last: str, links: Mapping[str, Link]) -> tuple[list[str], frozenset[str]]:
    """The layers of an MLP, of two that gate each other one, and all boxes in it."""
    layers, nodes = [last], frozenset({last})
    while layers[0] in links:
        link = links[layers[0]]
        if link.gated and len(layers) > 1:
            break
        nodes |= link.nodes
        layers.insert(0, link.first[0])
        if link.gated:
            break
    return layers, nodes


def _link(flow: Flow, last: str) -> Link | None:
    """What comes before a linear layer, if that is another one and an activation."""
    between = _between(flow, last) if flow.is_pointwise(last) else None
    if not between or any(_makes_shares(flow.box(node)) for node in between):
        return None
    first = [node for node in between if flow.is_pointwise(node)]
    multiplies = any(map(flow.multiplies, between))
    if multiplies and len(first) < 3 and len({flow.sources(node) for node in first}) == 1:
        return Link(tuple(first), between | {last}, gated=True)
    if len(first) == 1 and not multiplies and any(map(flow.activates, between)):
        return Link(tuple(first), between | {last}, gated=False)
    return None


def _makes_shares(box: Box) -> bool:
    return any(family(one.does) in _SHARES for one in box.operations)


def _between(flow: Flow, last: str) -> frozenset[str] | None:
    """What leads to a linear layer from others, with these; None if it is no part of an MLP."""
    inside = {last}
    waiting = set(flow.sources(last))
    branch = flow.branch(last)
    while waiting:
        # What is read elsewhere, too, waits until all that may read it is known.
        known = [node for node in waiting if inside.issuperset(flow.users(node))]
        if not known or len(inside) > _REACH:
            return None
        node = known[0]
        waiting.remove(node)
        if not flow.is_open(node):
            return None
        inside.add(node)
        if not flow.is_pointwise(node):
            if not _passes(flow, node, last, branch):
                return None
            waiting.update(flow.sources(node))
    return frozenset(inside - {last})


def _passes(flow: Flow, node: str, last: str, branch: Collection[str]) -> bool:
    """Whether a box may be between two linear layers of an MLP."""
    name = flow.kind(node)
    if name in ACTIVATION | MOVES or merge_type(name) is MergeType.MULTIPLY:
        return True
    # On a residual branch, a norm or a depthwise convolution; elsewhere, a norm begins a new part.
    if node not in branch:
        return False
    return name in NORM or (name in CONVOLUTION and flow.kind(last) in LINEAR)


def _sublayer(flow: Flow, layers: list[str], nodes: frozenset[str], gated: bool) -> Sublayer:
    reads = [widths(flow.box(layer).core)[0] for layer in layers]
    sizes = [*reads, widths(flow.box(layers[-1]).core)[1]]
    kind = phrase("gated MLP") if gated else phrase("MLP")
    shown = " → ".join(map(str, sizes)) if all(sizes) else ""
    boxes = flow.boxes(nodes)
    conv = any(family(box.does) in CONVOLUTION and not flow.is_pointwise(box.id) for box in boxes)
    more = [phrase("depthwise conv")] if conv else []
    names = listed([*more, *steps(boxes)])
    title = listed([kind, verbatim(shown)])
    last = flow.box(layers[-1])
    return Sublayer(last.id, nodes, (title, names) if names else (title,), "MLP", last.does)
