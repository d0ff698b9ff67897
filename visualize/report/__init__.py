"""Report: from an `Architecture` to documents and tables."""

from __future__ import annotations

from visualize.report.graph import GRAPH_FORMATS, graph_document, write_graph
from visualize.report.skips import TABLE_FORMATS, write_skips
from visualize.report.words import summarize_in_a_line

__all__ = [
    "GRAPH_FORMATS",
    "TABLE_FORMATS",
    "graph_document",
    "summarize_in_a_line",
    "write_graph",
    "write_skips",
]
