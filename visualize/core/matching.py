"""Match patterns with the modules of a model."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from visualize.core.errors import UsageError, shorten
from visualize.core.module_path import dotted, matching, spelled


def matching_paths(pattern: str, modules: Mapping[str, str], option: str = "") -> frozenset[str]:
    """Paths of the modules that match ``pattern``: by path, by glob, or by class.

    Args:
        pattern: ``layer1[0]``, ``layer1.0``, ``layer1.*`` or ``Bottleneck``.
        modules: the class name of every module by its path.
        option: the option that the pattern was given for, for the error message.

    Raises:
        UsageError: no module matches.

    >>> sorted(matching_paths("layer?", {"layer1": "Sequential", "layer2": "Sequential"}))
    ['layer1', 'layer2']
    """
    if dotted(pattern) in modules:
        return frozenset([dotted(pattern)])
    inner = [path for path in modules if path]
    named = {path for path in inner if modules[path] == pattern}
    found = frozenset(named.union(matching(pattern, inner)))
    if not found:
        known = {*map(spelled, modules), *modules.values()}
        names = sorted(name for name in known if name)
        near = difflib.get_close_matches(spelled(dotted(pattern)), names, n=3, cutoff=0.5)
        likely = f"did you mean {', '.join(near)}?" if near else ""
        raise UsageError(
            f"no module has the path or class {shorten(pattern)!r}",
            where=option,
            hint=likely or "visualize summary lists module paths",
        )
    return found


def single_path(pattern: str, modules: Mapping[str, str], option: str = "") -> str:
    """Path of the one module that matches ``pattern``, or of the one that contains all others.

    Args:
        pattern: ``layer1[0]``, ``layer1.0``, ``layer1.*`` or ``Bottleneck``.
        modules: the class name of every module by its path.
        option: the option that the pattern was given for, for the error message.

    Raises:
        UsageError: no module matches, or several do and none contains the others.
    """
    found = sorted(matching_paths(pattern, modules, option))
    outermost = [path for path in found if not any(path.startswith(f"{other}.") for other in found)]
    if len(outermost) > 1:
        raise UsageError(
            f"{shorten(pattern)!r} matches {len(outermost)} modules",
            where=option,
            hint=f"choose one, such as {spelled(outermost[0])}",
        )
    return outermost[0]
