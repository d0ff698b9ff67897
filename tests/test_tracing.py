"""Tracing: the model stays as it is, every tensor is counted once, errors say what and where."""

from __future__ import annotations

import inspect
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn
from torch.nn.modules import module as module_globals

import visualize
from visualize.core.architecture import Architecture, ModuleCall, NodeKind, Operation
from visualize.core.errors import (
    ForwardError,
    InputError,
    ShapeError,
    UntraceableError,
    VisualizeError,
)

IMAGE = (1, 3, 8, 8)


def _layers(architecture: Architecture, path: str) -> list[Operation]:
    return [layer for layer in architecture.operations if layer.path == path]


def _types(architecture: Architecture) -> list[str]:
    return [layer.type for layer in architecture.operations]


def _input_shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    return {
        layer.id: layer.outputs[0].shape
        for layer in architecture.operations
        if layer.kind is NodeKind.INPUT
    }


def _parameters_under(architecture: Architecture, prefix: str) -> int:
    return sum(
        layer.parameters
        for layer in architecture.operations
        if layer.path == prefix or layer.path.startswith(f"{prefix}.")
    )


# The model stays as it is


class Busy(nn.Module):
    """Holds and does whatever tracing might disturb."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.drop = nn.Dropout(0.5)
        self.first = nn.Linear(6, 6)
        self.second = nn.Linear(6, 6)
        self.second.weight = self.first.weight
        self.register_buffer("runs", torch.zeros(1))
        self.calls = 0
        self.seen = []
        self.cache = {"nested": ([],)}

    def forward(self, x):
        self.calls += 1
        self.seen.append(x)
        self.cache["nested"][0].append(x)
        self.latest = x
        self.runs += 1
        shift = random.random() + torch.rand(1)
        x = self.drop(self.norm(self.conv(x))).mean((2, 3)) + shift
        return self.finish(self.second(self.first(x)))

    def finish(self, x):
        return x


class Branching(Busy):
    def finish(self, x):
        return -x if x.sum() > 0 else x


class Raising(Busy):
    def finish(self, x):
        raise RuntimeError("on purpose")


def _prepare(kind: type[Busy]) -> tuple[Busy, list[str]]:
    """A model in the middle of its training, and the list that its hooks write to."""
    model = kind()
    model.train()
    model.drop.eval()
    model.conv.requires_grad_(False)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.ones_like(parameter)
    called: list[str] = []

    def hook(*_: Any) -> None:
        called.append("hook")

    for module in (model, model.conv, model.first):
        module.register_forward_pre_hook(hook)
        module.register_forward_hook(hook)
        module.register_forward_hook(hook, with_kwargs=True, always_call=True)
        module.register_full_backward_pre_hook(hook)
        module.register_full_backward_hook(hook)
    return model, called


def _state(model: nn.Module) -> dict[str, Any]:
    """All that tracing could change, in a form that can be compared."""
    tensors = {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers()),
    }
    modules = dict(model.named_modules())
    return {
        "values": {name: tensor.detach().numpy().tobytes() for name, tensor in tensors.items()},
        "tensors": {name: (id(tensor), tensor._version) for name, tensor in tensors.items()},
        "trainable": {name: tensor.requires_grad for name, tensor in tensors.items()},
        "gradients": {name: (id(t.grad), str(t.grad)) for name, t in tensors.items()},
        "training": {path: module.training for path, module in modules.items()},
        "attributes": {
            path: {name: repr(value) for name, value in vars(module).items()}
            for path, module in modules.items()
        },
        "hooks": {
            (path, name): list(value.items())
            for path, module in modules.items()
            for name, value in vars(module).items()
            if "_hooks" in name
        },
        "random": (random.getstate(), torch.get_rng_state().tolist()),
        "torch": (torch.is_grad_enabled(), str(torch.empty(0).device), nn.Module.__call__),
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_the_comparison_sees_what_a_plain_run_changes():
    model, called = _prepare(Busy)
    before = _state(model)
    model(torch.rand(IMAGE, requires_grad=True)).sum().backward()
    changed = {"values", "tensors", "gradients", "attributes", "random"}
    assert _changes(before, _state(model)) == changed
    assert called


@pytest.mark.parametrize("kind", [Busy, Branching])
@pytest.mark.parametrize("work", [visualize.trace, visualize.draw])
def test_the_model_is_unchanged(work: Callable[..., Any], kind: type[Busy]):
    model, called = _prepare(kind)
    before = _state(model)
    work(model, IMAGE)
    assert _changes(before, _state(model)) == set()
    assert called == []


@pytest.mark.parametrize("work", [visualize.trace, visualize.draw])
@pytest.mark.parametrize(
    ("kind", "inputs", "error"),
    [
        pytest.param(Raising, IMAGE, ForwardError, id="exception"),
        pytest.param(Busy, (1, 4, 8, 8), ShapeError, id="wrong shape"),
        pytest.param(Busy, [IMAGE, IMAGE], InputError, id="one input too many"),
    ],
)
def test_the_model_is_unchanged_when_tracing_fails(
    work: Callable[..., Any], kind: type[Busy], inputs: Any, error: type[VisualizeError]
):
    model, called = _prepare(kind)
    before = _state(model)
    with pytest.raises(error):
        work(model, inputs)
    assert _changes(before, _state(model)) == set()
    assert called == []


def test_the_example_tensor_is_unchanged():
    class InPlace(nn.Module):
        def forward(self, x):
            return x.add_(1)

    example = torch.zeros(2, 3)
    visualize.trace(InPlace(), example)
    assert example.tolist() == [[0.0] * 3] * 2


def test_tracing_twice_gives_the_same():
    model, _ = _prepare(Busy)
    one, other = (visualize.trace(model, IMAGE) for _ in range(2))
    assert list(one.operations) == list(other.operations)
    assert list(one.wires) == list(other.wires)


# Parameters and buffers: each tensor once, at its first use


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        return self.head(self.embed(tokens))


def test_tied_weights_count_once():
    architecture = visualize.trace(Tied(), torch.zeros(1, 5, dtype=torch.int64))
    (embed,), (head,) = _layers(architecture, "embed"), _layers(architecture, "head")
    assert architecture.parameters == 50
    assert (embed.parameters, head.parameters) == (40, 10)
    assert (embed.weights, head.weights) == (((10, 4),), ((10, 4), (10,)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, x):
        return self.conv(x).relu()


class Repeated(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        return self.block(self.block(x))


def test_a_module_called_twice_counts_at_its_first_call():
    architecture = visualize.trace(Repeated(), IMAGE)
    first, second = _layers(architecture, "block.conv")
    assert architecture.parameters == 12
    assert (first.parameters, second.parameters) == (12, 0)
    assert first.macs == second.macs == 9 * 64
    assert first.weights == second.weights == ((3, 3, 1, 1), (3,))


def test_calls_of_a_module_are_numbered():
    architecture = visualize.trace(Repeated(), IMAGE)
    first, second = _layers(architecture, "block.conv")
    assert first.calls == (ModuleCall("block"), ModuleCall("block.conv"))
    assert second.calls == (ModuleCall("block", 1), ModuleCall("block.conv", 1))
    relus = [layer for layer in architecture.operations if layer.type == "relu"]
    assert [relu.calls for relu in relus] == [(ModuleCall("block"),), (ModuleCall("block", 1),)]
    assert [relu.path for relu in relus] == ["block", "block"]


class Functional(nn.Module):
    """Works with its own tensors through functions; holds some that it never touches."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4, 3, 3, 3))
        self.bias = nn.Parameter(torch.zeros(4), requires_grad=False)
        self.idle = nn.Parameter(torch.zeros(7))
        self.dead = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2)))
        self.register_buffer("scale", torch.ones(4, 1, 1))
        self.register_buffer("spare", torch.ones(2))

    def forward(self, x):
        return F.conv2d(x, self.weight, self.bias) * self.scale


