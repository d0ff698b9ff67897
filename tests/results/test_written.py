from __future__ import annotations

import pytest

from visualize.results.written import data_frame


def test_a_data_frame_has_a_row_each() -> None:
    pytest.importorskip("pandas")
    frame = data_frame([{"name": "a", "macs": 1}, {"name": "b", "macs": 2}])
    assert list(frame.columns) == ["name", "macs"]
    assert frame.macs.sum() == 3
