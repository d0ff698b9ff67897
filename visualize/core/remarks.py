"""Remarks of libraries about the files that they read, which are no lines of this program."""

from __future__ import annotations

import logging


def keep_quiet(library: str) -> None:
    """Keep remarks of ``library`` from standard error, where no one asked for its log.

    Python prints them if nobody handles them. Whoever configures logging gets them as ever: nothing
    is switched off.
    """
    log = logging.getLogger(library)
    if not any(isinstance(handler, logging.NullHandler) for handler in log.handlers):
        log.addHandler(logging.NullHandler())