def test_parameters_of_functions_count_where_they_are_read():
    architecture = visualize.trace(Functional(), IMAGE)
    (weight,), (bias,) = _layers(architecture, "weight"), _layers(architecture, "bias")
    assert (weight.kind, weight.parameters) == (NodeKind.CONSTANT, 4 * 3 * 3 * 3)
    assert (bias.parameters, bias.trainable_parameters) == (4, 0)
    (convolution,) = [layer for layer in architecture.operations if layer.type == "conv2d"]
    assert convolution.macs == 4 * 3 * 3 * 3 * 6 * 6
    read = [source for source, _, wire in architecture.inputs(convolution.id) if not wire.data]
    assert read == [weight.id, bias.id]


def test_unused_parameters_are_reported():
    architecture = visualize.trace(Functional(), IMAGE)
    assert architecture.parameters == 108 + 4 + 7 + 12
    assert architecture.trainable_parameters == 108 + 7 + 12
    assert architecture.unused_parameters == 7 + 12
    assert architecture.unused_modules == ("dead",)


def test_buffers_are_counted():
    architecture = visualize.trace(Functional(), IMAGE)
    (scale,) = _layers(architecture, "scale")
    assert (scale.buffers, scale.parameters) == (4, 0)
    assert architecture.buffers == 6
    norm = visualize.trace(nn.Sequential(nn.BatchNorm2d(3)), IMAGE)
    assert norm.buffers == sum(layer.buffers for layer in norm.operations) == 3 + 3 + 1


