"""Pages in a headless Chromium, moved with the pointer and with keys.

Chromium is asked in its own language (the DevTools protocol) over a pair of pipes, which needs no
package: one message of JSON for each request, answer and event, ended by a zero byte.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or ""
AXE = Path(os.environ.get("MERMAID_HOME", "")) / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 60  # seconds for an answer
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--remote-debugging-pipe",
)  # fmt: skip
# It reads what it is asked from file 3 and answers in file 4.
_LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
_FIRST_FREE = 10
_CODES = {
    "Enter": 13, "Escape": 27, "Tab": 9, "Home": 36, "End": 35, " ": 32,
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
}  # fmt: skip
_TEXTS = {"Enter": "\r", " ": " "}
_SHIFT = 8

Data = dict[str, Any]


class Browser:
    """A running Chromium."""

    def __init__(self, asked: int, said: int) -> None:
        self._asked = asked
        self._said = said
        self._rest = b""
        self._number = 0
        self.events: list[Data] = []

    def ask(self, method: str, session: str = "", **parameters: object) -> Data:
        """The answer to a request; events that come before it are kept."""
        self._number += 1
        message: Data = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._asked, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                found: Data = answer["result"]
                return found
            self.events.append(answer)

    def _read(self) -> Data:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._said], [], [], PATIENCE)
            assert ready, "the browser does not answer"
            part = os.read(self._said, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        message: Data = json.loads(line)
        return message


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser that saves what it downloads in a folder."""
    (theirs_in, asked), (said, theirs_out) = os.pipe(), os.pipe()
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD, _FIRST_FREE) for end in (theirs_in, theirs_out)]
    os.close(theirs_in)
    os.close(theirs_out)
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [sys.executable, "-c", _LAUNCH, *map(str, ends), CHROMIUM, *_OPTIONS, profile]
    process = subprocess.Popen(command, pass_fds=ends, stderr=subprocess.DEVNULL)
    for end in ends:
        os.close(end)
    browser = Browser(asked, said)
    try:
        behavior = {"behavior": "allow", "downloadPath": str(folder)}
        browser.ask("Browser.setDownloadBehavior", **behavior)
        yield browser
        browser.ask("Browser.close")
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(asked)
        os.close(said)


class Tab:
    """One tab of a browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.size(1280, 800)
        self.media()

    def ask(self, method: str, **parameters: object) -> Data:
        """The answer to a request about this tab."""
        return self.browser.ask(method, self.session, **parameters)

    def size(self, width: int, height: int) -> None:
        """Change the size of the window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)

    def media(self, scheme: str = "light", motion: str = "reduce") -> None:
        """What the reader prefers: light or dark, motion or not."""
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
        named = [{"name": name, "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", features=named)

    def open(self, address: str) -> None:
        """Open a page, and wait until it shows its figure."""
        self.ask("Page.navigate", url="about:blank")
        self.browser.events.clear()
        self.ask("Page.navigate", url=address)
        self.wait("document.documentElement?.dataset.ready === 'true'")

    def run(self, script: str) -> Any:
        """The value of an expression, or of what it promises."""
        options = {"awaitPromise": True, "returnByValue": True}
        answer = self.ask("Runtime.evaluate", expression=script, **options)
        assert "exceptionDetails" not in answer, (script[:200], answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.run(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            name = key.removeprefix("Shift+")
            text = _TEXTS.get(name, name if len(name) == 1 else "")
            # The codes of other characters are those of other keys.
            code = _CODES.get(name) or (ord(name.upper()) if name.isalnum() else 0)
            modifiers = _SHIFT if name != key else 0
            pressed: Data = {"key": name, "windowsVirtualKeyCode": code, "modifiers": modifiers}
            kind = "keyDown" if text else "rawKeyDown"
            self.ask("Input.dispatchKeyEvent", type=kind, text=text, **pressed)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def write(self, text: str) -> None:
        """Press the keys of a text."""
        self.press(*text)

    def click(self, x: float, y: float, times: int = 1) -> None:
        """Click at a place of the window, once or more."""
        place = {"x": x, "y": y}
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", **place)
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                button = {"button": "left", "clickCount": count}
                self.ask("Input.dispatchMouseEvent", type=kind, **place, **button)

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot")["data"])

    def errors(self) -> list[str]:
        """What went wrong since the page was opened, as its console shows it."""
        self.run("0")
        found = []
        for event in self.browser.events:
            method, said = event["method"], event["params"]
            failed = method == "Runtime.exceptionThrown"
            logged = method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning")
            if failed or logged or (method == "Runtime.consoleAPICalled" and said["type"] != "log"):
                found.append(json.dumps(said)[:500])
        return found

    def requests(self) -> list[str]:
        """What was asked from anywhere since the page was opened, without the page itself."""
        self.run("0")
        sent = [one for one in self.browser.events if one["method"] == "Network.requestWillBeSent"]
        asked = [one["params"] for one in sent if one["params"].get("type") != "Document"]
        addresses = [one["request"]["url"] for one in asked]
        # What is in the file, and what the page itself made of it.
        return [one for one in addresses if not one.startswith(("data:", "blob:"))]

    def findings(self) -> list[str]:
        """What axe-core finds."""
        self.run(AXE.read_text("utf-8") + "\n;0")
        found = self.run(
            "axe.run().then(({violations}) => violations.map(({id, nodes}) => "
            "id + ': ' + nodes.map(({html}) => html.slice(0, 200)).join(' ')))"
        )
        assert isinstance(found, list)
        return found
