"""Summaries: rows that add up, facts that differ from model to model, and every format."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
import torch
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from torch import Tensor, nn

import visualize
import visualize.report
from tests import models
from visualize.core.summary import Row, RowKind, Summary
from visualize.describe.paths import count_paths
from visualize.report import write_summary
from visualize.report.language import load_language
from visualize.report.sentences import sentences

REPORT = Path(visualize.report.__file__).parent
CATALOGUE = REPORT / "locale" / "zh" / "LC_MESSAGES" / "visualize.po"

# What the script that the project began from printed: row, parameters, shape of the weight.
ORIGINAL = (
    ("conv1", 9408, (64, 3, 7, 7)),
    ("bn1", 128, (64,)),
    ("layer1[0]", 73984, ()),
    ("layer1[1]", 73984, ()),
    ("layer1_total", 147968, ()),
    ("layer2[0]", 230144, ()),
    ("layer2[1]", 295424, ()),
    ("layer2_total", 525568, ()),
    ("layer3[0]", 919040, ()),
    ("layer3[1]", 1180672, ()),
    ("layer3_total", 2099712, ()),
    ("layer4[0]", 3673088, ()),
    ("layer4[1]", 4720640, ()),
    ("layer4_total", 8393728, ()),
    ("fc", 513000, (1000, 512)),
    ("TOTAL", 11689512, ()),
)


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


def told(model: nn.Module, *shapes: tuple[int, ...], language: str = "en") -> str:
    """All sentences about ``model``."""
    summary = visualize.summarize(model, [torch.empty(shape) for shape in shapes])
    return " ".join(sentences(summary, load_language(language)))


def row(summary: Summary, name: str) -> Row:
    (found,) = (row for row in summary.rows if row.name == name)
    return found


# The table


def test_it_holds_all_that_the_original_script_printed(resnet18: Summary) -> None:
    rows = {row.name: row for row in resnet18.rows}
    for name, parameters, weight in ORIGINAL:
        assert (rows[name].parameters, rows[name].weight) == (parameters, weight)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_printed_table_has_these_numbers(resnet18: Summary, language: str) -> None:
    lines = write_summary(resnet18, "table", language=language).splitlines()
    for name, parameters, weight in ORIGINAL:
        (line,) = (line for line in lines if line.split()[:1] == [name])
        assert str(parameters) in line.split()
        assert not weight or str(weight) in line


def test_blocks_say_what_their_shortcuts_are(resnet18: Summary) -> None:
    assert row(resnet18, "layer1[0]").skips == {"identity": 1}
    assert row(resnet18, "layer2[0]").skips == {"projection": 1}
    table = write_summary(resnet18, "md")
    assert "BasicBlock, projection shortcut" in table
    assert "7×7 conv, 64, /2" in table


def test_shapes_of_what_enters_and_leaves(resnet18: Summary) -> None:
    block = row(resnet18, "layer2[0]")
    assert block.inputs == ((1, 64, 56, 56),)
    assert block.outputs == ((1, 128, 28, 28),)
    assert resnet18.total.inputs == ((1, 3, 224, 224),)
    assert resnet18.total.outputs == ((1, 1000),)


MODELS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "residual": (models.Residual(), (1, 3, 32, 32)),
    "unet": (models.UNet(), (1, 3, 32, 32)),
    "squeeze_excite": (models.SqueezeExcite(), (1, 3, 16, 16)),
    "inception": (models.Inception(), (1, 3, 8, 8)),
}


@pytest.mark.parametrize("depth", [None, 1, 2, 9])
@pytest.mark.parametrize("name", MODELS)
def test_the_rows_add_up(name: str, depth: int | None) -> None:
    model, shape = MODELS[name]
    summary = visualize.summarize(model, shape, depth=depth)
    parts = [row for row in summary.rows if row.kind is not RowKind.TOTAL]
    for number in ("parameters", "trainable_parameters", "macs", "buffers"):
        assert sum(getattr(row, number) for row in parts) == getattr(summary.total, number)
    assert summary.total.parameters == sum(p.numel() for p in model.parameters())
    assert len({row.name for row in summary.rows}) == len(summary.rows)


def test_depth_closes_modules(resnet18: Summary) -> None:
    shallow = visualize.summarize("resnet18", depth=1)
    assert "layer1" in {row.name for row in shallow.rows}
    assert "layer1[0]" not in {row.name for row in shallow.rows}
    deep = visualize.summarize("resnet18", depth=9)
    names = [row.name for row in deep.rows]
    assert names.index("layer1[0].conv1") < names.index("layer1[0]_total")
    assert row(deep, "layer1[0].relu").calls == 2
    assert row(deep, "layer2[0].downsample[0]").parameters == 8192
    assert deep.total == resnet18.total


class Tied(nn.Module):
    """An embedding whose weight is also that of the last layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embed.weight
        self.extra = nn.Linear(3, 3)
        self.scale = nn.Parameter(torch.ones(4), requires_grad=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Predict tokens."""
        result: Tensor = self.head(self.embed(tokens) * self.scale)
        return result


def test_tied_frozen_and_unused_parameters_are_told() -> None:
    summary = visualize.summarize(Tied(), torch.zeros(1, 5, dtype=torch.int64))
    assert row(summary, "embed").parameters == 40
    assert row(summary, "head").parameters == 0
    assert row(summary, "head").shares == ("embed.weight",)
    assert row(summary, "scale").weight == (4,)
    assert row(summary, "unused").parameters == 12
    table = write_summary(summary, "table")
    assert "tied to embed.weight" in table
    assert "frozen" in table
    assert "never used: extra" in table
    assert "56 parameters, 4 of them frozen; 21.4 % of the parameters are never used." in table
    assert "Tied weights, counted once: embed.weight = head.weight." in table


# Facts


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", 18), ("resnet34", 34), ("vgg16", 16), ("alexnet", 8), ("googlenet", 22),
     ("densenet121", 121), ("mobilenet_v2", 53)],
)  # fmt: skip
def test_depth_is_what_papers_say(name: str, layers: int) -> None:
    assert visualize.summarize(name).facts.paths.longest == layers


# He et al. 2015, Table 1: multiply-adds in 10⁹, and blocks of each stage. Since then strides of
# bottlenecks have moved to their 3×3 convolution, which costs a little more.
TABLE_1 = {
    "resnet18": (1.8, 1.8, (2, 2, 2, 2)),
    "resnet34": (3.6, 3.7, (3, 4, 6, 3)),
    "resnet50": (3.8, 4.1, (3, 4, 6, 3)),
    "resnet101": (7.6, 7.8, (3, 4, 23, 3)),
    "resnet152": (11.3, 11.5, (3, 8, 36, 3)),
}


@pytest.mark.parametrize("name", TABLE_1)
def test_table_1_of_the_resnet_paper(name: str) -> None:
    least, most, blocks = TABLE_1[name]
    summary = visualize.summarize(name)
    assert least <= round(summary.total.macs / 1e9, 1) <= most
    stages = [part for part in summary.facts.parts if part.blocks]
    assert tuple(stage.blocks for stage in stages) == blocks
    assert [stage.shape[-1] for stage in stages] == [56, 28, 14, 7]


def test_gates_are_beside_the_path() -> None:
    with_gate = models.SqueezeExcite()
    assert visualize.summarize(with_gate, (1, 3, 16, 16)).facts.skips["gate"] == 1
    assert visualize.summarize(with_gate, (1, 3, 16, 16)).facts.paths.longest < 3


def test_where_parameters_are(resnet18: Summary) -> None:
    english = " ".join(sentences(resnet18, load_language("en")))
    assert "layer4 holds 71.8 % of the parameters, layer3 18.0 %, and fc, at the end, 4.4 %." in (
        english
    )
    chinese = " ".join(sentences(resnet18, load_language("zh")))
    assert "71.8 % 的参数在 layer4，18.0 % 在 layer3，4.4 % 在最后的 fc。" in chinese
    vgg = " ".join(sentences(visualize.summarize("vgg16"), load_language("en")))
    assert "classifier, at the end, holds 89.4 % of the parameters" in vgg


def test_stages_and_shortcuts(resnet18: Summary) -> None:
    english = " ".join(sentences(resnet18, load_language("en")))
    assert "Its 8 blocks make up 4 stages: layer1 (2 BasicBlocks, 64×56×56), layer2" in english
    assert "8 skip connections: 5 identity, 3 projection." in english
    assert "cost 173,824 parameters (1.5 %) and 19.27 M MACs (1.1 %)." in english
    plain = told(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (1, 4))
    assert "no skip connections" in plain
    assert "no stages" in plain
    assert "projection" not in plain


def test_what_small_models_are_told() -> None:
    assert "no parameters" in told(nn.ReLU(), (1, 4))
    assert "no weighted layers" in told(nn.BatchNorm2d(4), (1, 4, 2, 2))
    one = told(nn.Sequential(nn.Linear(4, 4)), (1, 4))
    assert "1 weighted layer deep" in one
    assert "A single path" in one
    assert "bypass a change of resolution" in told(models.UNet(), (1, 3, 32, 32))


class AtTheEnd(nn.Module):
    """The last weighted layer is a function of the model itself."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.weight = nn.Linear(4, 8), nn.Parameter(torch.ones(2, 8))

    def forward(self, x: Tensor) -> Tensor:
        """Multiply twice."""
        return nn.functional.linear(self.first(x), self.weight)


def test_functions_of_the_model_itself_have_a_name() -> None:
    sentence = told(AtTheEnd(), (1, 4))
    assert "first takes 66.7 % of the 48 MACs, and linear, at the end, 33.3 %." in sentence
    assert "first holds 71.4 % of the parameters, weight 28.6 %." in sentence


def test_paths_of_residual_blocks_double(resnet18: Summary) -> None:
    paths = resnet18.facts.paths
    assert paths.number == 2**8
    # The stem, the classifier and three projections are passed by all, two layers of each block by
    # those that do not go round it: one for a projection instead.
    assert (paths.shortest, paths.longest) == (5, 18)
    assert paths.quantile(0.0) == 5
    assert paths.quantile(1.0) == 18


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.data())
def test_paths_are_those_that_a_walk_finds(
    edges: list[tuple[int, int]], data: st.DataObject
) -> None:
    graph = nx.MultiDiGraph([(str(min(e)), str(max(e))) for e in edges if e[0] != e[1]])
    lengths = {node: data.draw(st.integers(0, 3)) for node in sorted(graph)}
    found: Counter[int] = Counter()

    def walk(node: str, length: int) -> None:
        length += lengths[node]
        if not graph.out_degree(node):
            found[length] += 1
        for _, target in graph.out_edges(node):
            walk(target, length)

    for node in graph:
        if not graph.in_degree(node):
            walk(node, 0)
    assert count_paths(graph, lengths) == dict(found)


