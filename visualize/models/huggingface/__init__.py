"""Models of transformers, built from their configuration: never a download, never weights."""

from visualize.models.huggingface.building import build
from visualize.models.huggingface.examples import example_for

__all__ = ["build", "example_for"]
