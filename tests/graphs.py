"""Small exact architectures for tests, built by hand or at random, without a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod

import networkx as nx
from hypothesis import strategies as st

from visualize.annotate.skips import find_skips, mark_skips
from visualize.core.architecture import (
    Architecture,
    ModuleCall,
    NodeKind,
    Operation,
    SkipKind,
    TensorSpec,
    Weight,
    Wire,
)
from visualize.core.operators import merge_type

Shape = tuple[int, ...]


def _weight(kind: str, weights: Sequence[Shape]) -> Weight | None:
    """The weight of a convolution or linear layer, the first of its parameters."""
    if kind not in ("Conv2d", "Linear"):
        return None
    outputs, inputs, *_ = weights[0]
    return Weight(weights[0], inputs, outputs)


def _tensor(kind: NodeKind, shape: Shape, dtype: str) -> TensorSpec:
    """A tensor whose batch comes first; constants and vectors have none."""
    has_batch = kind is not NodeKind.CONSTANT and len(shape) > 1
    return TensorSpec(shape, dtype, shape[1:] if has_batch else None)


class Net:
    """Builds an exact `Architecture` operation by operation, as a trace of a model would.

    Every method that adds an operation returns its id, which later operations take as input.
    """

    def __init__(self, prefix: str = "") -> None:
        self.graph = nx.MultiDiGraph()
        self.modules: dict[str, str] = {}
        self._prefix = prefix
        self._data: set[str] = set()
        self._calls_around: list[ModuleCall] = []
        self._calls: Counter[str] = Counter()
        self._names: Counter[str] = Counter()

    def shape(self, node: str) -> Shape:
        """Shape of the first tensor that ``node`` returns."""
        outputs = self.graph.nodes[node]["operation"].outputs
        return outputs[0].shape if outputs else ()

    @contextmanager
    def call(self, name: str, kind: str = "Block") -> Iterator[None]:
        """What is added inside belongs to a call of the module ``name``."""
        path = self._path(name)
        self.modules.setdefault(path, kind)
        self._calls_around.append(self._call_of(path))
        yield
        self._calls_around.pop()

    def input(self, *shape: int, name: str = "x") -> str:
        return self._add(name, NodeKind.INPUT, "input", (), [shape or (1, 8, 16, 16)], path="")

    def output(self, *sources: str) -> str:
        shapes = [self.shape(source) for source in sources]
        return self._add("output", NodeKind.OUTPUT, "output", sources, shapes, path="")

    def constant(self, name: str, *shape: int, buffer: bool = False) -> str:
        """A frozen parameter or a buffer of the module that is being called."""
        path, count = self._path(name), prod(shape)
        new = count if self._calls[path] == 0 else 0
        self._calls[path] += 1
        counts = (
            {"buffers": new}
            if buffer
            else {"parameters": new, "weights": (shape,), "held": {path: count}}
        )
        name = path.replace(".", "_")
        return self._add(name, NodeKind.CONSTANT, "constant", (), [shape], path=path, **counts)

    def function(
        self,
        kind: str,
        *sources: str,
        shape: Shape | None = None,
        data: bool = True,
        dtype: str = "float32",
        **attributes: object,
    ) -> str:
        """A function that returns one tensor, by default shaped like its first input.

        It reads the values of its inputs, or their shapes alone if not ``data``. Plain arguments
        have the names that a trace gives them.
        """
        outputs = [self.shape(sources[0]) if shape is None else shape]
        return self._add(
            kind,
            NodeKind.FUNCTION,
            kind,
            sources,
            outputs,
            data=data,
            dtype=dtype,
            attributes=attributes,
        )

    def value(self, kind: str, *sources: str) -> str:
        """A function that returns no tensor but a size, or nothing."""
        return self._add(kind, NodeKind.FUNCTION, kind, sources, [])

    def split(self, kind: str, source: str, *shapes: Shape) -> tuple[str, ...]:
        """A function that returns several tensors, and what picks each of them."""
        several = self._add(kind, NodeKind.FUNCTION, kind, (source,), shapes)
        return tuple(
            self.function("getitem", several, shape=shape, b=index)
            for index, shape in enumerate(shapes)
        )

    def module(
        self,
        kind: str,
        *sources: str,
        name: str = "",
        shape: Shape | None = None,
        weights: Sequence[Shape] = (),
        buffers: int = 0,
    ) -> str:
        """A leaf module; its parameters and buffers are counted at its first call."""
        path = self._path(name or self._fresh(kind))
        self.modules.setdefault(path, kind)
        call = self._call_of(path)
        first = call.number == 0
        outputs = [self.shape(sources[0]) if shape is None else shape]
        parameters = sum(map(prod, weights)) if first else 0
        return self._add(
            path.replace(".", "_"),
            NodeKind.MODULE,
            kind,
            sources,
            outputs,
            path=path,
            calls=(*self._calls_around, call),
            module_class=f"torch.nn.{kind}",
            parameters=parameters,
            trainable_parameters=parameters,
            buffers=buffers if first else 0,
            held={f"{path}.{index}": prod(shape) for index, shape in enumerate(weights)},
            weights=tuple(weights),
            weight=_weight(kind, weights),
            macs=sum(map(prod, weights[:1])) * prod(outputs[0][2:]),
        )

    # The layers that tests use most

    def conv(self, source: str, out: int = 8, stride: int = 1, name: str = "") -> str:
        batch, channels, *sizes = self.shape(source)
        shape = (batch, out, *(max(size // stride, 1) for size in sizes))
        weights = ((out, channels, 3, 3), (out,))
        return self.module("Conv2d", source, name=name, shape=shape, weights=weights)

    def linear(self, source: str, out: int = 8, name: str = "") -> str:
        *rest, features = self.shape(source)
        weights = ((out, features), (out,))
        return self.module("Linear", source, name=name, shape=(*rest, out), weights=weights)

    def norm(self, source: str, name: str = "") -> str:
        channels = self.shape(source)[1]
        weights = ((channels,), (channels,))
        buffers = 2 * channels + 1
        return self.module("BatchNorm2d", source, name=name, weights=weights, buffers=buffers)

    def resize(self, kind: str, source: str, scale: float, name: str = "") -> str:
        batch, channels, *sizes = self.shape(source)
        shape = (batch, channels, *(max(int(size * scale), 1) for size in sizes))
        return self.module(kind, source, name=name, shape=shape)

    def global_pool(self, source: str, name: str = "") -> str:
        shape = (*self.shape(source)[:2], 1, 1)
        return self.module("AdaptiveAvgPool2d", source, name=name, shape=shape)

    def add(self, *sources: str) -> str:
        return self.function("add", *sources)

    def mul(self, *sources: str) -> str:
        widest = max(map(self.shape, sources), key=prod)
        return self.function("mul", *sources, shape=widest)

    def cat(self, *sources: str) -> str:
        batch, _, *sizes = self.shape(sources[0])
        channels = sum(self.shape(source)[1] for source in sources)
        return self.function("cat", *sources, shape=(batch, channels, *sizes))

    def build(self) -> Architecture:
        graph = nx.MultiDiGraph(self.graph)
        skips = find_skips(graph)
        mark_skips(graph, skips)
        operations = [one for _, one in graph.nodes(data="operation")]
        return Architecture(
            name="net",
            class_name="Net",
            graph=graph,
            modules=dict(self.modules),
            unrolled_skips=skips,
            parameters=sum(one.parameters for one in operations),
            trainable_parameters=sum(one.trainable_parameters for one in operations),
            buffers=sum(one.buffers for one in operations),
        )

    def _add(
        self,
        name: str,
        kind: NodeKind,
        type_name: str,
        sources: Sequence[str],
        shapes: Sequence[Shape],
        *,
        path: str | None = None,
        calls: tuple[ModuleCall, ...] | None = None,
        data: bool = True,
        dtype: str = "float32",
        **counts: object,
    ) -> str:
        """Add a node; which edges carry data is defined in visualize/annotate/structure.py."""
        operation = Operation(
            id=self._unique(self._prefix + name),
            kind=kind,
            type=type_name,
            index=len(self.graph),
            path=self._path() if path is None else path,
            calls=tuple(self._calls_around) if calls is None else calls,
            outputs=tuple(_tensor(kind, shape, dtype) for shape in shapes),
            **counts,  # type: ignore[arg-type]
        )
        self.graph.add_node(operation.id, operation=operation)
        yields = data and (kind is NodeKind.OUTPUT or bool(shapes))
        carried = 0
        for position, source in enumerate(sources):
            outputs = self.graph.nodes[source]["operation"].outputs
            carries = source in self._data and yields
            wire = Wire(outputs[0] if outputs else None, position, carries)
            self.graph.add_edge(source, operation.id, wire=wire)
            carried += carries
        if carried or kind is NodeKind.INPUT:
            self._data.add(operation.id)
        if carried > 1 and merge_type(type_name):
            self.graph.nodes[operation.id]["operation"] = replace(operation, merges=True)
        return operation.id

    def _path(self, name: str = "") -> str:
        outer = self._calls_around[-1].path if self._calls_around else ""
        return ".".join(step for step in (outer, name) if step)

    def _call_of(self, path: str) -> ModuleCall:
        self._calls[path] += 1
        return ModuleCall(path, self._calls[path] - 1)

    def _fresh(self, kind: str) -> str:
        """A name that no module of this kind has yet."""
        names = (f"{kind.lower()}{number}" for number in range(len(self.modules) + 1))
        return next(name for name in names if self._path(name) not in self.modules)

    def _unique(self, name: str) -> str:
        self._names[name] += 1
        earlier = self._names[name] - 1
        return f"{name}_{earlier}" if earlier else name


# Networks that papers know


def residual_block(net: Net, x: str, out: int, stride: int = 1) -> str:
    """A basic block of a ResNet, with a projection shortcut where the shape changes."""
    y = net.module("ReLU", net.norm(net.conv(x, out, stride, "conv1"), "bn1"), name="relu")
    y = net.norm(net.conv(y, out, name="conv2"), "bn2")
    if stride > 1:
        with net.call("downsample", "Sequential"):
            x = net.norm(net.conv(x, out, stride, "0"), "1")
    return net.module("ReLU", net.add(y, x), name="relu")


def resnet() -> Architecture:
    """Two stages of two basic blocks, between a stem and a classifier."""
    net = Net()
    x = net.input(1, 3, 32, 32)
    x = net.module("ReLU", net.norm(net.conv(x, 8, name="conv"), "bn"), name="relu")
    for stage, out in (("layer1", 8), ("layer2", 16)):
        with net.call(stage, "Sequential"):
            for number in range(2):
                stride = 2 if number == 0 and stage == "layer2" else 1
                with net.call(str(number), "BasicBlock"):
                    x = residual_block(net, x, out, stride)
    x = net.function("flatten", net.global_pool(x, "pool"), shape=(1, 16))
    net.output(net.linear(x, 10, "fc"))
    return net.build()


def unet() -> Architecture:
    """Two levels down and up again."""
    net = Net()
    x = net.input(1, 8, 32, 32)
    kept = []
    for number in range(2):
        x = net.conv(x, name=f"down{number}")
        kept.append(x)
        x = net.resize("MaxPool2d", x, 0.5, f"pool{number}")
    x = net.conv(x, name="middle")
    for number, skipped in enumerate(reversed(kept)):
        x = net.resize("Upsample", x, 2, f"resize{number}")
        x = net.conv(net.cat(skipped, x), name=f"up{number}")
    net.output(x)
    return net.build()


def densenet() -> Architecture:
    """Three layers, each of which reads all features before it."""
    net = Net()
    features = [net.input()]
    for number in range(3):
        x = net.cat(*features) if number else features[0]
        features.append(net.conv(x, 4, name=f"conv{number}"))
    net.output(net.cat(*features))
    return net.build()


def every_kind() -> Architecture:
    """A block for each kind of skip connection, as if the analysis had found them."""
    net = Net()
    x = net.input()
    for number in range(len(SkipKind)):
        x = net.add(net.conv(x, name=f"conv{number}"), x)
    net.output(x)
    architecture = net.build()
    found = dict(zip(SkipKind, architecture.skips, strict=True))
    skips = {kind: replace(skip, kind=kind) for kind, skip in found.items()}
    skips[SkipKind.SCALED] = replace(skips[SkipKind.SCALED], scale="0.5", merge_type="subtract")
    skips[SkipKind.MIXED] = replace(skips[SkipKind.MIXED], streams=4)
    skips[SkipKind.GATE] = replace(skips[SkipKind.GATE], gradient=False)
    return replace(architecture, unrolled_skips=tuple(skips.values()))


def tangle() -> Architecture:
    """Six layers that each read two of the layers before them, neither in series nor parallel."""
    net = Net()
    x = net.input()
    made = [net.conv(x, 4, name="stem0"), net.conv(x, 4, name="stem1")]
    for number in range(6):
        both = net.add(made[-1], made[len(made) // 2 - 1])
        made.append(net.conv(both, 4, name=f"conv{number}"))
    net.output(net.cat(*made[-3:]))
    return net.build()


# Random networks


@dataclass(frozen=True)
class Step:
    """One operation of a program; ``first`` and ``second`` choose what it reads."""

    operation: str
    first: int = 0
    second: int = 0


@dataclass(frozen=True)
class Call:
    """Calls of modules ``name``, or ``name.0``, ``name.1``, … where there are ``repeats``."""

    name: str
    kind: str
    steps: tuple[Step | Call, ...]
    first: int = 0
    repeats: int = 1


@dataclass(frozen=True)
class Program:
    """What a random network does, independent of how its nodes are named."""

    inputs: int
    steps: tuple[Step | Call, ...]
    outputs: int


def run(program: Program, prefix: str = "") -> Architecture:
    """Build the network of ``program``; ``prefix`` begins the id of every node."""
    net = Net(prefix)
    values = [net.input(1, 4, 8, 8, name=f"x{number}") for number in range(program.inputs)]
    _run(net, program.steps, values, {})
    net.output(*values[-program.outputs :])
    return net.build()


def _run(
    net: Net,
    steps: Sequence[Step | Call],
    values: list[str],
    defined: dict[str, tuple[Call, Shape]],
) -> None:
    """Run ``steps`` on ``values``, to which each adds what it returns."""
    for number, step in enumerate(steps):
        source = values[-1 - step.first % len(values)]
        if isinstance(step, Step):
            values += OPERATIONS[step.operation](net, f"{number}", source, values, step.second)
            continue
        names = [f"{step.name}.{index}" for index in range(step.repeats)]
        for name in names if step.repeats > 1 else [step.name]:
            source = _call(net, step, name, source, defined)
        values.append(source)


def _call(
    net: Net, call: Call, name: str, source: str, defined: dict[str, tuple[Call, Shape]]
) -> str:
    """Call a module: the one that has this name already, where it takes such an input."""
    path = net._path(name)
    known = defined.setdefault(path, (call, net.shape(source)))
    if known[1] != net.shape(source):
        return source
    values = [source]
    with net.call(name, known[0].kind):
        _run(net, known[0].steps, values, defined)
    return values[-1]


def _alike(net: Net, source: str, values: Sequence[str], choice: int) -> str:
    """One of ``values`` that has the shape of ``source``."""
    alike = [value for value in values if net.shape(value) == net.shape(source)]
    return alike[choice % len(alike)]


def _is_map(net: Net, source: str) -> bool:
    return len(net.shape(source)) == 4


def _weighted(net: Net, name: str, source: str, stride: int) -> list[str]:
    if _is_map(net, source):
        return [net.conv(source, 4, stride, f"conv{name}")]
    return [net.linear(source, 4, f"linear{name}")]


def _resized(net: Net, name: str, source: str, kind: str, scale: float) -> list[str]:
    if _is_map(net, source):
        return [net.resize(kind, source, scale, f"{kind.lower()}{name}")]
    return [net.module("ReLU", source, name=f"relu{name}")]


def _norm(net: Net, name: str, source: str, *_: object) -> list[str]:
    return [net.norm(source, f"norm{name}")]


def _gate(net: Net, name: str, source: str, *_: object) -> list[str]:
    if not _is_map(net, source):
        return [net.mul(source, net.function("sigmoid", source))]
    x = net.conv(net.global_pool(source, f"pool{name}"), net.shape(source)[1], name=f"fc{name}")
    return [net.mul(source, net.function("sigmoid", x))]


def _cat(net: Net, _: str, source: str, values: Sequence[str], choice: int) -> list[str]:
    def rest(node: str) -> Shape:
        shape = net.shape(node)
        return (*shape[:1], *shape[2:])

    fitting = [value for value in values if rest(value) == rest(source)]
    others = [fitting[choice % len(fitting)]]
    if choice % 2:
        others.append(fitting[(choice + 1) % len(fitting)])
    return [net.cat(*others, source)]


def _around(net: Net, name: str, source: str, _: Sequence[str], choice: int) -> list[str]:
    """Weighted layers and a branch around them, both from ``source``, meet again."""
    choice, way = divmod(choice, len(_BRANCHES))
    branch = source
    for operation in _BRANCHES[way]:
        branch = OPERATIONS[operation](net, f"{name}{operation[0]}", branch, [branch], 0)[-1]
    choice, depth = divmod(choice, 2)
    shape = net.shape(branch)
    body = source
    for number in range(depth + 1):
        channels, *kernel = net.shape(body)[1], *([3] * (len(shape) - 2))
        body = net.module(
            "Conv2d" if kernel else "Linear",
            body,
            name=f"body{name}{number}",
            shape=shape,
            weights=((shape[1], channels, *kernel), (shape[1],)),
        )
    merge = (net.add, net.add, net.cat, net.mul)[choice % 4]
    return [merge(body, branch)]


_BRANCHES = (
    (),
    ("dropout",),
    ("contiguous", "dropout"),
    ("strided conv", "norm"),
    ("norm",),
    ("pool",),
    ("slice",),
    ("relu",),
)


def _chunk(net: Net, _: str, source: str, *__: object) -> list[str]:
    batch, channels, *rest = net.shape(source)
    halves = (channels - channels // 2, channels // 2)
    if not halves[1]:
        return []
    return list(net.split("chunk", source, *((batch, half, *rest) for half in halves)))


def _flatten(net: Net, _: str, source: str, *__: object) -> list[str]:
    batch, *rest = net.shape(source)
    return [net.function("flatten", source, shape=(batch, prod(rest)))]


def _view(net: Net, _: str, source: str, values: Sequence[str], choice: int) -> list[str]:
    """A view whose size is computed from that of another tensor."""
    size = net.value("size", values[choice % len(values)])
    return [net.function("view", source, net.value("mul", size))]


def _check(net: Net, _: str, source: str, *__: object) -> list[str]:
    net.value("assert", net.value("eq", net.value("size", source)))
    return []


def _slice(net: Net, _: str, source: str, *__: object) -> list[str]:
    batch, channels, *rest = net.shape(source)
    return [net.function("getitem", source, shape=(batch, max(channels // 2, 1), *rest))]


def _with_parameter(net: Net, name: str, source: str, *_: object) -> list[str]:
    constant = net.constant(f"scale{name}", *net.shape(source)[1:])
    return [net.mul(source, net.function("exp", constant))]


def _with_buffer(net: Net, name: str, source: str, *_: object) -> list[str]:
    return [net.add(net.constant(f"table{name}", *net.shape(source), buffer=True), source)]


def _with_noise(net: Net, _: str, source: str, __: Sequence[str], choice: int) -> list[str]:
    noise = net.function("randn_like", source, data=False)
    return [(net.add, net.mul)[choice % 2](source, net.function("mul", noise))]


def _with_filter(net: Net, name: str, source: str, *_: object) -> list[str]:
    """A small network on a grid, whose result the source is multiplied with."""
    grid = net.constant(f"grid{name}", net.shape(source)[-1], 1, buffer=True)
    hidden = net.function("relu", net.linear(grid, 4, f"hidden{name}"))
    return [net.mul(source, net.linear(hidden, net.shape(source)[-1], f"filter{name}"))]


def _only_filter(net: Net, name: str, source: str, *_: object) -> list[str]:
    """A result that depends on no input, which later operations read as they read data."""
    grid = net.constant(f"grid{name}", *net.shape(source), buffer=True)
    return [net.linear(grid, net.shape(source)[-1], f"filter{name}")]


def _with_token(net: Net, name: str, source: str, *_: object) -> list[str]:
    batch, _, *rest = net.shape(source)
    token = net.constant(f"token{name}", 1, 1, *rest)
    return [net.cat(net.function("expand", token, shape=(batch, 1, *rest)), source)]


def _unread(net: Net, name: str, source: str, _: Sequence[str], choice: int) -> list[str]:
    """A statistic that nothing reads, with a layer of its own or without."""
    if choice % 2:
        source = net.linear(source, 4, f"unread{name}")
    net.add(net.function("std", source), net.constant(f"unread_bias{name}", 1))
    return []


def _module(kind: str) -> Adder:
    return lambda net, name, source, *_: [
        net.module(kind, source, name=f"{kind.lower()}{name}", shape=net.shape(source))
    ]


def _function(kind: str) -> Adder:
    return lambda net, _, source, *__: [net.function(kind, source)]


def _merge(kind: str) -> Adder:
    return lambda net, _, source, values, choice: [
        net.function(kind, source, _alike(net, source, values, choice))
    ]


# Adds to a network what stands under a name, on a source, values to choose another from and
# a choice; returns what it computes.
Adder = Callable[[Net, str, str, Sequence[str], int], list[str]]
OPERATIONS: dict[str, Adder] = {
    "conv": lambda net, name, source, *_: _weighted(net, name, source, 1),
    "strided conv": lambda net, name, source, *_: _weighted(net, name, source, 2),
    "norm": _norm,
    "relu module": _module("ReLU"),
    "relu": _function("relu"),
    "dropout": _module("Dropout"),
    "contiguous": _function("contiguous"),
    "idle pad": _function("pad"),
    "pool": lambda net, name, source, *_: _resized(net, name, source, "MaxPool2d", 0.5),
    "upsample": lambda net, name, source, *_: _resized(net, name, source, "Upsample", 2),
    "add": _merge("add"),
    "mul": _merge("mul"),
    "cat": _cat,
    "gate": _gate,
    "around": _around,
    "chunk": _chunk,
    "slice": _slice,
    "flatten": _flatten,
    "view": _view,
    "check": _check,
    "parameter": _with_parameter,
    "buffer": _with_buffer,
    "noise": _with_noise,
    "filter": _with_filter,
    "only filter": _only_filter,
    "token": _with_token,
    "unread": _unread,
}

# A network of few kinds of operations has more structure than one of many.
_LAYERED = (
    tuple(OPERATIONS),
    ("conv", "relu", "dropout", "add"),
    ("conv", "norm", "relu module", "dropout", "around", "parameter"),
    ("conv", "chunk", "slice", "dropout", "idle pad", "cat", "around"),
    ("conv", "strided conv", "pool", "upsample", "flatten", "cat", "add", "around"),
    ("conv", "norm", "gate", "mul", "view", "check", "buffer", "around"),
    ("conv", "relu", "noise", "filter", "only filter", "token", "unread", "around"),
)
_TANGLED = (
    ("conv", "add"),
    ("conv", "norm", "dropout", "add", "add", "add"),
    ("conv", "slice", "dropout", "add", "cat", "cat"),
    ("conv", "strided conv", "relu", "around", "add", "cat", "mul"),
)
_RECENT = st.sampled_from([0, 0, 0, 1, 2, 3])
_ANY = st.integers(0, 5)


def _steps(vocabulary: Sequence[str], first: st.SearchStrategy[int]) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.sampled_from(vocabulary), first, st.integers(0, 63))


def _calls(steps: st.SearchStrategy[Step | Call]) -> st.SearchStrategy[Call]:
    return st.builds(
        Call,
        name=st.sampled_from(["block", "other", "layers", "encoder"]),
        kind=st.sampled_from(["Block", "Unit", "Sequential"]),
        steps=st.lists(steps, min_size=1, max_size=4).map(tuple),
        first=_RECENT,
        repeats=st.integers(1, 2),
    )


def _layered(vocabulary: Sequence[str]) -> st.SearchStrategy[Program]:
    """Networks with modules in modules, some of them called twice."""
    step = _steps(vocabulary, _RECENT)
    blocks = _calls(st.one_of(step, step, step, _calls(step)))
    return st.builds(
        Program,
        inputs=st.integers(1, 2),
        steps=st.lists(st.one_of(step, step, blocks), min_size=2, max_size=9).map(tuple),
        outputs=st.integers(1, 2),
    )


def _tangled(vocabulary: Sequence[str]) -> st.SearchStrategy[Program]:
    """Networks in which any operation may read any other."""
    steps = st.lists(_steps(vocabulary, _ANY), min_size=4, max_size=12).map(tuple)
    return st.builds(Program, inputs=st.just(1), steps=steps, outputs=st.integers(1, 2))


def programs() -> st.SearchStrategy[Program]:
    """What random networks do."""
    return st.one_of(*map(_layered, _LAYERED), *map(_tangled, _TANGLED))


def architectures() -> st.SearchStrategy[Architecture]:
    """Random valid exact architectures."""
    return programs().map(run)
