"""A saved graph is the graph: nothing is lost, and what is no graph is refused in one line."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from torch import Tensor, nn

import visualize
from tests.commands import run
from tests.graphs import Program, Step, architectures
from tests.graphs import run as run_program
from tests.nets import NETS
from visualize.core.architecture import Architecture
from visualize.core.errors import SourceError, UsageError
from visualize.models.saved import graph_of
from visualize.report import write_graph
from visualize.results.architecture import Architecture as Saved

Document = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def again(exact: Architecture) -> Architecture:
    return graph_of(json.loads(write_graph(exact, "json")), "graph.json")


def assert_same(old: Architecture, new: Architecture) -> None:
    for each in fields(Architecture):
        if each.name != "graph":
            assert getattr(new, each.name) == getattr(old, each.name), each.name
    assert new.operations == old.operations
    for one, other in zip(old.operations, new.operations):
        assert list(one.held.items()) == list(other.held.items())
        assert list(one.attributes.items()) == list(other.attributes.items())
        assert (one.function and one.function.attributes) == (
            other.function and other.function.attributes
        )
    assert list(new.wires) == list(old.wires)
    assert list(new.graph.edges(keys=True)) == list(old.graph.edges(keys=True))
    assert [note.phrase for note in new.notes] == [note.phrase for note in old.notes]
    assert write_graph(new, "json") == write_graph(old, "json")


SUMS_AT_ODDS = Program(
    inputs=1,
    steps=(
        Step("norm", 3, 5), Step("add", 2, 31), Step("conv", 3, 23), Step("add", 1, 23),
        Step("add", 0, 9), Step("add", 4, 42), Step("dropout", 4, 9), Step("add", 3, 47),
        Step("add", 5, 26), Step("add", 2, 47), Step("add", 4, 20),
    ),
    outputs=2,
)  # fmt: skip


@given(architectures())
@example(run_program(SUMS_AT_ODDS))  # what is bypassed comes after the first of several sums
def test_a_random_graph_comes_back(exact: Architecture) -> None:
    assert_same(exact, again(exact))


@pytest.mark.parametrize("name", NETS)
def test_a_net_comes_back(name: str) -> None:
    model, shapes = NETS[name]
    exact = visualize.trace(model(), shapes, statistics=True, memory=True)
    new = again(exact)
    assert_same(exact, new)
    # The order of predecessors is that of the trace as well.
    assert [list(new.graph.pred[one]) for one in new.graph] == [
        list(exact.graph.pred[one]) for one in exact.graph
    ]


@pytest.mark.parametrize("name", ["residual"])
@pytest.mark.parametrize("level", ["op", "layer", "stage"])
def test_figures_and_reports_are_the_same(name: str, level: str) -> None:
    model, shapes = NETS[name]
    old = visualize.trace(model(), shapes)
    new = again(old)
    formats = ["svg", "pdf", "json", "html"]
    assert visualize.draw(new, level=level).render(formats) == visualize.draw(
        old, level=level
    ).render(formats)
    for form in ("table", "md", "csv", "json", "latex"):
        assert visualize.summarize(new).to_text(format=form) == visualize.summarize(old).to_text(
            format=form
        )
        assert visualize.skips(new).to_text(format=form) == visualize.skips(old).to_text(
            format=form
        )


MODELS = [
    "mobilenet_v3_small", "densenet121", "googlenet", "swin_t", "vit_b_16", "shufflenet_v2_x0_5",
    "mnasnet0_5", "regnet_y_400mf", "efficientnet_b0", "squeezenet1_0", "alexnet",
    "timm:convnext_atto", "timm:resnet10t", "timm:mixer_s32_224", "timm:levit_128s",
    "timm:ghostnet_050", "timm:res2net50_14w_8s", "timm:poolformer_s12",
    "hf:BertConfig?num_hidden_layers=2", "hf:LlamaConfig?num_hidden_layers=2",
    "hf:T5Config?num_layers=2", "hf:MixtralConfig?num_hidden_layers=1",
]  # fmt: skip


DRAWN = ("swin_t", "timm:resnet10t", "hf:LlamaConfig?num_hidden_layers=2")


@pytest.mark.zoo
@pytest.mark.parametrize("name", MODELS)
def test_a_published_model_comes_back(name: str) -> None:
    exact = visualize.trace(name)
    new = again(exact)
    assert_same(exact, new)
    if name in DRAWN:  # drawing takes longer than all the rest
        assert visualize.draw(new).render(["svg"]) == visualize.draw(exact).render(["svg"])


# What is no graph


@pytest.fixture(scope="module")
def whole() -> Document:
    model, shapes = NETS["residual"]
    document: Document = json.loads(write_graph(visualize.trace(model(), shapes), "json"))
    return document


def node(document: Document) -> Document:
    found: Document = next(one for one in document["nodes"] if one["parameters"])
    return found


def changed(key: str, value: object) -> Callable[[Document], None]:
    return lambda document: node(document).update({key: value})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (changed("parameters", -1), "].parameters: expected a number from 0"),
        (changed("parameters", 2**63), "].parameters: expected a number from 0"),
        (changed("parameters", True), "].parameters: expected a whole number"),
        (changed("outputs", 3), "].outputs: expected a list"),
        (changed("outputs", [{"shape": [2**40] * 9, "dtype": "x"}]), "].outputs[0].shape"),
        (changed("samples", [[7]]), "].outputs[0]: expected sizes that divide"),
        (changed("kind", "loop"), "].kind: expected one of input"),
        (changed("calls", [["nowhere", 0]]), "modules lacks"),
        (changed("color", "red"), "unknown key 'color'"),
        (lambda d: d["nodes"].append(dict(d["nodes"][0])), "is used twice"),
        (lambda d: d["nodes"][1].pop("type"), "nodes[1]: has no type"),
        (lambda d: d["edges"][0].update(target="nobody"), "no node has the id 'nobody'"),
        (lambda d: d["edges"].append(dict(d["edges"][0])), "is listed twice"),
        (
            lambda d: d["edges"][0].update(
                source=d["edges"][0]["target"], target=d["edges"][0]["source"]
            ),
            "leads back",
        ),
        (lambda d: d["edges"][0].update(skip=99), "edges[0].skip: expected"),
        (lambda d: d["skips"][0].update(merge="nobody"), "skips[0]: no node"),
        (lambda d: d["skips"][0].update(kind="x"), "skips[0].kind"),
        (lambda d: d["skips"][0].update(branch=["x"]), "passes 'x', which is not between"),
        (lambda d: d["skips"][0].update(bypassed=["output"]), "passes 'output', which is not"),
        (
            lambda d: d["skips"][0].update(fork=d["skips"][0]["merge"]),
            "which is not between its fork and its merge",
        ),
        (
            lambda d: d.update(untyped=[{"merge": "nobody", "reason": "same"}]),
            "untyped[0]: no node has the id 'nobody'",
        ),
        (
            lambda d: d.update(untyped=[{"merge": "nobody", "reason": "x"}]),
            "untyped[0].reason: expected one of",
        ),
        (lambda d: d["model"].update(parameters=1), "the sum over its nodes"),
        (lambda d: d["model"].update(macs=1), "the sum over its nodes"),
        (lambda d: d["boundaries"].append({"path": "a", "call": 0}), "has no 'arguments'"),
        (lambda d: d.pop("modules"), "earlier version"),
        (lambda d: d.update(schema=1), "schema 1"),
        (lambda d: d.update(schema=3), "update visualize"),
    ],
)
def test_a_damaged_graph_is_refused(
    whole: Document, change: Callable[[Document], None], named: str
) -> None:
    document = copy.deepcopy(whole)
    change(document)
    with pytest.raises(SourceError) as caught:
        graph_of(document, "graph.json")
    assert str(caught.value).startswith("graph.json: ")
    assert named in str(caught.value)


@pytest.mark.parametrize("value", ["x", [[[]]], [1, "x"], {"a": 1}, [], 1e308])
def test_attributes_of_any_type_are_described(whole: Document, value: object) -> None:
    document = copy.deepcopy(whole)
    for one in document["nodes"]:
        one["attributes"] = dict.fromkeys(one["attributes"], value)
    str(visualize.summarize(Saved.of(graph_of(document, "graph.json"))))


def test_a_weight_without_sizes_is_described(whole: Document) -> None:
    document = copy.deepcopy(whole)
    for one in document["nodes"]:
        if "weight" in one:
            one["weight"]["shape"] = []
    str(visualize.summarize(Saved.of(graph_of(document, "graph.json"))))


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"model_type": "bert"}, "try hf:x.json"),
        ({"schema": 2, "boxes": []}, "the scene of a figure"),
        ({"schema": 1, "rows": []}, "a summary"),
        ({"nodes": [], "links": []}, "another program"),
        ([], "no graph"),
        (3, "no graph"),
    ],
)
def test_other_documents_are_named(folder: Path, document: object, named: str) -> None:
    (folder / "x.json").write_text(json.dumps(document))
    result = run("draw", "x.json")
    assert result.exit_code == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("visualize: x.json: is ")
    assert named in line


class Unequal(nn.Module):
    """A block whose sums are none that skip connections end at."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = x + self.pool(x)
        return x + x


