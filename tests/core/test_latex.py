"""Text in LaTeX."""

from __future__ import annotations

import pytest

from visualize.core.latex import escape_latex


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("plain text", "plain text"),
        ("50% of $x_1$ & #2", r"50\% of \$x\_1\$ \& \#2"),
        ("{\\write18}", r"\{\textbackslash{}write18\}"),
        ("a^b~c", r"a\textasciicircum{}b\textasciitilde{}c"),
        ("3×3 → 7…", r"3$\times$3 $\to$ 7\dots{}"),
        ("[1]", "{[}1{]}"),
        ('a "b"', r"a \char34{}b\char34{}"),
        ("a\nb\x00c", "a b c"),
        ("图像", "图像"),
    ],
)
def test_what_is_special_is_escaped(text: str, source: str) -> None:
    assert escape_latex(text) == source
