"""Silence in one thread; all others are heard."""

from __future__ import annotations

import logging
import threading
import types
import warnings
from collections.abc import Callable

import pytest

from visualize.core.quiet import not_logged, quiet

LOG = logging.getLogger("quiet")


def elsewhere(job: Callable[[], object]) -> None:
    thread = threading.Thread(target=job)
    thread.start()
    thread.join()


def remark(text: str) -> None:
    LOG.warning(text)
    warnings.warn(text, stacklevel=1)


def test_only_this_thread_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with quiet():
            remark("here")
            elsewhere(lambda: remark("there"))
            LOG.error("an error")
        remark("after")
    assert [str(each.message) for each in caught] == ["there", "after"]
    assert [each.message for each in caplog.records] == ["there", "an error", "after"]


def test_warnings_that_are_errors_are_none_here() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet():
            warnings.warn("here", stacklevel=1)
        with pytest.raises(UserWarning):
            warnings.warn("after", stacklevel=1)


def test_a_warning_is_not_used_up() -> None:
    def warn() -> None:
        warnings.warn("once", stacklevel=1)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        with quiet():
            warn()
        warn()
        with quiet():
            pass
        warn()
    assert len(caught) == 1


def test_code_here_may_record_its_own_warnings() -> None:
    with quiet():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.warn("seen", stacklevel=1)
        warnings.resetwarnings()
        warnings.warn("lost", stacklevel=1)
    assert [str(each.message) for each in caught] == ["seen"]


def test_all_is_as_before() -> None:
    filters, shown = warnings.filters, warnings.showwarning
    kept, handlers = list(filters), logging.Logger.callHandlers

    def fail() -> None:
        with quiet():
            warnings.simplefilter("ignore")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    assert warnings.filters is filters
    assert list(filters) == kept
    assert warnings.showwarning is shown
    assert type(warnings) is types.ModuleType
    assert logging.Logger.callHandlers is handlers


def test_a_logger_is_not_heard(caplog: pytest.LogCaptureFixture) -> None:
    with not_logged("quiet"):
        LOG.error("here")
        logging.getLogger("other").error("other")
        elsewhere(lambda: LOG.error("there"))
    assert [each.message for each in caplog.records] == ["other", "there"]
