from __future__ import annotations

from pathlib import Path

import pytest

from visualize.integrations.asked import Form
from visualize.integrations.drawing import Kept
from visualize.integrations.markup import picture


@pytest.mark.parametrize(
    ("form", "content", "begin"),
    [
        (Form.SVG, "<?xml?><svg id='a'/>", '<div class="tex2jax_ignore mathjax_ignore"><svg '),
        (Form.HTML, "<p>page</p>", "<style>"),
        (Form.MERMAID, "a --> b<br>", '<pre class="mermaid">a --&gt; b&lt;br&gt;</pre>'),
    ],
)
def test_a_picture_in_each_form(tmp_path: Path, form: Form, content: str, begin: str) -> None:
    file = tmp_path / "file"
    file.write_text(content)
    made = picture(Kept({form.suffix: file}, "", "", ()), form, 'net.py:Net("a")')
    assert made.startswith(begin)
    if form is Form.HTML:
        assert 'sandbox="allow-scripts allow-downloads"' in made
        assert "&lt;p&gt;page" in made
        assert "[data-md-color-scheme=" in made
