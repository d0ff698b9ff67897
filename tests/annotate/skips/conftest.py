"""A network to build and its input."""

from __future__ import annotations

import pytest

from tests.graphs import Net


@pytest.fixture
def net() -> Net:
    return Net()


@pytest.fixture
def x(net: Net) -> str:
    return net.input()
