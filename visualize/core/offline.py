"""No network where nobody asked for it: libraries look models up that a configuration names."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from visualize.core.errors import SourceError, shorten

# What Python reports of sockets: with the name of a host first, or with an address last.
_BY_NAME = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_BY_ADDRESS = frozenset({"socket.connect", "socket.sendto"})
_WATCHED = _BY_NAME | _BY_ADDRESS
# What is read in this thread, where that must not reach the network.
_reading: ContextVar[str] = ContextVar("_reading", default="")


@contextmanager
def offline(where: str) -> Iterator[None]:
    """Refuse all connections that this thread tries to make.

    Other threads, which may download or serve something, are not touched.

    Args:
        where: what is read, for the error.

    Raises:
        SourceError: a library tried to look up a host or to connect to one.
    """
    _watch()
    token = _reading.set(where or "model")
    try:
        yield
    finally:
        _reading.reset(token)


@functools.cache
def _watch() -> None:
    """Watch connections. Python cannot end this, so that it is begun once."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _WATCHED:
        return
    where = _reading.get()
    if where:
        named = arguments[0 if event in _BY_NAME else -1]
        host = named[0] if isinstance(named, tuple) and named else named
        raise SourceError(
            f"nothing is downloaded without being asked, and it would connect to {host}",
            where=shorten(where),
            hint="name no model of a hub in its configuration; for weights give --weights",
        )
