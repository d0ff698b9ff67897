"""A page of one file: its skeleton with a style, a script and texts in it.

Its content security policy allows nothing but this script and this style, and no request.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.resources
import re
from collections.abc import Iterable

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{CSP}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{TITLE}}</title>
<style>{{STYLE}}</style>
</head>
<body>
{{BODY}}</body>
</html>
"""


def asset(package: str, name: str) -> str:
    """A text file in the folder ``assets`` of a package."""
    folder = importlib.resources.files(package) / "assets"
    return (folder / name).read_text(encoding="utf-8")


def fill(
    body: str,
    script: str,
    style: str,
    *,
    images: str = "data: blob:",
    also: Iterable[str] = (),
    **texts: str,
) -> bytes:
    """A page, in UTF-8.

    Args:
        body: HTML with names in double braces for what is put there: SCRIPT and the names of
            ``texts``.
        script: what the script element holds.
        style: what the style element holds.
        images: where images may come from.
        also: more rules of the policy.
        texts: more HTML, by name; TITLE is that of the page.
    """
    policy_text = html.escape("; ".join((policy(script, style, images), *also)))
    filled = {**texts, "CSP": policy_text, "STYLE": style, "SCRIPT": script}
    skeleton = _PAGE.replace("{{BODY}}", body)
    page = re.sub(r"{{([A-Z]+)}}", lambda found: filled[found[1]], skeleton)
    return page.encode("utf-8", "replace")


def policy(script: str, style: str, images: str = "data: blob:") -> str:
    """The policy of a page with one script and one style element.

    Args:
        script: what the script element holds.
        style: what the style element holds.
        images: where images may come from.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            f"img-src {images}",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    """What a policy calls the content of an element."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
