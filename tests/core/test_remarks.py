"""Remarks of libraries are not printed, and reach whoever configures logging."""

from __future__ import annotations

import logging

import pytest

from visualize.core.remarks import keep_quiet


def test_remarks_are_not_printed(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    keep_quiet("some.library")
    keep_quiet("some.library")
    log = logging.getLogger("some.library")
    assert len(log.handlers) == 1
    log.warning("odd file")
    assert capsys.readouterr().err == ""
    assert caplog.messages == ["odd file"]
    assert log.level == logging.NOTSET