# Receptive fields


@pytest.mark.parametrize(
    ("name", "last", "pixels"),
    [("alexnet", "features_total", 195), ("vgg16", "features_total", 212),
     ("resnet50", "layer4_total", 427)],
)  # fmt: skip
def test_receptive_fields_that_are_published(name: str, last: str, pixels: int) -> None:
    assert row(visualize.summarize(name), last).receptive_field == (pixels, pixels)


def test_receptive_fields_are_those_that_gradients_reach() -> None:
    layers = nn.Sequential(
        nn.Conv2d(1, 1, 3, stride=2, padding=1),
        nn.MaxPool2d((1, 3), 1),
        nn.Conv2d(1, 1, (3, 5), dilation=2),
        nn.AvgPool2d(2),
        nn.ConvTranspose2d(1, 1, 4, stride=2),
    )
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.ones_(parameter)
    image = torch.rand(1, 1, 64, 64, requires_grad=True)
    made = layers(image)
    made[0, 0, made.shape[2] // 2, made.shape[3] // 2].backward()
    assert image.grad is not None
    reached = image.grad[0, 0].nonzero()
    sizes = (reached.amax(0) - reached.amin(0) + 1).tolist()
    field = visualize.summarize(layers, (1, 1, 64, 64)).total.receptive_field
    assert field is not None
    # The largest of a window passes its gradient to one place of it alone.
    assert sizes[0] == field[0]
    assert field[1] - 4 <= sizes[1] <= field[1]


def test_no_receptive_field_is_told_of_what_moves_values() -> None:
    assert all(row.receptive_field is None for row in visualize.summarize("swin_t").rows)
    assert "receptive field" not in write_summary(visualize.summarize("swin_t"), "csv")


# Formats and languages


def test_csv_and_json_are_exact(resnet18: Summary) -> None:
    cells = list(csv.DictReader(io.StringIO(write_summary(resnet18, "csv"))))
    assert [cell["layer"] for cell in cells] == [row.name for row in resnet18.rows]
    assert cells[0]["MACs"] == "118013952"
    assert cells[-1]["activations"] == str(resnet18.total.memory)
    document = json.loads(write_summary(resnet18, "json"))
    assert document["schema"] == 1
    assert document["facts"]["depth"] == 18
    assert sum(document["facts"]["paths"]["lengths"].values()) == 256
    assert document["rows"][0]["weight"] == [64, 3, 7, 7]
    assert document["rows"][-1]["receptive_field"] == [None, None]


def test_markdown_has_as_many_cells_in_each_line(resnet18: Summary) -> None:
    lines = [line for line in write_summary(resnet18, "md").splitlines() if line.startswith("|")]
    assert len(lines) == len(resnet18.rows) + 2
    assert len({line.count("|") - line.count("\\|") for line in lines}) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_columns_are_aligned(resnet18: Summary, language: str) -> None:
    lines = write_summary(resnet18, "table", language=language).splitlines()
    (rule,) = (index for index, line in enumerate(lines) if line.strip().startswith("──"))
    (weights,) = {
        cell_len(line[: line.index("(")]) for line in lines[rule:] if line.startswith("  conv1")
    }
    classes = [line for line in lines[rule:] if line.startswith("  fc")]
    assert cell_len(classes[0][: classes[0].index("(")]) == weights


def test_a_narrow_terminal_gets_fewer_columns(resnet18: Summary) -> None:
    lines = write_summary(resnet18, "table", width=100).splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert "71.8" in "".join(lines)
    assert "receptive field" not in "".join(lines)


def test_sorting_puts_the_largest_first(resnet18: Summary) -> None:
    lines = write_summary(resnet18, "csv", sort="parameters").splitlines()
    assert [line.partition(",")[0] for line in lines[1:4]] == [
        "layer4[1]",
        "layer4[0]",
        "layer3[1]",
    ]
    assert "layer4_total" not in "".join(lines)
    assert lines[-1].startswith("TOTAL")


def test_documentation_and_weights_are_told(resnet18: Summary) -> None:
    assert resnet18.documentation.startswith("ResNet-18 from Deep Residual Learning for Image")
    assert resnet18.published == ("IMAGENET1K_V1",)
    assert "arxiv.org/abs/1512.03385" in write_summary(resnet18, "md")


class Scaled(nn.Module):
    """A norm of its own class, and two results."""

    class Norm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(8))

        def forward(self, x: Tensor) -> Tensor:
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)) * self.weight

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.norm = self.Norm()
        self.second = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.norm(self.first(x))
        return y, self.second(y)


