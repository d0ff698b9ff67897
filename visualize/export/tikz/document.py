"""What is around the picture: the document where the file is compiled by itself, and its text."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from visualize.core.fonts.faces import fallback
from visualize.core.latex import escape_latex, foreign
from visualize.export.picture import Picture

_LARGEST = 16_300  # points of a picture; TeX knows no length of 16,384 of its own points
_BOX = re.compile(r"^\\path\[use as bounding box\].*\(([\d.]+)bp,-([\d.]+)bp\)", re.MULTILINE)
LIBRARIES = "arrows.meta,backgrounds,positioning"

_USE = rf"""By itself: pdflatex, xelatex or lualatex of this file. In a paper: \usepackage{{tikz}}
and \usetikzlibrary{{{LIBRARIES}}} in the preamble, then \input of this
file in a figure and, where this caption serves, \caption[A short title]{{\visualizecaption}}.
What \tikzset{{every visualize/.style={{...}}}} in the preamble has is added to the styles below."""
# No line that TeX reads between paragraphs or in a box may end in a space: each ends in a command
# or in a comment.
_HEAD = r"""\makeatletter
\ifx\@nodocument\relax\else
  \RequirePackage{fix-cm} %% Computer Modern in any size
  \documentclass{article}
  \usepackage[paperwidth=%(width)sbp,paperheight=%(height)sbp,margin=0pt]{geometry}
  \usepackage{tikz}
  \usetikzlibrary{%(libraries)s}
  \pagestyle{empty}
  \setlength{\topskip}{0pt}
  \def\visualizealone{\hss\egroup\vss\egroup\end{document}}
  \begin{document}
  \vbox to 0pt\bgroup\hbox to 0pt\bgroup
\fi"""
# Fonts differ in the characters that they have. Engines that know Unicode can ask for them.
_FOREIGN = r"""\ifdefined\visualizeforeign\else
  \protected\gdef\visualizeforeign#1#2{{%
    \ifdefined\Umathcode
      \visualize@find{#2}%
      \ifx\visualize@lacking\@empty\else
        \suppressfontnotfounderror=1
        \font\visualize@font="#1" at \f@size pt\relax
        \ifx\visualize@font\nullfont\else\visualize@font\visualize@find{#2}\fi
      \fi
      \ifx\visualize@lacking\@empty#2\else
        \expandafter\visualize@lack\expandafter{\visualize@lacking}{#1}\fi
    \else
      \visualize@lack{#2}{#1}\fi}}%
  \gdef\visualize@find#1{\let\visualize@lacking\@empty
    \@tfor\visualize@one:=#1\do{\iffontchar\font\expandafter`\visualize@one\relax\else
      \edef\visualize@lacking{\visualize@lacking\visualize@one}\fi}}%
  \gdef\visualize@lack#1#2{\fboxsep0pt\fbox{\vrule height1.4ex width0pt\kern.6em}%
    \PackageWarning{visualize}{Not set: \detokenize{#1}.\MessageBreak Compile with xelatex
      or lualatex, and with the font #2}}%
\fi"""
TAIL = r"""\ifdefined\visualizealone\expandafter\visualizealone\fi"""


def head(picture: Picture, caption: str) -> Iterator[str]:
    """What is before the picture."""
    yield f"% {' '.join(picture.description.split())}"
    yield from (f"% {line}" for line in _USE.splitlines())
    text = "".join(text.text for text in picture.all_texts()) + caption
    yield from (f"% {note}." for note in engine_notes(text))
    width, height = f"{picture.width:.2f}", f"{picture.height:.2f}"
    yield _HEAD % {"width": width, "height": height, "libraries": LIBRARIES}
    if foreign(text):
        yield _FOREIGN
    yield "\\makeatother"
    yield f"\\gdef\\visualizecaption{{{source(caption)}}}%"


def engine_notes(text: str) -> Iterator[str]:
    """Which engines and fonts a text needs, in sentences without full stops."""
    others = foreign(text)
    for font in dict.fromkeys(map(font_of, others)):
        characters = " ".join(one for one in others if font_of(one) == font)
        yield f"pdflatex cannot set {characters}: use xelatex or lualatex, with the font {font}"


def notes(file: str) -> Iterator[str]:
    """What LaTeX needs for a whole file, and what it cannot do, in sentences without full stops."""
    yield from engine_notes(file)
    box = _BOX.search(file)
    if box and max(map(float, box.groups())) > _LARGEST:
        yield f"larger than the {_LARGEST:,} pt that TeX can set; a coarser --level draws less"


def source(text: str) -> str:
    """Text for TeX. Characters without a command are set in a font that has them, if any does."""
    return escape_latex(text, _foreign)


def font_of(character: str) -> str:
    """A font for a character that LaTeX has no command for: an installed one, or one to install."""
    face = fallback(character)
    # Engines cannot embed the pictures of fonts in colours.
    if face and "Color" not in face.family:
        return face.family
    if unicodedata.category(character) == "So":
        return "Noto Emoji"
    is_wide = unicodedata.east_asian_width(character) in "WF"
    return "Noto Sans CJK SC" if is_wide else "DejaVu Sans"


def _foreign(run: str) -> str:
    parts = itertools.groupby(run, font_of)
    return "".join(f"\\visualizeforeign{{{font}}}{{{''.join(part)}}}" for font, part in parts)