def test_an_audit_is_the_same() -> None:
    old = visualize.trace(nn.Sequential(Unequal(), Unequal()), (1, 4, 8, 8))
    new = again(old)
    assert {one.reason.value for one in new.untyped} == {"unweighted", "same"}
    assert_same(old, new)
    for form in ("table", "json"):
        text = visualize.audit(old).to_text(format=form)
        assert visualize.audit(new).to_text(format=form) == text
    assert not visualize.diff(old, new)


# The commands


def test_the_graph_has_what_summaries_and_pages_show(folder: Path) -> None:
    (folder / "net.py").write_text(
        "from torch import nn\nnet = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())\n"
    )
    model = ("net.py:net", "--input", "1,3,8,8")
    assert run("graph", *model, "-o", "net.json").exit_code == 0
    assert run("summary", "net.json").stdout == run("summary", *model).stdout
    for suffix in ("svg", "html"):
        for given_model, name in ((model, "old"), (("net.json",), "new")):
            assert run("draw", *given_model, "-o", f"{name}.{suffix}").exit_code == 0
        assert (folder / f"old.{suffix}").read_bytes() == (folder / f"new.{suffix}").read_bytes()


def test_commands_take_it(folder: Path, whole: Document) -> None:
    model, shapes = NETS["residual"]
    path = visualize.trace(model(), shapes).save("net.json")
    assert run("draw", "net.json", "-o", "net.svg").exit_code == 0
    assert run("graph", "net.json").stdout.encode() == path.read_bytes()
    assert "identity" in run("skips", "net.json").stdout
    assert "TOTAL" in run("summary", "net.json").stdout
    assert len(visualize.load_graph(path).skips) == len(whole["skips"])
    for given_option in (("--input", "1,3"), ("--train",), ("--leaf", "x"), ("--weights", "w.pt")):
        result = run("draw", "net.json", *given_option)
        assert result.exit_code == 2
        assert f"{given_option[0]} can change nothing" in result.stderr


