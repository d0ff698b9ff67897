"""Inputs and outputs that are objects: opened to their tensors, which keep the names of fields."""

from __future__ import annotations

import copy
import functools
import threading
from collections import OrderedDict, UserDict, namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from transformers import BatchEncoding
from transformers.utils import ModelOutput

import visualize
from tests.commands import run
from visualize.core.architecture import Architecture
from visualize.core.errors import InputError
from visualize.tracing.nested import named_parts, rebuilt

pytestmark = pytest.mark.filterwarnings("ignore")


def x() -> Tensor:
    return torch.rand(1, 4)


class Net(nn.Module):
    """Reads attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(4, 4)
        self.right = nn.Linear(4, 2)

    def join(self, left: Tensor, right: Tensor) -> Tensor:
        return self.right(self.left(left).relu() + right)

    def forward(self, batch: Any) -> Tensor:
        return self.join(batch.x, batch.y)


class Items(Net):
    """Reads items."""

    def forward(self, batch: Any) -> Tensor:
        return self.join(batch["x"], batch["y"])


class Arguments(Net):
    def forward(self, x: Tensor, y: Tensor, **more: Tensor) -> Tensor:
        return self.join(x, y) + sum(value.sum() for value in more.values())


@dataclass
class Batch:
    x: Tensor
    y: Tensor
    size: int = 3
    name: str | None = None


@dataclass(frozen=True)
class Frozen:
    x: Tensor
    y: Tensor


class Slots:
    __slots__ = ("unset", "x", "y")

    def __init__(self) -> None:
        self.x = x()
        self.y = x()


class Properties:
    def __init__(self) -> None:
        self._x = x()
        self._y = x()

    @property
    def x(self) -> Tensor:
        return self._x

    @property
    def y(self) -> Tensor:
        return self._y


class Data:
    """Keeps its tensors in a table of its own, as the graphs of PyTorch Geometric do."""

    def __init__(self, **values: Any) -> None:
        vars(self)["_store"] = UserDict(values)

    def __getattr__(self, name: str) -> Any:
        store = vars(self).get("_store", {})
        if name not in store:
            raise AttributeError(name)
        return store[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self._store[name] = value


class Pair(NamedTuple):
    x: Tensor
    y: Tensor


@dataclass
class Output(ModelOutput):
    x: Tensor | None = None
    y: Tensor | None = None


def input_names(architecture: Architecture) -> list[str]:
    return [one.attributes["name"] for one in architecture.operations if one.type == "input"]


BATCHES: dict[str, tuple[type[Net], Callable[[], Any]]] = {
    "dataclass": (Net, lambda: Batch(x(), x())),
    "frozen dataclass": (Net, lambda: Frozen(x(), x())),
    "namespace": (Net, lambda: SimpleNamespace(x=x(), y=x(), size=3, kind="a", none=None)),
    "slots": (Net, Slots),
    "properties": (Net, Properties),
    "graph": (Net, lambda: Data(x=x(), y=x(), count=3)),
    "named tuple": (Net, lambda: Pair(x(), x())),
    "model output": (Net, lambda: Output(x=x(), y=x())),
    "dict": (Items, lambda: {"x": x(), "y": x()}),
    "shapes": (Items, lambda: {"x": (1, 4), "y": (1, 4)}),
    "ordered dict": (Items, lambda: OrderedDict(x=x(), y=x())),
    "user dict": (Items, lambda: UserDict(x=x(), y=x())),
    "batch encoding": (Items, lambda: BatchEncoding({"x": x(), "y": x()})),
}


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_the_tensors_of_an_object_are_inputs(name: str, tracer: str) -> None:
    kind, make = BATCHES[name]
    architecture = visualize.trace(kind(), (make(),), tracer=tracer)
    assert input_names(architecture) == ["batch.x", "batch.y"]
    assert list(architecture.graph)[:2] == ["batch_x", "batch_y"]
    assert (architecture.parameters, architecture.macs) == (30, 24)
    assert architecture.tracer == tracer
    labels = [box.label[0] for box in visualize.draw(architecture).scene.boxes]
    assert labels[:2] == ["batch.x 4", "batch.y 4"]


@pytest.mark.parametrize("name", ["dataclass", "namespace", "slots", "graph", "named tuple"])
def test_an_object_may_be_given_alone(name: str) -> None:
    kind, make = BATCHES[name]
    for given in (make(), make, {"batch": make()}):
        assert input_names(visualize.trace(kind(), given)) == ["batch.x", "batch.y"]


@pytest.mark.parametrize(
    "given", [Pair(x(), x()), {"x": x(), "y": x()}, BatchEncoding({"x": x(), "y": x()})]
)
def test_what_has_the_names_of_arguments_is_several(given: Any) -> None:
    assert input_names(visualize.trace(Arguments(), given)) == ["x", "y"]


def test_arguments_that_are_collected_have_their_own_names() -> None:
    given = {"x": x(), "y": x(), "z": x()}
    assert input_names(visualize.trace(Arguments(), given)) == ["x", "y", "z"]


@dataclass
class Graph:
    batch: Batch
    edges: list[Tensor]
    extra: dict[str, Any] = field(default_factory=dict)


class Deep(Net):
    def forward(self, data: Graph) -> Tensor:
        sums = data.edges[0].sum() + data.edges[1].sum() + data.extra["z"]["w"].sum()
        return self.join(data.batch.x, data.batch.y) + sums


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_objects_in_objects_are_opened(tracer: str) -> None:
    data = Graph(Batch(x(), x()), [x(), x()], {"z": {"w": x()}, "n": 3})
    architecture = visualize.trace(Deep(), (data,), tracer=tracer)
    names = ["data.batch.x", "data.batch.y", "data.edges[0]", "data.edges[1]", "data.extra.z.w"]
    assert input_names(architecture) == names
    assert all(architecture.graph.out_degree(name) for name in list(architecture.graph)[:5])


class Writes(Net):
    def forward(self, batch: Any) -> Tensor:
        batch.x = self.left(batch.x)
        batch.new = batch.x.relu()
        return self.right(batch.new + batch.y)


@pytest.mark.parametrize("tracer", ["auto", "recorded"])
@pytest.mark.parametrize("make", [lambda: Batch(x(), x()), lambda: Data(x=x(), y=x())])
def test_an_object_that_the_model_writes_to_is_left_as_it_was(make: Any, tracer: str) -> None:
    batch = make()
    held = {name: id(tensor) for name, tensor in named_parts(batch, "")}
    architecture = visualize.trace(Writes(), (batch,), tracer=tracer)
    assert [one.type for one in architecture.operations].count("Linear") == 2
    assert {name: id(tensor) for name, tensor in named_parts(batch, "")} == held
    assert not hasattr(batch, "new")


def test_a_tensor_that_an_object_holds_twice_is_one_input() -> None:
    same = x()
    for tracer in ("symbolic", "recorded"):
        architecture = visualize.trace(Net(), (Batch(same, same),), tracer=tracer)
        assert input_names(architecture) == ["batch.x"]
        architecture = visualize.trace(Arguments(), (same, same), tracer=tracer)
        assert input_names(architecture) == ["x", "y"]


class Opaque:
    def get(self) -> Tensor:
        return x()


class Gets(Net):
    def forward(self, batch: Opaque) -> Tensor:
        return self.left(batch.get())


def test_an_object_that_cannot_be_opened_is_refused() -> None:
    with pytest.raises(InputError, match="no tensor is found in an object of type Opaque"):
        visualize.trace(Gets(), (Opaque(),))
    with pytest.raises(InputError, match="cannot read example inputs of type Opaque"):
        visualize.trace(Gets(), Opaque())
    locked = SimpleNamespace(x=x(), y=x(), lock=threading.Lock())
    with pytest.raises(InputError, match="an object of type SimpleNamespace cannot be copied"):
        visualize.trace(Net(), (locked,))


def fails() -> Any:
    raise KeyError("no such\nfile")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: 1 / 0, r"test_nested\.py:\d+: .* making the inputs raised ZeroDivisionError"),
        (fails, r"test_nested\.py:\d+: `raise KeyError.*making the inputs raised KeyError"),
        (lambda given: given, "inputs: making the inputs raised TypeError"),
        (lambda: "text", "cannot read example inputs of type str"),
    ],
)
@pytest.mark.parametrize("function", [visualize.trace, visualize.draw, visualize.summarize])
def test_a_function_that_fails_to_make_inputs_is_named(
    make: Any, message: str, function: Any
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        function(Net(), make)
    assert "\n" not in str(caught.value)


def test_parts_of_arguments_on_the_command_line(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.layer = nn.Linear(4, 2)\n"
        "    def forward(self, batch):\n"
        "        return self.layer(batch.left + batch['right'][0])\n"
    )
    parts = ["--input", "batch.left=1,4", "--input", "batch.right[0]=1,4"]
    result = run("graph", "net.py:Net", *parts)
    assert '"name": "batch.left"' in result.stdout
    assert '"name": "batch.right[0]"' in result.stdout


# Results


class Returns(nn.Module):
    def __init__(self, make: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 4)
        self.head = nn.Linear(4, 2)
        self.make = make

    def forward(self, x: Tensor) -> Any:
        hidden = self.hidden(x)
        return self.make(self.head(hidden), hidden)


@dataclass
class Result:
    logits: Any
    hidden: Any
    count: int = 1


@dataclass
class Outputs(ModelOutput):
    logits: Tensor | None = None
    hidden: Any = None


Both = namedtuple("Both", "logits hidden")
SHORT = ["logits", "hidden"]
LISTED = ["logits", "hidden[0]"]

RESULTS: dict[str, tuple[Callable[[Tensor, Tensor], Any], list[str]]] = {
    "tuple": (lambda a, b: (a, b), []),
    "list": (lambda a, b: [a, b], []),
    "dict": (lambda a, b: {"logits": a, "hidden": b, "loss": None}, SHORT),
    "dict of lists": (lambda a, b: {"logits": a, "hidden": [b]}, LISTED),
    "dict of dicts": (lambda a, b: {"out": {"a": a}, "b": b}, ["out.a", "b"]),
    "dataclass": (Result, SHORT),
    "dataclass of lists": (lambda a, b: Result(a, [b]), LISTED),
    "model output": (lambda a, b: Outputs(logits=a, hidden=(b,)), LISTED),
    "named tuple": (Both, SHORT),
    "namespace": (lambda a, b: SimpleNamespace(logits=a, hidden=b), SHORT),
    "object": (lambda a, b: Data(logits=a, hidden=b), SHORT),
    "tuple of dicts": (lambda a, b: (a, {"hidden": b}), ["[0]", "[1].hidden"]),
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_outputs_keep_the_names_of_fields(name: str, tracer: str) -> None:
    make, names = RESULTS[name]
    architecture = visualize.trace(Returns(make), (1, 4), tracer=tracer)
    output = architecture.operation("output")
    assert list(output.attributes.get("names", [])) == names
    assert [tensor.shape for tensor in output.outputs] == [(1, 2), (1, 4)]
    assert list(architecture.graph) == ["x", "hidden", "head", "output"]
    figure = visualize.draw(architecture, level="layer")
    (label,) = [box.label[0] for box in figure.scene.boxes if box.role == "output"]
    assert label == (f"{names[0]} 2, {names[1]} 4" if names else "output 2, 4")
    assert not figure.check()


def test_fields_that_do_not_fit_are_on_more_lines() -> None:
    def returned(a: Tensor, b: Tensor) -> dict[str, Tensor]:
        return {"logits": a, "encoder_last_hidden_state": b, "pooled_output": a + 1}

    figure = visualize.draw(Returns(returned), (1, 4), level="layer")
    (label,) = [box.label for box in figure.scene.boxes if box.role == "output"]
    assert label == ("logits 2, encoder_last_hidden_state 4", "pooled_output 2")


def test_one_tensor_has_no_name() -> None:
    output = visualize.trace(Returns(lambda a, _: a), (1, 4)).operation("output")
    assert not output.attributes


# Copies


def test_a_copy_has_other_tensors_in_the_same_places() -> None:
    batch = Graph(Batch(x(), x()), [x()], {"n": 3})
    before = copy.copy(batch)
    seen: list[str] = []

    def change(name: str, tensor: Tensor) -> str:
        seen.append(name)
        return f"<{name}>"

    made = rebuilt(batch, "g", change)
    assert (made.batch.x, made.batch.y, made.edges) == (
        "<g.batch.x>",
        "<g.batch.y>",
        ["<g.edges[0]>"],
    )
    assert seen == ["g.batch.x", "g.batch.y", "g.edges[0]"]
    assert made.extra == {"n": 3}
    assert made.extra is not batch.extra
    assert batch == before


def test_what_cannot_be_copied_and_holds_no_tensor_is_kept() -> None:
    lock = threading.Lock()
    assert rebuilt(lock, "lock", functools.partial(pytest.fail, "no tensor")) is lock
