"""The exact annotated graph as a document: JSON, GraphML or DOT."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from visualize.core.architecture import Architecture, Operation, Skip, TensorSpec
from visualize.core.documents import to_json
from visualize.core.errors import UsageError
from visualize.core.exact import SCHEMA
from visualize.core.files import suffix
from visualize.core.plain import encode
from visualize.core.statistics import Statistics
from visualize.report.graph_extras import (
    boundaries,
    edge_extras,
    model_extras,
    node_extras,
    skip_extras,
    statistics_extras,
)

GRAPH_FORMATS = ("json", "graphml", "dot")


def graph_document(architecture: Architecture) -> dict[str, Any]:
    """The annotated graph as plain data of schema 2, also a networkx node-link document."""
    return {
        "schema": SCHEMA,
        "directed": True,
        "multigraph": True,
        "graph": {},
        "model": {
            "name": architecture.name,
            "class": architecture.class_name,
            "parameters": architecture.parameters,
            "trainable_parameters": architecture.trainable_parameters,
            "unused_parameters": architecture.unused_parameters,
            "unused_modules": list(architecture.unused_modules),
            "buffers": architecture.buffers,
            "unused_buffers": sum(architecture.unused_buffer_dtypes.values()),
            "macs": architecture.macs,
            "batch": architecture.batch,
            "tracer": architecture.tracer,
            "notes": list(architecture.notes),
            **model_extras(architecture),
        },
        "modules": [{"path": path, "class": one} for path, one in architecture.modules.items()],
        "boundaries": boundaries(architecture),
        "nodes": [
            _node(operation) | node_extras(operation, place, architecture.modules)
            for place, operation in enumerate(architecture.operations)
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "key": key,
                "shape": list(wire.tensor.shape) if wire.tensor else None,
                "dtype": wire.tensor.dtype if wire.tensor else None,
                "data": wire.data,
                "skip": None if wire.skip is None else architecture.skip_numbers[wire.skip],
                **edge_extras(architecture, source, wire),
            }
            for source, target, key, wire in architecture.graph.edges(keys=True, data="wire")
        ],
        "skips": [skip_document(skip) | skip_extras(skip) for skip in architecture.skips],
        **(
            {
                "unrolled_skips": [
                    skip_document(skip) | skip_extras(skip) for skip in architecture.unrolled_skips
                ]
            }
            if architecture.unrolled_skips != architecture.skips
            else {}
        ),
        **({"untyped": encode(architecture.untyped)} if architecture.untyped else {}),
    }


def skip_document(skip: Skip) -> dict[str, Any]:
    """A skip connection as plain data."""
    return {
        "kind": skip.kind.value,
        "long": skip.long,
        "gradient": skip.gradient,
        "scale": skip.scale or None,
        "streams": skip.streams,
        "fork": skip.fork,
        "merge": skip.merge,
        "merge_type": skip.merge_type,
        "module": skip.module,
        "branch": list(skip.branch),
        "bypassed": list(skip.bypassed),
        "shape": list(skip.shape),
        "parameters": skip.parameters,
        "bypassed_parameters": skip.bypassed_parameters,
        "count": skip.count,
    }


def check_graph_format(path: Path) -> None:
    """Reject a file whose suffix is none of `GRAPH_FORMATS`.

    Raises:
        UsageError: the suffix is another one.
    """
    if suffix(path) not in GRAPH_FORMATS:
        raise UsageError(
            f"cannot write the format {suffix(path)!r}",
            where=str(path),
            hint=f"use one of .{', .'.join(GRAPH_FORMATS)}",
        )


def write_graph(architecture: Architecture, format_name: str) -> bytes:
    """The annotated graph in one of `GRAPH_FORMATS`."""
    if format_name == "json":
        return to_json(graph_document(architecture))
    if format_name == "graphml":
        return _graphml(architecture)
    return _dot(architecture)


def statistics_document(values: Statistics) -> dict[str, Any]:
    """Statistics as plain data, with null for numbers that are not finite."""
    numbers = {
        "mean": values.mean,
        "deviation": values.deviation,
        "norm": values.norm,
        "sparsity": values.sparsity,
    }
    return {name: one if math.isfinite(one) else None for name, one in numbers.items()}


def _node(operation: Operation) -> dict[str, Any]:
    values, call = operation.statistics, operation.function
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "type": operation.type,
        "path": operation.path,
        "module_class": operation.module_class or None,
        "call": operation.call,
        "attributes": dict(operation.attributes),
        "parameters": operation.parameters,
        "trainable_parameters": operation.trainable_parameters,
        "buffers": operation.buffers,
        "macs": operation.macs,
        "outputs": [_tensor(tensor) for tensor in operation.outputs],
        **({"function": encode(call)} if call else {}),
        **(
            {"statistics": statistics_document(values) | statistics_extras(values)}
            if values
            else {}
        ),
    }


def _tensor(tensor: TensorSpec) -> dict[str, Any]:
    return {"shape": list(tensor.shape), "dtype": tensor.dtype}


def _graphml(architecture: Architecture) -> bytes:
    """GraphML, whose attributes are scalars: lists are written as JSON."""
    document = graph_document(architecture)
    graph = nx.MultiDiGraph(**_scalars(document["model"]))
    for node in document["nodes"]:
        graph.add_node(node["id"], **_scalars(node))
    for edge in document["edges"]:
        graph.add_edge(edge["source"], edge["target"], key=edge["key"], **_scalars(edge))
    buffer = io.BytesIO()
    nx.write_graphml(graph, buffer)
    return buffer.getvalue()


def _scalars(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        if isinstance(value, (str, int, float, bool))
        else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
        if value is not None and name not in ("source", "target", "key")
    }


def _dot(architecture: Architecture) -> bytes:
    import graphviz

    dot = graphviz.Digraph()
    nodes = {
        operation.id: f"node{index}" for index, operation in enumerate(architecture.operations)
    }
    for operation in architecture.operations:
        lines = [operation.id, operation.type]
        if operation.outputs:
            lines.append("×".join(map(str, operation.outputs[0].shape)))
        label = "\n".join(graphviz.escape(line) for line in lines)
        dot.node(nodes[operation.id], label=label, shape="box")
    for source, target, wire in architecture.wires:
        attributes = {} if wire.data else {"style": "dotted"}
        if wire.skip is not None:
            attributes["color"] = "blue"
        dot.edge(nodes[source], nodes[target], **attributes)
    return str(dot.source).encode()
