"""Module paths: dotted, as torch and machine formats have them, or spelled as code has them."""

from __future__ import annotations

import fnmatch
import functools
import itertools
import re
import sys
from collections.abc import Iterable

# Classes that only hold other modules.
CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
# An index, or a run of them, between dots.
_INDEX = re.compile(r"(?:^|\.)(\d+(?:–\d+)?)(?=[.–]|$)")
# An index, or a glob in its place, in brackets; several digits may also be characters to choose
# from, as in a shell.
_BRACKETS = re.compile(r"\[(\d+|[*?])\]")
_MADE_UP = re.compile(r"_tensor_constant\d+")
_CERTAIN = re.compile(r"\[(\d|[*?])\]")
# What comes before the last name that is no number, that name, and the numbers behind it.
_LAST_NAME = re.compile(r"(?:(.*)\.)?([^.]*[^\d.][^.]*)((?:\.\d+)*)$")
_NUMBER = re.compile(r"\d+")
_PLAIN = frozenset({"weight", "param", "parameter", "data", "value"})


def numberless(path: str) -> str:
    """A path with stars for numbers, equal for places that differ in numbers alone.

    >>> numberless("layer1.0.conv2")
    'layer*.*.conv*'
    """
    return _NUMBER.sub("*", path)


def numbers_in(path: str) -> tuple[int, ...]:
    """The numbers for which `numberless` has stars.

    >>> numbers_in("layer1.0.conv2")
    (1, 0, 2)
    """
    return tuple(map(int, _NUMBER.findall(path)))


def is_made_up(path: str) -> bool:
    """Whether torch.fx or the recorder named a tensor, because the model has no name for it.

    >>> is_made_up("_tensor_constant0"), is_made_up("norm.weight")
    (True, False)
    """
    return bool(_MADE_UP.fullmatch(path))


@functools.lru_cache(maxsize=4096)
def enclosing(path: str) -> tuple[str, ...]:
    """A module path and all that enclose it, outermost first.

    >>> enclosing("layer1.0.conv1")
    ('layer1', 'layer1.0', 'layer1.0.conv1')
    """
    steps = path.split(".") if path else []
    # Those that several paths share are kept once: of deeply nested modules there are many.
    return tuple(itertools.accumulate(steps, lambda path, step: sys.intern(f"{path}.{step}")))


def spelled(path: str) -> str:
    """A module path, or the name of a parameter, as code has it and as people read it.

    >>> spelled("layer1.0.downsample.1"), spelled("features.2–4"), spelled("0.weight")
    ('layer1[0].downsample[1]', 'features[2–4]', '[0].weight')
    """
    return _INDEX.sub(r"[\1]", path)


def parameter_words(path: str) -> str:
    """The last name of a parameter's path in words, with the numbers behind it.

    ``weight`` and the like say nothing and give way to the name of their module.

    >>> [parameter_words(path) for path in ("encoder.cls_token", "gains.0", "head.query.weight")]
    ['cls token', 'gains[0]', 'query']
    """
    named = _LAST_NAME.search(path)
    if not named:
        return spelled(path)
    before, name, numbers = named.groups()
    if name in _PLAIN and not numbers:
        return parameter_words(before) if before else ""
    return spelled(name.replace("_", " ") + numbers)


def dotted(path: str) -> str:
    """A module path in either spelling with dots alone.

    >>> dotted("layer1[0].downsample[1]"), dotted("layer1.0"), dotted("[0]")
    ('layer1.0.downsample.1', 'layer1.0', '0')
    """
    return _BRACKETS.sub(r".\1", path).removeprefix(".")


def matching(pattern: str, paths: Iterable[str]) -> list[str]:
    """The dotted ``paths`` that match a glob in either spelling.

    >>> paths = ["h", "h.1", "h.12", "h1", "h2"]
    >>> matching("h[1]", paths), matching("h[*]", paths), matching("h[12]", paths)
    (['h.1'], ['h.1', 'h.12'], ['h.12'])
    >>> matching("h[12]", ["h1", "h2", "h3"])
    ['h1', 'h2']
    """
    among = list(paths)
    for reading in (dotted(pattern), _CERTAIN.sub(r".\1", pattern).removeprefix(".")):
        found = [path for path in among if fnmatch.fnmatchcase(path, reading)]
        if found:
            return found
    return []


def relative(path: str, around: str) -> str:
    """A module path from ``around``, with a point for that and another for each step outwards.

    One that has no step in common with it is not relative.

    >>> relative("layer1.0.conv1", "layer1.0"), relative("layer1.0.bn1", "layer1.0.conv1")
    ('.conv1', '..bn1')
    >>> relative("layer1.0", "layer1.0"), relative("fc", "layer1.0")
    ('.', 'fc')
    """
    steps, base = path.split("."), around.split(".")
    common = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(steps, base))))
    if not around or not common:
        return path
    return "." * (1 + len(base) - common) + ".".join(steps[common:])
