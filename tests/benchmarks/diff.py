"""Compare two graphs of 10,000 operations: the seconds, and their ratio to the aim of 2 s.

Run: python -m tests.benchmarks.diff
"""

from __future__ import annotations

import random
import sys
import time

from tests.edits import EDITS, chain, renamed
from visualize.compare import compare

_AIM = 2.0  # seconds


def main() -> None:
    given = chain(10_000)
    after = given
    numbers = random.Random(0)
    for edit in EDITS:
        after = edit(after, numbers).architecture
    for name, other in (("edited", after), ("renamed", renamed(after)), ("same", given)):
        start = time.perf_counter()
        found = compare(given, other)
        seconds = time.perf_counter() - start
        sys.stdout.write(
            f"{len(given.graph):,} operations, {name}: {seconds:.2f} s, "
            f"{seconds / _AIM:.2f} of the aim; {len(found.changes)} changes\n"
        )


if __name__ == "__main__":
    main()
