"""Attention: written out, or as one function; with its heads and its kind.

Vaswani et al., "Attention Is All You Need" (2017); grouped queries: Ainslie et al., "GQA" (2023).
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from visualize.core.operators import (
    ACTIVATION,
    AFFINE,
    ATTENTION,
    CONCAT,
    COPIES,
    MOVES,
    NORM,
    PRODUCT,
)
from visualize.core.phrases import Phrase, counted, listed, phrase
from visualize.simplify.idioms.origin import attends_to
from visualize.simplify.idioms.rule import Match, View, is_scale

_MASKED = frozenset({"maskedfill", "where"})
# What changes the values so much that the result is no longer a score or a weight.
_OTHER = (NORM | ACTIVATION | AFFINE | PRODUCT) - {"tanh"}
_LARGEST = frozenset({"max", "amax"})
# At most this many operations may lie between softmax and a product.
_REACH = 24
_Path = frozenset[str]


def match_attention(view: View, node: str) -> Match | None:
    """Product of queries and keys, scale, mask, softmax, dropout, product with the values."""
    if view.kind(node) not in PRODUCT or len(view.sources(node)) != 2 or not view.shape(node):
        return None
    for source in view.sources(node):
        weights = _path(view, source, {"softmax"}, _keeps_weights)
        if not weights:
            continue
        softmax = weights[-1]
        if not _is_over_keys(view, softmax):
            continue
        scores = _path(view, view.sources(softmax)[0], PRODUCT, _keeps_scores)
        if not scores or len(view.sources(scores[-1])) < 2:
            continue
        query, key = view.sources(scores[-1])[-2:]
        value = next(each for each in view.sources(node) if each != source)
        prepared = [_prepared(view, each) for each in (query, key, value)]
        inside = frozenset([*weights, *scores]).union(*prepared)
        inside |= _shifts(view, inside)
        heads = _heads(view, scores[-1], node)
        groups = heads // max(_copies(view, each) for each in prepared[1:])
        masks = [_mask(view, each) for each in inside]
        mask = max(masks, key=("", "masked", "causal").index)
        return Match(inside, _label(mask, attends_to(view, query, key), heads, groups))
    return None


def match_attention_function(view: View, node: str) -> Match | None:
    """`torch.nn.functional.scaled_dot_product_attention`, with what repeats keys and values."""
    if view.kind(node) not in ATTENTION:
        return None
    read = [source for source, _, wire in view.exact.inputs(node) if wire.tensor is not None]
    shapes = [view.exact.operation(source).outputs[0].shape for source in read[:3]]
    if len(shapes) < 3:
        return None
    homes = [view.diagram.host(source) for source in read]
    query, key, value = (home if home in view.sources(node) else None for home in homes[:3])
    prepared = [_prepared(view, each) if each else frozenset() for each in (query, key, value)]
    heads = shapes[0][-3] if len(shapes[0]) > 3 else 1
    groups = shapes[1][-3] if len(shapes[1]) > 3 else heads
    groups //= max(_copies(view, each) for each in prepared[1:])
    mask = _mask(view, node)
    if view.layer(node).attributes.get("is_causal") is True:
        mask = "causal"
    label = _label(mask, attends_to(view, query, key), heads, groups)
    return Match(frozenset().union(*prepared), label)


def _mask(view: View, node: str) -> str:
    """``"causal"``, ``"masked"`` if the mask is stored and what it hides is unknown, or ""."""
    if view.is_causal(node):
        return "causal"
    read = view.exact.inputs(node)
    stored = any(wire.tensor and wire.tensor.dtype == "bool" and not wire.data for *_, wire in read)
    return "masked" if stored and view.kind(node) in _MASKED | ATTENTION else ""


def _label(mask: str, kind: str, heads: int, groups: int) -> tuple[Phrase, ...]:
    """``causal attention, 32 heads`` and, in smaller type, ``8 key-value heads``.

    Attention with a mask or shared keys is self-attention, unless it is named otherwise.
    """
    grouped = 0 < groups < heads
    attention = phrase("attention")
    if kind == "cross":
        attention = phrase("cross-attention")
    elif kind == "self" and not mask and not grouped:
        attention = phrase("self-attention")
    if grouped and groups == 1:
        attention = phrase("multi-query {attention}", attention=attention)
    elif grouped:
        attention = phrase("grouped-query {attention}", attention=attention)
    if mask == "causal":
        attention = phrase("causal {attention}", attention=attention)
    elif mask:
        attention = phrase("masked {attention}", attention=attention)
    title = listed([attention, counted("{number} head", "{number} heads", heads)])
    first = title if heads > 1 else attention
    shared = counted("{number} key-value head", "{number} key-value heads", groups)
    return (first, shared) if grouped else (first,)


def _shifts(view: View, inside: frozenset[str]) -> frozenset[str]:
    """What computes the largest score, which code subtracts so that softmax does not overflow."""
    shifts: list[str] = []
    waiting = [node for node in inside if view.kind(node) not in PRODUCT]
    for node in waiting:
        kinds = _LARGEST if node in inside else MOVES | _LARGEST
        new = [user for user in view.users(node) if view.kind(user) in kinds]
        shifts += new
        waiting += new
    for node in reversed(shifts):
        if not {*inside, *shifts}.issuperset(view.users(node)):
            shifts.remove(node)
    return frozenset(shifts)


def _path(
    view: View, start: str, goal: frozenset[str] | set[str], passes: Callable[[View, str], bool]
) -> list[str]:
    """The operations from ``start`` back to the nearest of the kinds ``goal``, both included."""
    came = {start: ""}
    waiting = [start]
    for node in waiting:
        if view.kind(node) in goal:
            path = [node]
            while came[path[-1]]:
                path.append(came[path[-1]])
            return path[::-1]
        if len(came) < _REACH and passes(view, node):
            new = [source for source in view.sources(node) if source not in came]
            came.update(dict.fromkeys(new, node))
            waiting += new
    return []


def _keeps_weights(view: View, node: str) -> bool:
    """Whether weights of attention are still that: dropped out, cast, moved, masked."""
    kinds = MOVES | _MASKED | {"nantonum", "add", "mul"}
    return view.kind(node) in kinds and not view.is_residual(node)


def _keeps_scores(view: View, node: str) -> bool:
    """Whether scores of attention are still that: scaled, masked, biased, capped, moved."""
    kind = view.kind(node)
    if kind in _OTHER or view.is_residual(node):
        return False
    sizes = {prod(view.shape(source)) for source in view.sources(node)}
    return kind in MOVES | CONCAT or prod(view.shape(node)) in sizes


def _is_over_keys(view: View, softmax: str) -> bool:
    """Whether softmax is over queries or keys, the two last axes, and not over heads, say."""
    axis = view.layer(softmax).attributes.get("dim", view.layer(softmax).attributes.get("1"))
    return not isinstance(axis, int) or axis % len(view.shape(softmax)) >= (
        len(view.shape(softmax)) - 2
    )


def _prepared(view: View, node: str) -> frozenset[str]:
    """What scales queries or keys, or repeats keys or values for several queries, up to here."""
    passed: list[str] = []
    last = 0
    here: str | None = node if len(view.users(node)) == 1 else None
    while here and (view.kind(here) in MOVES | COPIES or is_scale(view, here)):
        passed.append(here)
        if view.kind(here) in COPIES or is_scale(view, here):
            last = len(passed)
        here = view.only_source(here)
    if 0 < last < len(passed) and _adds_axis(view, passed[last]):
        last += 1
    return frozenset(passed[:last])


def _adds_axis(view: View, node: str) -> bool:
    """Whether an operation makes room for an axis along which something is repeated."""
    sources = view.sources(node)
    return view.shape(node).count(1) > view.shape(sources[0]).count(1) if sources else False


def _copies(view: View, prepared: frozenset[str]) -> int:
    """How many queries share the keys or values that ``prepared`` repeats."""
    sizes = [prod(view.shape(each)) for node in prepared for each in (node, *view.sources(node))]
    return max(sizes) // max(min(sizes), 1) if sizes else 1


def _heads(view: View, scores: str, last: str) -> int:
    """Number of heads, known by what the results of all heads are joined to; 1 if unclear."""
    width, joined = view.shape(last)[-1], last
    while len(view.users(joined)) == 1 and view.kind(view.users(joined)[0]) in MOVES:
        joined = view.users(joined)[0]
    sizes = view.shape(scores)
    heads = view.shape(joined)[-1] // width
    several = heads > 1 and heads * width == view.shape(joined)[-1]
    if several and (heads in sizes[:-1] or sizes[0] % heads == 0):
        return heads
    return sizes[-3] if len(sizes) > 3 and heads <= 1 else 1
