"""Recorded tracing against real runs: what a parameter or input changes is reached by edges.

`_influences` runs a program on real tensors and asks which parameters and inputs its result depends
on: by changing each of them, and by autograd. The recorded graph must have a path from these to the
output, and from no others.
"""

from __future__ import annotations

import copy
import functools
import gc
import queue
import random
import threading
import time
import types
import weakref
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import pytest
import torch
import torch.nn.functional as F
import torch.utils.checkpoint as checkpointing
import torchvision
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize
from torch.utils import _pytree as pytree

import visualize
from tests.models import NETS
from visualize.core.architecture import Architecture, ModuleCall, NodeKind
from visualize.core.errors import InputError, UntraceableError, VisualizeError
from visualize.tracing.inputs import Inputs
from visualize.tracing.tensors import tensors_in

pytestmark = pytest.mark.filterwarnings("ignore")

record = functools.partial(visualize.trace, tracer="recorded")


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Tensors are tiny: waiting for threads would take most of the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


# What a real run depends on


def _eager(model: nn.Module, args: Any, kwargs: Any, train: bool, change: str = "") -> list[Tensor]:
    """What a copy of ``model`` returns, with one parameter or input changed."""
    model = copy.deepcopy(model).train(train)
    args, kwargs = pytree.tree_map_only(Tensor, torch.clone, (args, kwargs))
    changeable = {**dict(model.named_parameters()), **_named_inputs(args, kwargs)}
    with torch.no_grad():
        if change:
            noise = torch.Generator().manual_seed(5)
            tensor = changeable[change]
            tensor.copy_(tensor + torch.randn(tensor.shape, generator=noise))
        torch.manual_seed(7)
        return tensors_in(model(*args, **kwargs))


def _named_inputs(args: Any, kwargs: Any) -> dict[str, Tensor]:
    inputs = tensors_in((args, kwargs))
    return {f"input{index}": t for index, t in enumerate(inputs) if t.is_floating_point()}


def _by_change(model: nn.Module, args: Any, kwargs: Any, train: bool) -> set[str]:
    before = _eager(model, args, kwargs, train)
    found = set()
    for name in [*dict(model.named_parameters()), *_named_inputs(args, kwargs)]:
        after = _eager(model, args, kwargs, train, name)
        if len(after) != len(before) or not all(map(_same, before, after)):
            found.add(name)
    return found


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, equal_nan=True)


def _by_autograd(model: nn.Module, args: Any, kwargs: Any, train: bool) -> set[str]:
    """The same by autograd, which counts what is overwritten in part; empty where it refuses."""
    model = copy.deepcopy(model).train(train)
    args, kwargs = pytree.tree_map_only(Tensor, torch.clone, (args, kwargs))
    inputs = _named_inputs(args, kwargs)
    for tensor in inputs.values():
        tensor.requires_grad_()
    given = pytree.tree_map_only(
        Tensor, lambda t: t * 1 if t.requires_grad else t, (args, kwargs)
    )  # so that it may be written to
    try:
        outputs = [t for t in tensors_in(model(*given[0], **given[1])) if t.requires_grad]
        if outputs:
            torch.autograd.backward([abs(t).sum() for t in outputs])
    except RuntimeError:
        return set()
    named = {**dict(model.named_parameters()), **inputs}
    return {name for name, tensor in named.items() if tensor.grad is not None}


def _reaches_output(architecture: Architecture, model: nn.Module) -> set[str]:
    """The parameters and inputs from which the output of the graph is reached."""
    reached = nx.ancestors(architecture.graph, "output")
    modules = {_plain(path): module for path, module in model.named_modules()}
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found: set[str] = set()
    inputs = 0
    for layer in architecture.operations:
        if layer.kind is NodeKind.INPUT:
            if layer.id in reached and layer.outputs[0].dtype.startswith("float"):
                found.add(f"input{inputs}")
            inputs += 1
        elif layer.id in reached:
            owner, _, name = layer.path.rpartition(".")
            tensors = [getattr(modules.get(owner), name, None)]
            if layer.kind is NodeKind.MODULE:
                tensors = list(modules[layer.path].parameters())
            elif layer.kind is not NodeKind.CONSTANT:
                tensors = []
            found |= {names[id(tensor)] for tensor in tensors if id(tensor) in names}
    return found


def _plain(path: str) -> str:
    """A path without wrappers of torch.compile and DataParallel."""
    steps = [step for step in path.split(".") if step not in ("_orig_mod", "module")]
    return ".".join(steps)


# Programs: each a forward with the layers that it uses


@dataclass(frozen=True)
class Program:
    kind: type[nn.Module]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    train: bool = False
    also: frozenset[str] = frozenset()


PROGRAMS: dict[str, Program] = {}
# Known defects: strict, so that mending one tells to remove its line.
BROKEN = {
    "makes_layers_and_parameters": "nn.Parameter(t) of a temporary is a constant",
    "goes_through_numpy": "what leaves torch loses its origin, as a note says",
    "computes_with_a_subclass": "as_subclass of a temporary is a constant",
    "pads_nested_tensors": "nested tensors have no shape",
    "copies_a_layer": "copy.deepcopy of a parameter is a constant",
}


