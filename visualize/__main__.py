"""``python -m visualize`` is the command ``visualize``."""

from visualize.cli import run

run()
