"""A summary as a document, exact and for programs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from visualize.core.architecture import TensorSpec
from visualize.core.summary import Facts, Part, Row, Summary
from visualize.report.graph import statistics_document
from visualize.report.language import Language
from visualize.report.sentences import sentences

SCHEMA = 1


def summary_document(summary: Summary, rows: Sequence[Row], language: Language) -> dict[str, Any]:
    """A summary as JSON has it, with some of its rows."""
    return {
        "schema": SCHEMA,
        "name": summary.name,
        "class": summary.class_name,
        "batch": summary.batch,
        "documentation": summary.documentation,
        "weights": list(summary.published),
        "statistics_of": summary.weights or None,
        "rows": [_plain_row(row) for row in rows],
        "facts": None if summary.failed else _plain_facts(summary.facts),
        "sentences": [] if summary.failed else sentences(summary, language),
        "notes": list(summary.notes),
        "error": summary.error,
    }


def _plain_facts(facts: Facts) -> dict[str, Any]:
    depth, paths = facts.depth, facts.paths
    return {
        **dataclasses.asdict(facts),
        "parts": [_plain_part(part) for part in facts.parts],
        "depth": depth.longest,
        "projection_layers": depth.projections,
        "gate_layers": depth.gates,
        "parallel_layers": depth.parallel,
        "paths": {
            "number": paths.number,
            "shortest": paths.shortest,
            "longest": paths.longest,
            "lengths": {str(length): number for length, number in sorted(paths.counts.items())},
            "partial": paths.partial,
        },
    }


def _plain_row(row: Row) -> dict[str, Any]:
    plain = dataclasses.asdict(row)
    if row.receptive_field is not None:
        plain["receptive_field"] = [
            None if size == math.inf else size for size in row.receptive_field
        ]
    if row.statistics:
        plain["statistics"] = statistics_document(row.statistics)
    plain |= {"inputs": _plain_shapes(row.inputs), "outputs": _plain_shapes(row.outputs)}
    return {
        **plain,
        "bytes": row.bytes,
        "input_bytes": row.input_bytes,
        "output_bytes": row.output_bytes,
        "kind": row.kind.value,
        "words": str(row.words),
        "traits": str(row.traits),
    }


def _plain_part(part: Part) -> dict[str, Any]:
    (shape,) = _plain_shapes([part.tensor])
    return {
        "shape" if name == "tensor" else name: shape if name == "tensor" else value
        for name, value in dataclasses.asdict(part).items()
    }


def _plain_shapes(tensors: Sequence[TensorSpec]) -> list[list[int]]:
    """Shapes in documents are whole, the batch included."""
    return [list(tensor.shape) for tensor in tensors]
