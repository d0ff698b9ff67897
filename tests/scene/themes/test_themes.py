"""Themes: readable, different without colour, and what a theme of one's own may change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from visualize.core.choices import SkipKind
from visualize.core.errors import UsageError
from visualize.scene.themes import load_theme, theme_names


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, after WCAG 2.1."""

    def luminance(color: str) -> float:
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", theme_names())
def test_text_is_readable_and_kinds_differ_without_colour(name: str) -> None:
    theme = load_theme(name)
    fills = [theme.neutral.fill, theme.terminal.fill, *(tint.fill for tint in theme.stages)]
    for fill in [theme.background, *fills]:
        assert contrast(theme.text, fill) >= 4.5
        assert contrast(theme.muted, fill) >= 4.5
    # Names of stages and labels of arcs are on the background.
    for color in [*(tint.line for tint in theme.stages), *(s.color for s in theme.skips.values())]:
        assert contrast(color, theme.background) >= 3
    for stroke in theme.skips.values():
        assert contrast(stroke.color, theme.background) >= 4.5
    assert set(theme.skips) == {kind.value for kind in SkipKind}
    assert len({stroke.style for stroke in theme.skips.values()}) == len(SkipKind)


def test_own_theme_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'text = "#123456"\n[skips.gate]\ncolor = "#abcdef"\nstyle = "dotted"\nwidth = 2\n'
    )
    theme = load_theme(str(path))
    paper = load_theme("paper")
    assert theme == replace(
        paper, text="#123456", skips=paper.skips | {"gate": theme.skips["gate"]}
    )
    assert theme.skips["gate"].width == 2


def test_own_theme_may_name_one_key_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('frame = { line = "#123456" }\n[skips.gate]\ncolor = "#abcdef"\n')
    theme, paper = load_theme(str(path)), load_theme("paper")
    gate = replace(paper.skips["gate"], color="#abcdef")
    frame = replace(paper.frame, line="#123456")
    assert theme == replace(paper, frame=frame, skips=paper.skips | {"gate": gate})


@pytest.mark.parametrize(
    "content",
    [
        "text = ",
        'colour = "#123456"',
        'text = "red"',
        "stages = 3",
        "size = 'big'",
        '[skips.gate]\nstyle="wavy"',
        "skips = 3",
        'frame = "#123456"',
    ],
)
def test_bad_themes_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"own\.toml"):
        load_theme(str(path))


def test_slides_are_read_from_afar() -> None:
    slides, paper = load_theme("slides"), load_theme("paper")
    assert slides.detail_size > paper.size
    assert slides.line_width > paper.line_width


@pytest.mark.parametrize(
    "line",
    [
        "font = 'x\"><script>alert(1)</script>'",
        'font = "x\'; } </style>"',
        'font = "a\\nb"',
        'font = ""',
        "font = 3",
        "font = 'no such file.ttf;'",
        "size = inf",
        "size = nan",
        "size = -1",
        "detail_size = 1e9",
        "line_width = inf",
        "skips = {gate = {width = nan}}",
    ],
)
def test_values_that_no_figure_can_have_are_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match=r"bad value: .*(no name of a font|not a size)"):
        load_theme(str(path))


@pytest.mark.parametrize("font", ["Helvetica Neue", "思源黑体", "DIN 1451"])
def test_fonts_need_not_be_installed(font: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'font = "{font}"', encoding="utf-8")
    assert load_theme(str(path)).font == font
