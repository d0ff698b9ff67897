"""Figures for a paper: one column wide, in a real two-column page, and He et al.'s Figure 3."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from pdfminer.pdfpage import PDFPage

import visualize
from visualize.check import check_file
from visualize.check.pdf import read_pdf

COLUMN = 3.25 * 72
UNET = Path(__file__).parent.parent / "outputs" / "unet.py"
LLAMA = (
    "hf:LlamaConfig?num_hidden_layers=126&hidden_size=64&num_attention_heads=4"
    "&num_key_value_heads=2&intermediate_size=96&vocab_size=512"
)
PAGE = r"""
\documentclass[twocolumn]{article}
\usepackage[letterpaper,textwidth=6.875in,columnsep=0.375in,textheight=9in]{geometry}
\usepackage{graphicx}
\begin{document}
%s
\end{document}
"""
FIGURE = r"\begin{figure}\centering\includegraphics{%s}\caption{%s}\end{figure}\clearpage"


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Figures of one column, by the name of the model."""
    folder = tmp_path_factory.mktemp("figures")
    models = {"resnet18": "", "resnet50": "", "vit_b_16": "", "unet": f"{UNET}:UNet"}
    return {
        name: visualize.draw(model or name, width="3.25in", height="8.5in").save(
            folder / f"{name}.pdf"
        )
        for name, model in models.items()
    }


def test_a_figure_is_exactly_as_wide_as_a_column(columns: dict[str, Path]) -> None:
    for path in columns.values():
        (page,) = PDFPage.get_pages(io.BytesIO(path.read_bytes()))
        left, bottom, right, top = page.mediabox
        assert right - left == pytest.approx(COLUMN, abs=0.5)
        assert top - bottom <= 8.5 * 72  # below it is room for a caption


def test_its_type_is_that_of_a_paper(columns: dict[str, Path]) -> None:
    for path in columns.values():
        assert not check_file(path, width=COLUMN)
        texts = read_pdf(path.read_bytes(), path.name).texts
        assert min(text.size for text in texts) >= 7
        assert max(text.size for text in texts) <= 9


def test_a_block_of_a_llama_is_one_column_wide(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    path = visualize.draw(LLAMA, width="3.25in").save(tmp_path / "llama.pdf")
    assert not check_file(path, width=COLUMN)
    assert "×126" in " ".join(text.text for text in read_pdf(path.read_bytes(), "").texts)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no TeX")
def test_figures_stand_in_a_page_of_two_columns(columns: dict[str, Path], tmp_path: Path) -> None:
    figures = "\n".join(FIGURE % (path, name.replace("_", r"\_")) for name, path in columns.items())
    (tmp_path / "paper.tex").write_text(PAGE % figures)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    # Neither wider than its column nor higher than the page.
    assert "Overfull" not in done.stdout
    assert "Float too large" not in done.stdout
    assert (tmp_path / "paper.pdf").stat().st_size > 20_000


def test_resnet34_is_figure_3_of_he_et_al() -> None:
    scene = visualize.draw("resnet34", level="layer", fold=False).scene
    boxes = {box.id: box for box in scene.boxes}
    weighted = [box for box in scene.boxes if "conv" in box.label[0] or "Linear" in box.label[0]]
    assert len(weighted) == 34
    kernels = [box.label[0].removesuffix(", /2") for box in weighted]
    expected = ["7×7 conv, 64"]
    for channels, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        expected += [f"3×3 conv, {channels}"] * 2 * blocks
    assert kernels == [*expected, "Linear, 512 → 1000"]
    arcs = [arrow for arrow in scene.arrows if arrow.arc]
    assert [arrow.skip for arrow in arcs].count("identity") == 13
    dashed = [number for number, arrow in enumerate(arcs) if arrow.skip == "projection"]
    assert dashed == [3, 7, 13]
    assert all(boxes[arrow.target].role == "merge" for arrow in arcs)
