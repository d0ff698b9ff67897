"""Which modules of a model a pattern names."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Mapping

from visualize.core.errors import UsageError, shorten


def matching_paths(pattern: str, modules: Mapping[str, str], option: str = "") -> frozenset[str]:
    """Paths of the modules that ``pattern`` names: by path, by glob, or by class.

    Args:
        pattern: ``layer1.0``, ``layer1.*`` or ``Bottleneck``.
        modules: class name of every module, by path.
        option: what to say the pattern was given for.

    Raises:
        UsageError: it names none.

    >>> sorted(matching_paths("layer?", {"layer1": "Sequential", "layer2": "Sequential"}))
    ['layer1', 'layer2']
    """
    if pattern in modules:
        return frozenset([pattern])
    found = frozenset(
        path
        for path, kind in modules.items()
        if path and (kind == pattern or fnmatch.fnmatchcase(path, pattern))
    )
    if not found:
        names = sorted({name for item in modules.items() for name in item if name})
        near = difflib.get_close_matches(pattern, names, n=3, cutoff=0.5)
        raise UsageError(
            f"no module has the path or class {shorten(pattern)!r}",
            where=option,
            hint=f"did you mean {', '.join(near)}?" if near else "paths are as in --names",
        )
    return found


def single_path(pattern: str, modules: Mapping[str, str], option: str = "") -> str:
    """Path of the one module that ``pattern`` names; of several, the one that holds the others.

    Raises:
        UsageError: it names none, or several side by side.
    """
    found = sorted(matching_paths(pattern, modules, option))
    outermost = [path for path in found if not any(path.startswith(f"{other}.") for other in found)]
    if len(outermost) > 1:
        raise UsageError(
            f"{shorten(pattern)!r} names {len(outermost)} modules",
            where=option,
            hint=f"choose one, such as {outermost[0]}",
        )
    return outermost[0]
