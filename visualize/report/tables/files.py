"""Tables in files: CSV, Markdown, and LaTeX with booktabs."""

from __future__ import annotations

import csv
import io
import re

from visualize.core.inert import spreadsheet_cell, visible
from visualize.core.latex import escape_latex
from visualize.report.tables.table import Readers, Table


def csv_table(table: Table) -> str:
    """Exact cells under the keys of columns; columns that were added later come last."""
    table = table.for_readers(Readers.PROGRAMS)
    order = sorted(range(len(table.columns)), key=lambda index: table.columns[index].late)
    columns = [table.columns[index] for index in order]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.key if table.keys else column.head for column in columns])
    writer.writerows([spreadsheet_cell(row[index]) for index in order] for row in table.exact)
    return buffer.getvalue()


def markdown_table(table: Table) -> str:
    """Pipes and dashes."""
    table = table.for_readers(Readers.ALL)
    rules = ["--:" if column.right else "---" for column in table.columns]
    head = [escape_markdown(column.heading) for column in table.columns]
    lines = [head, rules]
    for index, row in enumerate(table.rows):
        indent = "&emsp;" * (table.levels[index] if table.levels else 0)
        first, *others = map(escape_markdown, row)
        lines.append([indent + first, *others])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def escape_markdown(text: str) -> str:
    r"""``text`` without markup.

    >>> print(escape_markdown("layer1[0] <b>"))
    layer1\[0\] \<b>
    """
    return re.sub(r"([\\|*_`<\[\]~$])", r"\\\1", visible(text).replace("&", "&amp;"))


def latex_table(table: Table) -> str:
    """A ``tabular`` with the rules of booktabs."""
    table = table.for_readers(Readers.ALL)
    columns = "".join("r" if column.right else "l" for column in table.columns)
    head = " & ".join(escape_latex(column.heading) for column in table.columns)
    lines = ["% \\usepackage{booktabs}", f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}"]
    lines += ["\\toprule", f"{head} \\\\", "\\midrule"]
    for index, row in enumerate(table.rows):
        cells = [escape_latex(cell) for cell in row]
        if index in table.sums:
            cells = [f"\\textbf{{{cell}}}" if cell else "" for cell in cells]
        if table.levels:
            cells[0] = "\\quad " * table.levels[index] + cells[0]
        lines.append(f"{' & '.join(cells)} \\\\")
        if not table.levels and index in table.sums and index + 1 < len(table.rows):
            lines.append("\\addlinespace")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])
