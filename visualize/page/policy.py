"""The content security policy of a page: nothing but its own script and style, no request."""

from __future__ import annotations

import base64
import hashlib


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
