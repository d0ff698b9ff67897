"""The parts of a TikZ source."""

from __future__ import annotations

from visualize.check.tikz.source import bracketed, parsed, split

TEXT = r"""
\tikzset{visualize/.style={x=1bp, y=1bp,
  node distance=8bp and 8bp,
  /utils/exec={%
    \definecolor{visualize text}{HTML}{1A1A1A}%
    \def\visualizetext{\fontsize{9}{0}\selectfont\relax}%
  },
  box/.style={draw, fill={rgb,255:red,1;green,2;blue,255}},
  wide box/.style={box, minimum width=40bp},
  every visualize/.try}}%
\begin{tikzpicture}[visualize]
\node[wide box, fill=visualize text] (a) at (1,-2) {50\% ; {a}}; % 12 parameters
\begin{scope}[on background layer]
\draw[line] (a.south)
  -- ++(0,-9);
\end{scope}
\end{tikzpicture}%
"""


def test_colours_styles_and_statements_are_found() -> None:
    source = parsed(TEXT)
    assert source
    assert source.colors == {"visualize text": "#1a1a1a"}
    assert source.sizes == {"\\visualizetext": 9.0}
    assert source.distance == 8.0
    node, draw = source.statements
    assert (node.command, node.rest) == ("node", r"(a) at (1,-2) {50\% ; {a}}")
    assert node.comment == "12 parameters"
    assert " ".join(draw.rest.split()) == "(a.south) -- ++(0,-9)"


def test_the_last_of_several_options_counts() -> None:
    source = parsed(TEXT)
    assert source
    meaning = source.meaning(source.statements[0].options)
    assert meaning["minimum width"] == "40bp"
    assert source.color(meaning["fill"]) == "#1a1a1a"
    assert source.color(source.meaning(("box",))["fill"]) == "#0102ff"
    assert source.color("unknown") == "none"


def test_brackets_are_read_to_their_end() -> None:
    assert bracketed(r"{a {b} \} c} d", 0) == (r"a {b} \} c", 12)
    assert split(r"a\\b {\\} c", "\\\\") == ["a", r"b {\\} c"]


def test_what_is_no_picture() -> None:
    assert parsed("\\begin{tabular}{l}a\\end{tabular}") is None
