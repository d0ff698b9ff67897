"""The package: what it exports, and that importing it is fast."""

from __future__ import annotations

import subprocess
import sys

import pytest

import visualize


def test_every_public_name_exists() -> None:
    for name in visualize.__all__:
        assert getattr(visualize, name) is not None
        assert name in dir(visualize)
    with pytest.raises(AttributeError, match="has no attribute 'paint'"):
        _ = visualize.paint


def test_models_can_be_loaded_by_name() -> None:
    assert type(visualize.models.load_model("alexnet").model).__name__ == "AlexNet"


@pytest.mark.parametrize("used", ["", "FigureOptions", "VisualizeError", "Theme"])
def test_torch_is_not_imported_before_it_is_needed(used: str) -> None:
    code = (
        f"import sys, visualize\n{used and f'visualize.{used}'}\nsys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
