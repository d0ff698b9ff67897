"""The ways of tracing, tried in order: symbolic, recorded without values, recorded with them."""

from __future__ import annotations

import contextlib
import enum
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import fx, nn

from visualize.core.choices import Tracer
from visualize.core.errors import (
    EndlessError,
    InputError,
    ShapeError,
    UntraceableError,
    UsageError,
    VisualizeError,
)
from visualize.core.memory import MEMORY_IN_EVAL_MODE, MEMORY_UNKNOWN
from visualize.core.modules import has_forward, unwrapped
from visualize.core.packed import packed_weights
from visualize.core.phrases import Note, phrase
from visualize.core.randomness import seed_all
from visualize.core.torch_internals import named_modules, named_parameters, tensors_of
from visualize.core.traced import TracedModel, facts_of
from visualize.core.unregistered import Unregistered
from visualize.tracing.attributes import Attributes
from visualize.tracing.broadcasts import separate_broadcasts
from visualize.tracing.check import check_against_run
from visualize.tracing.environment import Environment, MetaEnvironment, Values, ValuesLost
from visualize.tracing.execution import record_tensors
from visualize.tracing.explain import GradientError, explain_forward
from visualize.tracing.flops import Memory
from visualize.tracing.functions import open_functions
from visualize.tracing.inplace import follow_in_place
from visualize.tracing.inputs import ExampleInputs, Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.limits import global_state_kept, time_limit
from visualize.tracing.recorded import trace_recorded
from visualize.tracing.replica import has_own_hooks, replicate
from visualize.tracing.scripted import note_on_script, trace_scripted
from visualize.tracing.symbolic import trace_symbolically
from visualize.tracing.usage import Usage

_LARGEST = 1 << 32  # bytes of parameters that are made up for a run on values
_FEW_FLOPS = 1 << 34  # of a run on values in place of one without


class Gradients(enum.Enum):
    """What a run can be differentiated by."""

    NONE = enum.auto()
    ASKED_FOR = enum.auto()  # parameters, and what the model or the caller marks
    ALL = enum.auto()  # also all inputs, which the model expects to be marked


@dataclass(frozen=True)
class _Traced:
    """A graph, the replica it refers to, and the fields of a `TracedModel` by the same names."""

    graph: fx.Graph
    replica: nn.Module
    parameters: Mapping[str, nn.Parameter]
    unregistered: Unregistered
    notes: tuple[Note, ...] = ()
    swapped: Mapping[str, nn.Module] = field(default_factory=dict)


@dataclass(frozen=True)
class _Way:
    """A way of tracing.

    Attributes:
        tracer: symbolic or recorded.
        trace: makes the graph.
        note: what a user should know about a graph made in this way.
        on_values: whether the model is run on values.
    """

    tracer: Tracer
    trace: Callable[[], _Traced]
    note: Note | None = None
    on_values: bool = False


def trace_model(
    model: nn.Module,
    example: ExampleInputs,
    *,
    tracer: Tracer = Tracer.AUTO,
    leaves: Sequence[str] = (),
    train: bool = False,
    timeout: float | None = None,
    rebuild: Callable[[], nn.Module] | None = None,
    made_up: bool = True,
    memory: bool = False,
) -> TracedModel:
    """Trace ``model`` without touching it: all work is done on replicas.

    Args:
        model: the model, with or without values in its weights.
        example: see `Inputs.of`.
        tracer: which tracer to use; by default the symbolic one, and the other where it fails.
        leaves: classes or paths of modules to show as one operation.
        train: whether to trace the model in training mode.
        timeout: seconds after which to give up.
        rebuild: builds the model with values in its weights, for a run that depends on them.
        made_up: whether these values are those of a fresh initialization.
        memory: whether to measure what operations do to memory, which takes two runs more.

    Raises:
        InputError: the inputs do not fit ``forward`` or one of its layers.
        UntraceableError: no tracer can follow ``forward``.
        EndlessError: it does not end, or not in time.
        ForwardError: ``forward`` raised.
        UsageError: ``leaves`` names nothing in the model.
    """
    inputs = Inputs.fitting(example, model)
    if isinstance(model, torch.jit.ScriptModule):
        with global_state_kept(model, timeout), time_limit(timeout):
            graph, module = trace_scripted(model, inputs)
        lost = note_on_script(model)
        notes = ((lost,) if lost else ()) + ((MEMORY_UNKNOWN,) if memory else ())
        return TracedModel(graph, module, dict(named_parameters(module)), "recorded", notes)
    front = _Front(model, inputs, Leaves(tuple(leaves)), train, rebuild, made_up)
    with global_state_kept(model, timeout), time_limit(timeout):
        traced = front.trace(tracer)
    return front.measured(traced, timeout) if memory else traced


