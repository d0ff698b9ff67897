"""One file: the skeleton of a page with its style, its scripts and its document in it.

The page loads nothing, and its content security policy lets it: what runs is the script whose hash
is in it, and what the script does with the names of a model is write them as text.
"""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from visualize.export.svg_style import Fonts
from visualize.page.skeleton import asset, fill

_SKELETON, _STYLE, _FIRST = "page.html", "page.css", "app.js"
_IMPORT = re.compile(r'^import [^;]*? from "\./([a-z_]+\.js)";$\n?', re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|let|class)", re.MULTILINE)
# Comments on lines of their own, which are for who reads the sources.
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_FAMILY = "page"
# What the page itself says, beside the words of the figure.
_PRINTABLE = "".join(map(chr, range(32, 127))) + "×·–−…→↑↓"


def assemble(title: str, document: Mapping[str, Any], texts: str, font: str) -> bytes:
    """The file of a page.

    Args:
        title: of the page.
        document: what its scripts read.
        texts: all that is written in the figure.
        font: that of the figure.
    """
    fonts = Fonts(texts + _PRINTABLE, font, _FAMILY)
    faces = [rule for rule in fonts.rules() if rule.startswith("@font-face")]
    style = "\n".join((*faces, f":root{{--font:{fonts.families}}}", _asset(_STYLE)))
    script = _script()
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(zlib.compress(data.encode("utf-8", "replace"), 9)).decode()
    return fill(_asset(_SKELETON), script, style, TITLE=html.escape(title), DATA=packed)


def _script() -> str:
    """All modules as one, each after those that it imports, without their comments."""
    sources = dict(_modules(_FIRST, {}))
    parts = (
        _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", source))).strip()
        for source in sources.values()
    )
    return "\n\n".join((*parts, ""))


def _modules(name: str, seen: dict[str, None]) -> Iterator[tuple[str, str]]:
    """The modules that one imports, directly or not, and then that one."""
    if name in seen:
        return
    seen[name] = None
    source = _asset(name)
    for imported in _IMPORT.findall(source):
        yield from _modules(imported, seen)
    yield name, source


def _asset(name: str) -> str:
    return asset("visualize.page", name)
