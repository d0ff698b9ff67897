"""One file: the skeleton of a page with its style, its scripts and its document in it."""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.resources
import re

import visualize
from tests.page.pages import SHAPE, Net, document, document_in

PAGE = visualize.draw(Net(), SHAPE, title="A <b>title</b> & more").render("html")["html"]


def hashed(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_the_document_is_in_the_file() -> None:
    assert document_in(PAGE) == document(
        visualize.draw(Net(), SHAPE, title="A <b>title</b> & more")
    )


def test_nothing_is_loaded_and_only_its_own_script_and_style_apply() -> None:
    text = PAGE.decode()
    assert "http:" not in text.replace("http://www.w3.org/", "")
    assert "https:" not in text
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', text)[0])
    assert policy.startswith("default-src 'none'")
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert f"'{hashed(script)}'" in policy
    assert f"'{hashed(style)}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|\son[a-z]+=", text[: text.index("<script")])


def test_scripts_are_one_module() -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', PAGE.decode(), re.DOTALL)
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)


def test_comments_stay_in_the_sources_and_all_else_is_in_the_page() -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', PAGE.decode(), re.DOTALL)
    assert not re.search(r"^\s*//|^\s*/\*\*[^/]*\*/$", script, re.MULTILINE)
    assets = importlib.resources.files("visualize.page") / "assets"
    for file in assets.iterdir():
        if file.name.endswith(".js") and file.name != "types.js":  # types alone
            for line in file.read_text("utf-8").splitlines():
                if line.startswith(("export ", "function ", "class ", "const ", "  const ")):
                    assert line.removeprefix("export ") in script, (file.name, line)


def test_titles_are_text() -> None:
    assert b"<title>A &lt;b&gt;title&lt;/b&gt; &amp; more" in PAGE


def test_the_same_model_has_the_same_page() -> None:
    again = visualize.draw(Net(), SHAPE, title="A <b>title</b> & more").render("html")["html"]
    assert again == PAGE


def test_the_fonts_have_what_is_written() -> None:
    assert b"@font-face" in PAGE
    assert b"--font:'Fira Sans page'" in PAGE