@dataclass(frozen=True)
class _Front:
    model: nn.Module
    inputs: Inputs
    leaves: Leaves
    train: bool
    rebuild: Callable[[], nn.Module] | None
    made_up: bool

    def trace(self, tracer: Tracer) -> TracedModel:
        if not has_forward(unwrapped(self.model)):
            raise UntraceableError(
                "it has no forward of its own",
                line=type(self.model).__name__,
                hint="give the model that uses it, or a module that computes, as nn.Sequential",
            )
        unmatched = self.leaves.unmatched(self.model)
        if unmatched:
            raise UsageError(
                f"no module has the class or path {unmatched[0]!r}",
                where="--leaf",
                hint="give a class such as Attention, or a path such as layer1[0]",
            )
        failed: list[str] = []
        error: VisualizeError | None = None
        for way in self._ways(tracer):
            seed_all()
            try:
                traced = way.trace()
            except ShapeError as refused:
                if way.tracer is Tracer.RECORDED:
                    raise
                error = refused
            except (InputError, EndlessError):
                raise
            except VisualizeError as refused:
                error = refused
            except Exception as raised:  # the model's own code, outside of forward
                error = explain_forward(raised)
            else:
                separate_broadcasts(traced.graph)
                return TracedModel(
                    graph=traced.graph,
                    model=traced.replica,
                    parameters=traced.parameters,
                    unregistered=traced.unregistered,
                    swapped=traced.swapped,
                    tracer=way.tracer.value,
                    notes=((way.note,) if way.note else ()) + traced.notes,
                    failures=tuple(failed),
                    on_values=way.on_values,
                )
            failed.append(f"{way.tracer.value} tracing failed: {error}")
        assert error is not None
        raise self._with_what_ran(error) if tracer is Tracer.SYMBOLIC else error

    def _with_what_ran(self, error: VisualizeError) -> VisualizeError:
        """``error`` with what ran before it, if a run fails in the same way.

        The symbolic tracer cannot show that: it runs nothing.
        """
        try:
            self._recorded()
        except VisualizeError as again:
            error.ran = again.ran if str(again) == str(error) else None
        except Exception:  # the model's own code, outside of forward
            error.ran = None
        return error

    def measured(self, traced: TracedModel, timeout: float | None) -> TracedModel:
        """``traced`` with the memory of its nodes, or else with a note that it is unknown."""
        for on_values in self._runs(traced):
            model = self.model
            # The model may raise anything, and torch lacks kernels for tensors without values.
            with (
                contextlib.suppress(Exception),
                global_state_kept(model, timeout),
                time_limit(timeout),
            ):
                if on_values and not _has_values(model):
                    assert self.rebuild is not None
                    model = self.rebuild()
                usage = Usage(model, self.inputs, self.leaves, on_values)
                if usage.measure(traced.graph):
                    return traced
                return replace(traced, notes=(*traced.notes, MEMORY_IN_EVAL_MODE))
        return replace(traced, notes=(*traced.notes, MEMORY_UNKNOWN))

    def _runs(self, traced: TracedModel) -> Iterator[bool]:
        """Whether to run on values, as one way after the other to measure memory."""
        if not traced.on_values:
            yield False
        flops = sum(facts_of(node).flops for node in traced.graph.nodes)
        if traced.on_values or (_has_values(self.model) and flops <= _FEW_FLOPS):
            yield True

    def _ways(self, tracer: Tracer) -> Iterator[_Way]:
        hooked = any(has_own_hooks(module) for _, module in named_modules(self.model))
        if tracer is Tracer.SYMBOLIC or (tracer is Tracer.AUTO and not hooked):
            yield _Way(Tracer.SYMBOLIC, self._symbolic)
        if tracer is Tracer.SYMBOLIC:
            return
        yield _Way(Tracer.RECORDED, self._recorded)
        tensors = list(tensors_of(self.model))
        if _has_values(self.model):
            is_packed = any(True for _ in packed_weights(self.model))
            note = _WITH_PACKED_WEIGHTS if is_packed else _WITH_VALUES
            yield _Way(Tracer.RECORDED, self._recorded_with_values, note, on_values=True)
        elif self.rebuild and sum(t.numel() * t.element_size() for t in tensors) <= _LARGEST:
            note = _WITH_MADE_UP_VALUES if self.made_up else _WITH_VALUES
            yield _Way(Tracer.RECORDED, self._recorded_with_values, note, on_values=True)

    def _symbolic(self) -> _Traced:
        replica = replicate(self.model, train=self.train)
        parameters, attributes = dict(named_parameters(replica)), Attributes(replica)
        unregistered = Unregistered.of(replica)
        inputs = self.inputs.without_values()
        graph = trace_symbolically(replica, inputs, self.leaves)
        found = dict(named_parameters(replica))
        replaced = [name for name, one in parameters.items() if found.get(name) is not one]
        if replaced:
            raise UntraceableError(
                "forward replaces a parameter, which the graph of torch.fx does not show",
                line=replaced[0],
                hint="use the recorded tracer",
            )
        written = attributes.restore()
        follow_in_place(graph, replica)
        memory = Memory()
        plain, writers = record_tensors(graph, replica, inputs, memory)
        if writers:
            follow_in_place(graph, replica, writers)
        run = replicate(self.model, train=self.train) if written else replica
        check_against_run(graph, run, inputs, self.leaves, memory)
        open_functions(graph, replica, parameters, plain)
        return _Traced(graph, replica, parameters, unregistered)

    def _recorded(self) -> _Traced:
        return self._differentiated(self._recorded_on_meta)

    def _recorded_on_meta(self, gradients: Gradients) -> _Traced:
        given = self.inputs.requiring_gradients() if gradients is Gradients.ALL else self.inputs
        for values in reversed(Values):
            inputs = given.without_values() if values is Values.NONE else given.with_few_values()
            environment = MetaEnvironment(values, gradients=gradients is not Gradients.NONE)
            with contextlib.suppress(ValuesLost):
                replica = replicate(self.model, train=self.train)
                return self._record(replica, inputs, environment)
        raise UntraceableError(
            "what it computes is written to a tensor that torch did not make, such as an array",
            line=f"{type(self.model).__name__}.forward",
            hint="write it to a tensor made by torch.empty or torch.zeros",
        )

    def _recorded_with_values(self) -> _Traced:
        model = self.model
        if not _has_values(model):
            assert self.rebuild is not None
            model = self.rebuild()
        return self._differentiated(functools.partial(self._recorded_on_values, model))

    def _recorded_on_values(self, model: nn.Module, gradients: Gradients) -> _Traced:
        given = self.inputs.requiring_gradients() if gradients is Gradients.ALL else self.inputs
        environment = Environment(gradients=gradients is not Gradients.NONE)
        replica = replicate(model, values=True, train=self.train)
        again = functools.partial(self._graph_on_other_values, model, given)
        return self._record(replica, given.with_values(), environment, again)

    def _graph_on_other_values(self, model: nn.Module, inputs: Inputs) -> fx.Graph | None:
        """The graph of a run on other inputs, if the model can run on them."""
        replica = replicate(model, values=True, train=self.train)
        with contextlib.suppress(VisualizeError):
            return trace_recorded(replica, inputs.with_other_values(), self.leaves, Environment())
        return None

    def _differentiated(self, record: Callable[[Gradients], _Traced]) -> _Traced:
        """A run without gradients, or with as many as the model needs if it differentiates."""
        for gradients in (Gradients.NONE, Gradients.ASKED_FOR):
            with contextlib.suppress(GradientError):
                return record(gradients)
        return record(Gradients.ALL)

    def _record(
        self,
        replica: nn.Module,
        inputs: Inputs,
        environment: Environment,
        again: Callable[[], fx.Graph | None] | None = None,
    ) -> _Traced:
        parameters, attributes = dict(named_parameters(replica)), Attributes(replica)
        unregistered = Unregistered.of(replica)
        try:
            graph = trace_recorded(replica, inputs, self.leaves, environment)
        except VisualizeError as error:
            if error.ran is not None:
                error.ran = TracedModel(error.ran, replica, parameters, "recorded")
            raise
        run = dict(named_modules(replica))
        attributes.restore()
        left = dict(named_modules(replica))
        swapped = {path: module for path, module in run.items() if left.get(path) is not module}
        if environment.read:
            environment.read.connect(graph, again() if again else None)
        open_functions(graph, replica, parameters)
        notes = (*environment.notes, *environment.read.notes)
        return _Traced(graph, replica, parameters, unregistered, notes, swapped)


def _has_values(model: nn.Module) -> bool:
    return not any(tensor.is_meta for tensor in tensors_of(model))


_WITH_PACKED_WEIGHTS = Note(
    phrase("quantized layers compute on the CPU alone: the model was run there")
)
_WITH_VALUES = Note(
    phrase("control flow depends on values: the model was run on the CPU with its own weights")
)
_WITH_MADE_UP_VALUES = Note(
    phrase(
        "control flow depends on values: the model was run on the CPU with freshly initialized "
        "weights"
    )
)
