"""Parameters and buffers: every tensor counted once, where it is used first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import networkx as nx
import torch
from torch import fx, nn

from visualize.annotate.held import Held
from visualize.annotate.statistics import statistics_of
from visualize.core.module_path import enclosing
from visualize.core.statistics import Statistics, combined
from visualize.core.torch_internals import (
    module_tables,
    named_buffers,
    named_children,
    named_parameters,
)
from visualize.core.traced import TracedModel


@dataclass(frozen=True)
class ParameterCounts:
    """Totals of a model, in elements."""

    total: int
    trainable: int
    buffers: int
    buffer_dtypes: Mapping[str, int]
    unused_buffers: tuple[str, ...]
    unused_buffer_dtypes: Mapping[str, int]
    unused: int
    unused_modules: tuple[str, ...]
    unused_weights: tuple[str, ...]
    unused_dtypes: Mapping[str, int]
    tied: tuple[tuple[str, ...], ...]
    unused_statistics: Statistics | None


def annotate_parameters(
    graph: nx.MultiDiGraph, trace: TracedModel, held: Mapping[fx.Node, Held]
) -> None:
    """Set the parameters, buffers and weight shapes of every node, and statistics of its values.

    A tensor that several nodes use (tied weights, a module called twice) is counted at the
    first of them; each of them lists its shape under ``weights``.

    Args:
        graph: the graph.
        trace: the model.
        held: the tensors that nodes work with.
    """
    seen: set[int] = set()
    names = {id(tensor): name for name, tensor in trace.parameters.items()}
    values = _values(trace)
    for node, own in held.items():
        new = [tensor for tensor in own.parameters if id(tensor) not in seen]
        new_buffers = [tensor for tensor in own.buffers if id(tensor) not in seen]
        packing = {id(trace.module_at(str(node.target)))} if own.packed else set()
        new_packed = () if packing & seen else own.packed
        seen.update(packing, (id(tensor) for tensor in (*own.parameters, *own.buffers)))
        for index, tensor in enumerate(own.parameters):
            names.setdefault(id(tensor), f"{node.name}[{index}]")  # one that the run made
        attributes = graph.nodes[node.name]
        attributes["operation"] = replace(
            attributes["operation"],
            held={names[id(tensor)]: tensor.numel() for tensor in own.parameters},
            parameters=sum(tensor.numel() for tensor in new),
            trainable_parameters=sum(tensor.numel() for tensor in new if tensor.requires_grad),
            dtypes=_by_dtype(new),
            buffers=sum(tensor.numel() for tensor in new_buffers),
            buffer_dtypes=_by_dtype(new_buffers),
            packed_dtypes=_by_dtype(new_packed),
            weights=own.weights,
            named_weights=own.named,
            other_weights=own.others,
            statistics=_statistics(new, values),
        )


def count_parameters(
    graph: nx.MultiDiGraph, trace: TracedModel, held: Mapping[fx.Node, Held]
) -> ParameterCounts:
    """Count the parameters and buffers of the model, used and unused.

    Those that the model creates while it runs count if an operation uses them.
    """
    used = {id(tensor): tensor for own in held.values() for tensor in own.parameters}
    given = {id(tensor): tensor for tensor in trace.parameters.values()}
    unused = {key: tensor for key, tensor in given.items() if key not in used}
    parameters = [*used.values(), *unused.values()]
    read = {id(tensor): tensor for own in held.values() for tensor in own.buffers}
    unread = {name: one for name, one in named_buffers(trace.model) if id(one) not in read}
    buffer_dtypes = _by_dtype([*read.values(), *unread.values()])
    unused_modules = tuple(_unused_modules(graph, trace.model, unused)) if unused else ()
    return ParameterCounts(
        total=sum(tensor.numel() for tensor in parameters),
        trainable=sum(tensor.numel() for tensor in parameters if tensor.requires_grad),
        buffers=sum(buffer_dtypes.values()),
        buffer_dtypes=buffer_dtypes,
        unused_buffers=tuple(unread),
        unused_buffer_dtypes=_by_dtype(unread.values()),
        unused=sum(tensor.numel() for tensor in unused.values()),
        unused_modules=unused_modules,
        unused_weights=tuple(
            name
            for name, one in named_parameters(trace.model)
            if id(one) in unused and not {*enclosing(name)}.intersection(unused_modules)
        ),
        unused_dtypes=_by_dtype(unused.values()),
        tied=tuple(_tied(trace.modules)),
        unused_statistics=_statistics(unused.values(), _values(trace)),
    )


def _values(trace: TracedModel) -> Mapping[int, torch.Tensor]:
    """The values of each parameter of the replica, by its identity."""
    return {
        id(parameter): trace.values[name]
        for name, parameter in trace.parameters.items()
        if name in trace.values
    }


def _by_dtype(tensors: Iterable[torch.Tensor]) -> Mapping[str, int]:
    """The number of elements of each dtype."""
    found: Counter[str] = Counter()
    for tensor in tensors:
        found[str(tensor.dtype).removeprefix("torch.")] += tensor.numel()
    return dict(found)


def _statistics(
    tensors: Iterable[torch.Tensor], values: Mapping[int, torch.Tensor]
) -> Statistics | None:
    known = (values[id(tensor)] for tensor in tensors if id(tensor) in values)
    return combined(statistics_of(tensor) for tensor in known)


def _tied(modules: Mapping[str, nn.Module]) -> Iterator[tuple[str, ...]]:
    """Groups of parameter names, from different modules, that share one tensor."""
    owners: dict[int, dict[int, str]] = {}
    for path, module in modules.items():
        for name, tensor in module_tables(module)[0].items():
            if tensor is None:
                continue
            names = owners.setdefault(id(tensor), {})
            names.setdefault(id(module), f"{path}.{name}".strip("."))
    return (tuple(names.values()) for names in owners.values() if len(names) > 1)


def _unused_modules(
    graph: nx.MultiDiGraph, model: nn.Module, unused: dict[int, nn.Parameter]
) -> Iterator[str]:
    """Paths of the outermost modules with unused parameters and without a node in the graph."""
    used: set[str] = set()
    for _, operation in graph.nodes(data="operation"):
        used.update(enclosing(operation.path))

    def visit(module: nn.Module, path: str) -> Iterator[str]:
        for name, child in named_children(module):
            inner = f"{path}.{name}" if path else name
            if inner in used:
                yield from visit(child, inner)
            elif any(id(tensor) in unused for _, tensor in named_parameters(child)):
                yield inner

    return visit(model, "")
