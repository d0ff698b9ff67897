"""Where boxes are in the model: module paths, and names made from them."""

from __future__ import annotations

from visualize.core.architecture import NodeKind
from visualize.core.diagram import Box, BoxKind


def module_path(box: Box) -> str:
    """The module path of a box; of a function, that of the module whose code calls it."""
    return _only_layer(box) or box.path or box.core.path


def name_of(box: Box) -> str:
    """The name that a box has from its path; a function is named in the module that calls it.

    >>> from visualize.core.architecture import Operation
    >>> add = Operation("add_3", NodeKind.FUNCTION, "add", path="layer2.1")
    >>> conv = Operation("layer2_1_conv1", NodeKind.MODULE, "Conv2d", path="layer2.1.conv1")
    >>> [name_of(Box.of(one)) for one in (add, conv)]
    ['layer2.1.add', 'layer2.1.conv1']
    """
    if box.kind.is_end:
        return box.id
    path = module_path(box)
    is_function = box.core.kind is NodeKind.FUNCTION and not (box.is_module or _only_layer(box))
    return ".".join(filter(None, (path, box.type))) if is_function or not path else path


def modules_in(box: Box) -> tuple[str, ...]:
    """The paths of the modules that are drawn as one box, those of all its copies."""
    modules = (one.path for one in box.operations if one.kind is NodeKind.MODULE)
    return tuple(dict.fromkeys(modules))


def _only_layer(box: Box) -> str:
    """The path of the one layer with weights that an idiom is made of: a patch embedding."""
    if box.kind is not BoxKind.IDIOM or box.is_module:
        return ""
    layers = [one for one in box.shown.operations if one.kind is NodeKind.MODULE]
    weighted = {one.path for one in layers if one.weights}
    return weighted.pop() if len(weighted) == 1 else ""
