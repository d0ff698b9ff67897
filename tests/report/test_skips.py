"""The table of skip connections."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

import visualize
from tests.graphs import Net, every_kind
from tests.nets import NETS, Residual
from visualize.core.summary import SkipRow
from visualize.describe import describe_skips
from visualize.report import write_skips


@pytest.fixture(scope="module")
def rows() -> tuple[SkipRow, ...]:
    model, shapes = NETS["residual"]
    return describe_skips(visualize.trace(model(), shapes))


def test_csv_and_json_are_exact(rows: tuple[SkipRow, ...]) -> None:
    cells = list(csv.DictReader(io.StringIO(write_skips("net", rows, "csv"))))
    documents = json.loads(write_skips("net", rows, "json"))
    for row, cell, document in zip(rows, cells, documents, strict=True):
        assert cell["kind"] == document["kind"] == row.skip.kind.value
        assert cell["written"] == document["source"] == row.source
        assert int(cell["bypasses"]) == len(document["bypassed"]) == len(row.skip.bypassed)
        assert int(cell["bypassed MACs"]) == document["bypassed_macs"]


def test_a_batch_is_named_and_no_part_of_shapes() -> None:
    rows = describe_skips(visualize.trace(Residual(), (8, 3, 16, 16)))
    table = write_skips("net", rows, "md")
    assert "| bypassed MACs (M, batch 8) |" in table
    totals = write_skips("net", rows, "table")
    assert "1 projection shortcut: 160 parameters, 65.54 k MACs (batch 8)" in totals
    (cell, *_) = csv.DictReader(io.StringIO(write_skips("net", rows, "csv")))
    assert cell["shape"].startswith("8×")
    assert f"| {cell['shape'].removeprefix('8×')} |" in table
    assert cell["shape"] not in table
    assert "bypassed MACs" in cell
    assert "批大小 8）" in write_skips("net", rows, "md", language="zh")


def test_totals_in_both_languages(rows: tuple[SkipRow, ...]) -> None:
    english = write_skips("net", rows, "table")
    assert english.startswith("Skip connections of net\n")
    assert english.endswith(
        "3 identity shortcuts: 0 parameters, 0 MACs\n"
        "1 projection shortcut: 160 parameters, 8,192 MACs\n"
    )
    chinese = write_skips("net", rows, "table", language="zh")
    assert chinese.startswith("net 的跳跃连接\n")
    assert "3 条恒等捷径：0 个参数，0 次乘加\n" in chinese


def test_what_a_branch_is_scaled_by_how_many_streams_mix_and_what_is_detached() -> None:
    rows = describe_skips(every_kind())
    written = {
        cell["kind"]: cell for cell in csv.DictReader(io.StringIO(write_skips("net", rows, "csv")))
    }
    assert list(written) == [
        "identity", "scaled", "projection", "concat", "gate, detached", "mixed",
    ]  # fmt: skip
    assert [cell["scale"] for cell in written.values()] == ["", "0.5", "", "", "", ""]
    assert [cell["streams"] for cell in written.values()] == ["", "", "", "", "", "4"]
    documents = json.loads(write_skips("net", rows, "json"))
    assert [one["scale"] for one in documents] == [None, "0.5", None, None, None, None]
    assert [one["streams"] for one in documents] == [None, None, None, None, None, 4]
    assert [one["gradient"] for one in documents] == [True, True, True, True, False, True]
    english = write_skips("net", rows, "table")
    assert "1 scaled shortcut: 0 parameters" in english
    assert "1 mix of earlier tensors: 0 parameters" in english
    assert "门控（梯度截断）" in write_skips("net", rows, "md", language="zh")


@pytest.mark.parametrize("format_name", ["table", "md", "csv", "latex"])
def test_words_for_what_scales_a_branch(format_name: str) -> None:
    (row, *_) = describe_skips(every_kind(), kinds=["scaled"])
    for scale in ("parameter", "norm", "computed", "0.5"):
        scaled = replace(row, skip=replace(row.skip, scale=scale))
        assert scale in write_skips("net", [scaled], format_name)


def test_columns_that_no_skip_needs_are_left_out(rows: tuple[SkipRow, ...]) -> None:
    head = write_skips("net", rows, "csv").splitlines()[0]
    assert "scale" not in head
    assert "streams" not in head


def test_a_long_skip_and_none() -> None:
    model, shapes = NETS["unet"]
    long = describe_skips(visualize.trace(model(), shapes), long=True)
    assert "concat, long" in write_skips("net", long, "csv")
    assert "拼接（跨分辨率）" in write_skips("net", long, "md", language="zh")
    assert write_skips("net", [], "table") == "net: no skip connections to list\n"
    assert write_skips("net", [], "table", language="zh") == "net：没有可列出的跳跃连接\n"


def test_a_connection_in_a_loop_has_its_count() -> None:
    net = Net()
    x = net.input()
    for name in "abbb":
        x = net.add(net.conv(x, name=name), x)
    net.output(x)
    rows = describe_skips(net.build())
    english = write_skips("net", rows, "table")
    assert "identity ×3" in english
    assert "count" not in english
    assert "2 identity shortcuts, used 4 times: 0 parameters, 0 MACs\n" in english
    assert "2 条恒等捷径，共使用 4 次" in write_skips("net", rows, "table", language="zh")
    cells = list(csv.DictReader(io.StringIO(write_skips("net", rows, "csv"))))
    assert [cell["count"] for cell in cells] == ["1", "3"]
    assert list(cells[0])[-1] == "count"
    assert [one["count"] for one in json.loads(write_skips("net", rows, "json"))] == [1, 3]
    # What each of them bypasses is that of one step.
    assert len({cell["bypassed MACs"] for cell in cells}) == 1


def test_the_cost_of_branches_in_loops_is_that_of_all_steps() -> None:
    net = Net()
    x = net.input()
    for _ in range(3):
        main = net.conv(net.function("relu", net.conv(x, name="a")), name="b")
        x = net.add(main, net.conv(x, name="shortcut"))
    net.output(x)
    (row,) = describe_skips(net.build())
    assert (row.skip.kind.value, row.skip.count) == ("projection", 3)
    assert sum(row.costs.values()) == 3 * row.macs > 0


def test_connections_of_the_model_itself_are_known_by_their_ends() -> None:
    model, shapes = NETS["unet"]
    rows = describe_skips(visualize.trace(model(), shapes))
    own = [row for row in rows if not row.skip.module]
    assert own
    heads = write_skips("net", own, "table", width=90).splitlines()[2:4]
    words = " ".join(heads).split()
    assert "module" not in words
    assert {"from", "to"} <= set(words)
    assert "module" in write_skips("net", own, "csv").splitlines()[0].split(",")
