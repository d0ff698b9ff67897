"""What a rule is, what it sees of a model, and how all rules are applied."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from visualize.core.architecture import NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram, Idiom
from visualize.core.errors import UsageError, shorten
from visualize.core.layers import is_weighted
from visualize.core.operators import DIVIDE, MergeType, family, merge_type
from visualize.core.phrases import Phrase, term
from visualize.simplify.contract import absorb
from visualize.simplify.idioms.masks import causal_masks
from visualize.simplify.idioms.stored import deviations

# At most this many operations are searched on the way back from the last one of an idiom.
_REACH = 32


@dataclass(frozen=True)
class Match:
    """Operations that are one idiom.

    Attributes:
        inside: ids of all of them but the last.
        label: what the box says: a line, then details in smaller type; the rule's name if empty.
        counts_as: type of an operation that does the same; that of the rule if empty.
    """

    inside: frozenset[str]
    label: tuple[str | Phrase, ...] = ()
    counts_as: str = ""


@dataclass(frozen=True)
class Rule:
    """An idiom: operations that a reader knows by one name.

    Attributes:
        name: what the box says if the match says nothing else.
        match: called for each operation; returns the operations before it that belong to an idiom
            that ends with it, or None.
        counts_as: type of an operation that does the same, so that the box is treated like it: an
            activation joins the layer before it. The name by default.
    """

    name: str
    match: Callable[[View, str], Match | None]
    counts_as: str = ""


class View:
    """The operations on data of a model, as rules see them.

    Sizes, constants and masks that are computed from positions alone have gone into the first
    operation that uses them.

    Attributes:
        diagram: one box for each operation on data.
        exact: the exact graph behind it.
    """

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.exact = diagram.exact
        self._causal = causal_masks(self.exact)
        self._merges = {diagram.host(skip.merge) for skip in diagram.skips}
        self._kinds = {box.id: family(box.type) for box in diagram.boxes}
        self._order = {box.id: box.index for box in diagram.boxes}
        self._users = {node: tuple(diagram.graph.successors(node)) for node in diagram.graph}
        self._sources = {
            node: tuple(dict.fromkeys(source for source, _, _ in diagram.inputs(node)))
            for node in diagram.graph
        }

    @functools.cached_property
    def deviations(self) -> frozenset[str]:
        """Constants that are roots of stored values, as the scale of a batch norm is."""
        return deviations(self.exact)

    def layer(self, node: str) -> Box:
        """The operation itself: attributes, shapes, module."""
        return self.diagram.box(node)

    def kind(self, node: str) -> str:
        """What it does, in one word without case and underscores: ``matmul``, ``softmax``."""
        return self._kinds[node]

    def shape(self, node: str) -> tuple[int, ...]:
        """Shape of the first tensor that it returns."""
        outputs = self.layer(node).outputs
        return outputs[0].shape if outputs else ()

    def sources(self, node: str) -> Sequence[str]:
        """The operations whose results it reads, each once."""
        return self._sources[node]

    def users(self, node: str) -> Sequence[str]:
        """The operations that read its result, each once."""
        return self._users[node]

    def only_source(self, node: str) -> str | None:
        """What it reads, if that is one result that nothing else reads."""
        sources = self.sources(node)
        return sources[0] if len(sources) == 1 and len(self.users(sources[0])) == 1 else None

    def is_residual(self, node: str) -> bool:
        """Whether a skip connection ends here; such an operation belongs to no idiom."""
        return node in self._merges

    def is_weighted(self, node: str) -> bool:
        """Whether it works with a weight matrix or kernel."""
        return is_weighted(self.layer(node))

    def is_causal(self, node: str) -> bool:
        """Whether it reads a mask that hides later positions from earlier ones."""
        return any(
            source in self._causal
            for part in self.layer(node).operations
            for source, _, _ in self.exact.inputs(part.id)
        )

    def regions(self, last: str, through: Callable[[str], bool]) -> Iterator[tuple[str, set[str]]]:
        """What could be one formula that ends with ``last``: each tensor it may be a formula of.

        Args:
            last: the last operation.
            through: whether an operation may belong to the formula.

        Yields:
            The operation whose result is read, and all that is between, ``last`` included; what
            is nearer to ``last`` comes first.
        """
        inside: set[str] = set()
        waiting = {last}
        while waiting and len(inside) < _REACH:
            node = max(waiting, key=self._order.__getitem__)
            whole = node == last or inside.issuperset(self.users(node))
            if inside and len(waiting) == 1:
                yield node, set(inside)
            if not whole or self.is_residual(node) or not through(node):
                return
            waiting.remove(node)
            inside.add(node)
            waiting.update(self.sources(node))


def name_idioms(diagram: Diagram, rules: Collection[Rule]) -> Diagram:
    """Make one box of all that a rule matches; of two matches the one that ends later counts.

    A match is drawn as it is where something outside reads from inside it, or where it would
    hide a residual connection, an input, an output, or a layer of another module.

    Raises:
        UsageError: a rule raised an exception, or returned neither a match nor None.
    """
    view = View(diagram)
    hosts: dict[str, str] = {}
    found: dict[str, _Found] = {}
    for box in reversed(diagram.boxes):
        if box.id in hosts or view.is_residual(box.id) or box.kind.is_end:
            continue
        for rule in rules:
            match = _applied(rule, view, box.id)
            inside = match.inside - {box.id} if match else frozenset()
            if match and _is_whole(view, inside, box.id) and hosts.keys().isdisjoint(inside):
                hosts.update(dict.fromkeys(inside, box.id))
                found[box.id] = _Found(rule, match)
                break
    if not found:
        return diagram
    absorbed = absorb(diagram, hosts)
    return absorbed.with_boxes(
        _named(absorbed.box(node), rule, match) for node, (rule, match) in found.items()
    )


def _applied(rule: Rule, view: View, node: str) -> Match | None:
    """What ``rule`` finds. A user's rule can fail in any way."""
    try:
        match = rule.match(view, node)
    except Exception as error:
        reason = shorten(str(error))
        raise UsageError(
            f"raised {type(error).__name__} at {node}: {reason}", where=f"rule {rule.name!r}"
        ) from error
    if match is not None and not isinstance(match, Match):
        raise UsageError(
            f"returned an object of type {type(match).__name__}",
            where=f"rule {rule.name!r}",
            hint="return a visualize.Match or None",
        )
    return match


