"""Text in LaTeX: the one place where it is escaped."""

from __future__ import annotations

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "×": r"$\times$", "→": r"$\to$", "−": "$-$", "–": "--", "…": r"\dots{}",
    "‖": r"$\parallel$", "·": r"$\cdot$", "α": r"$\alpha$", "β": r"$\beta$", "√": r"$\surd$",
    "[": "{[}", "]": "{]}",  # after \\\\ a bracket would be its argument
}  # fmt: skip


def escape_latex(text: str) -> str:
    r"""Text as LaTeX sets it, without what cannot be printed.

    >>> print(escape_latex("a_b & 3×3"))
    a\_b \& 3$\times$3
    """
    plain = "".join(character if character.isprintable() else " " for character in text)
    return "".join(_ESCAPED.get(character, character) for character in plain)
