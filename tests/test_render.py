"""Images: valid, safe, accessible, with the font embedded; themes and labels."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import visualize
from tests.models import NETS, Residual
from visualize.core.architecture import Layer, NodeKind, Role, TensorSpec
from visualize.core.choices import Direction
from visualize.core.errors import OutputError, RenderError, UsageError
from visualize.core.fonts import FAMILY
from visualize.core.layout import Page
from visualize.core.scene import Scene, SceneArrow, SceneBox
from visualize.core.words import operation, shape
from visualize.export import render
from visualize.export.graphviz import run_graphviz
from visualize.export.markup import clean
from visualize.layout import lay_out
from visualize.scene.labels import box_label
from visualize.scene.themes import load_theme, theme_names

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "a & b",
    "'single' \"double\"",
    "back\\slash \\N \\n \\E",
    "line\nbreak\r\ttab",
    "<<b>bold</b>>",
    "&#0; &amp; &unknown;",
    "🧠 emoji 👩‍🔬",
    "卷积层",
    "שלום مرحبا",
    "\x00\x07\ud800",
    "",
    "x" * 10_000,
    "]]> -->",
    "javascript:alert(1)",
]


def scene_of(text: str) -> Scene:
    boxes = (
        SceneBox("in" + text, (text, text), "input", ("a",), 0, 0, "", "", text),
        SceneBox("b", ("+", text), "merge", ("b",), 0, 0, "", "", text),
    )
    arrow = SceneArrow("in" + text, "b", text, "concat", False, False, text)
    return Scene(text, text, "layer", boxes, (), (arrow,))


def draw_svg(text: str) -> ET.Element:
    scene, theme = scene_of(text), load_theme("paper")
    layout = lay_out(scene, theme, Direction.TB, Page())
    files = render(scene, theme, Direction.TB, ["svg"], text, layout)
    return ET.fromstring(files["svg"])


def check_safe(root: ET.Element) -> None:
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "g", "title", "desc", "style", "path", "polygon", "ellipse", "rect", "text",
        }  # fmt: skip
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert "href" not in name.lower()
            assert name in ("id", "class") or "javascript" not in value.lower()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_gives_a_valid_and_safe_svg(text: str) -> None:
    root = draw_svg(text)
    check_safe(root)
    words = " ".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    for word in clean(text).split():
        assert word[:300] in words


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40))
def test_random_text_gives_a_valid_and_safe_svg(text: str) -> None:
    check_safe(draw_svg(text))


def test_odd_module_names_reach_the_figure(tmp_path: Path) -> None:
    from torch import nn

    model = nn.Sequential()
    for name in ("a<b", "q&a", 'say "hi"', "back\\slash", "new\nline", "🧠", "层", "א" * 5000):
        model.add_module(name, nn.Linear(4, 4))
    figure = visualize.draw(model, (1, 4), names=True)
    root = ET.fromstring(figure.svg)
    check_safe(root)
    assert "a<b" in "".join(root.itertext())


def test_svg_is_accessible_and_carries_its_font() -> None:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, title="A residual net")
    root = ET.fromstring(figure.svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "A residual net"
    assert "identity" not in (root.findtext(f"{SVG}desc") or "identity")
    assert "parameters" in (root.findtext(f"{SVG}desc") or "")
    assert "@font-face" in (root.findtext(f"{SVG}style") or "")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    groups = {element.get("id"): element for element in root.iter(f"{SVG}g")}
    for box in figure.scene.boxes:
        group = groups[f"box-{box.id}"]
        assert box.role in group.get("class", "").split()
        assert group.findtext(f"{SVG}title") == box.tooltip
        shown = "".join(element.text or "" for element in group.iter(f"{SVG}text"))
        assert box.label[0] in shown
    kinds = {arrow.skip for arrow in figure.scene.arrows if arrow.skip}
    assert kinds == {"identity", "projection"}
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {"identity shortcut", "projection shortcut", "A residual net"} <= texts
    assert "concat" not in texts


def test_legend_can_be_left_out() -> None:
    make, inputs = NETS["residual"]
    assert "identity shortcut" not in visualize.draw(make(), inputs, legend=False).svg


def test_pdf_embeds_truetype_and_never_type_3() -> None:
    make, inputs = NETS["residual"]
    pdf = visualize.draw(make(), inputs).render(["pdf"])["pdf"]
    assert b"/Subtype /TrueType" in pdf or b"/Subtype /CIDFontType2" in pdf
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"FiraSans" in pdf


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("direction", Direction)
def test_every_theme_and_direction_draws(theme: str, direction: Direction) -> None:
    make, inputs = NETS["unet"]
    figure = visualize.draw(make(), inputs, theme=theme, direction=direction)
    root = ET.fromstring(figure.svg)
    look = load_theme(theme)
    fills = {element.get("fill") for element in root.iter()}
    assert look.terminal.fill in fills or look.terminal.fill == "#ffffff"


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
    # Names of stages and labels of arcs stand on the background.
    for color in [*(tint.line for tint in theme.stages), *(s.color for s in theme.skips.values())]:
        assert contrast(color, theme.background) >= 3
    for stroke in theme.skips.values():
        assert contrast(stroke.color, theme.background) >= 4.5
    assert set(theme.skips) == {"identity", "projection", "concat", "gate"}
    assert len({stroke.style for stroke in theme.skips.values()}) == 4


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


@pytest.mark.parametrize(
    "content",
    [
        "text = ",
        'colour = "#123456"',
        'text = "red"',
        "stages = 3",
        "size = 'big'",
        '[skips.gate]\nstyle="wavy"',
    ],
)
def test_bad_themes_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"own\.toml"):
        load_theme(str(path))


@pytest.mark.parametrize(
    ("kind", "attributes", "output", "words"),
    [
        ("Conv2d", {"kernel_size": [3, 3], "out_channels": 64, "stride": [1, 1]}, (),
         "3×3 conv, 64"),
        ("Conv2d", {"kernel_size": [3, 3], "out_channels": 64, "stride": [2, 2]}, (),
         "3×3 conv, 64, /2"),
        ("Conv2d", {"kernel_size": [7, 7], "in_channels": 96, "out_channels": 96, "groups": 96}, (),
         "7×7 depthwise conv, 96"),
        ("Conv2d", {"kernel_size": [3, 3], "out_channels": 8, "dilation": [2, 2]}, (),
         "3×3 conv, 8, dilation 2"),
        ("Conv1d", {"kernel_size": [5], "out_channels": 8}, (), "5 conv, 8"),
        ("ConvTranspose2d", {"kernel_size": [2, 2], "out_channels": 8, "stride": [2, 2]}, (),
         "2×2 up-conv, 8, ×2"),
        ("Linear", {"in_features": 768, "out_features": 3072}, (), "Linear, 768 → 3072"),
        ("MaxPool2d", {"kernel_size": 3, "stride": 2}, (), "max pool 3×3, /2"),
        ("max_pool2d", {"kernel_size": 2}, (), "max pool 2×2, /2"),
        ("AdaptiveAvgPool2d", {}, (1, 8, 1, 1), "global avg pool"),
        ("AdaptiveAvgPool2d", {}, (1, 8, 6, 6), "avg pool to 6×6"),
        ("LayerNorm", {}, (), "LayerNorm"),
        ("BatchNorm2d", {}, (), "BatchNorm"),
        ("MultiheadAttention", {"num_heads": 12}, (), "multi-head attention, 12 heads"),
        ("Embedding", {"num_embeddings": 100, "embedding_dim": 8}, (), "Embedding, 100 → 8"),
        ("LSTM", {"input_size": 8, "hidden_size": 16, "num_layers": 2}, (),
         "LSTM, 8 → 16, 2 layers"),
        ("Upsample", {"scale_factor": 2.0, "mode": "nearest"}, (), "nearest resize ×2"),
        ("Dropout", {"p": 0.1}, (), "dropout 0.1"),
        ("GELU", {}, (), "GELU"),
        ("Custom", {}, (), "Custom"),
    ],
)  # fmt: skip
def test_labels_say_what_a_paper_says(
    kind: str, attributes: dict[str, object], output: tuple[int, ...], words: str
) -> None:
    outputs = (TensorSpec(output),) if output else ()
    layer = Layer("a", NodeKind.MODULE, kind, attributes=attributes, outputs=outputs)
    assert operation(layer) == words


def test_the_batch_is_what_most_tensors_begin_with() -> None:
    assert visualize.trace(Residual(), (1, 3, 32, 32)).batch == 1
    assert visualize.trace(Residual(), (6, 3, 32, 32)).batch == 6
    labels = [box.label[0] for box in visualize.draw(Residual(), (6, 3, 32, 32)).scene.boxes]
    assert "image 3×32×32" in labels


def test_labels_of_boxes() -> None:
    image = Layer(
        "x", NodeKind.INPUT, "input", outputs=(TensorSpec((1, 3, 8, 8)),), role=Role.INPUT
    )
    assert box_label(image) == ["image 3×8×8"]
    tokens = replace(image, id="tokens", outputs=(TensorSpec((1, 77), "int64"),))
    assert box_label(tokens) == ["tokens 77"]
    merge = Layer("add", NodeKind.FUNCTION, "add", role=Role.MERGE)
    assert box_label(merge) == ["+"]
    linear = Layer("fc", NodeKind.MODULE, "Linear", path="head.fc", parameters=513_000)
    assert box_label(linear, names=True) == ["Linear", "513.0 k", "head.fc"]
    tied = replace(linear, weights=((100, 64), (100,)), parameters=100)
    assert box_label(tied) == ["Linear, 64 → 100", "shared weights · 100"]
    boxes = replace(image, kind=NodeKind.OUTPUT, role=Role.OUTPUT, outputs=(TensorSpec((9, 4)),))
    assert box_label(boxes) == ["output 9×4"]
    assert box_label(boxes, batch=9) == ["output 4"]
    assert shape(TensorSpec((1,))) == "1"
    assert shape(TensorSpec(())) == "scalar"


def test_figure_saves_by_suffix_and_refuses_others(tmp_path: Path) -> None:
    make, inputs = NETS["inception"]
    figure = visualize.draw(make(), inputs)
    assert figure.save(tmp_path / "a.SVG").read_bytes().startswith(b"<?xml")
    with pytest.raises(UsageError, match="jpeg"):
        figure.save(tmp_path / "a.jpeg")
    with pytest.raises(UsageError, match="folder"):
        figure.save(_folder(tmp_path / "b.svg"))
    with pytest.raises(OutputError, match="does not exist"):
        figure.save(tmp_path / "nowhere" / "a.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.SVG", "b.svg"]
    assert figure._repr_svg_().startswith("<?xml")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_graphviz_failures_are_errors() -> None:
    with pytest.raises(RenderError, match="Graphviz"):
        run_graphviz("digraph {", "svg", FAMILY)


def test_a_slow_graphviz_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualize.export.graphviz._SECONDS", 0.001)
    with pytest.raises(RenderError, match="higher --level"):
        run_graphviz("digraph {a}", "svg", FAMILY)


def test_numbers_in_dot_are_short() -> None:
    make, inputs = NETS["residual"]
    dot = visualize.draw(make(), inputs).render(["dot"])["dot"].decode()
    assert not re.search(r"\d\.\d{4,}", dot)
