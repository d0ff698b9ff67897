from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.browser import AXE, CHROMIUM, Tab, chromium
from visualize.watching import server
from visualize.watching.server import Versions, served

PAGE = "<!DOCTYPE html><html lang='en'><title>{}</title><body>{}</body></html>"
INNER = "document.querySelector('iframe')?.contentDocument"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "net.html"
    path.write_text(PAGE.format("first", "1"))
    return path


@pytest.fixture
def versions() -> Versions:
    return Versions()


@pytest.fixture
def address(page: Path, versions: Versions) -> Iterator[str]:
    with served(page, versions) as address:
        yield address


def get(address: str, path: str, host: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=20)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_the_page_is_what_its_file_holds(address: str, page: Path) -> None:
    assert get(address, "/page") == (200, page.read_bytes())
    page.write_text("again")
    assert get(address, "/page") == (200, b"again")
    page.unlink()
    assert get(address, "/page")[0] == 404


def test_no_other_file_is_served(address: str, page: Path) -> None:
    for path in ("/net.html", "/../net.html", "//etc/passwd", "/page/..", str(page)):
        assert get(address, path)[0] == 404


@pytest.mark.parametrize("path", ["/", "/page", "/changes"])
def test_other_names_for_this_machine_are_refused(address: str, path: str) -> None:
    """A site whose name leads to this machine could read the page otherwise."""
    assert get(address, path, "attacker.example")[0] == 403


def test_it_is_not_seen_from_other_machines(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")


def test_each_drawing_is_an_event(address: str, versions: Versions) -> None:
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=20)
    connection.request("GET", "/changes")
    threading.Timer(0.2, versions.advance).start()
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.readline() == b"data: 1\n"
    assert answer.readline() == b"\n"
    versions.advance()
    assert answer.readline() == b"data: 2\n"
    connection.close()


def test_it_ends(page: Path) -> None:
    with served(page, Versions()) as address:
        assert get(address, "/page")[0] == 200
    with pytest.raises(ConnectionRefusedError):
        get(address, "/page")


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium")
def test_a_browser_follows(address: str, page: Path, versions: Versions) -> None:
    with chromium(page.parent) as browser:
        tab = Tab(browser)
        tab.ask("Page.navigate", url=address)
        tab.wait("document.title === 'first'")
        tab.run("document.querySelector('iframe').contentWindow.location.hash = '#open=f0'")
        page.write_text(PAGE.format("second", "2"))
        versions.advance()
        tab.wait("document.title === 'second'")
        assert tab.run(f"{INNER}.body.textContent") == "2"
        assert tab.run(f"{INNER}.location.hash") == "#open=f0"
        assert tab.errors() == []
        if AXE.exists():
            assert tab.findings() == []


def connected(address: str) -> socket.socket:
    name, _, port = address.split("/")[2].partition(":")
    return socket.create_connection((name, int(port)), timeout=20)


@pytest.mark.parametrize("path", ["/page", "/changes"])
def test_a_browser_that_goes_away_is_no_error(
    address: str, path: str, page: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page.write_bytes(b"x" * 5_000_000)
    for _ in range(5):
        client = connected(address)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        # Without a wait for what is not yet sent: the server sees a reset.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert get(address, "/")[0] == 200
    time.sleep(0.3)
    assert capfd.readouterr() == ("", "")


def test_a_client_that_asks_nothing_is_let_go(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server._Handler, "timeout", 0.2)
    with connected(address) as client:
        assert client.recv(1) == b""
