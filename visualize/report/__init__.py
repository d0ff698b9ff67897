"""Report: from an `Architecture` to documents and tables."""

from __future__ import annotations

from visualize.report.caption import Drawn, alternative_text, caption, caption_file
from visualize.report.graph import GRAPH_FORMATS, graph_document, write_graph
from visualize.report.skips import write_skips
from visualize.report.summary import write_summary
from visualize.report.words import summarize_by_name, summarize_in_a_line

__all__ = [
    "GRAPH_FORMATS",
    "Drawn",
    "alternative_text",
    "caption",
    "caption_file",
    "graph_document",
    "summarize_by_name",
    "summarize_in_a_line",
    "write_graph",
    "write_skips",
    "write_summary",
]
