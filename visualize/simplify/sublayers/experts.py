"""Experts with the router that chooses some of them for each token."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from visualize.core.experts import choices, expert_modules
from visualize.core.layers import is_weighted, widths
from visualize.core.module_path import enclosing
from visualize.core.operators import NORM, family
from visualize.core.phrases import Phrase, counted, listed, phrase
from visualize.simplify.sublayers.flow import Flow, Sublayer, steps

_STACKED = 3  # dimensions of a weight with a matrix for each expert
# At most this many boxes lie between a router and its choice, or between this and an expert.
_REACH = 16


@dataclass(frozen=True)
class Mixture:
    """Experts and what chooses some of them.

    Attributes:
        chooser: id of the box that chooses.
        number: of how many.
        taken: how many it takes.
        router: ids of the boxes that make a number for each expert, the chooser included.
        experts: ids of the boxes in the experts.
    """

    chooser: str
    number: int
    taken: int
    router: frozenset[str]
    experts: frozenset[str]


def find_experts(flow: Flow) -> Iterator[Sublayer]:
    """Every mixture of experts with its router, and with what sums up what the experts make."""
    for found in find_mixtures(flow):
        nodes = flow.whole(_with_sum(flow, found.router | found.experts))
        if nodes and len(nodes) > 1:
            (*_, last) = flow.boxes(nodes)
            yield Sublayer(last.id, nodes, _label(flow, nodes, found), "experts", "Linear")


def find_mixtures(flow: Flow) -> Iterator[Mixture]:
    """Every mixture of experts of which no part is closed."""
    exact = flow.diagram.exact
    modules = expert_modules(exact)
    for chooser, number, taken in choices(exact):
        node = flow.diagram.host(chooser.id)
        if not flow.is_open(node):
            continue
        router = _router(flow, node, number)
        read = {source for one in router for source in flow.sources(one)} - router
        experts = _stacked(flow, {node, *read}, number) or _separate(flow, modules, node)
        if experts - router:
            yield Mixture(node, number, taken, frozenset({node, *router}), frozenset(experts))


def _router(flow: Flow, chooser: str, number: int) -> set[str]:
    """The linear layer that makes a number for each expert, and what leads from it to a choice."""
    found: set[str] = set()
    waiting = [chooser]
    while waiting and len(found) < _REACH:
        node = waiting.pop()
        if node in found or not flow.is_open(node):
            continue
        box = flow.box(node)
        found.add(node)
        if flow.is_projection(node):
            return found if widths(box.core)[1] == number else {chooser}
        if not box.weights:
            waiting += flow.sources(node)
    return found


def _stacked(flow: Flow, starts: Collection[str], number: int) -> set[str]:
    """The boxes behind a choice, or what it is made from, that have a matrix for each expert."""
    found: set[str] = set()
    seen = set(starts)
    waiting = list(starts)
    while waiting and len(seen) < _REACH:
        node = waiting.pop(0)
        shapes = flow.box(node).weights
        if any(len(shape) == _STACKED and shape[0] == number for shape in shapes):
            found.add(node)
        elif node not in starts and is_weighted(flow.box(node)):
            continue
        new = [one for one in flow.users(node) if one not in seen and flow.is_open(one)]
        seen.update(new)
        waiting += new
    return found - set(starts)


def _separate(flow: Flow, modules: Collection[str], chooser: str) -> set[str]:
    """The boxes of the modules that are an expert each, beside a choice."""
    around = enclosing(flow.box(chooser).path)
    found: dict[str, set[str]] = {}
    for box in flow.open_boxes:
        for path in enclosing(box.path):
            holder = path.rpartition(".")[0]
            if path in modules and (holder in around or holder.rpartition(".")[0] in ("", *around)):
                found.setdefault(holder, set()).add(box.id)
    return next(iter(found.values()), set()) if len(found) == 1 else set()


def _with_sum(flow: Flow, nodes: Collection[str]) -> set[str]:
    """``nodes`` with what weights and adds what they make, and works on nothing else."""
    inside = set(nodes)
    read = {source for node in nodes for source in flow.sources(node)} - inside
    waiting = [user for node in nodes for user in flow.users(node)]
    while waiting:
        node = waiting.pop(0)
        box = flow.box(node)
        if node in inside or not flow.is_open_or_gate(node) or is_weighted(box):
            continue
        if family(box.does) not in NORM and (inside | read).issuperset(flow.sources(node)):
            inside.add(node)
            waiting += flow.users(node)
    return inside


def _label(flow: Flow, nodes: Collection[str], found: Mixture) -> tuple[str | Phrase, ...]:
    experts = counted("{number} expert", "{number} experts", found.number)
    title = listed([experts, phrase("top {number}", number=found.taken)])
    names = [name for name in steps(flow.boxes(nodes)) if str(name) != "softmax"]
    return (title, listed(names)) if names else (title,)
