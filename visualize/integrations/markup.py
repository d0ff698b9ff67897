"""Figures as HTML, the same in all kinds of document."""

from __future__ import annotations

import html

from visualize.export.cell import framed, inline_svg
from visualize.integrations.asked import Form
from visualize.integrations.drawing import Kept

_HEIGHT = 600  # pixels of a frame
# A page in a frame is light or dark as the frame is.
FRAME_STYLE = (
    '[data-theme="light"] .visualize iframe,[data-md-color-scheme="default"] .visualize iframe'
    '{color-scheme:light}[data-theme="dark"] .visualize iframe,'
    '[data-md-color-scheme="slate"] .visualize iframe{color-scheme:dark}'
)


def picture(kept: Kept, form: Form, name: str) -> str:
    """A figure as HTML.

    Args:
        kept: its files.
        form: what it is to be.
        name: of the model, for a frame.
    """
    data = kept.files[form.suffix].read_bytes()
    if form is Form.HTML:
        return f"<style>{FRAME_STYLE}</style>{framed(data, name, _HEIGHT)}"
    text = data.decode("utf-8")
    if form is Form.MERMAID:
        return f'<pre class="mermaid">{html.escape(text)}</pre>'
    return inline_svg(text)
