"""The kinds of work that colours by type distinguish, the same in every figure."""

from __future__ import annotations

import enum

from visualize.core.operators import Category


class Work(str, enum.Enum):
    """A kind of work. Its place decides its colour, so that this is the same in every figure."""

    CONVOLUTION = "convolution"
    LINEAR = "linear"
    ATTENTION = "attention"
    NORM = "normalization"
    EMBEDDING = "embedding"
    RECURRENT = "recurrent"
    RESIZING = "pooling or resizing"
    ACTIVATION = "activation"


_WORK = {
    Category.CONVOLUTION: Work.CONVOLUTION,
    Category.TRANSPOSED_CONVOLUTION: Work.CONVOLUTION,
    Category.LINEAR: Work.LINEAR,
    Category.PRODUCT: Work.LINEAR,
    Category.ATTENTION: Work.ATTENTION,
    Category.NORM: Work.NORM,
    Category.EMBEDDING: Work.EMBEDDING,
    Category.RECURRENT: Work.RECURRENT,
    Category.POOL: Work.RESIZING,
    Category.RESAMPLE: Work.RESIZING,
    Category.ACTIVATION: Work.ACTIVATION,
}


def work_of(category: Category) -> Work | None:
    """What operators of a category do, if colours distinguish it.

    >>> work_of(Category.TRANSPOSED_CONVOLUTION).value, work_of(Category.RESHAPE)
    ('convolution', None)
    """
    return _WORK.get(category)
