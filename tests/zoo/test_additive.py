"""Rows of summaries add up to their totals, at every depth, whatever is summarized."""

from __future__ import annotations

import pytest

import visualize
from tests.huggingface_models import MODELS
from tests.timm_models import TIMM_MODELS
from visualize.core.summary import RowKind, Summary

pytestmark = pytest.mark.zoo

ADDITIVE = ("parameters", "trainable_parameters", "buffers", "macs", "memory", "bytes")
TORCHVISION = (
    "resnet18", "googlenet", "inception_v3", "densenet121", "mobilenet_v3_large",
    "shufflenet_v2_x1_0", "vit_b_16", "swin_t", "swin_v2_t", "maxvit_t", "convnext_tiny",
    "regnet_y_400mf", "deeplabv3_resnet50", "fcn_resnet50", "lraspp_mobilenet_v3_large",
    "fasterrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn", "retinanet_resnet50_fpn",
    "ssdlite320_mobilenet_v3_large", "r3d_18", "mvit_v2_s", "raft_small",
)  # fmt: skip


def assert_adds_up(name: str) -> None:
    architecture = visualize.trace(name, memory=True)
    for depth in (None, 1, 2, 3, 99):
        summary = visualize.summarize(architecture, depth=depth)
        for key in ADDITIVE:
            parts = [getattr(row, key) or 0 for row in summary.rows if _is_part(row.kind)]
            assert sum(parts) == (getattr(summary.total, key) or 0), (key, depth)
            _assert_sums(summary, key)
    assert summary.total.parameters == architecture.parameters
    assert summary.total.buffers == architecture.buffers


def _is_part(kind: RowKind) -> bool:
    return kind is not RowKind.TOTAL


def _assert_sums(summary: Summary, key: str) -> None:
    """Each sum over a module is that of the rows which are part of it."""
    for whole in summary.rows:
        if whole.kind is RowKind.TOTAL:
            inside = [row for row in summary.rows if row.parent == whole.path and row is not whole]
            assert sum(getattr(row, key) or 0 for row in inside) == (getattr(whole, key) or 0), (
                whole.name,
                key,
            )


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision(name: str) -> None:
    assert_adds_up(name)


@pytest.mark.parametrize("name", list(TIMM_MODELS.values())[::4])
def test_timm(name: str) -> None:
    assert_adds_up(f"timm:{name}")


@pytest.mark.parametrize("name", list(MODELS.values())[::3], ids=list(MODELS)[::3])
def test_transformers(name: str) -> None:
    assert_adds_up(name)
