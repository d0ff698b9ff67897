"""Text as LaTeX source: commands for all characters that LaTeX has one for.

What comes out is ASCII but for characters that only some engines and fonts can set, such as
Chinese and emoji: `foreign` lists them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    # \textquotedbl is not in OT1, the default encoding, whose font of fixed width has it straight.
    '"': r"{\ttfamily\char34}",
    "[": "{[}", "]": "{]}",  # after \\\\ a bracket would start its argument
    "\xa0": "~", "\xad": "", "⁄": "/", "–": "--", "—": "---", "‐": "-", "‑": "-", "…": r"\dots{}",
    "‘": "{`}", "’": "{'}", "“": "{``}", "”": "{''}", "•": r"\textbullet{}",
    "¡": r"\textexclamdown{}", "¿": r"\textquestiondown{}", "§": r"\S{}", "¶": r"\P{}",
    "©": r"\textcopyright{}", "®": r"\textregistered{}", "™": r"\texttrademark{}",
    "£": r"\textsterling{}", "€": r"\texteuro{}", "°": r"\textdegree{}",
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}",
    "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}", "ȷ": r"\j{}",
}  # fmt: skip
# Commands of mathematics in the kernel of LaTeX, which all engines and fonts have.
_MATH = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "ο": "mathrm{o}", "π": "pi",
    "ϖ": "varpi", "ρ": "rho", "ϱ": "varrho", "σ": "sigma", "ς": "varsigma", "τ": "tau",
    "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi",
    "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    "×": "times", "÷": "div", "±": "pm", "∓": "mp", "·": "cdot", "⋅": "cdot", "∗": "ast",
    "∘": "circ", "⊕": "oplus", "⊖": "ominus", "⊗": "otimes", "⊘": "oslash", "⊙": "odot",
    "√": "surd", "∞": "infty", "∑": "sum", "∏": "prod", "∫": "int", "∂": "partial",
    "∇": "nabla", "∆": "Delta", "∈": "in", "∉": "notin", "∋": "ni", "∅": "emptyset",
    "∀": "forall", "∃": "exists", "¬": "neg", "∧": "wedge", "∨": "vee", "∩": "cap", "∪": "cup",
    "⊂": "subset", "⊆": "subseteq", "⊃": "supset", "⊇": "supseteq", "≤": "leq", "≥": "geq",
    "≪": "ll", "≫": "gg", "≠": "neq", "≈": "approx", "≡": "equiv", "≃": "simeq", "≅": "cong",
    "∼": "sim", "∝": "propto", "‖": "parallel", "∥": "parallel", "⊥": "perp", "∣": "mid",
    "←": "leftarrow", "→": "to", "↑": "uparrow", "↓": "downarrow", "↔": "leftrightarrow",
    "⇐": "Leftarrow", "⇒": "Rightarrow", "⇔": "Leftrightarrow", "↦": "mapsto",
    "⟵": "longleftarrow", "⟶": "longrightarrow", "↕": "updownarrow", "⋯": "cdots",
    "⋮": "vdots", "⟨": "langle", "⟩": "rangle", "⌈": "lceil", "⌉": "rceil", "⌊": "lfloor",
    "⌋": "rfloor", "′": "prime", "ℓ": "ell", "ℏ": "hbar", "ℜ": "Re", "ℑ": "Im", "⋆": "star",
    "△": "triangle", "†": "dagger", "‡": "ddagger", "∎": "bullet",
}  # fmt: skip
_SIGNS = {"−": "$-$", "ο": "$o$", "′": "$'$", "″": "$''$"}
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d",
    "\u0327": "c", "\u0331": "b",
}  # fmt: skip
# Letters that only this encoding has; LaTeX has its fonts, and engines of Unicode set them too.
_LETTERS = {
    "«": r"\guillemotleft", "»": r"\guillemotright", "‹": r"\guilsinglleft",
    "›": r"\guilsinglright", "„": r"\quotedblbase", "‚": r"\quotesinglbase", "ð": r"\dh",
    "Ð": r"\DH", "þ": r"\th", "Þ": r"\TH", "đ": r"\dj", "Đ": r"\DJ", "ŋ": r"\ng", "Ŋ": r"\NG",
}  # fmt: skip
_OGONEK = "\u0328"
# Marks that choose between looks of the character before them.
_VARIANTS = re.compile("[\ufe00-\ufe0f\u200b\u200d]")
# What LaTeX's fonts would join: dashes, quotation marks.
_JOINED = re.compile(r"-(?=-)|,(?=,)|'(?=')|`(?=`)|\?(?=`)|!(?=`)")

Foreign = Callable[[str], str]


def escape_latex(text: str, foreign: Foreign = str) -> str:
    r"""``text`` as LaTeX source that typesets it; control characters become spaces.

    Args:
        text: plain text.
        foreign: makes source of a run of characters that LaTeX has no commands for.

    >>> print(escape_latex("a_b & 3×3 γ²"))
    a\_b \& 3$\times$3 $\gamma$$^{2}$
    """
    return "".join(foreign(run) if is_foreign else run for run, is_foreign in _runs(text))


def foreign(text: str) -> list[str]:
    """The characters of ``text`` that LaTeX has no command for, sorted.

    >>> foreign("层 γ é «x» 🙂")
    ['层', '🙂']
    """
    return sorted({one for run, is_foreign in _runs(text) if is_foreign for one in run})


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Source, and in between runs of characters that have none, in order."""
    plain = _VARIANTS.sub("", unicodedata.normalize("NFC", text))
    waiting = ""
    for position, character in enumerate(plain):
        source = _source(character)
        if source is None:
            waiting += character
            continue
        if waiting:
            yield waiting, True
            waiting = ""
        joined = _JOINED.match(plain, position)
        yield (source + "{}" if joined else source), False
    if waiting:
        yield waiting, True