def test_resnet18_is_that_of_the_paper():
    architecture = visualize.trace("resnet18")
    kinds = [skip.kind.value for skip in architecture.skips]
    assert (kinds.count("identity"), kinds.count("projection"), len(kinds)) == (5, 3, 8)
    counts = {
        "conv1": 9_408,
        "layer1.0": 73_984,
        "layer2.0": 230_144,
        "layer4": 8_393_728,
        "fc": 513_000,
    }
    assert {path: _parameters_under(architecture, path) for path in counts} == counts
    assert architecture.parameters == 11_689_512
    assert sum(layer.parameters for layer in architecture.operations) == 11_689_512


# Inputs


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(3, 2)
        self.right = nn.Linear(5, 2)

    def forward(self, x, y):
        return self.left(x) + self.right(y)


PAIR = {"x": (1, 3), "y": (1, 5)}


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param(((1, 3), (1, 5)), id="tuple of shapes"),
        pytest.param([(1, 3), (1, 5)], id="list of shapes"),
        pytest.param([torch.zeros(1, 3), torch.zeros(1, 5)], id="list of tensors"),
        pytest.param(((1, 3), torch.zeros(1, 5)), id="shape and tensor"),
        pytest.param(PAIR, id="dict"),
        pytest.param(lambda: PAIR, id="callable making a dict"),
        pytest.param(lambda: (torch.zeros(1, 3), (1, 5)), id="callable making a tuple"),
    ],
)
def test_inputs_of_every_form(inputs: Any):
    architecture = visualize.trace(Pair(), inputs)
    assert _input_shapes(architecture) == PAIR


@pytest.mark.parametrize("shape", [(2, 3), [2, 3], torch.zeros(2, 3), lambda: (2, 3)])
def test_a_single_input_of_every_form(shape: Any):
    architecture = visualize.trace(nn.Sequential(nn.Linear(3, 4)), shape)
    assert list(_input_shapes(architecture).values()) == [(2, 3)]


def test_dtypes_of_example_tensors_are_kept():
    architecture = visualize.trace(Tied(), torch.zeros(1, 5, dtype=torch.int32))
    dtypes = [layer.outputs[0].dtype for layer in architecture.operations]
    assert dtypes == ["int32", "float32", "float32", "float32"]


class Nested(Pair):
    def forward(self, tensors):
        return {"sum": self.left(tensors["x"]) + self.right(tensors["y"][0])}


def test_tensors_inside_containers_are_inputs():
    architecture = visualize.trace(Nested(), ({"x": torch.zeros(1, 3), "y": [torch.zeros(1, 5)]},))
    assert list(_input_shapes(architecture).values()) == [(1, 3), (1, 5)]
    assert _types(architecture) == ["input", "input", "Linear", "Linear", "add", "output"]


