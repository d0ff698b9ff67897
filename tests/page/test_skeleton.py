from __future__ import annotations

from visualize.page.skeleton import fill, policy


def test_only_what_is_given_runs() -> None:
    one = policy("a()", "b{}")
    assert one.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in one
    assert policy("a( )", "b{}") != one
    assert "img-src 'self' file:;" in policy("a()", "b{}", images="'self' file:")


def test_names_in_double_braces_are_filled_once() -> None:
    page = fill("|{{SCRIPT}}|{{TITLE}}", "a('{{STYLE}}')", "b{}", TITLE="\ud800")
    assert page.decode().endswith("|a('{{STYLE}}')|?</body>\n</html>\n")
    assert b"<title>?</title>\n<style>b{}</style>\n" in page
    assert b"default-src &#x27;none&#x27;" in page
