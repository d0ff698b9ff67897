"""A convolution with what belongs to it: a pointwise one, and the norm before or after it."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.core.diagram import Box
from visualize.core.layers import widths
from visualize.core.operators import CONVOLUTION, NORM, TRANSPOSED_CONVOLUTION, family
from visualize.core.phrases import Phrase, listed, phrase
from visualize.core.words import operation, separable_convolution
from visualize.simplify.sublayers.flow import Flow, Sublayer, is_pointwise, steps

_CONVOLUTIONS = CONVOLUTION | TRANSPOSED_CONVOLUTION


def find_convolutions(flow: Flow) -> Iterator[Sublayer]:
    """Every separable convolution, and every other one with a norm of its own.

    A separable one is depthwise and then pointwise (Chollet, "Xception", 2017).
    """
    for box in flow.open_boxes:
        if family(box.does) not in _CONVOLUTIONS or not flow.is_projection(box.id):
            continue
        layers = [box]
        follower = flow.only_user(box.id)
        if follower and _is_depthwise(box) and _is_plain_pointwise(flow, follower):
            layers.append(flow.box(follower))
        before = _norm_before(flow, box)
        after = _norm_after(flow, layers[-1])
        nodes = flow.whole({one.id for one in (*before, *layers, *after)})
        if nodes is None:
            nodes = flow.whole({one.id for one in layers})
            before, after = [], []
        if nodes and len(nodes) > 1:
            core = layers[-1]
            label = _label(before, layers, after)
            yield Sublayer(core.id, nodes, label, core.type, core.counts_as)


def _is_depthwise(box: Box) -> bool:
    groups = box.core.weight.groups if box.core.weight else box.attributes.get("groups", 1)
    return family(box.does) in CONVOLUTION and groups == widths(box.core)[0] > 1


def _is_plain_pointwise(flow: Flow, node: str) -> bool:
    box = flow.box(node)
    is_convolution = flow.is_projection(node) and family(box.does) in CONVOLUTION
    return is_convolution and is_pointwise(box.core)


def _norm_before(flow: Flow, box: Box) -> list[Box]:
    """The norm, with its activation, whose result only this convolution reads."""
    sources = flow.sources(box.id)
    if len(sources) != 1 or not flow.is_open(sources[0]):
        return []
    norm = flow.box(sources[0])
    is_own = family(norm.does) in NORM and flow.users(norm.id) == (box.id,)
    return [norm] if is_own else []


def _norm_after(flow: Flow, box: Box) -> list[Box]:
    """The norm that is the only reader of a convolution, and could not be fused into it."""
    user = flow.only_user(box.id)
    return [flow.box(user)] if user and flow.kind(user) in NORM else []


def _label(before: list[Box], layers: list[Box], after: list[Box]) -> tuple[Phrase | str, ...]:
    """What the convolution is; in smaller type the norms and activations around it, in order."""
    first, last = layers[0].core, layers[-1].core
    title = operation(first) if first is last else separable_convolution(first, last)
    names = steps(before)
    earlier = [phrase("after {names}", names=listed(names))] if names else []
    later = listed(steps([*layers, *after]))
    return (title, *earlier, *([later] if later else []))
