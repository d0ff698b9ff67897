"""Documents of pages, checked by scripts as a page composes them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHECK = Path(__file__).with_name("check_composed.js")


def checked(page: Mapping[str, Any], folder: Path, sets: int) -> list[str]:
    """What is wrong with a page in so many random sets of open boxes; the first ones of each."""
    path = folder / "document.json"
    path.write_text(json.dumps(page), "utf-8")
    command = [shutil.which("node") or "node", str(CHECK), str(path), str(sets)]
    run = subprocess.run(command, capture_output=True, text=True)
    *found, last = run.stdout.splitlines() or [run.stderr]
    assert last.endswith(f"of {sets} sets with faults"), run.stderr
    assert bool(found) == bool(run.returncode)
    return found
