"""One run of a traced graph on meta tensors, for shapes, dtypes and FLOPs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import fx, nn
from torch.utils import _pytree as pytree
from torch.utils.flop_counter import FlopCounterMode

from visualize.architecture import TensorSpec
from visualize.errors import ForwardError, ShapeError, VisualizeError, shorten
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
        FlopCounterMode(display=False) as counter,
    ):
        interpreter = _Recorder(model, graph, counter)
        interpreter.run(*inputs.tensors())


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
    leaves = pytree.tree_leaves(arguments)
    shapes = [_spec(leaf).shape for leaf in leaves if isinstance(leaf, torch.Tensor)]
    if node.op == "call_module" and shapes:
        module = interpreter.fetch_attr(str(node.target))
        expected = _expected(module)
        if expected:
            return ShapeError(place, "×".join(map(str, shapes[0])) or "a scalar", expected)
    reason = shorten(str(error).strip().partition("\n")[0], 200)
    return ForwardError(reason or type(error).__name__, where=place, hint="try another --input")


def _place(interpreter: _Recorder, node: fx.Node) -> str:
    if node.op == "call_module":
        kind = type(interpreter.fetch_attr(str(node.target))).__name__
        return f"{node.target} ({kind})" if node.target else kind
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    function = getattr(node.target, "__name__", str(node.target))
    return f"{stack[-1][0]} ({function})" if stack else function


def _expected(module: nn.Module) -> str:
    """What a module of torch.nn requires of its input, in words; empty if it is not known."""
    # All torch.nn convolutions, norms and linear layers name the size they require.
    for attribute, words in (
        ("in_channels", "{} channels"),
        ("num_features", "{} channels"),
        ("num_channels", "{} channels"),
        ("in_features", "{} features in the last dimension"),
        ("normalized_shape", "a shape that ends in {}"),
        ("embed_dim", "{} features in the last dimension"),
        ("input_size", "{} features"),
        ("num_embeddings", "integer indices below {}"),
    ):
        size = getattr(module, attribute, None)
        if size is not None:
            dimensions = getattr(module, "_ndim", None) or len(getattr(module, "kernel_size", ()))
            batch = f", {dimensions + 2} dimensions" if dimensions else ""
            shape = "×".join(map(str, size)) if isinstance(size, tuple) else str(size)
            return words.format(shape) + batch
    return ""
