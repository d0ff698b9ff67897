"""A page with the figure of a difference, and its table below."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from visualize.core.difference import Difference
from visualize.export import FORMATS, Job
from visualize.page.skeleton import asset, fill
from visualize.scene.themes import with_night

_STYLE = re.compile(r"<style>(.*?)</style>\n?", re.DOTALL)
_PROLOG = re.compile(r"^<\?xml[^>]*\?>\n?")


def difference_page(difference: Difference, job: Job, language: str = "en") -> bytes:
    """One file that loads nothing and runs nothing; it follows the reader's light or dark mode.

    Args:
        difference: what the figure shows.
        job: the figure, to be written.
        language: of the table.
    """
    from visualize.report import write_difference

    svg = FORMATS["svg"].write(replace(job, theme=with_night(job.theme))).decode()
    # The policy of the page allows one element with a style. The rules are those of one figure.
    rules = "\n".join(_STYLE.findall(svg))
    figure = _STYLE.sub("", _PROLOG.sub("", svg))
    table = write_difference(difference, "html", language=language)
    return fill(
        asset("visualize.comparison", "page.html"),
        "",
        asset("visualize.comparison", "page.css") + rules,
        TITLE=html.escape(job.picture.name),
        FIGURE=figure,
        TABLE=_STYLE.sub("", table),
    )
