"""A summary that several tests read."""

from __future__ import annotations

import pytest

import visualize
from visualize.core.summary import Summary


@pytest.fixture(scope="session")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")
