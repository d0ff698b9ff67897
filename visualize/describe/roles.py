"""What the layers of a transformer are for: attention, MLP, experts, embeddings, head.

Roles follow from the flow of data, and never from names:

- attention: the product of queries, keys and values, the layers that make these, and the layers
  before and after it on the same residual branch;
- MLP: the other linear layers on residual branches; experts where a branch has stacked weights, a
  slice for each expert, or a module for each;
- embedding: tables that are looked up, learned tokens and positions, and patches of the input;
- head: layers after the last attention and the last residual branch;
- conditioning: layers that make one vector for all tokens, from a time or a class;
- recurrent: recurrent layers, wherever they are;
- convolution: all other convolutions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from visualize.core.architecture import Architecture, NodeKind, Operation, Skip, SkipKind
from visualize.core.diagram import Diagram
from visualize.core.experts import expert_modules
from visualize.core.facts import Role, Share
from visualize.core.module_path import enclosing
from visualize.core.operators import (
    CONVOLUTION,
    EMBEDDING,
    IDENTITY,
    RECURRENT,
    Category,
    family,
    operator,
)
from visualize.describe.cost import formulas_of
from visualize.describe.experts import stack_of

_ADDS = (SkipKind.IDENTITY, SkipKind.SCALED, SkipKind.PROJECTION)


def shares_of_roles(
    exact: Architecture, grouped: Diagram, weighted: Collection[str]
) -> tuple[Share, ...]:
    """The parameters and MACs of each role; empty for a model without attention.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its idioms named.
        weighted: its weighted layers.
    """
    does = {one.id: one.does for one in exact.operations} | dict(formulas_of(grouped))
    attends = {node for node, name in does.items() if operator(name).category is Category.ATTENTION}
    if not attends:
        return ()
    roles = _Roles(exact, attends, frozenset(weighted))
    parameters, macs = Counter[Role](), Counter[Role]()
    for one in exact.operations:
        if one.parameters or one.macs:
            role = roles.of(one)
            parameters[role] += one.parameters
            macs[role] += one.macs
    return tuple(
        Share(role, parameters[role], macs[role]) for role in Role if parameters[role] or macs[role]
    )


class _Roles:
    """The role of each operation of a model.

    Attributes:
        attends: the operations inside attention.
        experts: the modules that are an expert each, and of how many.
        layers: the role of each weighted layer.
        modules: the weighted layers that are modules, by their path.
    """

    def __init__(
        self, exact: Architecture, attends: Collection[str], weighted: frozenset[str]
    ) -> None:
        self.exact = exact
        self.attends = attends
        self.weighted = weighted
        self.experts = expert_modules(exact)
        self.layers = {node: self._alone(node) for node in weighted}
        found = [one for one in map(exact.operation, weighted) if one.kind is NodeKind.MODULE]
        self.modules = {one.path: one.id for one in found}
        self._set(self._projections(), Role.ATTENTION)
        branches = [skip for skip in exact.unrolled_skips if skip.kind in _ADDS and not skip.long]
        placed: set[str] = set()
        for skip in sorted(branches, key=lambda skip: len(skip.bypassed)):
            placed |= self._place(skip, placed)
        self._set(self._last(placed), Role.HEAD)
        states = _reached(filter(self._is_recurrent, self.weighted), exact.graph.successors)
        self._set(filter(self._is_vector, self.weighted - states), Role.CONDITIONING)

    def of(self, operation: Operation) -> Role:
        """The role of an operation with parameters or MACs."""
        if operation.id in self.attends:
            return Role.ATTENTION
        if operation.id in self.layers:
            return self.layers[operation.id]
        if family(operation.does) in EMBEDDING:
            return Role.EMBEDDING
        return self._of_parameter(operation)

    def _alone(self, node: str) -> Role:
        """The role of a layer as far as it follows from the layer itself."""
        one = self.exact.operation(node)
        if node in self.attends:
            return Role.ATTENTION
        if family(one.does) in CONVOLUTION:
            return Role.EMBEDDING if self._is_patch(one) else Role.CONVOLUTION
        return Role.RECURRENT if self._is_recurrent(node) else Role.OTHER

    def _set(self, nodes: Iterable[str], role: Role) -> None:
        """Give layers a role, if they have none of their own; convolutions can be of attention."""
        for node in nodes:
            has_none = self.layers[node] is Role.OTHER
            if has_none or (role is Role.ATTENTION and self.layers[node] is not Role.RECURRENT):
                self.layers[node] = role

    def _is_patch(self, layer: Operation) -> bool:
        """Whether a convolution cuts an input into patches that do not overlap."""
        kernel = layer.weight.shape[2:] if layer.weight else ()
        stride = layer.attributes.get("stride", 1)
        strides = tuple(stride) if isinstance(stride, list) else (stride,) * len(kernel)
        return bool(kernel) and strides == kernel and self._reads_input(layer)

    def _reads_input(self, layer: Operation) -> bool:
        """Whether a layer reads an input and nothing else, by way of casts at most."""
        one = layer
        while len(sources := self.exact.data_sources(one.id)) == 1:
            one = self.exact.operation(sources[0])
            if family(one.does) not in IDENTITY:
                return one.kind is NodeKind.INPUT
        return False

    def _is_recurrent(self, node: str) -> bool:
        return family(self.exact.operation(node).does) in RECURRENT

    def _is_vector(self, node: str) -> bool:
        """Whether a layer makes one vector for each sample, and none for each token."""
        outputs = self.exact.operation(node).outputs
        return bool(outputs) and len(outputs[0].shown) == 1

    def _is_computed(self, node: str) -> bool:
        """Whether an operation returns tensors, and not the sizes of one."""
        return bool(self.exact.operation(node).outputs)

    def _made(self, node: str) -> int:
        """How many features a layer makes."""
        weight = self.exact.operation(node).weight
        return weight.outputs if weight else 0

    def _projections(self) -> set[str]:
        """The layers that make queries, keys and values for attention without layers of its own."""
        merges = {skip.merge for skip in self.exact.unrolled_skips if skip.kind in _ADDS}
        starts = [node for node in self.attends if node not in self.weighted]
        reached = _reached(
            starts, self.exact.data_sources, stop=lambda node: node in self.weighted | merges
        )
        return {node for node in reached if node in self.weighted}

    def _place(self, skip: Skip, placed: Collection[str]) -> set[str]:
        """Set the roles of the layers that a skip bypasses, and return these layers."""
        inside = set(skip.bypassed)
        layers = inside & self.weighted
        if layers <= set(placed):
            return layers

        def sources(node: str) -> list[str]:
            return [one for one in self.exact.data_sources(node) if one in inside]

        def readers(node: str) -> list[str]:
            return [one for one in self.exact.graph.successors(node) if one in inside]

        own = inside.intersection(self.attends)
        around = _reached(own, sources) | _reached(own, readers)
        stacked = {node: number for node in layers if (number := stack_of(self.exact, node))}
        for node in layers.difference(placed):
            if node in around and self.layers[node] is Role.OTHER:
                self._set([node], Role.ATTENTION)
        separate = {node: number for node in layers if (number := self._number_beside(node))}
        numbers = {*stacked.values(), *separate.values()}
        routers = {node for node in layers if self._made(node) in numbers}
        experts = layers & _reached(stacked, sources) | separate.keys() | routers
        self._set(experts.difference(placed), Role.EXPERTS)
        self._set(layers.difference(placed), Role.MLP)
        return layers

    def _number_beside(self, node: str) -> int:
        """How many experts there are, if a layer is in one of them; else 0."""
        around = enclosing(self.exact.operation(node).path)
        return next((self.experts[path] for path in around if path in self.experts), 0)

    def _last(self, placed: Collection[str]) -> set[str]:
        """The layers that no attention and no residual branch comes after, but before."""
        flow = self.exact
        before = _reached(self.attends, flow.data_sources)
        after = _reached(self.attends, flow.graph.successors)
        return (after & self.weighted) - before - set(placed)

    def _of_parameter(self, operation: Operation) -> Role:
        """The role of a parameter, or of a function with one that is no layer.

        A parameter has that of the layer or attention that reads it; one that a sum or concat reads
        is a learned token or position.
        """
        node = operation.id
        if self.exact.data_sources(node):
            return Role.OTHER
        owner = operation.path.rpartition(".")[0] if operation.kind is NodeKind.CONSTANT else ""
        if owner in self.modules:  # code looks up its dtype or shape before the layer runs
            return self.layers[self.modules[owner]]
        while True:
            readers = list(filter(self._is_computed, self.exact.graph.successors(node)))
            found = next((one for one in readers if one in self.layers), None)
            if found or any(one in self.attends for one in readers):
                return self.layers[found] if found else Role.ATTENTION
            if len(readers) != 1 or self.exact.data_sources(readers[0]):
                break
            node = readers[0]
        shape = operation.outputs[0].shape if operation.outputs else ()
        is_token = operation.kind is NodeKind.CONSTANT and len(shape) > 1
        return Role.EMBEDDING if is_token else Role.OTHER


def _reached(
    starts: Iterable[str],
    steps: Callable[[str], Iterable[str]],
    stop: Callable[[str], bool] = lambda _: False,
) -> set[str]:
    """All that some steps lead to from ``starts``; what stops is reached and not passed."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for node in steps(waiting.pop()):
            if node not in seen:
                seen.add(node)
                if not stop(node):
                    waiting.append(node)
    return seen
