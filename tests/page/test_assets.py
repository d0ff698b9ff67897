"""The scripts of a page: their own tests, run by Node, and their types, checked by TypeScript."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "visualize" / "page" / "assets"
NODE = shutil.which("node") or ""
# Where `npm install typescript` was run.
TYPESCRIPT = Path(os.environ.get("TYPESCRIPT_HOME", "")) / "node_modules" / "typescript"
_OLDEST = 20  # Node that reads modules without a package around them
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def _version() -> int:
    """The major version of Node; 0 without it."""
    if not NODE:
        return 0
    found = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
    return int(found.stdout.lstrip("v").split(".")[0])


@pytest.mark.skipif(_version() < _OLDEST, reason="needs Node 20")
def test_the_tests_of_the_scripts_pass() -> None:
    files = sorted(map(str, HERE.glob("*.test.js")))
    assert files
    run = subprocess.run([NODE, "--test", *files], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


@pytest.mark.skipif(not (NODE and TYPESCRIPT.is_dir()), reason="needs TypeScript")
def test_the_types_of_the_scripts_fit() -> None:
    command = [NODE, str(TYPESCRIPT / "bin" / "tsc"), "-p", str(HERE / "tsconfig.json")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:]


def test_each_name_at_the_top_of_a_script_is_in_no_other() -> None:
    """The scripts of a page become one."""
    homes: dict[str, list[str]] = {}
    for file in sorted(ASSETS.glob("*.js")):
        for name in _NAME.findall(file.read_text("utf-8")):
            homes.setdefault(name, []).append(file.name)
    assert homes
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