def _source(character: str) -> str | None:
    """The source for a character, None if there is none."""
    if not character.isprintable() and character != "\xa0" and character != "\xad":
        return " "
    known = _ESCAPED.get(character) or _SIGNS.get(character)
    if known is not None or character in _ESCAPED:
        return known or ""
    if character in _MATH:
        return f"$\\{_MATH[character]}$"
    if character in _LETTERS:
        return f"{{\\fontencoding{{T1}}\\selectfont{_LETTERS[character]}}}"
    return character if character.isascii() else _composed(character)


def _composed(character: str) -> str | None:
    """The source for a character that Unicode takes to be made of others."""
    kind, _, parts = unicodedata.decomposition(character).rpartition("> ")
    characters = [chr(int(part, 16)) for part in parts.split()]
    if not characters:
        return None
    if not kind:
        return _accented(characters)
    whole = "".join(characters)
    inner = [_source(one) for one in whole]
    if None in inner or unicodedata.east_asian_width(character) == "W":
        return None
    source = "".join(filter(None, inner))
    if kind in ("<super", "<sub"):
        sign = "^" if kind == "<super" else "_"
        return f"${sign}{{{source.replace('$', '')}}}$"
    return f"\\textcircled{{{source}}}" if kind == "<circle" else source


def _accented(characters: list[str]) -> str | None:
    """A letter with an accent over or under it."""
    letter = _source(characters[0])
    if len(characters) == 1 or letter is None:
        return letter
    if characters[1] == _OGONEK:
        return f"{{\\fontencoding{{T1}}\\selectfont\\k{{{letter}}}}}"
    accent = _ACCENTS.get(characters[1])
    if accent is None or not characters[0].isascii():
        return None
    return f"\\{accent}{{{letter}}}"


def plain_text(source: str) -> str:
    r"""What `escape_latex` made ``source`` from, up to characters that look the same.

    >>> plain_text(escape_latex("a_b & «3×3» γ² é “x” 5 --"))
    'a_b & «3×3» γ² é “x” 5 --'
    """
    return _COMMANDS.sub(_character, source)


def _character(match: re.Match[str]) -> str:
    if match["run"] is not None:
        return match["run"]
    if match["nothing"]:
        return ""
    if match["accent"]:
        return unicodedata.normalize("NFC", match["letter"] + _MARKS[match["accent"]])
    if match["raised"]:
        return "".join(_RAISED[match["raised"]].get(one, one) for one in match["index"])
    return _MEANT[match[0]]


_MARKS = {accent: mark for mark, accent in _ACCENTS.items()}
_RAISED = {
    "^": dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")),
    "_": dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")),
}
# Later characters give way to earlier ones with the same command.
_MEANT = {
    source: character
    for character in reversed([*_ESCAPED, *_MATH, *_SIGNS, *_LETTERS])
    if len(source := _source(character) or "") > 1 or source == "~"
}
_COMMANDS = re.compile(
    r"(?P<nothing>\{\})"
    r"|\\visualizeforeign\{[^{}]*\}\{(?P<run>[^{}]*)\}"
    r"|\\(?P<accent>[`'^~=.\"urHvdcb])\{(?P<letter>\w)\}"
    r"|\$(?P<raised>[\^_])\{(?P<index>[^{}]*)\}\$|"
    + "|".join(re.escape(one) for one in sorted(_MEANT, key=len, reverse=True))
)
