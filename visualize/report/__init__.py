"""Report: from an `Architecture` to documents and tables."""

from __future__ import annotations

from visualize.report.architecture import architecture_html, architecture_lines
from visualize.report.audit import finding_words, requirement_lines, write_audit
from visualize.report.caption import Drawn, alternative_text, caption, caption_file
from visualize.report.difference import difference_text, write_difference
from visualize.report.graph import (
    GRAPH_FORMATS,
    check_graph_format,
    graph_document,
    write_graph,
)
from visualize.report.skips import write_skips
from visualize.report.summary import write_summary
from visualize.report.words import note_lines, summarize_by_name, summarize_in_a_line

__all__ = [
    "GRAPH_FORMATS",
    "Drawn",
    "alternative_text",
    "architecture_html",
    "architecture_lines",
    "caption",
    "caption_file",
    "check_graph_format",
    "difference_text",
    "finding_words",
    "graph_document",
    "note_lines",
    "requirement_lines",
    "summarize_by_name",
    "summarize_in_a_line",
    "write_audit",
    "write_difference",
    "write_graph",
    "write_skips",
    "write_summary",
]
