"""Numbers that a model reads out of its tensors: those of one example, which no figure may show.

    x * x.abs().mean().item()      is drawn as      x * x.abs().mean()

Such a number is plain Python, so nothing marks it where it is used. It is known by its value, if
that is no common one, and by a second run on other values: what differs was computed from it.
"""

from __future__ import annotations

import linecache
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import fx

from visualize.core.arithmetic import ARITHMETIC
from visualize.core.errors import shorten
from visualize.core.operators import family
from visualize.core.phrases import Note, Phrase, phrase
from visualize.core.torch_internals import without_torch_function
from visualize.core.traced import SourceLine
from visualize.tracing.recorder import Recorder
from visualize.tracing.source import current_line

# What reads values of a tensor as numbers.
READING = frozenset({"item", "tolist", "__int__", "__float__", "__index__"})
# What makes a tensor whose shape depends on values.
SELECTING = frozenset(
    {"nonzero", "argwhere", "masked_select", "unique", "unique_consecutive", "bincount"}
)
# What may depend on the values of a tensor in one of these ways.
DEPENDING = READING | SELECTING | {"__getitem__"}
_MOST_NOTES = 3
_MOST_NUMBERS = 4096
_SMALLEST = 3  # smaller whole numbers are common constants
_DIGITS = 8  # numbers of fewer digits may be written in code


@dataclass(frozen=True)
class _Read:
    """Numbers that were read.

    Attributes:
        tensor: the node whose result they are values of.
        numbers: the numbers.
        position: how many nodes the graph had before.
    """

    tensor: fx.Node
    numbers: tuple[float, ...]
    position: int


@dataclass
class ReadValues:
    """What a run reads out of tensors that are computed from the model's inputs.

    Attributes:
        notes: where it does, for the user.
    """

    notes: list[Note] = field(default_factory=list)
    _reads: list[_Read] = field(default_factory=list)
    _known: dict[str, dict[fx.Node, bool]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._reads)

    def watch(self, recorder: Recorder, name: str, args: Any, result: Any) -> None:
        """Look at a call of one of `DEPENDING`, which ``recorder`` has recorded."""
        tensor = _mask_in(args[1]) if name == "__getitem__" else args[0]
        if not isinstance(tensor, torch.Tensor) or not recorder.made(tensor):
            return
        with without_torch_function():
            node = recorder.node_of(tensor)
        if name in READING:
            self.add(node, result, current_line())
        else:
            self.add_selection(node, phrase("indexing") if name == "__getitem__" else name)

    def add(self, tensor: fx.Node, value: Any, line: SourceLine | None) -> None:
        """Note that ``value`` was read out of the result of ``tensor``; a truth is no number."""
        if isinstance(value, bool):
            return
        numbers = tuple(_numbers(value))[:_MOST_NUMBERS]
        if self._depends_on(tensor, "placeholder"):
            self._note(phrase("a value was read out of a tensor ({place})", place=_place(line)))
        elif self._depends_on(tensor, "get_attr"):  # a weight, which has no whole values
            numbers = tuple(number for number in numbers if not float(number).is_integer())
        else:
            return
        self._reads.append(_Read(tensor, numbers, len(tensor.graph.nodes)))

    def add_selection(self, tensor: fx.Node, name: Phrase | str) -> None:
        """Note that the shape of what the function ``name`` made of ``tensor`` is an example's."""
        if self._depends_on(tensor, "placeholder"):
            self._note(phrase("the size of what {name} returns depends on values", name=name))

    def _note(self, content: Any) -> None:
        note = Note(content)
        if note not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(note)

    def _depends_on(self, node: fx.Node, operation: str) -> bool:
        """Whether ``node`` is computed from one of that kind, such as an input of the model."""
        known = self._known.setdefault(operation, {})
        todo = [node]
        while todo:
            here = todo[-1]
            sources = here.all_input_nodes
            unknown = [one for one in sources if one not in known]
            if here.op == operation or not unknown:
                known[here] = here.op == operation or any(known[one] for one in sources)
                todo.pop()
            else:
                todo += unknown
        return known[node]

    def connect(self, graph: fx.Graph, again: fx.Graph | None) -> None:
        """Let what was computed with a number that was read read the tensor instead.

        Args:
            graph: the graph of the run.
            again: that of a run on other values, if there is one.
        """
        nodes, others = list(graph.nodes), list(again.nodes) if again else []
        if [(one.op, str(one.target)) for one in nodes] != [
            (one.op, str(one.target)) for one in others
        ]:
            others = nodes
        reads = iter(self._reads)
        following = next(reads, None)
        known = _Known()
        for position, (node, other) in enumerate(zip(nodes, others)):
            while following and following.position <= position:
                known.add(following)
                following = next(reads, None)
            if known.latest is not None and node.op in ("call_function", "call_method"):
                name = str(getattr(node.target, "__name__", node.target)).strip("_")
                known.is_arithmetic = family(name.removeprefix("i")) in ARITHMETIC or (
                    family(name) in ARITHMETIC
                )
                node.args = known.connected(node.args, other.args)
                node.kwargs = known.connected(node.kwargs, other.kwargs)


@dataclass
class _Known:
    """The numbers that were read before an operation.

    Attributes:
        tensors: the tensor that each number was read out of.
        latest: the tensor that was read last.
        is_arithmetic: whether whole numbers are operands of the operation, and no sizes.
    """

    tensors: dict[float, fx.Node] = field(default_factory=dict)
    latest: fx.Node | None = None
    is_arithmetic: bool = False

    def add(self, read: _Read) -> None:
        self.latest = read.tensor
        self.tensors.update(dict.fromkeys(filter(_is_uncommon, read.numbers), read.tensor))

    def connected(self, value: Any, other: Any) -> Any:
        """``value`` with tensors in place of numbers that were read, or differ in ``other``."""
        if isinstance(value, dict):
            same = isinstance(other, dict) and value.keys() == other.keys()
            return {
                name: self.connected(item, other[name] if same else item)
                for name, item in value.items()
            }
        if type(value) in (tuple, list):
            same = type(other) is type(value) and len(other) == len(value)
            pairs = zip(value, other if same else value)
            return type(value)(self.connected(item, its) for item, its in pairs)
        if type(value) is float or (type(value) is int and self.is_arithmetic):
            differs = type(other) is type(value) and other != value and value == value
            return self.tensors.get(value) or (self.latest if differs else None) or value
        return value


def _mask_in(index: Any) -> torch.Tensor | None:
    """The mask in what a tensor is indexed with."""
    items = index if type(index) is tuple else (index,)
    tensors = (item for item in items if isinstance(item, torch.Tensor))
    return next((one for one in tensors if one.dtype is torch.bool), None)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


def _is_uncommon(number: float) -> bool:
    if number == int(number) if abs(number) < 1e15 else False:
        return abs(number) >= _SMALLEST
    return len(repr(number)) > _DIGITS


def _place(line: SourceLine | None) -> str:
    if line is None:
        return "forward"
    text = shorten(linecache.getline(line.file, line.number).strip())
    return f"{Path(line.file).name}:{line.number}: {text}".removesuffix(": ")
