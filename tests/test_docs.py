"""Documentation: links lead somewhere, names exist, and the contract is what the code does."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import visualize
from tests.nets import NETS
from visualize.describe import describe_skips
from visualize.report import graph_document, write_skips, write_summary

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/*.md"))]
PAGES += sorted(ROOT.glob("docs/tutorials/*.md"))
PAGES += [page for page in [ROOT / "CONTRIBUTING.md"] if page.exists()]
CONTRACT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    lines = page.read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for _, link in LINK.findall(page.read_text(encoding="utf-8")):
        # Pages that are made for the site are followed in test_site.py.
        if link.startswith("https://") or "generated/" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_beside_a_link_are_defined_there(page: Path) -> None:
    """``[`build_scene`](../visualize/scene/build.py)`` names something in that file."""
    for text, link in LINK.findall(page.read_text(encoding="utf-8")):
        name = re.fullmatch(r"`([A-Za-z_]+)`", text)
        if name and link.endswith(".py") and "/" in link:
            tree = ast.parse((page.parent / link).read_text(encoding="utf-8"))
            assert name[1] in set(defined(tree)), (name[1], link)


def defined(tree: ast.Module) -> Iterator[str]:
    """The functions, classes and constants of a module."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


# The contract


def keys(document: object, *, free: frozenset[str]) -> set[str]:
    """All keys in a document, except inside what has keys of its own."""
    if isinstance(document, dict):
        inner = (keys(value, free=free) for key, value in document.items() if key not in free)
        return set(document).union(*inner)
    if isinstance(document, list):
        return set().union(*(keys(one, free=free) for one in document))
    return set()


def section(heading: str) -> set[str]:
    """The names in quotes of one section."""
    text = CONTRACT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r'"(\w+)"', text))


FREE = frozenset(
    {
        "attributes",
        "weights",
        "lengths",
        "dtypes",
        "buffer_dtypes",
        "packed_dtypes",
        "unused_dtypes",
        "unused_buffer_dtypes",
        "named_weights",
        "held",
        "values",
        "block_shortcuts",
    }
)


@pytest.fixture(scope="module")
def architecture() -> visualize.Architecture:
    model, shapes = NETS["residual"]
    return visualize.trace(model(), shapes, statistics=True)


def test_the_graph_has_the_keys_of_the_contract(architecture: visualize.Architecture) -> None:
    document = json.loads(json.dumps(graph_document(architecture)))
    missing = keys(document, free=FREE) - section("JSON: the exact graph")
    assert not missing


def test_the_scene_has_the_keys_of_the_contract(architecture: visualize.Architecture) -> None:
    document = json.loads(visualize.draw(architecture).render(["json"])["json"])
    kinds = {"identity", "projection", "concat", "gate"}
    assert not keys(document, free=FREE) - kinds - section("JSON: the scene of a figure")


def test_reports_have_the_keys_of_the_contract(architecture: visualize.Architecture) -> None:
    summary = visualize.summarize(architecture)
    document = json.loads(write_summary(summary, "json"))
    kinds = {"identity", "projection", "concat", "gate"}
    named = section("JSON and CSV: summary and skips")
    statistics = {"mean", "deviation", "norm", "sparsity"}
    assert not keys(document, free=FREE) - kinds - named - statistics
    rows = describe_skips(architecture)
    (skip, *_) = json.loads(write_skips("model", rows, "json"))
    assert set(skip) <= named | section("JSON: the exact graph")
    header = next(csv.reader(io.StringIO(write_summary(summary, "csv"))))
    assert [column for column in printed("layer,") if column in header] == header
    header = next(csv.reader(io.StringIO(write_skips("model", rows, "csv"))))
    assert [column for column in printed("kind,from") if column in header] == header


def printed(start: str) -> list[str]:
    """The columns of the header in the contract that begins with ``start``."""
    (line,) = (line for line in CONTRACT.splitlines() if line.strip().startswith(start))
    return line.strip().split(",")


def test_the_readme_holds_the_two_commands_that_ci_runs() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("    pip install ")] == [
        "    pip install . && visualize draw resnet18",
        "    pip install '.[test]' && pytest",
    ]
