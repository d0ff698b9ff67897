from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine makes no example wrong.
settings.register_profile("visualize", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("visualize")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--overwrite", action="store_true", help="rewrite the golden files")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare with a file in ``golden/``, or write it with ``--overwrite``."""

    def compare(name: str, content: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--overwrite"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        assert path.exists(), f"no golden file {name}: run pytest --overwrite"
        assert content.decode() == path.read_text(encoding="utf-8")

    return compare
