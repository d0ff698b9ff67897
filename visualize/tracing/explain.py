"""What went wrong in a run, as an error that names the place and what to try."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from visualize.core.errors import (
    OTHER_INPUT,
    ForwardError,
    ShapeError,
    UntraceableError,
    VisualizeError,
    shorten,
)
from visualize.core.module_path import spelled
from visualize.core.torch_internals import named_children, own_tensors
from visualize.tracing.source import is_of_the_model
from visualize.tracing.tensors import nested_refused, specification

_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


class GradientError(ForwardError):
    """The model differentiates what it computes, in a run without gradients."""


@dataclass(frozen=True)
class Failure:
    """An operation that raised.

    Attributes:
        error: the exception.
        place: module path, or module and function.
        module: the module of torch.nn that was called, if it was one.
        tensors: what it was given.
    """

    error: Exception
    place: str
    module: nn.Module | None
    tensors: Sequence[torch.Tensor]


def explain_failure(failure: Failure) -> VisualizeError:
    """The error to show for an operation that raised."""
    error, module, tensors = failure.error, failure.module, failure.tensors
    if isinstance(error, VisualizeError):
        return error
    place = failure.place
    if module is not None:
        place = f"{place} ({type(module).__name__})" if place else type(module).__name__
        if tensors:
            shape = tuple(tensors[0].shape)
            expected = _mismatch(module, shape)
            if expected:
                return ShapeError(place, "×".join(map(str, shape)) or "a scalar", expected)
    place = spelled(place)
    if _is_of_nested(error):
        return nested_refused(place)
    if asks_for_values(error):
        return UntraceableError(
            "the result of this operation depends on the values of its tensors, not only on their "
            "shapes",
            line=place,
            hint="keep it out of forward",
        )
    got = ", ".join(
        f"{'×'.join(map(str, tensor.shape))} {specification(tensor).dtype}" for tensor in tensors
    )
    given = f" (given {shorten(got)})" if got else ""
    reason = _reason(error, 200) + given
    if asks_for_gradients(error):
        hint = "it must depend on what it is differentiated by, which must require gradients"
        return GradientError(reason, where=place, hint=hint)
    return ForwardError(reason, where=place, hint=OTHER_INPUT)


def explain_forward(error: Exception) -> VisualizeError:
    """The error to show for an exception that ``forward`` itself raised."""
    if isinstance(error, VisualizeError):
        return error
    if _is_of_nested(error):
        return nested_refused(line_of(error))
    kind = GradientError if asks_for_gradients(error) else ForwardError
    return kind(
        f"forward raised {type(error).__name__}: {_reason(error, 160)}", where=line_of(error)
    )


def _is_of_nested(error: Exception) -> bool:
    return "NestedTensor" in (_backend_of(error) or str(error))


def asks_for_values(error: Exception) -> bool:
    """Whether ``error`` is that of a tensor without values which was asked for them."""
    text = str(error)
    if "meta tensor" in text:
        return True
    if not isinstance(error, NotImplementedError) or text.startswith("Module ["):  # no forward
        return False
    backend = _backend_of(error)
    return not backend or "Meta" in backend


def _backend_of(error: Exception) -> str:
    """The kind of tensors, such as ``QuantizedCPU``, for which torch lacks an operator.

    The rest of the message lists the kinds that have it; those of nested tensors are always some.
    """
    found = re.search(r"with arguments from the '(\w+)' backend", str(error))
    return found[1] if found else ""


def asks_for_gradients(error: Exception) -> bool:
    """Whether ``error`` is that of autograd where nothing was recorded to differentiate."""
    return isinstance(error, RuntimeError) and "not require grad" in str(error)


def line_of(error: BaseException) -> str:
    """File, line and source of the innermost frame of the model's own code; "" without any."""
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if is_of_the_model(frame.filename)]
    if not outside:
        return ""
    # Generated code, as the constructor of a dataclass, has no source.
    frame = next(filter(_source, reversed(outside)), outside[-1])
    source = _source(frame)
    return f"{Path(frame.filename).name}:{frame.lineno}: `{shorten(source)}`"


def _source(frame: traceback.FrameSummary) -> str:
    return linecache.getline(frame.filename, frame.lineno or 0).strip()


def check_what_meta_does_not(module: nn.Module, tensor: torch.Tensor) -> None:
    """Refuse inputs that torch refuses on real tensors but accepts on the meta device."""
    if isinstance(module, _TRANSPOSED):
        mismatch = _mismatch(module, tuple(tensor.shape))
        if mismatch:
            raise ValueError(mismatch)
    if isinstance(module, nn.Embedding) and not tensor.is_meta and tensor.numel():
        low, high = tensor.aminmax()
        if low < 0 or high >= module.num_embeddings:
            raise IndexError(f"expected integers below {module.num_embeddings}, got {int(high)}")
    weight = _stored_weight(module)
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)) or weight is None:
        return
    if weight.is_floating_point() and not (tensor.is_floating_point() or tensor.is_complex()):
        raise TypeError(
            f"expected {specification(weight).dtype} and got {specification(tensor).dtype}"
        )


def _stored_weight(module: nn.Module) -> torch.Tensor | None:
    """What the weight of a layer is computed from, or the weight itself if it is stored.

    To ask a parametrised layer for its weight would compute it.
    """
    inner = dict(named_children(module)).get("parametrizations")
    owner = dict(named_children(inner)).get("weight") if inner is not None else module
    held = own_tensors(owner) if owner is not None else {}
    return next((held[name] for name in ("weight", "original", "original0") if name in held), None)


def _reason(error: Exception, limit: int) -> str:
    return shorten(str(error).strip().partition("\n")[0], limit) or type(error).__name__


def _mismatch(module: nn.Module, shape: tuple[int, ...]) -> str:
    """What a module of torch.nn requires of its input and ``shape`` lacks, in words."""
    # Convolutions, norms and linear layers name the sizes they require.
    spatial = len(getattr(module, "kernel_size", ())) if hasattr(module, "in_channels") else 0
    if spatial and len(shape) not in (spatial + 1, spatial + 2):
        return f"{module.in_channels} channels, {spatial + 2} dimensions"
    features = getattr(module, "in_channels", None)
    if features is not None and shape[-spatial - 1] != features:
        return f"{features} channels"
    features = getattr(module, "num_features", None) or getattr(module, "num_channels", None)
    images = re.fullmatch(r"(?:Batch|Instance)Norm([23])d", type(module).__name__)
    if images and len(shape) != int(images[1]) + 2:
        return f"{features} channels, {int(images[1]) + 2} dimensions"
    if features is not None and len(shape) > 1 and shape[1] != features:
        return f"{features} channels"
    for attribute in ("in_features", "embed_dim", "input_size"):
        features = getattr(module, attribute, None)
        if features is not None and (not shape or shape[-1] != features):
            return f"{features} features in the last dimension"
    tail = getattr(module, "normalized_shape", None)
    if tail and shape[-len(tail) :] != tuple(tail):
        return f"a shape that ends in {'×'.join(map(str, tail))}"
    return ""
