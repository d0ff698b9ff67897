"""Escape text for LaTeX."""

from __future__ import annotations

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\char34{}",  # \textquotedbl is not in OT1, the default encoding
    "×": r"$\times$", "→": r"$\to$", "↑": r"$\uparrow$", "−": "$-$", "–": "--", "…": r"\dots{}",
    "‖": r"$\parallel$", "·": r"$\cdot$", "α": r"$\alpha$", "β": r"$\beta$", "√": r"$\surd$",
    "[": "{[}", "]": "{]}",  # after \\\\ a bracket would start its argument
}  # fmt: skip


def escape_latex(text: str) -> str:
    r"""``text`` as LaTeX source that typesets it; control characters become spaces.

    >>> print(escape_latex("a_b & 3×3"))
    a\_b \& 3$\times$3
    """
    plain = "".join(character if character.isprintable() else " " for character in text)
    return "".join(_ESCAPED.get(character, character) for character in plain)
