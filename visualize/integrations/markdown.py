"""Figures in Markdown: a fence of pymdownx.superfences, and images whose address is a model.

```visualize
package.models:Net(depth=18)
input: 1,3,64,64
caption: auto
```

![A network](visualize:package.models:Net(depth=18)){ input="1,3,64,64" level=block }
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from visualize.core.errors import VisualizeError
from visualize.integrations.asked import Asked, read_block, read_given
from visualize.integrations.drawing import Kept
from visualize.integrations.markup import picture

SCHEME = "visualize:"
LANGUAGE = "visualize"
# After the attributes of images are read, before MkDocs looks for the files of images.
_PRIORITY = 5
_SIDES = {
    "left": "margin-left:0;margin-right:auto",
    "right": "margin-left:auto;margin-right:0",
    "center": "margin-left:auto;margin-right:auto",
}
Draw = Callable[[str, Mapping[str, Any]], tuple[Asked, Kept]]
Warn = Callable[[str], None]


class Figures(Extension):
    """Figures in Markdown.

    Args:
        draw: draws a model with options, each as its reader returned it.
        warn: reports what cannot be drawn.
    """

    def __init__(self, draw: Draw, warn: Warn) -> None:
        super().__init__()
        self._draw = draw
        self._warn = warn
        self._md = Markdown()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the name is Markdown's)
        """Replace images whose address is a model."""
        self._md = md
        md.treeprocessors.register(_Images(md, self), "visualize", _PRIORITY)

    @property
    def fence(self) -> dict[str, Any]:
        """The entry for ``custom_fences`` of pymdownx.superfences."""
        return {
            "name": LANGUAGE,
            "class": LANGUAGE,
            "format": self._format,
            "validator": self._validate,
        }

    def _validate(
        self,
        language: str,
        inputs: Mapping[str, str],
        options: dict[str, Any],
        attrs: dict[str, str],
        md: Markdown,
    ) -> bool:
        """Take all options; the fence is read, and its mistakes are reported, as a whole."""
        options.update(inputs)
        return True

    def _format(
        self,
        source: str,
        language: str,
        css_class: str,
        options: Mapping[str, str],
        md: Markdown,
        classes: list[str] | None = None,
        id_value: str = "",
        attrs: Mapping[str, str] | None = None,
        **_: Any,
    ) -> str:
        """The figure of a fence."""
        try:
            model, given, below = read_block(source)
            given = {**read_given(options), **given}
        except VisualizeError as error:
            return self._refused(error)
        if classes:
            given["class"] = [*given.get("class", ()), *classes]
        given.setdefault("name", id_value)
        if below:
            given.setdefault("caption", below)
        return self.markup(model, given)

    def of_image(self, image: Element) -> str:
        """The figure of an image."""
        texts = {name: text for name, text in image.attrib.items() if name not in ("src", "alt")}
        texts["caption"] = texts.pop("title", "") or texts.get("caption", "")
        texts["name"] = texts.pop("id", "") or texts.get("name", "")
        texts["alt"] = image.get("alt", "")
        try:
            given = read_given({name: text for name, text in texts.items() if text})
        except VisualizeError as error:
            return self._refused(error)
        return self.markup(image.get("src", "").removeprefix(SCHEME), given)

    def markup(self, model: str, given: Mapping[str, Any]) -> str:
        """A figure as HTML; nothing but a warning where it cannot be drawn."""
        try:
            figure, kept = self._draw(model, given)
        except VisualizeError as error:
            return self._refused(error)
        name = f' id="{html.escape(figure.name)}"' if figure.name else ""
        classes = html.escape(" ".join((LANGUAGE, *figure.classes)))
        drawn = picture(kept, figure.form, figure.wanted.model)
        if figure.alternative:
            drawn = (
                f'<div role="group" aria-label="{html.escape(figure.alternative)}">{drawn}</div>'
            )
        below = self._caption(figure, kept)
        # The frame of a page has the width of the text; a picture has its own.
        wide = "width:100%;" if figure.form.value == "html" else ""
        style = f"{wide}{_SIDES[figure.align]}"
        return f'<figure class="{classes}"{name} style="{style}">{drawn}{below}</figure>'

    def _caption(self, figure: Asked, kept: Kept) -> str:
        if figure.caption == "auto":
            return f"<figcaption>{html.escape(kept.caption)}</figcaption>"
        if not figure.caption:
            return ""
        # Markdown that is converted by this one would reset it.
        inner = Markdown(extensions=["attr_list"])
        converted = inner.convert(figure.caption)
        return f"<figcaption>{converted}</figcaption>"

    def _refused(self, error: VisualizeError) -> str:
        self._warn(str(error))
        return ""


class _Images(Treeprocessor):
    """Replaces images whose address is a model."""

    def __init__(self, md: Markdown, figures: Figures) -> None:
        super().__init__(md)
        self._figures = figures

    def run(self, root: Element) -> None:
        """Put the markup of figures where images are; a paragraph of one image is the figure."""
        for parent in list(root.iter()):
            for image in list(parent):
                if image.tag == "img" and image.get("src", "").startswith(SCHEME):
                    self._replace(parent, image)

    def _replace(self, parent: Element, image: Element) -> None:
        place = list(parent).index(image)
        stored = self.md.htmlStash.store(self._figures.of_image(image)) + (image.tail or "")
        if place:
            before = parent[place - 1]
            before.tail = (before.tail or "") + stored
        else:
            parent.text = (parent.text or "") + stored
        parent.remove(image)