class Optional(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, x, mask=None, *, scale=None):
        x = self.linear(x)
        if mask is not None:
            x = x.masked_fill(mask, 0.0)
        return x if scale is None else x / scale


@pytest.mark.parametrize(
    ("inputs", "operations"),
    [
        ((1, 3), []),
        ([(1, 3), None], []),
        ([(1, 3), torch.zeros(1, 3, dtype=torch.bool)], ["masked_fill"]),
        ({"x": (1, 3), "scale": (1, 3)}, ["truediv"]),
    ],
)
def test_arguments_left_at_none_take_the_branch_of_none(inputs: Any, operations: list[str]):
    architecture = visualize.trace(Optional(), inputs)
    steps = [name for name in _types(architecture) if name != "input"]
    assert steps == ["Linear", *operations, "output"]


# Kinds of model


def test_a_graph_module_is_taken_as_it_is():
    model = Repeated()
    expected = visualize.trace(model, IMAGE)
    architecture = visualize.trace(fx.symbolic_trace(model), IMAGE)
    assert _types(architecture) == _types(expected)
    paths = [layer.path for layer in architecture.operations]
    assert paths == [layer.path for layer in expected.operations]
    assert (architecture.parameters, architecture.macs) == (expected.parameters, expected.macs)


def test_a_graph_module_keeps_its_own_graph():
    model = fx.symbolic_trace(Repeated())
    code, metas = model.code, [dict(node.meta) for node in model.graph.nodes]
    visualize.trace(model, IMAGE)
    assert model.code == code
    assert [dict(node.meta) for node in model.graph.nodes] == metas


def test_a_leaf_module_is_a_model():
    architecture = visualize.trace(nn.Linear(4, 3), (2, 4))
    assert _types(architecture) == ["input", "Linear", "output"]
    (linear,) = [layer for layer in architecture.operations if layer.kind is NodeKind.MODULE]
    assert (linear.parameters, linear.macs, linear.module_class) == (15, 24, "torch.nn.Linear")
    assert linear.outputs[0].shape == (2, 3)


def test_a_leaf_module_with_several_inputs_is_a_model():
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    architecture = visualize.trace(attention, [(2, 5, 8), (2, 7, 8), (2, 7, 8)])
    assert _input_shapes(architecture) == {"query": (2, 5, 8), "key": (2, 7, 8), "value": (2, 7, 8)}
    (layer,) = [layer for layer in architecture.operations if layer.kind is NodeKind.MODULE]
    assert layer.parameters == architecture.parameters == 4 * (8 * 8 + 8)
    assert [tensor.shape for tensor in layer.outputs] == [(2, 5, 8), (2, 5, 7)]


# Errors


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        pytest.param((1, 3), "missing a required argument: 'y'", id="missing"),
        pytest.param({**PAIR, "z": (1, 3)}, "unexpected keyword argument 'z'", id="unknown"),
        pytest.param([(1, 3)] * 3, "too many positional arguments", id="too many"),
        pytest.param(None, "no input is known for this model, which takes x, y", id="none"),
        pytest.param("1,3", "example inputs of type str", id="text"),
    ],
)
def test_inputs_that_do_not_fit_the_signature(inputs: Any, words: str):
    with pytest.raises(InputError) as caught:
        visualize.trace(Pair(), inputs)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_refused_shape_names_the_layer_and_both_shapes():
    body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(9, 8, 3))
    with pytest.raises(ShapeError) as caught:
        visualize.trace(nn.Sequential(nn.Sequential(body)), IMAGE)
    error = caught.value
    assert error.layer == "0.0.1 (Conv2d)"
    assert error.got == "1×8×6×6"
    assert error.expected == "9 channels"
    assert all(part in str(error) for part in (error.layer, error.got, error.expected))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.Linear(4, 3), (1, 5), "4 features in the last dimension"),
        (nn.BatchNorm2d(4), (1, 3, 8, 8), "4 channels"),
        (nn.GroupNorm(2, 4), (1, 3, 8, 8), "4 channels"),
        (nn.LayerNorm((4, 5)), (1, 4, 4), "a shape that ends in 4×5"),
        (nn.LSTM(4, 3), (2, 1, 5), "4 features in the last dimension"),
        (nn.Conv1d(4, 3, 2), (1, 3, 8), "4 channels"),
        (nn.RMSNorm(4), (1, 3), "a shape that ends in 4"),
    ],
)
def test_each_kind_of_layer_says_what_it_expects(
    layer: nn.Module, shape: tuple[int, ...], expected: str
):
    with pytest.raises(ShapeError) as caught:
        visualize.trace(nn.Sequential(layer), shape)
    assert caught.value.layer == f"0 ({type(layer).__name__})"
    assert caught.value.got == "×".join(map(str, shape))
    assert caught.value.expected == expected


