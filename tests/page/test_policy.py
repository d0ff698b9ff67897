from __future__ import annotations

from visualize.page.policy import policy


def test_only_what_is_given_runs() -> None:
    one = policy("a()", "b{}")
    assert one.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in one
    assert policy("a( )", "b{}") != one
    assert "img-src 'self' file:;" in policy("a()", "b{}", images="'self' file:")
