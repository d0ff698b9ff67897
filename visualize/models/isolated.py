"""Two models in one process, each with the modules that its own file imports."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from visualize.core.provenance import is_installed

_OURS = __name__.partition(".")[0]


@contextlib.contextmanager
def own_modules(hidden: Path | None = None) -> Iterator[None]:
    """Forget afterwards what was imported from the user's own files.

    Modules of the standard library and of installed packages stay, and so does all that was
    imported before.

    Args:
        hidden: a folder; what was imported from it before is imported anew inside.
    """
    before = dict(sys.modules)
    if hidden is not None:
        for name, module in before.items():
            if is_own(module) and _file(module).is_relative_to(hidden.resolve()):
                del sys.modules[name]
    kept = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - kept:
            if is_own(sys.modules[name]):
                del sys.modules[name]
        for name, module in before.items():
            sys.modules.setdefault(name, module)


def _file(module: ModuleType) -> Path:
    return Path(str(module.__file__)).resolve()


def is_own(module: ModuleType) -> bool:
    """Whether a module is a file of the user's own."""
    file = getattr(module, "__file__", None)
    name = getattr(module, "__name__", "")
    if not isinstance(file, str) or name.partition(".")[0] in (_OURS, "__main__"):
        return False
    return not is_installed(Path(file))
