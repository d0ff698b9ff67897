"""Text in LaTeX."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visualize.core.latex import escape_latex, foreign, plain_text


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("plain text", "plain text"),
        ("50% of $x_1$ & #2", r"50\% of \$x\_1\$ \& \#2"),
        ("{\\write18}", r"\{\textbackslash{}write18\}"),
        ("a^b~c", r"a\textasciicircum{}b\textasciitilde{}c"),
        ("3×3 → 7…", r"3$\times$3 $\to$ 7\dots{}"),
        ("[1]", "{[}1{]}"),
        ('a "b"', r"a {\ttfamily\char34}b{\ttfamily\char34}"),
        ("γ ≤ Ω", r"$\gamma$ $\leq$ $\Omega$"),
        ("“a” ‘b’", "{``}a{''} {`}b{'}"),
        (
            "«a»",
            r"{\fontencoding{T1}\selectfont\guillemotleft}a"
            r"{\fontencoding{T1}\selectfont\guillemotright}",
        ),
        ("é ñ Å e\u0301", r"\'{e} \~{n} \r{A} \'{e}"),
        ("x² H₂O ½", r"x$^{2}$ H$_{2}$O 1/2"),
        ("ℝ ① ﬁ Ａ", r"R \textcircled{1} fi A"),
        ("a--b ''c", "a-{}-b '{}'c"),
        ("a\nb\x00c", "a b c"),
        ("图像", "图像"),
    ],
)
def test_what_is_special_is_escaped(text: str, source: str) -> None:
    assert escape_latex(text) == source


def test_what_has_no_command_is_named_and_can_be_wrapped() -> None:
    text = "层 γ Привет 🙂\ufe0f é"
    assert foreign(text) == sorted("层Привет🙂")
    wrapped = escape_latex(text, lambda run: f"<{run}>")
    assert wrapped == r"<层> $\gamma$ <Привет> <🙂> \'{e}"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
@example("{}--{}")
def test_plain_text_is_read_back(text: str) -> None:
    assert plain_text(escape_latex(text)) == text


@pytest.mark.parametrize("text", ["3×3 → γ² H₂O", "«é» “x” – — …", "Ω ≤ ∞ ‖ √", "ñ Å ç ß ł ð"])
def test_signs_and_letters_are_read_back(text: str) -> None:
    assert plain_text(escape_latex(text)) == text


def test_other_characters_are_read_back() -> None:
    source = escape_latex("a 层 b", lambda run: f"\\visualizeforeign{{Some Font}}{{{run}}}")
    assert plain_text(source) == "a 层 b"
