"""A page that reloads itself: served to browsers on this machine while its file is drawn again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from visualize.page.skeleton import asset, fill

_HERE = "127.0.0.1"
_PAGE, _CHANGES = "/page", "/changes"
_HEARTBEAT = 15.0  # seconds until a browser that has gone is noticed
_SILENCE = 60.0  # seconds that a client may take to ask, or to read
_HTML = "text/html; charset=utf-8"


@dataclass
class Versions:
    """How often the page has been drawn; whoever waits for the next time is woken."""

    number: int = 0
    _condition: threading.Condition = field(default_factory=threading.Condition)

    def advance(self) -> None:
        """The page was drawn again."""
        with self._condition:
            self.number += 1
            self._condition.notify_all()

    def after(self, number: int, seconds: float) -> int:
        """The number as soon as it is another one, or that one after so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self.number != number, seconds)
            return self.number


@contextmanager
def served(page: Path, versions: Versions) -> Iterator[str]:
    """The address at which browsers on this machine, and no others, see a page as it is drawn."""

    class Handler(_Handler):
        file = page
        drawn = versions

    server = _Server((_HERE, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{_HERE}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the midst of an answer is no error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    timeout = _SILENCE
    file: Path
    drawn: Versions

    def do_GET(self) -> None:
        if not self._is_meant():
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == "/":
            self._send(_frame())
        elif self.path == _PAGE:
            self._send_file()
        elif self.path == _CHANGES:
            self._send_changes()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _is_meant(self) -> bool:
        """Whether the address names this machine: another site's name may lead here as well."""
        name, _, _ = self.headers.get("Host", "").partition(":")
        return name in (_HERE, "localhost")

    def _send(self, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", _HTML)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def _send_file(self) -> None:
        try:
            body = self.file.read_bytes()
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND, "not drawn yet")
        else:
            self._send(body)

    def _send_changes(self) -> None:
        """An event for each time that the page is drawn, until the browser goes."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        known = self.drawn.number
        try:
            while True:
                number = self.drawn.after(known, _HEARTBEAT)
                event = f"data: {number}\n\n" if number != known else ":\n\n"
                self.wfile.write(event.encode())
                known = number
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def _frame() -> bytes:
    """What holds the page, which stays as it is in its file."""
    package = "visualize.watching"
    script, style = asset(package, "live.js"), asset(package, "live.css")
    also = ("connect-src 'self'", "frame-src 'self'")
    return fill(
        asset(package, "live.html"), script, style, also=also, TITLE="visualize", PAGE=_PAGE
    )
