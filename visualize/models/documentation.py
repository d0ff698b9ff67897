"""The docstring of a model, as plain text."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import TYPE_CHECKING

from visualize.models.specification import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_LINK = re.compile(r"`([^`<]+?)\s*<([^`>]+)>`_*")
_MARKUP = re.compile(r":[\w:]+:`~?([^`]+)`|``([^`]+)``|`([^`]+)`(?:__?)?")


def documentation(spec: ModelSpec, model: nn.Module) -> str:
    """The first paragraph on ``model``: of the function that builds it, or else of its class."""
    text = None
    if spec.source == "torchvision":
        from torchvision import models

        text = models.get_model_builder(spec.name).__doc__
    elif spec.source == "timm":
        entrypoint = importlib.import_module("timm.models").model_entrypoint
        text = entrypoint(spec.name.partition(".")[0]).__doc__
    return first_paragraph(text) if text else class_documentation(model)


def class_documentation(model: nn.Module) -> str:
    """The first paragraph of the docstring of a model's class; none for a class of torch.

    An inherited docstring does not count, as it describes another class.

    >>> from torch import nn
    >>> class_documentation(nn.Sequential())
    ''
    """
    kind = type(model)
    known = kind.__module__.partition(".")[0] == "torch"
    return "" if known else first_paragraph(vars(kind).get("__doc__") or "")


def first_paragraph(text: str) -> str:
    r"""The first paragraph of a docstring as plain text, its links written out.

    A quotation mark at its end that closes nothing is one of a docstring with four.

    >>> first_paragraph("ResNet-18 from `Deep Learning <https://a.org/1>`__.\n\nArgs: none")
    'ResNet-18 from Deep Learning (https://a.org/1).'
    >>> first_paragraph("`U-Net`__ is convolutional, `FPN`_ too")
    'U-Net is convolutional, FPN too'
    """
    paragraph = inspect.cleandoc(text).partition("\n\n")[0]
    linked = _LINK.sub(r"\1 (\2)", paragraph)
    plain = _MARKUP.sub(lambda match: match[1] or match[2] or match[3], linked)
    text = " ".join(plain.split())
    return text.removesuffix('"') if text.count('"') % 2 else text
