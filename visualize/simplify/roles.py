"""Roles: what linear layers are for in an attention, a gated MLP or a mixture of experts.

Roles follow from the flow of data, from the argument of the attention that a layer reaches, and
never from the names of layers. Learned tokens that are the queries of an attention say so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from visualize.core.architecture import NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import ATTENTION, PRODUCT, Category, family, operator
from visualize.core.phrases import Phrase, phrase
from visualize.simplify.sublayers.attention import projections_after, projections_before
from visualize.simplify.sublayers.experts import find_mixtures
from visualize.simplify.sublayers.flow import Flow
from visualize.simplify.sublayers.mlp import Link, find_links

# With more learned tokens than this, which are queries is not looked for.
_MOST_TOKENS = 8
_NAMES: Mapping[str, Phrase] = {
    "q": phrase("Q projection"),
    "k": phrase("K projection"),
    "v": phrase("V projection"),
    "qk": phrase("QK projection"),
    "kv": phrase("KV projection"),
    "qkv": phrase("QKV projection"),
}


def name_roles(diagram: Diagram) -> Diagram:
    """Write on each layer that has a role what it is for.

    Args:
        diagram: one box for each layer, with groups marked.
    """
    flow = Flow(diagram)
    roles = {**_of_attention(flow), **_of_gated(flow), **dict(_of_experts(flow))}
    marked = [replace(flow.box(node), role=role) for node, role in roles.items()]
    return diagram.with_boxes([*marked, *_learned_queries(flow)])


def _of_attention(flow: Flow) -> dict[str, Phrase]:
    """The projections of each attention; one that only lowers the rank for another has no role."""
    reached: dict[str, set[str]] = {}
    found: dict[str, Phrase] = {}
    for box in flow.diagram.boxes:
        if family(box.does) not in ATTENTION or box.kind is BoxKind.FORMULA:
            continue
        for argument, nodes in _reached(flow, box).items():
            for node in nodes:
                reached.setdefault(node, set()).add(argument)
        after = projections_after(flow, box.id, flow.branch(box.id))
        found |= dict.fromkeys(after, phrase("output projection"))
    for node, arguments in reached.items():
        name = _NAMES.get("".join(sorted(arguments, key="qkv".index)))
        if name:
            found[node] = name
    return found


def _reached(flow: Flow, attention: Box) -> dict[str, set[str]]:
    """The layers that make each argument of an attention: its queries, keys and values.

    Where nothing but a lower rank is known of one of the two, keys and values are left out.
    """
    starts = dict(zip("qkv", _arguments(flow.diagram, attention)))
    first = {argument: projections_before(flow, nodes) for argument, nodes in starts.items()}
    everything = set[str]().union(*first.values())
    lower = {node for one in everything for node in projections_before(flow, flow.sources(one))}
    known = {argument: nodes - lower for argument, nodes in first.items()}
    is_lost = any(first[one] and not known[one] for one in first)
    return {one: known[one] for one in known if not is_lost or one == "q"}


def _learned_queries(flow: Flow) -> Iterator[Box]:
    """The learned tokens that are the queries of an attention, with these words.

    Keys or values are made from data, and queries from the tokens and not from the inputs.
    """
    boxes = flow.diagram.boxes
    tokens = [box for box in boxes if box.core.kind is NodeKind.CONSTANT and box.label]
    attentions = [box for box in boxes if _attends(box)]
    if not attentions or not 0 < len(tokens) <= _MOST_TOKENS:
        return
    inputs = _made_from(flow, [box.id for box in boxes if box.kind is BoxKind.INPUT])
    arguments = [read for box in attentions if len(read := _arguments(flow.diagram, box)) > 2]
    for token in tokens:
        made = _made_from(flow, [token.id])
        for queries, _, values in arguments:
            if queries & made and not queries & inputs and values - made:
                yield replace(token, label=(*token.label, phrase("learned queries")))
                break


def _made_from(flow: Flow, starts: Collection[str]) -> set[str]:
    """The boxes that work on what some boxes return, as far as the next attention."""
    found = set(starts)
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node in starts or not _attends(flow.box(node)):
            new = [one for one in flow.users(node) if one not in found]
            found.update(new)
            waiting += new
    return {node for node in found if not _attends(flow.box(node))}


def _attends(box: Box) -> bool:
    return operator(box.does).category is Category.ATTENTION


def _arguments(diagram: Diagram, box: Box) -> tuple[set[str], ...]:
    """The boxes that an attention reads as its queries, keys and values."""
    exact, members = diagram.exact, frozenset(box.members)

    def outside(node: str) -> set[str]:
        """The boxes that an operation gets its result from, itself or by way of members."""
        seen, waiting, found = {node}, [node], set[str]()
        while waiting:
            one = waiting.pop()
            if one not in members:
                found.add(diagram.host(one))
                continue
            new = [each for each in exact.data_sources(one) if each not in seen]
            seen.update(new)
            waiting += new
        return found

    calls = (one for one in box.operations if operator(one.type).category is Category.ATTENTION)
    call = next(calls, None)
    if call:
        read = [source for source, _, wire in exact.inputs(call.id) if wire.tensor]
        return tuple(map(outside, read[:3]))
    products = [one.id for one in box.operations if family(one.type) in PRODUCT]
    if len(products) != 2:
        return ()
    scores, last = products
    # The weights of the second product are made from the scores, its values are not.
    values = [
        node for node in exact.data_sources(last) if not _leads(diagram, scores, node, members)
    ]
    return (*map(outside, exact.data_sources(scores)[-2:]), *map(outside, values[:1]))


def _leads(diagram: Diagram, start: str, end: str, members: Collection[str]) -> bool:
    """Whether ``end`` is computed from ``start`` by ``members``."""
    seen, waiting = {end}, [end]
    while waiting:
        node = waiting.pop()
        if node == start:
            return True
        sources = diagram.exact.data_sources(node) if node in members else ()
        new = [one for one in sources if one not in seen]
        seen.update(new)
        waiting += new
    return False


def _of_gated(flow: Flow) -> dict[str, Phrase]:
    """The layers of each gated MLP."""
    found: dict[str, Phrase] = {}
    for last, link in find_links(flow).items():
        if link.gated:
            found[last] = phrase("down projection")
            found |= dict(_of_first(flow, link))
    return found


def _of_first(flow: Flow, link: Link) -> Iterator[tuple[str, Phrase]]:
    if len(link.first) == 1:
        yield link.first[0], phrase("gate and up projection")
        return
    gates = [node for node in link.first if _is_activated(flow, node, link)]
    if len(gates) == 1:
        for node in link.first:
            yield node, phrase("gate projection") if node in gates else phrase("up projection")


def _is_activated(flow: Flow, node: str, link: Link) -> bool:
    """Whether the result of a layer goes through an activation before it is multiplied."""
    here: str | None = node
    while here in link.nodes and not flow.multiplies(here):
        if flow.activates(here):
            return True
        here = flow.only_user(here)
    return False


def _of_experts(flow: Flow) -> Iterator[tuple[str, Phrase]]:
    """What routes tokens to experts, and what chooses some of these."""
    for found in find_mixtures(flow):
        choice = phrase("top {taken} of {number}", taken=found.taken, number=found.number)
        for node in found.router:
            if flow.is_projection(node):
                yield node, phrase("router")
        if flow.box(found.chooser).kind is BoxKind.OPERATION:
            yield found.chooser, choice
        elif flow.box(found.chooser).weights:
            yield found.chooser, phrase("router, {choice}", choice=choice)