def test_all_results_and_the_weight_of_a_formula_are_told() -> None:
    summary = visualize.summarize(Scaled(), (1, 4))
    norm = next(row for row in summary.rows if row.name == "norm")
    assert norm.weight == (8,)
    assert summary.total.outputs == ((1, 8), (1, 3))
    table = csv.DictReader(io.StringIO(write_summary(summary, "csv")))
    assert next(row["output"] for row in table if row["layer"] == "TOTAL") == "8 +1"


@pytest.mark.parametrize(
    ("trainable", "words"),
    [(0, "75 parameters, all frozen"), (1, "75 parameters, 43 of them frozen")],
)
def test_how_much_of_a_model_is_frozen_is_told(trainable: int, words: str) -> None:
    model = Scaled()
    for parameter in list(model.parameters())[trainable:]:
        parameter.requires_grad_(False)
    assert words in sentences(visualize.summarize(model, (1, 4)), load_language("en"))[0]


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="TeX is not installed")
def test_latex_compiles(resnet18: Summary, tmp_path: Path) -> None:
    table = write_summary(resnet18, "latex")
    page = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\\tiny %s\\end{document}"
    (tmp_path / "table.tex").write_text(page % table, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]


def test_every_word_has_a_translation() -> None:
    def words(catalogue: Catalog) -> dict[object, object]:
        return {
            message.id if isinstance(message.id, str) else tuple(message.id): (
                message.string if isinstance(message.string, str) else tuple(message.string)
            )
            for message in catalogue
            if message.id
        }

    with CATALOGUE.open("rb") as file:
        translated = words(read_po(file, locale="zh"))
    assert set(translated) == {message for _, _, message, *_ in extract_from_dir(REPORT)}
    assert all(text and all(text) for text in translated.values())
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        assert words(read_mo(file)) == translated
