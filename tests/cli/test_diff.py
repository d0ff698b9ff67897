"""visualize diff."""

from __future__ import annotations

from click.testing import CliRunner

from visualize.cli.command import main


def test_the_status_says_whether_they_differ() -> None:
    same = CliRunner().invoke(main, ["diff", "resnet18", "resnet18"])
    assert (same.exit_code, "same architecture" in same.output) == (0, True)
    other = CliRunner().invoke(main, ["diff", "resnet18", "resnet34"])
    assert other.exit_code == 1
    assert "layer3[2–5]" in other.output