def test_python_refuses_options_of_tracing(folder: Path) -> None:
    model, shapes = NETS["residual"]
    visualize.trace(model(), shapes).save("net.json")
    assert visualize.draw("net.json").scene.boxes
    with pytest.raises(UsageError, match="traced already"):
        visualize.draw("net.json", (1, 3))
    with pytest.raises(UsageError, match="no model to build"):
        visualize.models.load_model("net.json")


def test_torch_is_not_imported(folder: Path) -> None:
    model, shapes = NETS["residual"]
    visualize.trace(model(), shapes).save("net.json")
    code = (
        "import sys; from click.testing import CliRunner; from visualize.cli import main\n"
        "for each in (['draw', 'net.json', '-o', 'net.svg'], ['summary', 'net.json'],"
        " ['skips', 'net.json'], ['skips', 'net.json', '--audit'],"
        " ['diff', 'net.json', 'net.json'], ['graph', 'net.json']):\n"
        "    assert CliRunner().invoke(main, each).exit_code == 0, each\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# The schema


def closed(schema: Any) -> Any:
    """A schema that knows every key: objects have no others than it lists."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    known = {name: closed(one) for name, one in schema.items()}
    return {"additionalProperties": False, **known} if "required" in known else known


ROOT = Path(__file__).parents[2]
SCHEMA_FILE = json.loads((ROOT / "docs" / "graph.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(closed(SCHEMA_FILE))


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/golden/*.graph.json")), ids=str)
def test_the_schema_describes_goldens(path: Path) -> None:
    VALIDATOR.validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NETS)
def test_the_schema_describes_nets(name: str) -> None:
    model, shapes = NETS[name]
    exact = visualize.trace(model(), shapes, statistics=True, memory=True)
    VALIDATOR.validate(json.loads(write_graph(exact, "json")))
    twice = visualize.trace(nn.Sequential(Unequal()), (1, 4, 8, 8))
    VALIDATOR.validate(json.loads(write_graph(twice, "json")))
