"""The command line. It imports torch only when a command needs it."""

from __future__ import annotations

from visualize.cli.command import main, run

__all__ = ["main", "run"]
