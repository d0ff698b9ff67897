"""`visualize models`."""

from __future__ import annotations

from tests.commands import run


def test_models_lists_and_filters() -> None:
    names = run("models").stdout.split()
    assert "resnet18" in names
    assert len(names) > 80
    assert run("models", "vit_*").stdout.split() == [n for n in names if n.startswith("vit_")]
