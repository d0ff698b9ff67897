"""Attention with the layers that make its queries, keys and values, and its output projection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from visualize.core.diagram import Box, BoxKind
from visualize.core.layers import widths
from visualize.core.operators import (
    ACTIVATION,
    ATTENTION,
    CONCAT,
    COPIES,
    EMBEDDING,
    MOVES,
    NORM,
    family,
    merge_type,
)
from visualize.core.phrases import Phrase, phrase
from visualize.core.words import operation
from visualize.simplify.sublayers.flow import Flow, Sublayer

# At most this many boxes are searched on one side of an attention.
_REACH = 48
_PASSED = MOVES | COPIES | CONCAT | {"rotaryembedding", "stack", "copy"}


def find_attention(flow: Flow) -> Iterator[Sublayer]:
    """Every attention with projections of its own.

    These are the first linear layers or convolutions on the way back from its queries, keys and
    values, and the first on the way on from its result. On the residual branch around it, what
    comes before a projection without an activation is part of it: low-rank queries and keys.
    """
    for box in flow.open_boxes:
        if family(box.does) in ATTENTION:
            nodes = _whole(flow, box.id)
            if nodes and len(nodes) > 1:
                yield Sublayer(box.id, nodes, _label(flow, box, nodes), box.type, box.counts_as)


def _whole(flow: Flow, core: str) -> frozenset[str] | None:
    """An attention with all layers around it that can be one box with it."""
    branch = flow.branch(core)
    before = _before(flow, core, branch)
    after, passed = _after(flow, core, branch)
    after |= _gates(flow, core, passed)
    for seeds in ({core} | before | after, {core} | before, {core} | after):
        nodes = flow.whole(seeds)
        # Keys that other layers read too are no part of this one.
        while nodes and (shared := _shared(flow, nodes, seeds - after - {core})):
            seeds -= shared
            nodes = flow.whole(seeds)
        if nodes and len(seeds) > 1:
            return nodes
    return None


def _shared(flow: Flow, nodes: Collection[str], seeds: Collection[str]) -> set[str]:
    """Those of ``seeds`` whose result layers outside ``nodes`` read; an output may."""
    return {
        node
        for node in seeds
        if any(one not in nodes and not flow.box(one).kind.is_end for one in flow.users(node))
    }


def _before(flow: Flow, core: str, branch: Collection[str]) -> set[str]:
    """The layers that make queries, keys and values, and those that lower their rank."""

    def lowered(node: str, seen: Collection[str]) -> Iterator[str]:
        if not flow.activates(node):
            yield from (one for one in flow.sources(node) if _lowers(flow, one, branch, seen))

    return projections_before(flow, flow.sources(core), lowered, seen=(core,))


def projections_before(
    flow: Flow,
    starts: Iterable[str],
    further: Callable[[str, Collection[str]], Iterable[str]] | None = None,
    seen: Iterable[str] = (),
) -> set[str]:
    """The first linear layers on the way back.

    Args:
        flow: the layers.
        starts: where the way begins.
        further: where it goes on behind a layer, given what has been seen; by default, nowhere.
        seen: what it does not come to.
    """
    found: set[str] = set()
    passed = set(seen)
    waiting = list(starts)
    while waiting and len(passed) < _REACH:
        node = waiting.pop()
        if node in passed or not flow.is_open(node):
            continue
        passed.add(node)
        if flow.is_projection(node):
            found.add(node)
            waiting += further(node, passed) if further else ()
        elif passes(flow, node):
            waiting += flow.sources(node)
    return found


def _lowers(flow: Flow, node: str, branch: Collection[str], seen: Collection[str]) -> bool:
    """Whether what a projection reads is made by another on the same branch, for it alone.

    A norm may be between the two, and a part of the result may go its own way.
    """
    for _ in range(_REACH):
        if node not in branch or flow.activates(node) or not flow.is_open(node):
            return False
        if flow.is_projection(node):
            return all(one in branch for one in flow.users(node))
        sources = flow.sources(node)
        if len(sources) != 1 or family(flow.box(node).does) not in NORM | MOVES:
            return False
        node = sources[0]
    return False


def projections_after(flow: Flow, core: str, branch: Collection[str]) -> set[str]:
    """The layers that project the result of an attention, all parts of it.

    Args:
        flow: the diagram.
        core: the attention.
        branch: the boxes of the residual branch around it.
    """
    return _after(flow, core, branch)[0]


def _after(flow: Flow, core: str, branch: Collection[str]) -> tuple[set[str], set[str]]:
    """The layers that project the result, and what lies on the way to them."""
    found: set[str] = set()
    passed: set[str] = set()
    waiting = [core]
    while waiting and len(passed) < _REACH:
        for user in flow.users(waiting.pop()):
            if user in found | passed:
                continue
            if not flow.is_open(user):
                return set(), set()
            if flow.is_projection(user) and (user in branch or not flow.activates(user)):
                found.add(user)
            elif passes(flow, user) and flow.kind(user) not in CONCAT:
                passed.add(user)
                waiting.append(user)
            else:
                return set(), set()
    return found, passed


def _gates(flow: Flow, core: str, passed: Collection[str]) -> set[str]:
    """The layers that make what the result of an attention is multiplied by."""
    products = filter(flow.multiplies, passed)
    others = {source for node in products for source in flow.sources(node)} - {core, *passed}
    return {node for node in others if flow.is_open(node) and flow.is_projection(node)}


def passes(flow: Flow, node: str) -> bool:
    """Whether a box on the way is no layer: it moves, scales, rotates, normalises or joins."""
    box = flow.box(node)
    name = family(box.does).replace(" ", "")
    if name in EMBEDDING | ATTENTION or box.kind.is_end:
        return False
    joins = box.kind is BoxKind.MERGE or merge_type(box.does) is not None
    return joins or name in _PASSED | NORM | ACTIVATION


def _label(flow: Flow, core: Box, nodes: Collection[str]) -> tuple[str | Phrase, ...]:
    """What the attention is called, and in smaller type what happens to queries and keys."""
    named = core.label or (operation(core.core),)
    others = (box for box in flow.boxes(nodes) if box.kind is BoxKind.IDIOM and box is not core)
    more = [box.label[0] for box in others if family(box.does) not in ACTIVATION | NORM]
    latent = ", ".join(dict.fromkeys(_latent(flow, nodes)))
    return (
        *named,
        *dict.fromkeys(more),
        *([phrase("latent {sizes}", sizes=latent)] if latent else []),
    )


def _latent(flow: Flow, nodes: Collection[str]) -> Iterator[str]:
    """The widths to which projections lower what others then raise, as in latent attention.

    DeepSeek-AI, "DeepSeek-V2" (2024), compresses queries, and keys with values, in this way.
    """
    for box in flow.boxes(nodes):
        if not flow.is_projection(box.id):
            continue
        read, made = widths(box.core)
        node = box.id
        while len(sources := flow.sources(node)) == 1 and sources[0] in nodes:
            node = sources[0]
            if flow.is_projection(node) and read < made:
                yield str(read)
            if flow.kind(node) not in NORM | MOVES:
                break