class _Found(NamedTuple):
    """A match, and the rule that found it."""

    rule: Rule
    match: Match


def _named(box: Box, rule: Rule, match: Match) -> Box:
    """The box of all the operations of a match."""
    label = match.label or (term(rule.name),)
    return replace(
        box,
        kind=BoxKind.IDIOM,
        type=match.counts_as or rule.counts_as or rule.name,
        counts_as="",
        label=label,
        idioms=(Idiom(label, box.core.id, frozenset(box.members)),),
    )


def _is_whole(view: View, inside: frozenset[str], last: str) -> bool:
    nodes = inside | {last}
    return all(
        nodes.issuperset(view.users(node))
        and not view.is_residual(node)
        and not view.layer(node).kind.is_end
        and _is_within(view.layer(node), view.layer(last))
        for node in inside
    )


def _is_within(box: Box, last: Box) -> bool:
    """Whether the weighted modules in ``box`` lie in the module in which an idiom ends."""
    home = last.calls[:-1] if last.core.kind is NodeKind.MODULE else last.calls
    modules = [one for one in box.operations if one.kind is NodeKind.MODULE and one.weights]
    return all(one.calls[: len(home)] == home for one in modules)


def is_scale(view: View, node: str) -> bool:
    """Whether an operation multiplies or divides by something that is not data."""
    kind = view.kind(node)
    constant = view.layer(node).core.constant
    divides = kind in DIVIDE and not (constant and constant.first)
    scales = merge_type(kind) is MergeType.MULTIPLY or divides
    return scales and len(view.sources(node)) == 1