def program(
    *args: Any, given: Any = None, train: bool = False, also: Any = (), **parts: Callable[[], Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a forward for ``args``, ``given`` by name; ``parts`` make what it calls."""

    def register(forward: Callable[..., Any]) -> Callable[..., Any]:
        def make_parts(self: nn.Module) -> None:
            nn.Module.__init__(self)
            for name, make in parts.items():
                part = make()
                if isinstance(part, Tensor) and not isinstance(part, nn.Parameter):
                    self.register_buffer(name, part)
                else:
                    setattr(self, name, part)

        name = forward.__name__
        kind = type(name, (nn.Module,), {"__init__": make_parts, "forward": forward})
        kind.__module__ = __name__
        assert name not in PROGRAMS
        PROGRAMS[name] = Program(kind, args, given or {}, train, frozenset(also))
        return forward

    return register


def linear() -> nn.Linear:
    return nn.Linear(4, 4)


def weight(*shape: int) -> Callable[[], nn.Parameter]:
    return lambda: nn.Parameter(torch.rand(shape))


def zeros(*shape: int) -> Callable[[], Tensor]:
    return lambda: torch.zeros(shape)


torch.manual_seed(0)
X = torch.rand(3, 4)
AB: dict[str, Any] = {"a": linear, "b": linear}


# In-place operations and views


@program(X, **AB)
def adds_to_a_slice(self, x):
    y = self.a(x)
    y[:, :2] += self.b(x)[:, :2]
    return y


@program(X, **AB)
def writes_through_a_view(self, x):
    y = self.a(x)
    y.view(-1).add_(self.b(x).view(-1))
    return y


@program(X, **AB)
def reads_a_view_taken_before_the_write(self, x):
    y = self.a(x)
    view = y.view(-1)
    y.add_(self.b(x))
    return view


@program(X, **AB)
def reads_another_view(self, x):
    y = self.a(x)
    rows, turned = y.view(-1)[:6], y.t()
    rows.mul_(self.b(x).view(-1)[:6])
    return turned.sum()


@program(X, **AB)
def writes_to_a_chunk(self, x):
    y = self.a(x)
    first, _ = y.chunk(2, 1)
    first.add_(self.b(x)[:, :2])
    return y


@program(X, **AB, also=["b.weight", "b.bias"])
def writes_to_another_chunk(self, x):  # memory is followed as a whole
    first, second = self.a(x).chunk(2, 1)
    first.add_(self.b(x)[:, :2])
    return second


@program(X, **AB)
def writes_to_rows(self, x):
    y = self.a(x)
    for row in y:
        row.add_(self.b(x)[0])
    return y


@program(X, **AB)
def writes_out(self, x):
    y = torch.empty(3, 4)
    torch.add(self.a(x), self.b(x), out=y)
    return y


@program(X, **AB)
def writes_out_to_a_slice(self, x):
    y = torch.zeros(3, 8)
    torch.mul(self.a(x), 2, out=y[:, :4])
    return y + self.b(x).repeat(1, 2)


@program(X, **AB)
def writes_out_to_zeros(self, x):
    y = torch.zeros(3, 4)
    torch.add(self.a(x), 1, out=y)
    return y + self.b(x)


@program(X, **AB)
def sets_items_of_zeros(self, x):
    y = torch.zeros(3, 4)
    y[:, 1:3] = self.a(x)[:, 1:3]
    y[0] = self.b(x)[0]
    return y


@program(X, **AB)
def sets_items_of_empty(self, x):
    y = torch.empty(3, 8)
    y[..., :4] = self.a(x)
    y[..., 4:] = self.b(x)
    return y


@program(X, **AB)
def sets_items_then_calls_a_layer(self, x):
    y = torch.zeros(3, 4)
    y[:, 1:] = self.a(x)[:, 1:]
    return self.b(y)


@program(X, **AB)
def writes_to_a_row_of_zeros(self, x):
    y = torch.zeros(3, 4)
    row = y[0]
    row.add_(self.a(x)[0])
    return y + self.b(x)


@program(X, **AB)
def reads_a_row_of_zeros_after_the_write(self, x):
    y = torch.zeros(3, 4)
    row = y[0]
    y.add_(self.a(x))
    return row + self.b(x)[0]


@program(X, **AB)
def fills_chunks_of_zeros(self, x):
    y = torch.zeros(3, 4)
    first, second = y.chunk(2, 1)
    first.copy_(self.a(x)[:, :2])
    second.copy_(self.b(x)[:, :2])
    return y * 2


@program(X, **AB)
def adds_to_a_view_of_zeros(self, x):
    y = torch.zeros(12)
    y.view(3, 4)[1:] += self.a(x)[1:]
    return y.view(3, 4) + self.b(x)


@program(X, **AB)
def accumulates_in_a_list_of_zeros(self, x):
    y = [torch.zeros(3, 4) for _ in range(2)]
    y[0] += self.a(x)
    y[1][:, 0] = self.b(x)[:, 0]
    return torch.cat(y)


@program(X, **AB)
def multiplies_matrices_into_zeros(self, x):
    y = torch.zeros(4, 4)
    y.addmm_(self.a(x).T, self.b(x))
    return y


@program(X, **AB)
def scatters_into_zeros(self, x):
    y = torch.zeros(3, 4)
    index = torch.zeros(3, 4, dtype=torch.long)
    y.scatter_(1, index, self.a(x))
    return y.scatter_add_(1, index, self.b(x))


@program(X, **AB)
def reduces_into_zeros(self, x):
    y = torch.zeros(3, 4)
    y.scatter_reduce_(0, torch.zeros(3, 4, dtype=torch.long), self.a(x), "sum")
    y.index_put_((torch.tensor([1]),), self.b(x)[:1])
    return y


@program(X, **AB)
def sets_rows_in_a_loop(self, x):
    y = torch.zeros(3, 4)
    for index, row in enumerate(self.a(x)):
        y[index] = row
    return [row + self.b(x)[0] for row in y]


@program(X, **AB)
def sets_items_by_a_mask(self, x):
    y = self.a(x)
    y[x > 0.5] = self.b(x)[x > 0.5]
    return y


@program(X, **AB)
def fills_by_a_mask(self, x):
    y = self.a(x)
    y.masked_fill_(self.b(x) > 0, 0.0)
    return y


@program(X, **AB)
def writes_to_an_alias(self, x):
    y = self.a(x)
    z = y
    z += self.b(x)
    return y


@program(X, **AB)
def activates_a_slice_in_place(self, x):
    y = self.a(x)
    F.relu(y[:, :2], inplace=True)
    return y * self.b(x)


@program(X, a=linear, relu=lambda: nn.ReLU(inplace=True), b=linear)
def drops_what_a_module_in_place_returns(self, x):
    y = self.a(x)
    self.relu(y[:, 1:])
    return y + self.b(x)


@program(X, **AB)
def forgets_what_is_overwritten(self, x):
    y = self.a(x)
    z = y.clone()
    y.zero_()
    return z + self.b(x)


@program(X, **AB)
def writes_to_its_input(self, x):
    x[0].add_(self.a(x)[1])
    return x + self.b(x)


@program(X, **AB)
def adds_lists(self, x):
    y, z = self.a(x), self.b(x)
    torch._foreach_add_([y], [z])
    return y


@program(X, **AB)
def sets_data(self, x):
    y = torch.zeros(3, 4)
    y.data = self.b(x).data
    return self.a(x) + y


@program(X, a=linear, state=zeros(3, 4))
def writes_to_a_buffer(self, x):
    self.state.copy_(self.a(x))
    self.state[:, :2] *= 3
    return self.state * 2


@program(X, a=linear, state=zeros(3, 4))
def assigns_a_buffer(self, x):
    self.state = self.state * 0.9 + self.a(x)
    return self.state + x


@program(X, **AB)
def keeps_a_cache(self, x):
    if not hasattr(self, "cache"):
        self.cache = torch.zeros(10, 4)
    self.cache[:3] = self.a(x)
    return self.cache[:3] + self.b(x)


@program(X, a=linear, b=linear, same=nn.Identity, drop=nn.Dropout)
def writes_to_what_layers_pass_on(self, x):
    y = self.a(x)
    self.drop(self.same(y)).contiguous().to(torch.float32).add_(self.b(x))
    return y


@program(X, **AB)
def writes_to_copies_only(self, x):
    y = self.a(x)
    y[[0, 1]].add_(self.b(x)[:2])
    stacked = torch.stack([y, y])
    y.zero_()
    return stacked


@program(X, **AB)
def turns_in_place(self, x):
    y = self.a(x)
    flat = y.view(12)
    y.t_()
    y += self.b(x).t()
    return flat


# Arguments and results


Pair = namedtuple("Pair", "u v")


@dataclass
class Fields:
    u: Tensor
    v: Tensor | None = None


class Output(OrderedDict):
    """Keys, attributes and positions, as `transformers.utils.ModelOutput`."""

    def __init__(self, **items):
        super().__init__(items)
        self.__dict__.update(items)

    def __getitem__(self, key):
        return tuple(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


@program(X, **AB)
def returns_nested_collections(self, x):
    return {"a": self.a(x), "rest": [self.b(x), (x + 1, None, 3)]}


@program(X, **AB)
def passes_a_named_tuple(self, x):
    pair = Pair(self.a(x), self.b(x))
    return Pair(pair.u + pair.v, pair[1])


@program(X, **AB)
def passes_a_dataclass(self, x):
    fields = Fields(self.a(x), self.b(x))
    return Fields(fields.u + fields.v)


@program(X, **AB)
def passes_a_model_output(self, x):
    output = Output(logits=self.a(x), hidden=(x, self.b(x)))
    return Output(logits=output["logits"] + output.hidden[1] + output[0])


@program(Fields(X, X * 2), **AB)
def takes_a_dataclass(self, fields):
    return self.a(fields.u) + self.b(fields.v)


@program(Pair(X, X * 2), **AB)
def takes_a_named_tuple(self, pair):
    return self.a(pair.u) + self.b(pair.v)


@program({"p": X, "q": [X * 2]}, **AB)
def takes_a_dict(self, tensors):
    return self.a(tensors["p"]) + self.b(tensors["q"][0])


@program(given={"x": X, "y": X * 2}, **AB)
def takes_keywords_only(self, *, x, y=None, sign=-1):
    return self.a(x) + (0 if y is None else self.b(y)) * sign


@program(X, X * 2, **AB)
def takes_any_number(self, *tensors):
    return self.a(tensors[0]) + self.b(tensors[-1])


@program(X, **AB)
def unpacks_rows(self, x):
    first, *rest = self.a(x)
    return first + sum(rest) + self.b(rest[-1])


@program(X, **AB)
def returns_the_same_twice(self, x):
    y = self.a(x)
    return y, y, [y], self.b(y)


@program(X, **AB)
def swaps_names(self, x):
    y, z = self.a(x), self.b(x)
    y, z = z, y
    return y - 2 * z


@program(X)
def does_nothing(self, x):
    return x


@program(X)
def returns_nothing(self, x):
    x + 1


# Parameters and modules


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = linear()

    def forward(self, x):
        return self.inner(x).relu() + x


@program(torch.zeros(1, 3, dtype=torch.long), embed=lambda: nn.Embedding(5, 4), w=weight(4, 4))
def ties_weights_in_a_function(self, tokens):
    return F.linear(self.embed(tokens) @ self.w, self.embed.weight)


class Experts(nn.Module):
    """All experts in one parameter; a router chooses."""

    def __init__(self):
        super().__init__()
        self.router = nn.Linear(4, 3)
        self.up, self.down = nn.Parameter(torch.rand(3, 4, 8)), nn.Parameter(torch.rand(3, 8, 4))


@program(torch.rand(9, 4), experts=Experts)
def routes_by_values(self, x):
    chance, chosen = self.experts.router(x).softmax(-1).topk(1, -1)
    y = torch.zeros_like(x)
    for expert in range(3):
        rows = (chosen == expert).any(-1).nonzero().squeeze(-1)
        if len(rows):
            y[rows] += x[rows] @ self.experts.up[expert] @ self.experts.down[expert] * chance[rows]
    return y + x


@program(torch.rand(9, 4), experts=Experts)
def routes_by_indexing(self, x):
    chance, chosen = self.experts.router(x).softmax(-1).max(-1)
    y = torch.einsum("nd,ndh->nh", x, self.experts.up[chosen])
    return torch.einsum("nh,nhd->nd", y, self.experts.down[chosen]) * chance[:, None]


@program(
    X,
    listed=lambda: nn.ParameterList([torch.rand(4, 4) for _ in range(3)]),
    named=lambda: nn.ParameterDict({"p": nn.Parameter(torch.rand(4))}),
)
def reads_parameter_collections(self, x):
    for w in self.listed:
        x = x @ w
    return x + self.named["p"]


@program(X, a=linear, make=lambda: nn.Linear(4, 20))
def makes_weights(self, x):
    made = self.make(x.mean(0))
    return F.linear(self.a(x), made[:16].view(4, 4), made[16:])


@program(X, a=linear, make=lambda: nn.Linear(4, 16), also=["a.weight"])
def calls_a_layer_with_made_weights(self, x):
    made = self.make(x.mean(0)).view(4, 4)
    return torch.func.functional_call(self.a, {"weight": made}, (x,))


@program(X, a=linear, make=lambda: nn.Linear(4, 16), also=["a.weight"])
def writes_to_the_weights_of_a_layer(self, x):
    with torch.no_grad():
        self.a.weight.copy_(self.make(x.mean(0)).view(4, 4))
    return self.a(x)


@program(X, **AB)
def makes_layers_and_parameters(self, x):
    return nn.Linear(4, 4)(self.a(x)) + nn.Parameter(self.b(x) * 2)


# Modules of torch.nn


@program(torch.rand(2, 5, 8), m=lambda: nn.MultiheadAttention(8, 2, batch_first=True))
def attends(self, x):
    y, _ = self.m(x, x * 2, x, need_weights=False)
    return y + x


@program(
    torch.rand(2, 5, 8),
    torch.rand(2, 3, 8),
    m=lambda: nn.Transformer(8, 2, 1, 1, 16, batch_first=True),
)
def transforms(self, x, y):
    return self.m(x, y)


@program(
    torch.rand(2, 5, 8),
    torch.tensor([[False] * 5, [False] * 3 + [True] * 2]),
    m=lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
)
def encodes_with_a_mask(self, x, mask):
    return self.m(x, src_key_padding_mask=mask)


@program(torch.rand(2, 5, 4), m=lambda: nn.LSTM(4, 4, 2), n=lambda: nn.LSTM(4, 4, 2))
def passes_states_on(self, x):
    _, (h, c) = self.m(x)
    _, (_, c) = self.n(x, (h, c))
    return c


@program(torch.rand(2, 5, 4), m=lambda: nn.LSTM(4, 4), n=lambda: nn.GRU(4, 4))
def packs_sequences(self, x):
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True)
    y, (h, _) = self.m(packed)
    y, h = self.n(y, h)
    return nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0], h


@program(torch.rand(2, 4), m=lambda: nn.LSTMCell(4, 4), g=lambda: nn.GRUCell(4, 4))
def steps_cells(self, x):
    h = c = torch.zeros(2, 4)
    for _ in range(3):
        h, c = self.m(x, (h, c))
    return self.g(h, c)


@program(torch.rand(2, 3, 8, 8), c=lambda: nn.Conv2d(3, 4, 1), bn=lambda: nn.BatchNorm2d(4))
def pools_with_indices(self, x):
    y = self.bn(self.c(x))
    z, indices = F.max_pool2d(y, 2, return_indices=True)
    return F.max_unpool2d(z, indices, 2) + y, F.interpolate(z, size=y.shape[2:])


@program(X, a=linear, bn=lambda: nn.BatchNorm1d(4), drop=nn.Dropout, train=True)
def trains(self, x):
    return self.drop(self.bn(self.a(x)))


@program(
    X,
    m=lambda: parametrizations.weight_norm(linear()),
    n=lambda: parametrizations.spectral_norm(linear()),
)
def parametrizes(self, x):
    with parametrize.cached():
        return self.m(x) + self.n(x) + self.m(x * 2)


@program(X, m=lambda: nn.utils.spectral_norm(linear()), train=True)
def normalizes_spectra_in_training(self, x):
    return self.m(x)


# Wrappers of code


@program(X, m=Block)
def checkpoints_reentrant(self, x):
    return checkpointing.checkpoint(self.m, x, use_reentrant=True)


@program(X, m=Block, train=True)
def checkpoints(self, x):
    return checkpointing.checkpoint(self.m, x, use_reentrant=False)


@program(X, m=lambda: torch.compile(Block(), backend="eager"))
def calls_a_compiled_module(self, x):
    return self.m(x) * 2


@torch.compile(backend="eager")
def _compiled(x, y):
    return x * 2 + y


@program(X, **AB)
def calls_a_compiled_function(self, x):
    return _compiled(self.a(x), self.b(x))


@torch.jit.script
def _scripted(x: torch.Tensor, y: torch.Tensor):
    return x * y if x.shape[0] > 2 else x


@program(X, **AB)
def calls_a_scripted_function(self, x):
    return _scripted(self.a(x), self.b(x))


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x)
        return x * x + y

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2 * ctx.saved_tensors[0], gradient


@program(X, **AB)
def applies_an_autograd_function(self, x):
    return Square.apply(self.a(x), self.b(x))


@program(X, m=lambda: nn.DataParallel(Block()))
def calls_data_parallel(self, x):
    return self.m(x)


@torch.fx.wrap
def _wrapped(x, y, number):
    return (x * y, number) if x.sum() > -1e9 else (x, number)


@program(X, **AB)
def calls_a_wrapped_function(self, x):
    y, number = _wrapped(self.a(x), self.b(x), 3)
    return y * number


# Values, devices, dtypes


@program(X, **AB)
def asks_for_an_item(self, x):
    for _ in range(int(self.a(x).sum().item() > -100) + 1):
        x = self.b(x)
    return x


@program(X, **AB)
def asks_for_a_list(self, x):
    return torch.stack([self.b(x[i]) for i in x.argmax(0).tolist()[:2]])


@program(X, **AB, also=["b.weight", "b.bias"])
def selects_by_values(self, x):
    rows = (self.b(x) > -100).nonzero()[:, 0]
    return self.a(x)[rows], x[x[:, 0] > -1]


@program(X, **AB)
def goes_through_numpy(self, x):
    return self.b(x) + torch.from_numpy(self.a(x).detach().numpy() * 2)


@program(X, **AB)
def draws_random_numbers(self, x):
    noise = torch.randn_like(x) + torch.rand(3, 4) + torch.normal(0.0, 1.0, (3, 4))
    return self.a(x) + noise + self.b(torch.bernoulli(x.clamp(0, 1)))


@program(X, **AB)
def changes_dtypes(self, x):
    return self.a(x).half().float() + self.b(x).to(torch.float64).type_as(x)


@program(X, **AB)
def casts_automatically(self, x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = self.a(x)
    return y + self.b(x)


@program(X, **AB)
def transforms_to_frequencies(self, x):
    return torch.fft.ifft2(torch.fft.fft2(self.a(x)) * torch.fft.fft2(self.b(x))).real


@program(X, **AB)
def computes_with_complex_numbers(self, x):
    z = torch.complex(self.a(x), self.b(x))
    z.mul_(1j)
    return z.real, torch.view_as_real(z), z.abs()


@program(X, **AB)
def multiplies_sparse(self, x):
    eye = torch.sparse_coo_tensor(torch.tensor([[0, 1], [1, 2]]), torch.ones(2), (3, 3))
    return torch.sparse.mm(eye, self.a(x)) + self.b(x).to_sparse().to_dense()


@program(X, **AB)
def maps_over_rows(self, x):
    return torch.vmap(lambda row, other: row * other.sum())(self.a(x), self.b(x))


@program(X, **AB)
def maps_a_layer_over_rows(self, x):
    return torch.vmap(self.a)(x) + self.b(x)


@program(X, **AB)
def differentiates_a_function(self, x):
    return torch.func.grad(lambda t: (self.a(t) ** 2).sum())(x) + self.b(x)


@program(X, a=linear, b=linear)
def differentiates(self, x):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self.a(x).pow(2).sum(), x, create_graph=True)
    return gradient + self.b(x)


@program(X, **AB)
def infers_inside(self, x):
    with torch.no_grad():
        y = self.a(x)
    with torch.inference_mode():
        z = self.b(x)
    return y + z + x


class Special(Tensor):
    """A subclass without ways of its own."""


@program(X, **AB)
def computes_with_a_subclass(self, x):
    y = self.a(x).as_subclass(Special)
    return (y + self.b(x)).as_subclass(Tensor)


@program(X, **AB)
def compares_memory(self, x):
    if self.a.weight.data_ptr() == self.b.weight.data_ptr():
        return x
    return self.b(self.a(x))


@program(X, **AB)
def moves_its_layers(self, x):
    self.a.to(x.device)
    self.b.to(x)
    return self.b(self.a(x))


@program(X, **AB)
def catches_errors(self, x):
    try:
        y = self.a(x[:, :3])
    except RuntimeError:
        y = self.a(x)
    return self.b(y)


@program(X, **AB)
def chooses_by_torch_cond(self, x):
    always = x.sum() < 1000  # whatever the input of the reference is changed to
    return torch.cond(always, lambda t: self.a(t), lambda t: self.b(t), (x,)) + self.b(x)


@program(X, **AB)
def pads_nested_tensors(self, x):
    rows = torch.nested.nested_tensor([self.a(x)[0], self.b(x)[1, :2]])
    return rows.to_padded_tensor(0.0)


@program(X, **AB)
def copies_a_layer(self, x):
    return copy.deepcopy(self.a)(self.b(x))


# torchvision.ops


@program(torch.rand(4, 4), a=linear)
def suppresses_boxes(self, x):
    boxes = torch.cat([x[:, :2], x[:, :2] + x[:, 2:]], 1)
    return self.a(x[torchvision.ops.nms(boxes, x[:, 0], 0.5)])


@program(
    torch.rand(1, 4, 8, 8),
    c=lambda: nn.Conv2d(4, 4, 3, padding=1),
    offsets=lambda: nn.Conv2d(4, 18, 3, padding=1),
    w=weight(4, 4, 3, 3),
)
def aligns_and_deforms(self, x):
    y = torchvision.ops.deform_conv2d(self.c(x), self.offsets(x), self.w, padding=1)
    return torchvision.ops.roi_align(y, torch.tensor([[0.0, 0, 0, 4, 4]]), 2)


def _programs(names: Any) -> list[Any]:
    return [
        pytest.param(
            name,
            marks=[pytest.mark.xfail(strict=True, reason=BROKEN[name])] if name in BROKEN else [],
        )
        for name in names
    ]


@pytest.mark.parametrize("name", _programs(PROGRAMS))
def test_the_graph_depends_on_what_a_run_depends_on(name: str):
    entry = PROGRAMS[name]
    torch.manual_seed(1)
    model = entry.kind()
    before = _state(model)
    architecture = record(model, Inputs(entry.args, entry.kwargs), train=entry.train)
    assert _state(model) == before
    given = (model, entry.args, entry.kwargs, entry.train)
    needed = _by_change(*given) | _by_autograd(*given)
    reached = _reaches_output(architecture, model)
    assert reached >= needed
    assert reached <= needed | entry.also
    results = [(tuple(t.shape), str(t.dtype)) for t in _eager(*given)]
    assert [
        (t.shape, f"torch.{t.dtype}") for t in architecture.operation("output").outputs
    ] == results
    total = sum(parameter.numel() for parameter in model.parameters())
    counted = sum(layer.parameters for layer in architecture.operations)
    assert architecture.parameters == counted + architecture.unused_parameters >= total


def _state(model: nn.Module) -> Any:
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return (
        [(name, id(t), t._version, t.tolist(), t.requires_grad, t.grad) for name, t in tensors],
        {path: repr(list(vars(part).items())) for path, part in model.named_modules()},
        [part.training for part in model.modules()],
        [dict(vars(type(part))) for part in model.modules()],
        (random.getstate(), torch.get_rng_state().tolist()),
        (nn.Module.__call__, torch.is_grad_enabled(), torch.empty(0).device),
    )


# Random programs


@st.composite
def _random_programs(draw: Any) -> Any:
    index = st.integers(0, 9)
    step = st.tuples(st.sampled_from(sorted(STEPS)), index, index)
    return draw(st.lists(step, min_size=2, max_size=10)), draw(index)


def _fit(tensor: Tensor, like: Tensor) -> Tensor:
    """As many of the values of ``tensor`` as ``like`` has, in its shape."""
    repeats = -(-like.numel() // tensor.numel())
    return tensor.reshape(-1).repeat(repeats)[: like.numel()].reshape(like.shape)


def _set(tensor: Tensor, index: Any, value: Tensor) -> None:
    tensor[index] = _fit(value, tensor[index])


def _add(tensor: Tensor, index: Any, value: Tensor) -> None:
    tensor[index] += _fit(value, tensor[index])


STEPS: dict[str, Callable[[nn.Module, Tensor, Tensor], Any]] = {
    "first layer": lambda net, a, b: net.first(_fit(a, X)),
    "second layer": lambda net, a, b: net.second(_fit(a, X)),
    "parameter": lambda net, a, b: a * _fit(net.scale, a),
    "add": lambda net, a, b: a + _fit(b, a),
    "add_": lambda net, a, b: a.add_(_fit(b, a)),
    "copy_": lambda net, a, b: a.copy_(_fit(b, a)),
    "zero_": lambda net, a, b: a.zero_(),
    "relu_": lambda net, a, b: net.relu(a),
    "out": lambda net, a, b: torch.mul(_fit(b, a).clone(), 2, out=a),
    "zeros": lambda net, a, b: torch.zeros(3, 4),
    "full": lambda net, a, b: torch.full_like(a, 0.5),
    "row": lambda net, a, b: a[0] if a.dim() else None,
    "columns": lambda net, a, b: a[..., :2] if a.dim() else None,
    "flat": lambda net, a, b: a.reshape(-1),
    "turn": lambda net, a, b: a.transpose(0, -1) if a.dim() else None,
    "chunk": lambda net, a, b: a.chunk(2, -1) if a.dim() else None,
    "unbind": lambda net, a, b: a.unbind(0) if a.dim() else None,
    "clone": lambda net, a, b: a.clone(),
    "detach": lambda net, a, b: a.detach(),
    "sum": lambda net, a, b: a.sum(),
    "set row": lambda net, a, b: _set(a, 0, b) if a.dim() else None,
    "set column": lambda net, a, b: _set(a, (..., 0), b) if a.dim() else None,
    "add to row": lambda net, a, b: _add(a, 0, b) if a.dim() else None,
    "write to buffer": lambda net, a, b: net.held.mul_(0.5).add_(_fit(b, net.held)),
    "read buffer": lambda net, a, b: net.held * 2,
}


class RandomProgram(nn.Module):
    def __init__(self, steps: Any, result: int) -> None:
        super().__init__()
        self.first, self.second, self.relu = linear(), linear(), nn.LeakyReLU(0.3, inplace=True)
        self.scale = nn.Parameter(torch.rand(3, 4))
        self.register_buffer("held", torch.rand(3, 4))
        self.steps, self.result = steps, result

    def forward(self, x, y):
        values = [x, y]
        for name, one, other in self.steps:
            made = STEPS[name](self, values[one % len(values)], values[other % len(values)])
            values.extend([] if made is None else [made] if isinstance(made, Tensor) else made)
        return values[self.result % len(values)]


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(_random_programs())
def test_random_programs_depend_on_what_a_run_depends_on(drawn: Any):
    model = RandomProgram(*drawn)
    args = (X.clone(), X + 1)
    needed = _by_change(model, args, {}, False)
    architecture = record(model, list(args))
    assert architecture.notes == ()
    assert _reaches_output(architecture, model) >= needed


# Calls, scopes, counts


class SixTimes(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        for _ in range(6):
            x = self.block(x)
        return x


def test_a_module_called_six_times():
    architecture = record(SixTimes(), (3, 4))
    inner = [layer for layer in architecture.operations if layer.type == "Linear"]
    assert [layer.calls for layer in inner] == [
        (ModuleCall("block", number), ModuleCall("block.inner", number)) for number in range(6)
    ]
    assert [layer.parameters for layer in inner] == [20, 0, 0, 0, 0, 0]
    assert [layer.macs for layer in inner] == [48] * 6
    assert [skip.kind.value for skip in architecture.skips] == ["identity"] * 6


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", NETS)
def test_symbolic_and_recorded_agree(name: str, train: bool):
    kind, inputs = NETS[name]
    model = kind()
    one, other = (
        visualize.trace(model, inputs, tracer=tracer, train=train)
        for tracer in ("symbolic", "recorded")
    )
    assert _facts(one) == _facts(other)


def _facts(architecture: Architecture) -> Any:
    size = {"size"}  # sizes are plain numbers in a run
    return (
        [
            (layer.type, layer.path, layer.calls, layer.parameters, layer.macs, layer.outputs)
            for layer in architecture.operations
            if layer.type not in size
        ],
        [
            (skip.kind, skip.long, skip.module, skip.shape, skip.parameters)
            for skip in architecture.skips
        ],
        (architecture.parameters, architecture.buffers, architecture.unused_parameters),
        (architecture.macs, architecture.modules),
    )


def test_tracing_twice_gives_the_same():
    for name in ("routes_by_values", "sets_items_of_zeros", "packs_sequences"):
        entry = PROGRAMS[name]
        model = entry.kind()
        one, other = (record(model, Inputs(entry.args, entry.kwargs)) for _ in range(2))
        assert list(one.operations) == list(other.operations)
        assert list(one.wires) == list(other.wires)


def test_edges_carry_the_states_of_an_lstm():
    entry = PROGRAMS["passes_states_on"]
    architecture = record(entry.kind(), list(entry.args))
    (second,) = [layer for layer in architecture.operations if layer.path == "n"]
    shapes = [wire.tensor.shape for _, _, wire in architecture.inputs(second.id)]
    assert shapes == [(2, 5, 4), (2, 5, 4), (2, 5, 4)]
    assert len({source for source, _, _ in architecture.inputs(second.id)}) == 3


def test_a_layer_made_in_forward_is_counted():
    class Late(nn.Module):
        def forward(self, x):
            if not hasattr(self, "late"):
                self.late = nn.Linear(4, 4)
            return self.late(x)

    model = Late()
    architecture = record(model, (3, 4))
    assert architecture.parameters == 20
    assert not hasattr(model, "late")


def test_a_scripted_submodule_keeps_its_parameters():
    model = nn.Sequential(linear())
    model.append(torch.jit.script(Block()))

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, x):
            return self.inner(x)

    architecture = record(Around(), (3, 4))
    assert (architecture.parameters, architecture.unused_parameters) == (40, 0)
    assert sum(layer.parameters for layer in architecture.operations) == 40


# Values decide


class Choosing(nn.Module):
    def __init__(self, gate: float):
        super().__init__()
        self.gate = nn.Parameter(torch.tensor(gate))
        self.yes, self.no = linear(), nn.Linear(4, 2)

    def forward(self, x):
        return (self.yes if self.gate > 0 else self.no)(x)


@pytest.mark.parametrize(("gate", "path"), [(1.0, "yes"), (-1.0, "no")])
def test_the_branch_of_the_weights_is_taken(gate: float, path: str):
    architecture = visualize.trace(Choosing(gate), (3, 4))
    assert [layer.path for layer in architecture.operations if layer.type == "Linear"] == [path]
    assert "values" in architecture.notes[0]
    assert len(architecture.failures) == 2


@pytest.mark.parametrize(("sign", "operation"), [(1.0, "relu"), (-1.0, "sigmoid")])
def test_the_branch_of_the_example_is_taken(sign: float, operation: str):
    class Signed(nn.Module):
        def forward(self, x):
            return x.relu() if x.sum() > 0 else x.sigmoid()

    architecture = visualize.trace(Signed(), X * sign)
    assert {"relu", "sigmoid"} & set(_types(architecture)) == {operation}


def test_devices_are_ignored():
    class OnCuda(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = linear()

        def forward(self, x):
            assert not x.is_cuda
            y = self.a(x.to("cuda")) + torch.zeros(4, device="cuda:0")
            z = self.a(x.cuda()).to(x.device) + torch.ones(4, device=x.device)
            with x.device:
                return y + z.to("cuda", torch.float64) + torch.ones(4)

    architecture = record(OnCuda(), (3, 4))
    assert architecture.notes == ()
    assert architecture.operation("output").outputs[0].dtype == "float64"


def test_inference_mode_around_tracing():
    with torch.inference_mode():
        model = nn.Sequential(linear(), nn.ReLU(inplace=True))
        assert record(model, torch.rand(3, 4)).parameters == 20
    assert record(model, (3, 4)).parameters == 20


def test_an_index_out_of_range_is_refused():
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(8, 4)

        def forward(self, x):
            return x + self.embed(torch.arange(x.shape[1]))

    assert record(Positions(), (1, 8, 4)).parameters == 32
    with pytest.raises(VisualizeError):
        record(Positions(), (1, 9, 4))


# Training


class Auxiliary(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.drop, self.aux = linear(), nn.Dropout(), nn.Linear(4, 2)

    def forward(self, x):
        x = self.drop(self.a(x))
        return (x, self.aux(x)) if self.training else x


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("train", [True, False])
def test_training_mode_is_that_of_the_option(training: bool, train: bool):
    model = Auxiliary().train(training)
    model.drop.eval()
    architecture = record(model, (3, 4), train=train)
    assert len(architecture.operation("output").outputs) == 1 + train
    assert architecture.unused_parameters == (0 if train else 10)
    assert [part.training for part in model.modules()] == [training, training, False, training]


def test_the_auxiliary_heads_of_googlenet_in_training():
    with torch.device("meta"):
        model = torchvision.models.googlenet(weights=None, init_weights=False, aux_logits=True)
    architecture = record(model, (2, 3, 224, 224), train=True)
    assert [t.shape for t in architecture.operation("output").outputs] == [(2, 1000)] * 3
    assert (architecture.parameters, architecture.unused_parameters) == (13_004_888, 0)
    assert model.training


# Hooks


def _broken(value: Any, reason: str, name: str) -> Any:
    return pytest.param(value, marks=pytest.mark.xfail(strict=True, reason=reason), id=name)


def _two() -> nn.Sequential:
    return nn.Sequential(linear(), linear())


def _types(architecture: Architecture) -> list[str]:
    return [layer.type for layer in architecture.operations]


def test_a_hook_changes_an_output():
    model = _two()
    model[0].register_forward_hook(lambda _, given, output: output * 2 + given[0])
    architecture = record(model, (3, 4))
    assert _types(architecture) == ["input", "Linear", "mul", "add", "Linear", "output"]
    assert [skip.kind.value for skip in architecture.skips] == ["identity"]


def test_a_hook_replaces_an_output():
    model = _two()
    model[0].register_forward_hook(lambda _, __, output: torch.ones_like(output))
    architecture = record(model, (3, 4))
    assert _types(architecture) == ["input", "Linear", "ones_like", "Linear", "output"]


def test_a_hook_makes_a_skip_connection():
    model, kept = nn.Sequential(linear(), linear(), linear()), {}

    def keep(_, __, output):
        kept["x"] = output

    model[0].register_forward_hook(keep)
    model[2].register_forward_pre_hook(lambda _, given: (given[0] + kept["x"],))
    architecture = record(model, (3, 4))
    assert [skip.kind.value for skip in architecture.skips] == ["identity"]
    assert kept == {}


def test_a_hook_of_the_model_changes_its_result():
    model = _two()
    model.register_forward_hook(lambda _, given, output: {"y": output, "x": given[0]})
    assert len(record(model, (3, 4)).operation("output").outputs) == 2


def test_a_hook_with_keywords():
    model = _two()
    model[1].register_forward_pre_hook(
        lambda _, args, kwargs: ((args[0].tanh(),), kwargs), with_kwargs=True
    )
    architecture = record(model, (3, 4))
    assert _reaches_output(architecture, model) == {
        "0.weight", "0.bias", "1.weight", "1.bias", "input0",
    }  # fmt: skip


class Collector:
    def __init__(self):
        self.last, self.all = None, []

    def __call__(self, _, __, output):
        self.last = output
        self.all.append(output)


class Slotted:
    __slots__ = ("last",)

    def __init__(self):
        self.last = None

    def __call__(self, _, __, output):
        self.last = output


FEATURES: dict[str, Any] = {}
COUNT = 0


def _collect_globally(_, __, output):
    global COUNT
    COUNT += 1
    FEATURES["x"] = output


def _hook_to_closure() -> Any:
    seen: list[Any] = []
    return (lambda _, __, output: seen.append(output)), lambda: seen


def _hook_to_number() -> Any:
    calls = 0

    def hook(*_):
        nonlocal calls
        calls += 1

    return hook, lambda: calls or None


def _hook_to_default() -> Any:
    def hook(_, __, output, seen=[]):  # noqa: B006
        seen.append(output)

    return hook, lambda: hook.__defaults__[0]


def _hook_to_namespace() -> Any:
    space = types.SimpleNamespace(last=None)

    def hook(_, __, output):
        space.last = output

    return hook, lambda: space.last


def _hook_to_collection(make: Callable[[], Any]) -> Any:
    seen = make()

    def hook(_, __, output):
        seen["x"] = output

    return hook, lambda: seen


def _hook_to_class() -> Any:
    class Kept:
        seen: list[Any] = []  # noqa: RUF012

    return (lambda _, __, output: Kept.seen.append(output)), lambda: Kept.seen


def _hook_to_object(make: Callable[[], Any]) -> Any:
    collector = make()
    return collector, lambda: collector.last


def _hook_to_argument() -> Any:
    seen: dict[str, Any] = {}

    def hook(kept, _, __, output):
        kept["x"] = output

    return functools.partial(hook, seen), lambda: seen


def _hook_to_method() -> Any:
    collector = Collector()
    return collector.__call__, lambda: collector.all


@pytest.mark.parametrize(
    "make",
    [
        _hook_to_closure,
        _hook_to_number,
        pytest.param(_hook_to_default, id="default argument"),
        _broken(_hook_to_namespace, "classes of the standard library", "namespace"),
        pytest.param(functools.partial(_hook_to_collection, dict), id="dict"),
        pytest.param(functools.partial(_hook_to_collection, OrderedDict), id="OrderedDict"),
        pytest.param(
            functools.partial(_hook_to_collection, functools.partial(defaultdict, list)),
            id="defaultdict",
        ),
        _broken(_hook_to_class, "a class is not copied", "class attribute"),
        pytest.param(functools.partial(_hook_to_object, Collector), id="object"),
        _broken(functools.partial(_hook_to_object, Slotted), "slots are not copied", "slots"),
        _hook_to_argument,
        _hook_to_method,
        pytest.param(lambda: (_collect_globally, lambda: FEATURES or COUNT or None), id="globals"),
    ],
)
def test_hooks_of_the_caller_write_to_nothing(make: Callable[[], Any]):
    hook, written = make()
    model = _two()
    model[0].register_forward_hook(hook)
    record(model, (3, 4))
    value = written()
    assert value is None or (not isinstance(value, Tensor) and not value)


class Extractor(nn.Module):
    """Reads what a hook collected."""

    def __init__(self, hook: Any, found: Callable[[], Tensor]):
        super().__init__()
        self.body, self.head, self.hook, self.found = _two(), nn.Linear(4, 2), hook, found
        self.body[0].register_forward_hook(hook)

    def forward(self, x):
        self.body(x)
        return self.head(self.found())


class OwnMethod(Extractor):
    def __init__(self):
        self.__dict__["seen"] = deque()
        super().__init__(self.keep, None)

    def keep(self, _, __, output):
        self.seen.append(output)

    def forward(self, x):
        self.seen.clear()
        self.body(x)
        return self.head(self.seen[0])


class OwnObject(Extractor):
    def __init__(self, make: Callable[[], Any]):
        super().__init__(make(), None)

    def forward(self, x):
        self.body(x)
        return self.head(self.hook.last)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Extractor(_collect_globally, lambda: FEATURES["x"]), id="globals"),
        pytest.param(
            lambda: (lambda hook, found: Extractor(hook, lambda: found()["x"]))(
                *_hook_to_collection(dict)
            ),
            id="closure",
        ),
        pytest.param(lambda: OwnObject(Collector), id="object"),
        pytest.param(lambda: OwnObject(Slotted), id="slots"),
        pytest.param(OwnMethod, id="method"),
    ],
)
def test_hooks_of_the_model_work(make: Callable[[], nn.Module]):
    model = make()
    architecture = record(model, (3, 4))
    needed = {"body.0.weight", "body.0.bias", "head.weight", "head.bias", "input0"}
    assert _reaches_output(architecture, model) == needed
    assert FEATURES == {}


def test_a_hook_that_forward_registers_and_removes():
    class Temporary(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = linear(), linear()

        def forward(self, x):
            seen = []
            handle = self.a.register_forward_hook(lambda _, __, output: seen.append(output))
            self.a(x)
            handle.remove()
            return self.b(seen[0])

    model = Temporary()
    assert _types(record(model, (3, 4))) == ["input", "Linear", "Linear", "output"]
    assert not model.a._forward_hooks


# Nothing is left behind


class ClassCounting(nn.Module):
    calls = 0
    cache: dict[int, int] = {}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.a = linear()

    def forward(self, x):
        global COUNT
        COUNT += 1
        type(self).calls += 1
        self.cache[0] = 1
        type(self).added = True
        if x.shape[0] == 2:
            raise ValueError("on purpose")
        return self.a(x)


@pytest.mark.parametrize("rows", [2, 3])
def test_class_attributes_and_globals_are_unchanged(rows: int):
    before = dict(vars(ClassCounting)), dict(globals())
    try:
        record(ClassCounting(), (rows, 4))
    except VisualizeError:
        assert rows == 2
    assert (dict(vars(ClassCounting)), dict(globals())) == before
    assert ClassCounting.cache == {}


@functools.lru_cache
def _noise(size):
    return torch.randn(size)


def test_caches_of_functions_are_as_before():
    class Noisy(nn.Module):
        def forward(self, x):
            return x + _noise(x.shape[1])

    record(Noisy(), (3, 4))
    assert Noisy()(X).device.type == _noise(4).device.type == "cpu"


@pytest.mark.xfail(strict=True, reason="the mask becomes indices, of which there are none")
def test_a_mask_without_dimensions_needs_no_values():
    class Masked(nn.Module):
        def forward(self, x):
            y = x.max()
            y[torch.ones((), dtype=torch.bool)] = 0.5
            return y

    assert record(Masked(), (3, 4)).notes == ()


LIVING: queue.SimpleQueue[Any] = queue.SimpleQueue()  # which tracing does not put back


class Watched(nn.Module):
    def __init__(self, end: str):
        super().__init__()
        self.a, self.end = linear(), end

    def forward(self, x):
        y = self.a(x)
        for held in (y, self, self.a.weight):
            LIVING.put(weakref.ref(held))
        if self.end == "values" and y.sum() > 1e9:
            return x
        if self.end == "error":
            raise ValueError("on purpose")
        return y * 2


@pytest.mark.parametrize("end", ["shapes", "values", "error"])
def test_no_tensor_of_a_run_lives_on(end: str):
    architecture = None
    try:
        architecture = record(Watched(end), (3, 4))
    except VisualizeError:
        assert end == "error"
    gc.collect()
    references = [LIVING.get_nowait() for _ in range(LIVING.qsize())]
    assert len(references) >= 3
    assert [reference() for reference in references] == [None] * len(references)
    assert (architecture is None) == (end == "error")


def test_a_run_on_values_frees_what_it_no_longer_needs():
    class Chain(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = linear()

        def forward(self, x):
            if x.sum() > 1e9:
                return x
            living = []
            for _ in range(8):
                x = self.a(x).relu()
                living.append(weakref.ref(x))
            return x * sum(reference() is not None for reference in living)

    architecture = record(Chain(), X)
    (scale,) = [layer for layer in architecture.operations if layer.type == "mul"]
    assert 1 in scale.attributes.values()


# Threads and time


class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = linear()

    def forward(self, x):
        for _ in range(4):
            x = self.a(x)
            time.sleep(0.02)
        return x


def _in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(jobs)

    def work(index: int) -> None:
        try:
            results[index] = jobs[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
        time.sleep(0.03)
    for thread in threads:
        thread.join(20)
    return results


def test_tracing_in_several_threads():
    call = nn.Module.__call__
    results = _in_threads(*[lambda: _types(record(Slow(), (3, 4)))] * 3)
    restored = nn.Module.__call__ is call
    nn.Module.__call__ = call
    assert results == [["input", *["Linear"] * 4, "output"]] * 3
    assert restored


def test_a_model_that_runs_in_another_thread_is_not_recorded():
    other = linear()

    def run() -> None:
        for _ in range(20):
            other(X)
            time.sleep(0.005)

    types_of, _ = _in_threads(lambda: _types(record(Slow(), (3, 4))), run)
    assert types_of == ["input", *["Linear"] * 4, "output"]


class Endless(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = linear()

    def forward(self, x):
        while True:
            x = self.a(x)


def test_the_time_limit_ends_a_run():
    call = nn.Module.__call__
    with pytest.raises(UntraceableError, match=r"not done after 0\.2 seconds"):
        record(Endless(), (3, 4), timeout=0.2)
    (result,) = _in_threads(lambda: record(Endless(), (3, 4), timeout=0.2))
    assert isinstance(result, UntraceableError)
    assert nn.Module.__call__ is call


# Leaves by name


class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = linear(), linear()

    def forward(self, x, *, bias=None):
        return Fields(self.a(x), [self.b(x), {"k": x}])


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = Parts()

    def forward(self, x):
        fields = self.parts(x)
        return fields.u + fields.v[0] * fields.v[1]["k"]


@pytest.mark.parametrize("leaf", ["Parts", "parts", "P*"])
def test_a_leaf_that_returns_a_dataclass(leaf: str):
    architecture = record(Whole(), (3, 4), leaves=[leaf])
    (parts,) = [layer for layer in architecture.operations if layer.path == "parts"]
    assert (parts.kind, parts.type, parts.parameters) == (NodeKind.MODULE, "Parts", 40)
    assert (parts.macs, len(parts.outputs)) == (96, 3)
    reads = [s for s, _, _ in architecture.inputs("mul")]
    assert all(parts.id in nx.ancestors(architecture.graph, source) for source in reads)


# Guessed inputs


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.Linear(7, 2), (1, 7)),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), (1, 784)),
        (nn.Conv1d(2, 3, 5), (1, 2, 1024)),
        (nn.Conv2d(5, 3, 3), (1, 5, 224, 224)),
        (nn.Conv3d(3, 4, 3), (1, 3, 16, 112, 112)),
        (nn.Sequential(nn.Conv2d(1, 2, 5), nn.Flatten(), nn.Linear(1152, 3)), (1, 1, 28, 28)),
        (nn.Embedding(9, 3), (1, 128)),
        (nn.BatchNorm2d(4), (1, 4, None, None)),
        (nn.ReLU(), (1, 3, 224, 224)),
        (nn.ConvTranspose2d(4, 3, 2), (1, 4, None, None)),
        (nn.EmbeddingBag(9, 3), (None, None)),
        (nn.GroupNorm(2, 4), (1, 4, None, None)),
        (nn.LayerNorm((3, 8, 8)), (1, 3, 8, 8)),
        (nn.LSTM(5, 6, batch_first=True), (1, None, 5)),
        (nn.TransformerEncoderLayer(8, 2, 8), (None, None, 8)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_guesses_from_the_first_layer(model: nn.Module, shape: tuple[int | None, ...]):
    architecture = visualize.trace(model)
    (given,) = [layer for layer in architecture.operations if layer.kind is NodeKind.INPUT]
    guessed = given.outputs[0].shape
    assert len(guessed) == len(shape)
    assert all(size in (None, found) for size, found in zip(shape, guessed))
    assert "assumed --input" in architecture.notes[0]


@pytest.mark.parametrize("inputs", [None, (3, 4)])
def test_lazy_layers_are_refused(inputs: Any):
    with pytest.raises(InputError, match="lazy"):
        visualize.trace(nn.Sequential(nn.LazyLinear(4)), inputs)


def test_positions_in_a_buffer_need_no_values():
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(8, 4)
            self.register_buffer("positions", torch.arange(8)[None])

        def forward(self, x):
            return x + self.embed(self.positions[:, : x.shape[1]])

    assert visualize.trace(Positions(), (1, 6, 4), tracer="recorded").notes == ()
