"""Texts that try to be more than text, in every format that shows them, and a model made of them.

One list for all tests: a text that once broke out of anything belongs here.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

# Whoever runs it writes this word where a test looks for it.
RAN = "PWNED"
_RUN = f"document.documentElement.setAttribute('{RAN}',1)"

# Markup of SVG, HTML and XML.
MARKUP = (
    f"<script>{_RUN}</script>",
    f"</text></g></svg><script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"</style></title></textarea><script>{_RUN}</script>",
    f"x' onload={_RUN} y='",
    f'x" onmouseover="{_RUN}" y="',
    f"<img src=x onerror={_RUN}>",
    f"<svg onload={_RUN}>",
    f'<set attributeName="x" onbegin="{_RUN}"/>',
    f"<foreignObject><iframe srcdoc='<script>top.{_RUN}</script>'></iframe></foreignObject>",
    f"javascript:{_RUN}",
    f"]]><script>{_RUN}</script><![CDATA[",
    f"--><script>{_RUN}</script><!--",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    "&xxe;<!ENTITY x SYSTEM 'file:///etc/passwd'>",
)
# Markdown, tables and spreadsheets.
CELLS = (
    f"[link](javascript:{_RUN})", f"![x](x' onerror='{_RUN})", "a|b|c", "`x`|`", "# head", "***",
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "a,b;c\"d\"", "~~x~~ $y$ \\| |",
    f"<https://x/{RAN}>",
)  # fmt: skip
# LaTeX and TikZ, DOT, Mermaid.
LANGUAGES = (
    rf"\write18{{touch {RAN}}}", r"\input{/etc/passwd}", r"\end{tikzpicture}\end{document}", "}{",
    r"\csname x\endcsname", "$x$ % # & ~ ^ _", r"\\", "^^5cinput", r"\def\visualizetext{",
    'a" -> b [URL="javascript:x"]; "', '"]; subgraph x {', "<b>x</b>", r"\N \G \L",
    f'x"] click a call {_RUN}', "end", "%%{init: {'securityLevel': 'loose'}}%%", "a --> b; c",
    "#quot;#60;script#62;",
)  # fmt: skip
# What no reader sees, and what turns or ends lines.
UNSEEN = (
    "\x1b[31mred\x1b[2J", "\x9b31m", "\x1b]0;title\x07", "line\nnext", "a\r\nb", "\u202eevil",
    "a\u2028b", "\ud800", "\x00", "\ufffe", "e\u0301\u0327", "\u200d\u200b",
)  # fmt: skip
ATTACKS = (*MARKUP, *CELLS, *LANGUAGES, *UNSEEN)
STEERING = frozenset("\x1b\x9b\x07\x00\r\u202e\u2028\ufffe")


def hostile_model(attacks: tuple[str, ...] = ATTACKS) -> nn.Module:
    """A model with a layer of each name, in a block and with a class of such a name."""
    # A dot ends a name of a module.
    names = {attack.replace(".", "·"): nn.Linear(4, 4) for attack in attacks}
    kind = type(attacks[0], (nn.Sequential,), {"__doc__": attacks[-1]})
    inner: nn.Module = kind(OrderedDict(names))
    return nn.Sequential(OrderedDict([(attacks[0].replace(".", "·"), inner)]))
