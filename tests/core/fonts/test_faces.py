"""The shipped font is measured in advance; ``pytest --overwrite`` measures it anew."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from fontTools.ttLib import TTFont

from visualize.core.fonts.faces import FAMILY, MEASURED, SHIPPED, find_face, measure


def test_the_measures_are_those_of_the_font(request: pytest.FixtureRequest) -> None:
    with TTFont(SHIPPED) as font:
        content = json.dumps(measure(font), separators=(",", ":")) + "\n"
    if request.config.getoption("--overwrite"):
        MEASURED.write_text(content, encoding="utf-8")
    assert MEASURED.read_text(encoding="utf-8") == content


def test_the_shipped_font_is_the_same_by_name_and_by_file() -> None:
    by_name, by_file = find_face(FAMILY), find_face(str(SHIPPED))
    assert by_name
    assert by_file
    assert (by_name.family, by_name.advances) == (by_file.family, by_file.advances)
    assert (by_name.ascent, by_name.descent) == (by_file.ascent, by_file.descent)


def test_measuring_text_needs_no_font_library() -> None:
    code = (
        "import sys; from visualize.core.fonts import text_width; text_width('conv', 9); "
        "sys.exit('fontTools' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
