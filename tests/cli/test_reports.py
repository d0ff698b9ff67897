"""`visualize graph`, `skips` and `summary`: the contract, formats and languages."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path

import networkx as nx
import pytest

from tests.commands import run


def test_graph_prints_the_contract(folder: Path) -> None:
    result = run("graph", "resnet18")
    document = json.loads(result.stdout)
    model = document["model"]
    assert document["schema"] == 2
    assert (model["name"], model["class"], model["tracer"]) == ("resnet18", "ResNet", "symbolic")
    assert model["parameters"] == model["trainable_parameters"] == 11_689_512
    assert model["macs"] == pytest.approx(1.814e9, rel=0.01)
    assert model["unused_parameters"] == 0
    conv1 = next(node for node in document["nodes"] if node["id"] == "conv1")
    assert (conv1["kind"], conv1["type"], conv1["path"]) == ("module", "Conv2d", "conv1")
    assert conv1["module_class"] == "torch.nn.Conv2d"
    assert conv1["attributes"]["kernel_size"] == [7, 7]
    assert conv1["outputs"] == [{"shape": [1, 64, 112, 112], "dtype": "float32"}]
    kinds = [skip["kind"] for skip in document["skips"]]
    assert kinds == ["identity"] * 2 + ["projection", "identity"] * 3
    for index, skip in enumerate(document["skips"]):
        steps = [skip["fork"], *skip["branch"], skip["merge"]]
        marked = {(e["source"], e["target"]) for e in document["edges"] if e["skip"] == index}
        assert marked == set(itertools.pairwise(steps))


def test_graph_is_a_node_link_document(folder: Path) -> None:
    document = json.loads(run("graph", "net.py:Tiny", "--input", "1,3,8,8").stdout)
    graph = nx.node_link_graph(document, edges="edges")
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.nodes["conv"]["parameters"] == 112


@pytest.mark.parametrize("suffix", ["json", "graphml", "dot"])
def test_graph_writes_files(folder: Path, suffix: str) -> None:
    result = run("graph", "resnet18", "-o", f"g.{suffix}")
    assert result.exit_code == 0, result.output
    assert "71 nodes" in result.stdout
    content = (folder / f"g.{suffix}").read_bytes()
    if suffix == "graphml":
        assert len(nx.read_graphml(io.BytesIO(content))) == 71
    elif suffix == "json":
        assert len(json.loads(content)["nodes"]) == 71
    else:
        assert content.count(b"shape=box") == 71


def test_skips_in_every_format(folder: Path) -> None:
    table = run("skips", "resnet18").stdout
    assert table.count("identity") >= 5
    assert "layer2[0]" in table
    rows = list(csv.DictReader(io.StringIO(run("skips", "resnet18", "--format", "csv").stdout)))
    assert [row["kind"] for row in rows].count("projection") == 3
    assert rows[2]["parameters"] == "8448"
    assert (rows[2]["from"], rows[2]["module"]) == ("layer1_1_relu_1", "layer2.0")
    markdown = run("skips", "resnet18", "--format", "md").stdout.splitlines()
    assert len(markdown) == 2 + 8
    skips = json.loads(run("skips", "resnet18", "--format", "json").stdout)
    assert skips[2]["branch"] == ["layer2_0_downsample_0", "layer2_0_downsample_1"]


def test_skips_can_be_chosen_and_show_their_source_lines(folder: Path) -> None:
    arguments = ("skips", "resnet18", "--format", "json")
    every = json.loads(run(*arguments).stdout)
    assert [skip["kind"] for skip in every].count("identity") == 5
    assert {skip["bypassed_layers"] for skip in every} == {2}
    assert all(skip["source"].endswith(": out += identity") for skip in every)
    recorded = json.loads(run(*arguments, "--tracer", "recorded").stdout)
    assert [skip["source"] for skip in recorded] == [skip["source"] for skip in every]
    projections = json.loads(run(*arguments, "--kind", "projection").stdout)
    assert projections == [skip for skip in every if skip["kind"] == "projection"]
    assert sum(skip["macs"] for skip in projections) == 19267584
    assert json.loads(run(*arguments, "--long").stdout) == []
    assert "resnet18: no skip connections to list" in run("skips", "resnet18", "--long").stdout
    table = run("skips", "resnet18", "--kind", "projection", "--lang", "zh").stdout
    assert "3 条投影捷径：173,824 个参数，1927 万次乘加（19.27 M MACs）" in table


def test_summary_in_every_format_and_language(folder: Path) -> None:
    table = run("summary", "resnet18").stdout
    assert table.startswith("resnet18 (ResNet)\nResNet-18 from Deep Residual Learning")
    assert "layer4: 71.8 % of parameters, 22.7 % of MACs" in table
    assert (
        "layer4：参数占 71.8 %，乘加占 22.7 %" in run("summary", "resnet18", "--lang", "zh").stdout
    )
    rows = list(csv.DictReader(io.StringIO(run("summary", "resnet18", "--format", "csv").stdout)))
    assert (rows[0]["layer"], rows[0]["parameters"]) == ("conv1", "9408")
    assert json.loads(run("summary", "resnet18", "--format", "json").stdout)["facts"]["depth"] == 18
    assert "# resnet18 (ResNet)" in run("summary", "resnet18", "--format", "md").stdout
    assert "\\toprule" in run("summary", "resnet18", "--format", "latex").stdout
    shallow = run("summary", "resnet18", "--depth", "1", "--sort", "macs", "--format", "csv").stdout
    assert shallow.splitlines()[1].startswith("layer1,")
    assert run("summary", "resnet18", "--depth", "0").exit_code == 2


def test_the_audit_in_every_format(folder: Path) -> None:
    table = run("skips", "resnet18", "--audit").stdout
    assert "8 blocks: 0 without a shortcut." in table
    assert "No problems found." in table
    assert json.loads(run("skips", "resnet18", "--audit", "--format", "json").stdout)["modules"]
    for name in ("md", "csv", "latex"):
        assert "identity" in run("skips", "resnet18", "--audit", "--format", name).stdout
    assert "8 个块" in run("skips", "resnet18", "--audit", "--lang", "zh").stdout


def test_what_is_required_of_blocks(folder: Path) -> None:
    both = ("--require", "identity", "--require", "projection")
    good = run("skips", "resnet18", *both)
    assert good.exit_code == 0
    assert good.stdout == ("8 of 8 modules have the required shortcut (identity, projection)\n")
    bad = run("skips", "resnet18", "--require", "identity", "--in", "layer3.*")
    assert bad.exit_code == 1
    assert bad.stdout.splitlines() == [
        "layer3[0] (BasicBlock): projection; required: identity",
        "1 of 2 modules have the required shortcut (identity)",
    ]
    both_asked = ("--audit", "--format", "json", "--require", "identity")
    assert json.loads(run("skips", "resnet18", *both_asked).stdout)["modules"]


def test_a_requirement_that_cannot_be_checked_is_wrong_usage(folder: Path) -> None:
    for arguments in (("--in", "nothing.*"), ()):
        failed = run("skips", "vgg11", "--require", "identity", *arguments)
        assert failed.exit_code == 2
        assert len(failed.stderr.splitlines()[-1:]) == 1
    assert run("skips", "vgg11", "--audit", "--long").exit_code == 2
