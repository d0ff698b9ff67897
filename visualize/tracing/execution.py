"""One run of a traced graph on meta tensors, for shapes, dtypes and FLOPs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import fx, nn
from torch.nn.modules.conv import _ConvTransposeNd
from torch.utils import _pytree as pytree
from torch.utils.flop_counter import FlopCounterMode

from visualize.architecture import TensorSpec
from visualize.errors import (
    ForwardError,
    ShapeError,
    UntraceableError,
    VisualizeError,
    shorten,
)
from visualize.tracing.inputs import Inputs


def record_tensors(graph: fx.Graph, model: nn.Module, inputs: Inputs) -> None:
    """Run ``graph`` and store what each node returned in its ``meta``.

    Sets ``meta["outputs"]``, a tuple of `TensorSpec`; ``meta["several"]``, whether the node
    returned a collection and not one tensor; and ``meta["flops"]``, by the formulas of
    `torch.utils.flop_counter`.

    Raises:
        ShapeError: a layer refused the shape of its input.
        ForwardError: any other exception of an operation.
    """
    with (
        torch.no_grad(),
        torch.device("meta"),
        FlopCounterMode(display=False, custom_mapping=_MORE_FLOPS) as counter,
    ):
        _Recorder(model, graph, counter).run(*inputs.values(model))


def _vector_flops(first: tuple[int, ...], *_: Any, **__: Any) -> int:
    """FLOPs of a matrix or vector of the shape ``first`` times a vector."""
    return 2 * math.prod(first)


# What torch.utils.flop_counter has no formula for.
_MORE_FLOPS = {
    torch.ops.aten.mv: _vector_flops,
    torch.ops.aten.dot: _vector_flops,
}


class _Recorder(fx.Interpreter):
    def __init__(self, model: nn.Module, graph: fx.Graph, counter: FlopCounterMode) -> None:
        super().__init__(model, graph=graph)
        self.extra_traceback = False
        self.counter = counter

    def run_node(self, n: fx.Node) -> Any:
        before = self.counter.get_total_flops()
        with _errors_name_the_layer(self, n):
            value = super().run_node(n)
        n.meta["flops"] = self.counter.get_total_flops() - before
        tensors = [leaf for leaf in pytree.tree_leaves(value) if isinstance(leaf, torch.Tensor)]
        n.meta["outputs"] = tuple(_spec(tensor) for tensor in tensors)
        n.meta["several"] = not isinstance(value, torch.Tensor)
        return value

    def fetch_args_kwargs_from_env(self, n: fx.Node) -> Any:
        # fx freezes lists and dicts, which the model's own functions may write to.
        args, kwargs = super().fetch_args_kwargs_from_env(n)
        return tuple(_thaw(value) for value in args), {k: _thaw(v) for k, v in kwargs.items()}

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        module = self.fetch_attr(str(target))
        if args and isinstance(args[0], torch.Tensor):
            _check_what_meta_does_not(module, args[0])
        return module(*args, **kwargs)

    def fetch_attr(self, target: str) -> Any:
        if not target:
            return self.module
        value = super().fetch_attr(target)
        # Constants that fx found while tracing are real tensors.
        return value.to("meta") if isinstance(value, torch.Tensor) else value


def _spec(tensor: torch.Tensor) -> TensorSpec:
    return TensorSpec(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


@contextmanager
def _errors_name_the_layer(interpreter: _Recorder, node: fx.Node) -> Iterator[None]:
    try:
        yield
    except VisualizeError:
        raise
    except Exception as error:
        raise _explain(interpreter, node, error) from error


def _explain(interpreter: _Recorder, node: fx.Node, error: Exception) -> VisualizeError:
    place = _place(interpreter, node)
    arguments = interpreter.map_nodes_to_values((node.args, node.kwargs), node)
    tensors = [leaf for leaf in pytree.tree_leaves(arguments) if isinstance(leaf, torch.Tensor)]
    if node.op == "call_module" and tensors:
        shape = tuple(tensors[0].shape)
        expected = _mismatch(interpreter.fetch_attr(str(node.target)), shape)
        if expected:
            return ShapeError(place, "×".join(map(str, shape)) or "a scalar", expected)
    if isinstance(error, NotImplementedError) or "meta tensor" in str(error):
        return UntraceableError(
            "what this operation returns depends on the values of its tensors, not on their shapes "
            "alone",
            line=place,
            hint="keep it out of forward",
        )
    reason = shorten(str(error).strip().partition("\n")[0], 200) or type(error).__name__
    got = ", ".join(
        f"{'×'.join(map(str, tensor.shape))} {_spec(tensor).dtype}" for tensor in tensors
    )
    given = f" (given {shorten(got)})" if got else ""
    return ForwardError(reason + given, where=place, hint="try another --input")


def _place(interpreter: _Recorder, node: fx.Node) -> str:
    if node.op == "call_module":
        kind = type(interpreter.fetch_attr(str(node.target))).__name__
        return f"{node.target} ({kind})" if node.target else kind
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    function = getattr(node.target, "__name__", str(node.target))
    module = stack[-1][0] if stack else f"{type(interpreter.module).__name__}.forward"
    return f"{module} ({function})"


def _check_what_meta_does_not(module: nn.Module, tensor: torch.Tensor) -> None:
    """Refuse what torch refuses of real tensors and lets pass on the meta device."""
    if isinstance(module, _ConvTransposeNd):
        mismatch = _mismatch(module, tuple(tensor.shape))
        if mismatch:
            raise ValueError(mismatch)
    weight = getattr(module, "weight", None)
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)) or not isinstance(weight, torch.Tensor):
        return
    if weight.is_floating_point() and not (tensor.is_floating_point() or tensor.is_complex()):
        raise TypeError(f"expected {_spec(weight).dtype} and got {_spec(tensor).dtype}")


def _mismatch(module: nn.Module, shape: tuple[int, ...]) -> str:
    """What a module of torch.nn requires of an input of ``shape`` and does not get, in words."""
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


def _thaw(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and type(value) is not tuple and not _is_named(value):
        return [_thaw(item) for item in value]
    if isinstance(value, dict):
        return {key: _thaw(item) for key, item in value.items()}
    return value


def _is_named(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")
