from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from visualize.watching.reads import Reads

reads = Reads()
sys.path.insert(0, "code")
import own  # and, compiled by a first run, again
import json.tool
from visualize.core import quantities
for name in ("near.yaml", "far/near.yaml", "code/broken.py"):
    Path(name).read_text()
Path("written.txt").write_text("")
for mode in ("r", "a", "r+"):
    Path("cache.yaml").open(mode).close()
Path("gone.yaml").write_text("")
Path("gone.yaml").read_text()
Path("gone.yaml").unlink()
try:
    import broken
except SyntaxError:
    pass
folders = [Path.cwd() / name for name in ("code", "near.yaml", "cache.yaml")]
print(sorted(path.relative_to(Path.cwd()).as_posix() for path in reads.own(folders)))
"""


def test_what_somebody_may_edit(tmp_path: Path) -> None:
    files = {
        "code/own.py": "from pathlib import Path\nPath('code/widths.txt').read_text()",
        "code/widths.txt": "",
        "code/broken.py": "(",
        "near.yaml": "",
        "cache.yaml": "",
        "far/near.yaml": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for _ in range(2):
        command = [sys.executable, "-c", SCRIPT]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        names = ["code/broken.py", "code/own.py", "code/widths.txt", "near.yaml"]
        assert done.stdout == f"{names}\n"
    assert list((tmp_path / "code").rglob("own*.pyc"))
