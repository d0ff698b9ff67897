"""The command ``dot`` as a reader runs it, with the font that the figure names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from visualize.core import fonts

_FONTS = Path(fonts.__file__).parent


def run_dot(source: bytes, format_name: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Draw ``source``. Without its font, the page is as large as texts in another one are."""
    configuration = folder / "fonts.conf"
    configuration.write_text(
        f"<fontconfig><dir>{_FONTS}</dir><cachedir>{folder}</cachedir></fontconfig>"
    )
    return subprocess.run(
        ["dot", f"-T{format_name}"],
        input=source,
        capture_output=True,
        check=True,
        env={**os.environ, "FONTCONFIG_FILE": str(configuration)},
    )
