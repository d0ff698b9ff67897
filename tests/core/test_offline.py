"""What reads data alone reaches no network; other threads do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from visualize.core.errors import SourceError
from visualize.core.offline import offline


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """A server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def connect(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=5):
        pass


def test_a_connection_is_refused_with_the_host_and_the_place(address: tuple[str, int]) -> None:
    with offline("hf:config.json"), pytest.raises(SourceError) as caught:
        connect(address)
    assert "hf:config.json" in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    connect(address)


def test_a_host_is_not_looked_up() -> None:
    with offline("x"), pytest.raises(SourceError, match=r"huggingface\.co"):
        socket.getaddrinfo("huggingface.co", 443)


def test_other_threads_connect(address: tuple[str, int]) -> None:
    failed: list[BaseException] = []

    def other() -> None:
        try:
            connect(address)
        except BaseException as error:
            failed.append(error)

    with offline("x"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert not failed


def test_it_ends_also_after_an_error(address: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match="other"), offline("x"):
        raise ValueError("other")
    connect(address)
