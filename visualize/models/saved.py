"""Saved graphs: what ``visualize graph MODEL -o FILE.json`` wrote, read back whole.

A file is hostile until every value in it has the type, the range and the ends that it should have.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from visualize.core.architecture import Architecture, NodeKind, Operation, Skip, TensorSpec, Wire
from visualize.core.boundary import Boundary
from visualize.core.calls import ModuleCall
from visualize.core.errors import SourceError, shorten, shorten_path
from visualize.core.exact import ALWAYS, SCHEMA, implied, usual_calls, usual_sample
from visualize.core.files import read_file
from visualize.core.plain import AGAIN, decode, expect, wrong
from visualize.core.skips import Untyped
from visualize.core.statistics import Statistics
from visualize.models.saved_notes import read_notes

_MEGABYTES = 256
_Shape = tuple[int, ...]
_OF_MODEL: Mapping[str, Any] = {
    "buffer_dtypes": Mapping[str, int], "unused_buffer_dtypes": Mapping[str, int],
    "unused_weights": tuple[str, ...], "unused_dtypes": Mapping[str, int],
    "tied": tuple[tuple[str, ...], ...], "documentation": str, "published": tuple[str, ...],
    "weights": str, "failures": tuple[str, ...], "unused_modules": tuple[str, ...],
    "parameters": int, "trainable_parameters": int, "unused_parameters": int, "buffers": int,
    "tracer": str, "name": str,
}  # fmt: skip


def read_graph(path: Path) -> Architecture:
    """The exact graph in a file.

    Raises:
        SourceError: it cannot be read, or holds something else.
    """
    where = shorten_path(str(path))
    try:
        content = read_file(path, _MEGABYTES)
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror}", where=where, hint="check the path"
        ) from error
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise SourceError(f"not a JSON file: {shorten(reason, 120)}", where=where) from error
    return graph_of(document, where)


def graph_of(document: Any, where: str) -> Architecture:
    """The exact graph that plain data holds, as `json.loads` returns it.

    Args:
        document: what `visualize.report.graph_document` made.
        where: the file, for errors.

    Raises:
        SourceError: it holds something else.
    """
    _recognise(document, where)
    modules = {
        decode(str, _key(one, "path", at), f"{at}.path"): decode(
            str, _key(one, "class", at), f"{at}.class"
        )
        for one, at in _objects(document, "modules", where)
    }
    graph = nx.MultiDiGraph()
    for place, (one, at) in enumerate(_objects(document, "nodes", where)):
        operation = _operation(one, place, modules, at)
        if operation.id in graph:
            raise SourceError(f"id {shorten(operation.id)!r} is used twice", where=at, hint=AGAIN)
        graph.add_node(operation.id, operation=operation)
    skips = _skips(document, graph, where)
    _add_edges(document, graph, len(skips), where)
    return _architecture(document, graph, modules, skips, where)


def _recognise(document: Any, where: str) -> None:
    """Reject other documents, by what they are."""
    what, hint = "JSON, but no graph of `visualize graph`", AGAIN
    keys = set(document) if isinstance(document, dict) else set()
    if keys & {"model_type", "architectures", "transformers_version"}:
        what, hint = "a configuration of transformers", f"try hf:{where}"
    elif "boxes" in keys:
        what, hint = "the scene of a figure, which lacks the exact graph", AGAIN
    elif {"schema", "rows"} <= keys:
        what, hint = "a summary, which lacks the exact graph", AGAIN
    elif {"schema", "model", "nodes", "edges", "skips"} <= keys:
        schema = document["schema"]
        if schema == SCHEMA and type(schema) is int and {"modules", "boundaries"} <= keys:
            return
        newer = isinstance(schema, int) and schema > SCHEMA
        what = f"a graph of schema {shorten(repr(schema), 20)}"
        if schema == SCHEMA:
            what = "a graph of an earlier version, which left out what figures need"
        hint = "update visualize" if newer else AGAIN
    elif {"nodes", "links"} <= keys or {"nodes", "edges"} <= keys:
        what = "a graph of another program"
    raise SourceError(f"is {what}", where=where, hint=hint)


def _key(document: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in document:
        raise SourceError(f"has no {name!r}", where=where, hint=AGAIN)
    return document[name]


def _objects(
    document: Mapping[str, Any], name: str, where: str
) -> list[tuple[dict[str, Any], str]]:
    """The objects of a list, each with its place."""
    places = [
        (one, f"{where}: {name}[{number}]")
        for number, one in enumerate(expect(list, _key(document, name, where), f"{where}: {name}"))
    ]
    return [(expect(dict, one, at), at) for one, at in places]


def _get(document: Mapping[str, Any], name: str, kind: Any, where: str) -> Any:
    return decode(kind, _key(document, name, where), f"{where}.{name}")


def _operation(one: dict[str, Any], place: int, modules: Mapping[str, str], at: str) -> Operation:
    path, parameters = _get(one, "path", str, at), _get(one, "parameters", int, at)
    named = decode(Mapping[str, _Shape], one.get("named_weights", {}), f"{at}.named_weights")
    known = {"module_class", "outputs", "call", "calls", "samples", "statistics"}
    own = {name: value for name, value in one.items() if name not in known}
    fields = vars_of(decode(Operation, {**own, "calls": []}, at))
    for name, value in implied(path, parameters, named).items():
        if name not in one:
            fields[name] = value
    call = _get(one, "call", int, at)
    calls = usual_calls(path, call, modules)
    if "calls" in one:
        calls = tuple(
            ModuleCall(*each)
            for each in decode(tuple[tuple[str, int], ...], one["calls"], f"{at}.calls")
        )
    _check_calls(calls, path, call, modules, at)
    fields |= {
        "index": fields["index"] if "index" in one else place,
        "calls": calls,
        "module_class": decode(str | None, one.get("module_class"), f"{at}.module_class") or "",
        "outputs": _outputs(one, at),
    }
    if "statistics" in one:
        fields["statistics"] = _statistics(one["statistics"], f"{at}.statistics")
    missing = ALWAYS - one.keys() - {"index", "calls", "function", "statistics"}
    if missing:
        raise SourceError(f"has no {min(missing)!r}", where=at, hint=AGAIN)
    return Operation(**fields)


def vars_of(operation: Operation) -> dict[str, Any]:
    """The fields of an operation by name."""
    return {name: getattr(operation, name) for name in Operation.__dataclass_fields__}


def _check_calls(
    calls: tuple[ModuleCall, ...], path: str, number: int, modules: Mapping[str, str], at: str
) -> None:
    for call in calls:
        if call.path not in modules:
            raise SourceError(
                f"calls {shorten(call.path)!r}, which modules lacks", where=at, hint=AGAIN
            )
    if number != (calls[-1].number if calls else 0):
        raise wrong("the number of the innermost of its calls", number, f"{at}.call")


def _outputs(one: dict[str, Any], at: str) -> tuple[TensorSpec, ...]:
    tensors = expect(list, _key(one, "outputs", at), f"{at}.outputs")
    samples = decode(
        tuple[_Shape | None, ...], one.get("samples", [None] * len(tensors)), f"{at}.samples"
    )
    if len(samples) != len(tensors):
        raise wrong("a sample for each output", one["samples"], f"{at}.samples")
    return tuple(
        _tensor(expect(dict, tensor, f"{at}.outputs[{n}]"), sample, f"{at}.outputs[{n}]")
        for n, (tensor, sample) in enumerate(zip(tensors, samples))
    )


def _tensor(document: dict[str, Any], sample: _Shape | None, at: str) -> TensorSpec:
    shape = _get(document, "shape", _Shape, at)
    whole, part = math.prod(shape), math.prod(sample or ())
    if sample is not None and (part > whole or (part and whole % part)):
        raise wrong("sizes that divide the shape", list(sample), at)
    return TensorSpec(shape, _get(document, "dtype", str, at), sample)


def _statistics(document: Any, at: str) -> Statistics:
    given = expect(dict, document, at)
    mean = given.get("exact_mean", given.get("mean"))
    names = ("count", "squares", "zeros", "idle")
    fields = {name: _key(given, name, at) for name in names}
    found: Statistics = decode(Statistics, {"mean": mean, **fields}, at)
    if found.count < 1 or not found.idle <= found.zeros <= found.count or found.squares < 0:
        raise SourceError("are no statistics of numbers", where=at, hint=AGAIN)
    return found


def _skips(document: dict[str, Any], graph: nx.MultiDiGraph, where: str) -> tuple[Skip, ...]:
    """The skip connections of every step of its loops."""
    name = "unrolled_skips" if "unrolled_skips" in document else "skips"
    found, places = [], {node: place for place, node in enumerate(graph)}
    for one, at in _objects(document, name, where):
        scale = one.get("scale")
        skip: Skip = decode(Skip, {**one, "scale": "" if scale is None else scale}, at)
        for end in (skip.fork, skip.merge, *skip.branch, *skip.bypassed):
            _check_node(end, graph, at)
        for node in (*skip.branch, *skip.bypassed, skip.merge):
            before = places[skip.merge]
            if node in skip.bypassed and graph.nodes[node]["operation"].kind is not NodeKind.OUTPUT:
                before = len(places)  # where the merge is the first of several sums
            if not places[skip.fork] < places[node] <= before:
                raise SourceError(
                    f"passes {shorten(node)!r}, which is not between its fork and its merge",
                    where=at,
                    hint=AGAIN,
                )
        found.append(skip)
    return tuple(found)


def _untyped(document: dict[str, Any], graph: nx.MultiDiGraph, where: str) -> tuple[Untyped, ...]:
    """The sums that look residual and are no skip connections."""
    at = f"{where}: untyped"
    found: tuple[Untyped, ...] = decode(tuple[Untyped, ...], document.get("untyped", []), at)
    for number, one in enumerate(found):
        for end in (one.merge, one.fork):
            if end:
                _check_node(end, graph, f"{at}[{number}]")
    return found


def _check_node(node: str, graph: nx.MultiDiGraph, at: str) -> None:
    if node not in graph:
        raise SourceError(f"no node has the id {shorten(node)!r}", where=at, hint=AGAIN)


def _add_edges(document: dict[str, Any], graph: nx.MultiDiGraph, skips: int, where: str) -> None:
    """Add the edges, target by target, as a trace does."""
    places = {node: place for place, node in enumerate(graph)}
    found: list[tuple[int, int, str, str, int, Wire]] = []
    seen = set()
    for one, at in _objects(document, "edges", where):
        source, target = (_get(one, name, str, at) for name in ("source", "target"))
        for end in (source, target):
            _check_node(end, graph, at)
        if places[source] >= places[target]:
            raise SourceError(
                f"leads back, from {shorten(source)!r} to {shorten(target)!r}", where=at, hint=AGAIN
            )
        key = _get(one, "key", int, at)
        if (source, target, key) in seen:
            raise SourceError(f"is listed twice, with the key {key}", where=at, hint=AGAIN)
        seen.add((source, target, key))
        wire = _wire(one, graph.nodes[source]["operation"], skips, at)
        found.append((places[target], wire.position, source, target, key, wire))
    found.sort(key=lambda edge: edge[:2])
    for _, _, source, target, key, wire in found:
        graph.add_edge(source, target, key=key, wire=wire)


def _wire(one: dict[str, Any], source: Operation, skips: int, at: str) -> Wire:
    shape = _get(one, "shape", _Shape | None, at)
    tensor = None
    if shape is not None:
        dtype = _get(one, "dtype", str, at)
        sample = usual_sample(shape, dtype, source.outputs)
        if "sample" in one:
            sample = decode(_Shape | None, one["sample"], f"{at}.sample")
        tensor = _tensor(one, sample, at)
    skip = _get(one, "skip", int | None, at)
    if "unrolled_skip" in one:
        skip = decode(int | None, one["unrolled_skip"], f"{at}.unrolled_skip")
    if skip is not None and skip >= skips:
        raise wrong("the number of a skip connection", skip, f"{at}.skip")
    copies = decode(int, one.get("copies", 1), f"{at}.copies")
    return Wire(tensor, _get(one, "position", int, at), _get(one, "data", bool, at), skip, copies)


def _architecture(
    document: dict[str, Any],
    graph: nx.MultiDiGraph,
    modules: Mapping[str, str],
    skips: tuple[Skip, ...],
    where: str,
) -> Architecture:
    at = f"{where}: model"
    model = expect(dict, document["model"], at)
    fields = {
        name: decode(kind, model[name], f"{at}.{name}")
        for name, kind in _OF_MODEL.items()
        if name in model
    }
    if "unused_statistics" in model:
        place = f"{at}.unused_statistics"
        fields["unused_statistics"] = _statistics(model["unused_statistics"], place)
    architecture = Architecture(
        class_name=_get(model, "class", str, at),
        graph=graph,
        modules=modules,
        boundaries=_boundaries(document, where),
        unrolled_skips=skips,
        untyped=_untyped(document, graph, where),
        unused_buffers=decode(
            tuple[str, ...], model.get("unused_buffer_names", []), f"{at}.unused_buffer_names"
        ),
        notes=read_notes(model, at),
        **{"name": "", **fields},
    )
    _check_totals(architecture, model, at)
    return architecture


def _boundaries(document: dict[str, Any], where: str) -> dict[ModuleCall, Boundary]:
    found = {}
    for one, at in _objects(document, "boundaries", where):
        call = ModuleCall(_get(one, "path", str, at), _get(one, "call", int, at))
        ends = [_get(one, name, tuple[str, ...], at) for name in ("arguments", "results")]
        # These may name a function whose inside was traced, or what was left out: no node.
        found[call] = Boundary(*ends)
    return found


def _check_totals(architecture: Architecture, model: dict[str, Any], at: str) -> None:
    """What is counted must add up, as it does in every graph that a trace makes."""
    if not any(one.kind is NodeKind.OUTPUT or one.computes for one in architecture.operations):
        raise SourceError("has no operations", where=at, hint=AGAIN)
    counted = sum(one.parameters for one in architecture.operations)
    sums = {
        "parameters": counted + architecture.unused_parameters,
        "macs": architecture.macs,
    }
    for name, total in sums.items():
        if model.get(name) != total:
            raise wrong(f"{total:,}, the sum over its nodes", model.get(name), f"{at}.{name}")
