"""A short run over damaged files of every kind, and files that were once read wrongly.

CONTRIBUTING.md has the command for the long run.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.fuzz.kinds import CORPUS, KINDS, Kind
from tests.fuzz.run import files

ROOT = Path(__file__).parents[2]
COUNT = 6  # of each kind


def test_the_corpus_is_small_and_of_every_kind() -> None:
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < 2**20
    assert {folder.name for folder in CORPUS.iterdir()} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_damaged_files_differ_and_are_the_same_again(kind: Kind) -> None:
    found = [content for _, content in files(kind, range(40))]
    assert found == [content for _, content in files(kind, range(40))]
    assert len({hashlib.sha256(content).digest() for content in found}) > 30


def test_damaged_files_are_read_or_refused_in_one_line() -> None:
    with tempfile.TemporaryDirectory() as keep:
        command = [sys.executable, "-m", "tests.fuzz.run", "--count", str(COUNT), "--keep", keep]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(f"{COUNT} files") == len(KINDS)


_ACTS = {
    "writes": "open('left.txt', 'w').close()",
    "connects": "import socket; socket.socket()",
    "starts": "import subprocess; subprocess.run(['true'])",
    "crashes": "import os; os.abort()",
    "hangs": "import time; time.sleep(60)",
    "grows": "held = bytearray(2200 << 20); held[::4096] = b'x' * len(held[::4096])",
    "says much": "import sys; print('one\\ntwo', file=sys.stderr); raise SystemExit(1)",
    "fails": "import os; os.write(2, b'visualize: unexpected KeyError')",
}


_TRY = """
import sys
from pathlib import Path
from tests.fuzz.attempts import attempt, watch

import torch
import visualize.cli

watch()
for number, act in enumerate(sys.argv[1:]):
    Path("net.py").write_text(act + chr(10) + "def Net(): pass" + chr(10))
    print(number, attempt(["draw", "net.py:Net", "-o", "out.svg"], "out.svg", 4).problems())
"""


def test_what_must_not_happen_is_seen(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TRY, *_ACTS.values()], cwd=tmp_path, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True,
    )  # fmt: skip
    found = dict(zip(_ACTS, done.stdout.strip().splitlines(), strict=True))
    assert not [act for act, problems in found.items() if problems.endswith("[]")], found
