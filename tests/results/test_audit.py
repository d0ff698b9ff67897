"""What `visualize.audit` returns prints itself, and can be asked what is lacking."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import visualize
from tests.broken_blocks import Bare, Broken
from visualize.core.errors import UsageError

SHAPE = (2, 7, 16)


def test_an_architecture_can_be_audited() -> None:
    architecture = visualize.trace(Broken("forgotten"), SHAPE)
    audit = architecture.audit()
    assert [each.module for each in audit.problems] == ["blocks.3"]
    assert repr(audit) == "<Audit of Broken: 6 blocks, 1 problems>"
    assert len(audit) == 6
    assert audit[3].path == "blocks.3"
    assert visualize.audit(architecture).modules == audit.modules


def test_what_lacks_a_shortcut() -> None:
    audit = visualize.audit(Bare(), SHAPE)
    assert [one.path for one in audit.lacking("identity", "blocks.*")] == [
        "blocks.0", "blocks.1", "blocks.2", "blocks.3",
    ]  # fmt: skip
    assert not visualize.audit(Broken(), SHAPE).lacking("identity", "blocks.*")
    resnet = visualize.audit("resnet18")
    assert [one.path for one in resnet.lacking("identity", "layer2.*")] == ["layer2.0"]
    assert not resnet.lacking(["identity", "projection"], "BasicBlock")


def test_a_pattern_that_matches_no_block_is_about_the_outermost_modules() -> None:
    audit = visualize.audit("resnet18")
    assert [one.path for one in audit.lacking("identity", "layer1.*.conv1")] == [
        "layer1.0.conv1", "layer1.1.conv1",
    ]  # fmt: skip
    assert [one.path for one in audit.inside("fc")] == ["fc"]


def test_a_pattern_that_matches_nothing() -> None:
    audit = visualize.audit("resnet18")
    with pytest.raises(UsageError, match=r"no module has the path or class .layer9"):
        audit.lacking("identity", "layer9.*")
    with pytest.raises(UsageError, match="layer9"):
        audit.inside("layer1.*", "layer9.*")
    with pytest.raises(UsageError, match="kind"):
        audit.lacking("identical")


def test_without_blocks_a_pattern_is_needed() -> None:
    with pytest.raises(UsageError, match="no repeated blocks"):
        visualize.audit("vgg11").lacking("identity")


def test_it_writes_itself(tmp_path: Path) -> None:
    audit = visualize.audit(Broken("zero"), SHAPE)
    assert json.loads(audit.save(tmp_path / "audit.json").read_text()) == audit.to_dict()
    document = audit.to_dict()
    assert document["values"] is True
    assert document["modules"][3]["findings"][0]["kind"] == "zero"
    assert document["modules"][3]["findings"][0]["problem"] is False
    assert "<table" in audit._repr_html_()