def _place(function: Callable[..., Any], text: str) -> str:
    """File, number and source of the line of ``function`` that holds ``text``."""
    lines, start = inspect.getsourcelines(function)
    (offset,) = [index for index, line in enumerate(lines) if text in line]
    return f"test_tracing.py:{start + offset}: `{lines[offset].strip()}`"


class Iterating(nn.Module):
    def forward(self, x):
        return torch.stack([row + 1 for row in x])


class Measuring(nn.Module):
    def forward(self, x):
        return x * float(x.mean())


@pytest.mark.parametrize(
    ("model", "function", "text"),
    [
        (Branching(), Branching.finish, "if x.sum() > 0"),
        (Iterating(), Iterating.forward, "for row in x"),
        (Measuring(), Measuring.forward, "float(x.mean())"),
    ],
)
def test_what_cannot_be_traced_is_named_with_its_line(
    model: nn.Module, function: Callable[..., Any], text: str
):
    with pytest.raises(UntraceableError) as caught:
        visualize.trace(model, IMAGE, tracer="symbolic")
    assert caught.value.line == _place(function, text)
    assert str(caught.value).startswith(caught.value.line)


def test_an_exception_of_forward_is_told_with_its_line():
    with pytest.raises(ForwardError) as caught:
        visualize.trace(Raising(), IMAGE)
    assert caught.value.where == _place(Raising.finish, "raise")
    assert caught.value.message == "forward raised RuntimeError: on purpose"


# Known defects: strict, so that mending one tells to remove its mark


@pytest.mark.parametrize("wrap", [nn.Module.eval, fx.symbolic_trace])
def test_keyword_inputs_go_by_name_and_not_by_order(wrap: Callable[[nn.Module], nn.Module]):
    architecture = visualize.trace(wrap(Pair()), dict(reversed(PAIR.items())))
    assert _input_shapes(architecture) == PAIR


@pytest.mark.parametrize("inputs", [[(1, 3), (1, 5), (1, 5)], {"x": (1, 3), "z": (1, 5)}, (1, 3)])
def test_inputs_that_do_not_fit_a_graph_module(inputs: Any):
    with pytest.raises(InputError):
        visualize.trace(fx.symbolic_trace(Pair()), inputs)


def test_a_transposed_convolution_refuses_a_wrong_number_of_channels():
    with pytest.raises(ShapeError):
        visualize.trace(nn.ConvTranspose2d(4, 3, 2), (1, 5, 8, 8))


def test_a_forward_set_on_the_model_is_the_one_traced():
    model = Block()
    plain = model.forward
    model.forward = lambda x: plain(x) * 2
    assert "mul" in _types(visualize.trace(model, IMAGE))


def test_global_hooks_are_not_called():
    called: list[str] = []
    handle = module_globals.register_module_forward_hook(lambda *_: called.append("hook"))
    try:
        visualize.trace(Block(), IMAGE)
    finally:
        handle.remove()
    assert called == []


class Remembering(nn.Module):
    def __init__(self):
        super().__init__()
        self.history: deque[Tensor] = deque()

    def forward(self, x):
        self.history.append(x)
        return x + 1


def test_objects_that_forward_changes_are_unchanged():
    model = Remembering()
    visualize.trace(model, IMAGE)
    assert len(model.history) == 0
