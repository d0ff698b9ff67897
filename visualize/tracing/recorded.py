"""Recorded tracing: one eager run of the model, recorded as a ``torch.fx.Graph``."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import fx, nn
from torch.autograd import Function
from torch.overrides import TorchFunctionMode

from visualize.core.errors import VisualizeError
from visualize.core.modules import class_name_of
from visualize.core.patching import patched
from visualize.core.phrases import Note, phrase
from visualize.core.randomness import drawing_everything
from visualize.core.torch_internals import (
    functions_to_wrap,
    is_higher_order,
    named_modules,
    own_tensors,
    script_callables,
    tensors_of,
    version_of,
    without_torch_function,
)
from visualize.core.torch_threads import call_module, nothing_compiled
from visualize.core.unregistered import Unregistered, paths_by_id
from visualize.tracing.autograd_functions import Call, as_operation, is_one_operation, watched
from visualize.tracing.calls import in_order
from visualize.tracing.environment import Environment
from visualize.tracing.explain import (
    Failure,
    check_what_meta_does_not,
    explain_failure,
    explain_forward,
)
from visualize.tracing.higher_order import HIGHER_ORDER, run_higher_order
from visualize.tracing.inputs import Inputs, named_tensors
from visualize.tracing.leaves import Leaves
from visualize.tracing.module_calls import module_calls
from visualize.tracing.nested import completed
from visualize.tracing.origins import Calls
from visualize.tracing.read_values import DEPENDING
from visualize.tracing.recorder import Recorder
from visualize.tracing.replica import has_own_hooks
from visualize.tracing.scripted.inlined import InlinedScripts
from visualize.tracing.tensors import holds_module, tensors_in
from visualize.tracing.writes import copies_to_itself, writes_uncounted, written_to


def trace_recorded(
    model: nn.Module, inputs: Inputs, leaves: Leaves, environment: Environment
) -> fx.Graph:
    """Run ``model`` once and record what it calls.

    Leaf modules become ``call_module`` nodes, functions outside them ``call_function`` and
    ``call_method`` nodes, as torch.fx has them; sizes are plain numbers. ``model`` must be a
    replica, as the run may change it. Every node gets its `NodeFacts`.

    Raises:
        ShapeError: a layer refused the shape of its input.
        ForwardError: ``forward`` raised.
        UntraceableError: the environment lacks the values that the model asks for.
        EndlessError: there are too many operations.
        InputError: the inputs do not fit the signature of ``forward``.
        ValuesLost: see `MetaEnvironment`.
    """
    bound = inputs.bind(model)
    watch = _Watch(model, leaves, environment)
    recorder = watch.recorder
    for name, tensor in named_tensors(bound):
        recorder.add_placeholder(name, tensor)
    differentiable = torch.enable_grad() if environment.gradients else torch.no_grad()
    with torch.inference_mode(False), differentiable, watch.watching():
        try:
            result = completed(model(*bound.args, **bound.kwargs))
        except Exception as error:
            refused = watch.explain(error)
            refused.ran = recorder.stopped()
            raise refused from error
    recorder.add_output(result)
    return recorder.graph


class _Watch(TorchFunctionMode):
    """Sees every function and module that a run calls, and hands them to a `Recorder`."""

    def __init__(self, model: nn.Module, leaves: Leaves, environment: Environment) -> None:
        super().__init__()
        self.model = model
        self.leaves = leaves
        self.environment = environment
        self.recorder = Recorder(model)
        self.scripts = InlinedScripts(model, self.recorder)
        self.paths = paths_by_id(model)
        # The weights of each layer, which `torch.func.functional_call` replaces for a while.
        self.own = {
            id(module): own_tensors(module)
            for _, module in (*named_modules(model), *Unregistered.of(model).modules.items())
        }
        self.inside_leaf = False
        self.failure: Failure | None = None

    # What surrounds the run

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record every operation and module call, and functions marked by ``torch.fx.wrap``."""
        with ExitStack() as patches:
            patches.enter_context(module_calls(self.model, self._watch_modules(call_module)))
            for names, name in functions_to_wrap():
                if name in names:
                    patches.enter_context(patched(names, name, self._watch_function))
            patches.enter_context(watched(self._apply))
            for kind in script_callables():
                patches.enter_context(patched(kind, "__call__", self._watch_scripts))
            patches.enter_context(nothing_compiled())
            patches.enter_context(self.environment.surroundings())
            patches.enter_context(self)
            yield

    def explain(self, error: Exception) -> VisualizeError:
        """The error to show for what the run raised."""
        if self.failure and self.failure.error is error:
            return explain_failure(self.failure)
        return explain_forward(error)

    # What is watched

    def _watch_modules(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            path = None if self.inside_leaf else self._path_of(module)
            if path is None:
                return original(module, *args, **kwargs)
            if self.leaves(module, path):
                return self._call_leaf(path, module, original, args, kwargs)
            if not path:
                return original(module, *args, **kwargs)
            run = functools.partial(original, module, *args, **kwargs)
            given = in_order(module, args, kwargs)
            return self.recorder.call(self._enter(path, module), run, given)

        return call

    def _watch_scripts(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(script: Any, *args: Any, **kwargs: Any) -> Any:
            if self.inside_leaf:
                with drawing_everything():
                    return original(script, *args, **kwargs)
            with drawing_everything():
                return self.scripts.call(script, args, kwargs)

        return call

    def _watch_function(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self.inside_leaf or not tensors_in((args, kwargs)) or holds_module((args, kwargs)):
                return original(*args, **kwargs)
            run = self._as_leaf(original.__name__, None, lambda: original(*args, **kwargs))
            return self._record("call_function", original, run, args, kwargs)

        return call

    def _apply(self, kind: type[Function], apply: Call, args: Any, kwargs: Any) -> Any:
        given = (args, kwargs)
        if self.inside_leaf or not (is_one_operation(kind, given) and tensors_in(given)):
            return apply(*args, **kwargs)
        return self._watch_function(as_operation(kind))(*args, **kwargs)

    def _path_of(self, module: nn.Module) -> str | None:
        """The path of a module of the model, also of one that was made in this run."""
        if id(module) not in self.paths:
            self.paths = paths_by_id(self.model)
        return self.paths.get(id(module))

    def _enter(self, path: str, module: nn.Module) -> Calls:
        """The calls around what ``module``, which is at ``path``, calls."""
        return (*self.recorder.calls, self.recorder.enter(path, class_name_of(module)))

    def _call_leaf(
        self, path: str, module: nn.Module, original: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        if not has_own_hooks(module):
            call = functools.partial(original, module)
            return self._record_leaf(path, module, call, args, kwargs)
        # Hooks are not part of the leaf: only its forward is one node.
        forward = module.forward
        vars(module)["forward"] = lambda *args, **kwargs: self._record_leaf(
            path, module, forward, args, kwargs
        )
        try:
            return original(module, *args, **kwargs)
        finally:
            vars(module)["forward"] = forward

    def _record_leaf(
        self, path: str, module: nn.Module, call: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        def checked() -> Any:
            if args and isinstance(args[0], torch.Tensor):
                with without_torch_function():
                    check_what_meta_does_not(module, args[0])
            return call(*args, **kwargs)

        calls = self._enter(path, module) if path else ()
        run = self._as_leaf(path, module, checked)
        held = own_tensors(module)
        # The tensors of a script are made anew each time they are asked for.
        is_script = isinstance(module, torch.jit.ScriptModule)
        before = held if is_script else self.own.get(id(module), held)
        others = {
            name: tensor
            for name, tensor in held.items()
            if self.recorder.made(tensor) or tensor is not before.get(name)
        }
        return self._record("call_module", path, run, args, {**kwargs, **others}, calls)

    def _as_leaf(
        self, place: str, module: nn.Module | None, call: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Run ``call`` without recording the operations inside it."""

        def run(given: Sequence[torch.Tensor]) -> Any:
            self.inside_leaf = True
            try:
                return call()
            except Exception as error:
                self.failure = Failure(error, place, module, given)
                raise
            finally:
                self.inside_leaf = False

        return run

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self.inside_leaf:
            return self.environment.call(func, args, kwargs, tensors_in((args, kwargs)))
        name = getattr(func, "__name__", "")
        if name in ("__get__", "__set__"):
            return self._attribute(func, args, kwargs)
        if func in _UNUSUAL:
            return _UNUSUAL[func](self, func, args, kwargs)
        if name in HIGHER_ORDER and is_higher_order(func):
            return run_higher_order(name, args, self.recorder, self)
        if name in _TAKING_OUT and getattr(torch.Tensor, name) is func:
            self._note_what_leaves(name, args[0])
        if func is torch.Tensor.__setitem__ and copies_to_itself(*args):
            return None

        def run(given: Sequence[torch.Tensor]) -> Any:
            try:
                return self.environment.call(func, args, kwargs, given)
            except Exception as error:
                self.failure = Failure(error, self.recorder.place(name), None, given)
                raise

        operation, target = operation_of(func, name)
        result = self._record(operation, target, run, args, kwargs)
        if name in DEPENDING:
            self.environment.read.watch(self.recorder, name, args, result)
        return result

    def _iterate(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Iterator[torch.Tensor]:
        return iter(self.__torch_function__(torch.Tensor.unbind, (), args, kwargs))

    def _mark(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Mark a tensor as requiring gradients, which returns that very tensor."""
        return self.environment.call(func, args, kwargs, ())

    def _note_what_leaves(self, name: str, tensor: torch.Tensor) -> None:
        if name == "tolist" and not tensor.is_floating_point():  # sizes and places
            return
        if self.recorder.made(tensor):
            place = self.recorder.place(name.strip("_"))
            note = Note(
                phrase(
                    "{place} takes data out of torch: what comes back is not connected",
                    place=place,
                )
            )
            if note not in self.environment.notes:
                self.environment.notes.append(note)

    def _attribute(self, func: Any, args: Any, kwargs: Any) -> Any:
        """``x.T`` is an operation, ``x.shape`` is not, ``x.data = y`` replaces ``x``."""
        value = self.environment.call(func, args, kwargs, ())
        name = func.__self__.__name__
        if func.__name__ == "__set__":
            if name == "data" and isinstance(args[1], torch.Tensor):
                self.recorder.set(args[0], self.recorder.node_of(args[1]))
        elif isinstance(value, torch.Tensor) and not self.recorder.knows(value):
            self.recorder.add("call_function", getattr, (args[0], name), {}, args[:1], value)
        return value

    def _backward(self, func: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """The gradients that a backward pass leaves on tensors are what it returns."""
        given = tensors_in((args, kwargs))
        before = self.environment.memory.total
        versions = {id(grad): version_of(grad) for grad in self._gradients()}
        self.environment.call(func, args, kwargs, given)
        left = self._gradients()
        self.recorder.add(
            "call_function",
            torch.autograd.backward,
            args,
            kwargs,
            given,
            tuple([grad for grad in left if id(grad) not in versions]),
            written=[g for g in left if versions.get(id(g), version_of(g)) != version_of(g)],
            flops=self.environment.memory.total - before,
        )

    def _gradients(self) -> list[torch.Tensor]:
        """The gradients on parameters and on tensors of this run."""
        known = {id(each): each for each in (*tensors_of(self.model), *self.recorder.alive())}
        leaves = [each for each in known.values() if each.is_leaf]
        return [leaf.grad for leaf in leaves if leaf.grad is not None]

    # What is recorded

    def _record(
        self,
        operation: str,
        target: Any,
        run: Callable[[Sequence[torch.Tensor]], Any],
        args: Any,
        kwargs: dict[str, Any],
        calls: Calls | None = None,
    ) -> Any:
        """Run an operation on its tensors; make a node of it if it yields or changes any."""
        with without_torch_function():  # what this reads is not read by the model
            given = tensors_in((args, kwargs))
            versions = [version_of(tensor) for tensor in given]
        before = self.environment.memory.total
        result = run(given)
        with without_torch_function():
            changed = [t for t, version in zip(given, versions) if version_of(t) != version]
            written = written_to(changed, args)
            if not written and operation != "call_module" and writes_uncounted(target, given):
                written = tensors_in(args[0])
            if not (written or isinstance(result, torch.Tensor) or tensors_in(result)):
                return result
            return self.recorder.add(
                operation,
                target,
                args,
                kwargs,
                given,
                result,
                written=written,
                flops=self.environment.memory.total - before,
                calls=calls,
                unpack=operation != "call_module",  # a function's parts are all meant to be used
            )


_UNUSUAL: dict[Any, Callable[[_Watch, Any, Any, dict[str, Any]], Any]] = {
    torch.Tensor.__iter__: _Watch._iterate,
    torch.Tensor.backward: _Watch._backward,
    torch.autograd.backward: _Watch._backward,
    torch.Tensor.requires_grad_: _Watch._mark,
}
_TAKING_OUT = frozenset({"numpy", "__array__", "tolist"})


def operation_of(func: Any, name: str) -> tuple[str, Any]:
    """How torch.fx would record a call of ``func``."""
    if getattr(torch.Tensor, name, None) is not func:
        return "call_function", func
    if name.startswith("__"):
        known = getattr(operator, name.strip("_"), None)
        return ("call_function", known) if known else ("call_method", name)
    return "call_method", name
