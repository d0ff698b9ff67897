"""The result of a trace: the contract between tracing and annotating."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from visualize.core.architecture import ModuleCall, TensorSpec
from visualize.core.boundary import Boundary
from visualize.core.memory import MemoryUse
from visualize.core.phrases import Note

if TYPE_CHECKING:
    from torch import Tensor, fx, nn

    from visualize.core.unregistered import Unregistered


@dataclass(frozen=True, slots=True)
class EnclosingCall:
    """A module call around an operation.

    Attributes:
        call: the module and how often it was called before.
        class_name: the name of its class.
    """

    call: ModuleCall
    class_name: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the model's own code."""

    file: str
    number: int


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What a tracer knows of one node of a graph.

    Attributes:
        outputs: the tensors that it returned, in order, those inside collections included.
        flops: the floating-point operations it took, by `torch.utils.flop_counter`.
        calls: the module calls around it, outermost first; a leaf module's own is the last.
        line: where a function that may merge is called; None for all others.
        helpers: the functions of the model's own code that a function is called in, those that the
            ``forward`` around it calls, outermost first.
        names: of an output, what each of its tensors is called, such as ``hidden[0]``.
        detached: whether the model switched gradients off around it.
        function: the call of a function of the model that it is part of, which the graph no longer
            holds; None for what is part of none.
        memory: what it does to memory, if that was measured.
        size: the number, or the numbers, that it returned instead of a tensor, such as a size.
    """

    outputs: tuple[TensorSpec, ...] = ()
    flops: int = 0
    calls: tuple[EnclosingCall, ...] = ()
    line: SourceLine | None = None
    helpers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    detached: bool = False
    function: fx.Node | None = None
    memory: MemoryUse | None = None
    size: float | tuple[float, ...] | None = None


_KEY = "visualize"
_NOTHING = NodeFacts()


def facts_of(node: fx.Node) -> NodeFacts:
    """What is known of ``node``."""
    facts: NodeFacts = node.meta.get(_KEY, _NOTHING)
    return facts


def set_facts(node: fx.Node, facts: NodeFacts) -> None:
    """Replace what is known of ``node``."""
    node.meta[_KEY] = facts


Boundaries = Mapping[ModuleCall, Boundary]

_CALLS = "visualize calls"  # kept with the node that every graph ends with


def boundaries_of(graph: fx.Graph) -> Boundaries:
    """What the module calls of ``graph`` are given and return, as far as it is known."""
    ends = graph.find_nodes(op="output")
    found: Boundaries = ends[0].meta.get(_CALLS, {}) if ends else {}
    return found


def set_boundaries(graph: fx.Graph, boundaries: Boundaries) -> None:
    """Note what the module calls of ``graph``, which is complete, are given and return."""
    (end,) = graph.find_nodes(op="output")
    end.meta[_CALLS] = boundaries


def enclosing_calls(stack: Mapping[str, tuple[str, Any]]) -> tuple[EnclosingCall, ...]:
    """The calls in an ``nn_module_stack`` of torch.fx or torch.export, outermost first.

    A key is the path of a module, with ``@n`` after it where it was called n times before, and
    with a prefix in exported programs. A path may hold an ``@`` of its own, so the number is what
    follows the whole path, which the value repeats.

    >>> enclosing_calls({"conv@v2@1": ("conv@v2", "torch.nn.Conv2d")})
    (EnclosingCall(call=ModuleCall(path='conv@v2', number=1), class_name='Conv2d'),)
    """
    return tuple(_enclosing_calls(stack))


def _enclosing_calls(stack: Mapping[str, tuple[str, Any]]) -> Iterator[EnclosingCall]:
    for key, (path, kind) in stack.items():
        name = kind if isinstance(kind, str) else kind.__name__
        class_name = name.partition("[")[0].rpartition(".")[2]
        yield EnclosingCall(ModuleCall(path, _number(key, path)), class_name)


def _number(key: str, path: str) -> int:
    """The number at the end of a key that begins with ``path`` or with a prefix and ``path``."""
    if key.endswith(path):
        return 0
    before, _, number = key.rpartition("@")
    return int(number) if before.endswith(path) and number.isdecimal() else 0


def _nothing() -> Unregistered:
    from visualize.core.unregistered import Unregistered

    return Unregistered()


@dataclass(frozen=True)
class TracedModel:
    """A traced model.

    Attributes:
        graph: the operations of one forward pass, each with its `NodeFacts`.
        model: a replica of the model, without weights, that ``graph`` refers to.
        parameters: the parameters of the replica as it was before it ran, by name.
        tracer: ``"symbolic"`` or ``"recorded"``.
        notes: what a user should know about how the graph was made.
        failures: the ways of tracing that were tried before and failed, and why.
        values: the parameters of the model itself by name, where their statistics are requested.
        unregistered: what the replica held and had not registered before it ran.
        swapped: modules that the run put in place of others or added, by path.
        on_values: whether the model was run on values, which decide what it computes.
    """

    graph: fx.Graph
    model: nn.Module
    parameters: Mapping[str, nn.Parameter]
    tracer: str
    notes: tuple[Note, ...] = ()
    failures: tuple[str, ...] = ()
    values: Mapping[str, Tensor] = field(default_factory=dict)
    unregistered: Unregistered = field(default_factory=_nothing)
    swapped: Mapping[str, nn.Module] = field(default_factory=dict)
    on_values: bool = False

    @functools.cached_property
    def parameter_ids(self) -> frozenset[int]:
        """The identities of `parameters`."""
        return frozenset(map(id, self.parameters.values()))

    @functools.cached_property
    def modules(self) -> Mapping[str, nn.Module]:
        """The modules of ``model``, each by its first path."""
        from visualize.core.torch_internals import named_modules

        return dict(named_modules(self.model))

    def tensor_at(self, path: str) -> Any:
        """The value of an attribute of ``model`` or of a module in it."""
        if path in self.unregistered.tensors:
            return self.unregistered.tensors[path]
        owner, _, name = path.rpartition(".")
        return getattr(self.module_at(owner), name)

    @functools.cached_property
    def module_at(self) -> Callable[[str], nn.Module]:
        """Finds the module of ``model`` at a path, ``""`` for the model itself."""
        from visualize.core.torch_internals import submodule_at

        first_paths = {**self.unregistered.modules, **self.modules, **self.swapped}
        return lambda path: first_paths.get(path) or submodule_at(self.model, path)
