"""Copies of models: hooks work on the copy, and nothing of the caller's is changed."""

from __future__ import annotations

import array
import functools
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.tracing.nets import types_of
from tests.tracing.oracle import reaches_output
from tests.tracing.programs import linear
from visualize.core.errors import InputError
from visualize.tracing.replica import replicate

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


def _broken(value: Any, reason: str, name: str) -> Any:
    return pytest.param(value, marks=pytest.mark.xfail(strict=True, reason=reason), id=name)


def _two() -> nn.Sequential:
    return nn.Sequential(linear(), linear())


def test_a_hook_changes_an_output():
    model = _two()
    model[0].register_forward_hook(lambda _, given, output: output * 2 + given[0])
    architecture = record(model, (3, 4))
    assert types_of(architecture) == ["input", "Linear", "mul", "add", "Linear", "output"]
    assert [skip.kind.value for skip in architecture.skips] == ["identity"]


def test_a_hook_replaces_an_output():
    model = _two()
    model[0].register_forward_hook(lambda _, __, output: torch.ones_like(output))
    architecture = record(model, (3, 4))
    assert types_of(architecture) == ["input", "Linear", "ones_like", "Linear", "output"]


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
    assert reaches_output(architecture, model) == {
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
        _hook_to_namespace,
        pytest.param(functools.partial(_hook_to_collection, dict), id="dict"),
        pytest.param(functools.partial(_hook_to_collection, OrderedDict), id="OrderedDict"),
        pytest.param(
            functools.partial(_hook_to_collection, functools.partial(defaultdict, list)),
            id="defaultdict",
        ),
        _broken(_hook_to_class, "a class is not copied", "class attribute"),
        pytest.param(functools.partial(_hook_to_object, Collector), id="object"),
        pytest.param(functools.partial(_hook_to_object, Slotted), id="slots"),
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
    assert reaches_output(architecture, model) == needed
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
    assert types_of(record(model, (3, 4))) == ["input", "Linear", "Linear", "output"]
    assert not model.a._forward_hooks


@pytest.mark.parametrize("inputs", [None, (3, 4)])
def test_lazy_layers_are_refused(inputs: Any):
    with pytest.raises(InputError, match="lazy"):
        visualize.trace(nn.Sequential(nn.LazyLinear(4)), inputs)


def test_a_graph_whose_mode_is_fixed_is_traced_as_it_is() -> None:
    program = torch.export.export(linear(), (torch.zeros(3, 4),))
    assert visualize.trace(program.module(), (3, 4)).parameters == 20


class Trainer(nn.Sequential):
    """Returns nothing from ``train``, as many models that freeze their norms do."""

    def train(self, mode: bool = True) -> Any:
        super().train(mode)


@pytest.mark.parametrize("train", [False, True])
def test_a_model_need_not_return_itself_from_train(train: bool) -> None:
    replica = replicate(Trainer(nn.Dropout()), train=train)
    assert [part.training for part in replica.modules()] == [train, train]


# A model's own attributes with the names of functions of nn.Module: torch itself fails on some.

NAMES = [
    "modules", "named_modules", "parameters", "named_parameters", "buffers", "children", "train",
    "named_children", "state_dict", "apply", "to", "type", "name", "get_submodule", "cpu",
    "register_forward_hook",
]  # fmt: skip


class Named(nn.Module):
    def __init__(self, name: str, value: Any):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        setattr(self, name, value)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x)).relu()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_attributes_may_have_names_of_functions_of_torch(name: str, tracer: str) -> None:
    for value in ([1, 2], "text", torch.zeros(3)):
        inner = Named(name, value)
        for model in (inner, nn.Sequential(inner, nn.Conv2d(4, 2, 1))):
            more = 0 if model is inner else 10
            architecture = visualize.trace(model, (1, 3, 8, 8), tracer=tracer)
            assert architecture.parameters == 112 + 8 + more
            assert architecture.buffers == 9
        assert vars(inner)[name] is value


@pytest.mark.parametrize("name", ["modules", "children", "stack"])
def test_layers_in_a_list_of_any_name_are_run(name: str) -> None:
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            setattr(self, name, [nn.Conv2d(3, 4, 3), nn.Conv2d(4, 8, 3)])
            self.head = nn.Conv2d(8, 2, 1)

        def forward(self, x: Tensor) -> Tensor:
            for layer in vars(self)[name]:
                x = layer(x).relu()
            return self.head(x)

    architecture = visualize.trace(Plain(), (1, 3, 8, 8))
    assert architecture.macs == 3 * 4 * 9 * 36 + 4 * 8 * 9 * 16 + 8 * 2 * 16
    assert architecture.parameters == 18


class Point:
    """Slots of its own, and of what it derives from, and attributes as well."""

    __slots__ = ("seen", "unset")

    def __init__(self) -> None:
        self.seen = [0]


class Marked(Point):
    def __init__(self) -> None:
        super().__init__()
        self.more = bytearray(1)


class Writer(nn.Module):
    """Writes to whatever it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.calls = np.zeros(3)
        self.same = self.calls
        self.bytes, self.array = bytearray(2), array.array("i", [0])
        self.point, self.marked = Point(), Marked()

    def forward(self, x: Tensor) -> Tensor:
        self.calls[0] += 1
        self.bytes[0] += 1
        self.array[0] += 1
        self.point.seen[0] += 1
        self.marked.seen[0] += 1
        self.marked.more[0] += 1
        assert self.same is self.calls
        return self.layer(x)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_arrays_bytes_and_slots_of_the_caller_are_as_they_were(tracer: str) -> None:
    model = Writer()
    visualize.trace(model, (1, 4), tracer=tracer)
    assert not model.calls.any()
    assert model.same is model.calls
    assert (model.bytes, list(model.array)) == (bytearray(2), [0])
    assert (model.point.seen, model.marked.seen, model.marked.more) == ([0], [0], bytearray(1))
    assert not hasattr(model.point, "unset")
