"""Memory of a model: two runs on tensors without values show what is saved and what is alive.

One run records gradients, in training mode; `torch.autograd.graph.saved_tensors_hooks` see all that
autograd saves, also in functions with a backward of their own, and around what is checkpointed. The
other is inference; a dispatch mode sees each storage that an operator makes, and Python frees it
when the model's own code lets go of it. Nothing is estimated: where a run fails, nothing is known.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import fx, nn
from torch.autograd import Function
from torch.overrides import TorchFunctionMode

from visualize.core.modules import unwrapped
from visualize.core.patching import patched
from visualize.core.randomness import seed_all
from visualize.core.torch_internals import functions_to_wrap, named_modules
from visualize.core.torch_threads import call_module, nothing_compiled
from visualize.core.traced import facts_of, set_facts
from visualize.core.unregistered import Unregistered, paths_by_id, tensors_held
from visualize.tracing.autograd_functions import Call, is_one_operation, watched
from visualize.tracing.environment import Environment, Values, ValuesLost
from visualize.tracing.inputs import Inputs, named_tensors
from visualize.tracing.leaves import Leaves
from visualize.tracing.module_calls import module_calls
from visualize.tracing.replica import replicate
from visualize.tracing.tensors import tensors_in
from visualize.tracing.usage.fake import FakeEnvironment
from visualize.tracing.usage.places import Places, uses
from visualize.tracing.usage.storages import Alive, Saved

__all__ = ["Usage"]

_MORE_RUNS = 4  # where a thread holds what the model does not


@dataclass(frozen=True)
class Usage:
    """Measures what a model does to memory.

    Attributes:
        model: the model, which is left as it is.
        inputs: what it is run on.
        leaves: the modules that are one operation.
        on_values: whether it has to be run on values.
    """

    model: nn.Module
    inputs: Inputs
    leaves: Leaves
    on_values: bool

    def measure(self, graph: fx.Graph) -> bool:
        """Set ``memory`` of the `NodeFacts` of each node of ``graph``.

        Returns:
            Whether gradients were recorded in training mode; if the model fails in it, they were
            recorded in eval mode.

        Raises:
            Exception: whatever the model raises, or torch where it lacks a kernel.
        """
        trains = True
        try:
            training = self._run(recording=True, train=True)
        except Exception:  # such as a batch norm of one value a channel, or targets that it needs
            trains = False
            training = self._run(recording=True, train=False)
        inference = self._undisturbed()
        for node, use in uses(graph, training, inference).items():
            set_facts(node, replace(facts_of(node), memory=use))
        return trains

    def _undisturbed(self) -> Places:
        """What is alive in inference, also where other threads sample the frames of the run."""
        found = self._run(recording=False, train=False)
        for _ in range(_MORE_RUNS):
            if not found.disturbed:
                break
            found = self._run(recording=False, train=False).least(found)
        return found

    def _run(self, *, recording: bool, train: bool) -> Places:
        if self.on_values:
            replica = self._replica(train, values=True)
            return _Run(replica, self.leaves, _OnValues()).of(self.inputs.with_values(), recording)
        for values in reversed(Values):
            environment = FakeEnvironment(values)
            replica = self._replica(train, made_of=environment.fake)
            inputs = environment.inputs(self.inputs)
            with contextlib.suppress(ValuesLost):
                return _Run(replica, self.leaves, environment).of(inputs, recording)
        raise NotImplementedError("what it computes is written to a tensor that torch did not make")

    def _replica(self, train: bool, **how: Any) -> nn.Module:
        """A copy of the model; in training mode except for what the model itself keeps out of it.

        Norms with frozen statistics, for example, are in eval mode inside a model that is trained.
        """
        replica = replicate(self.model, train=train, **how)
        original = unwrapped(self.model)
        if train and original.training:
            frozen = {path for path, module in named_modules(original) if not module.training}
            for path, module in named_modules(replica):
                module.training = path not in frozen
        return replica


class _OnValues(Environment):
    """Runs operations on real tensors, and counts nothing."""

    def compute(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
    ) -> Any:
        """Run ``func``."""
        return func(*args, **kwargs)


class _Run(TorchFunctionMode):
    """A run of a replica that follows where it is."""

    def __init__(self, model: nn.Module, leaves: Leaves, environment: Environment) -> None:
        super().__init__()
        self.model = model
        self.leaves = leaves
        self.environment = environment
        self.places = Places()

    def of(self, inputs: Inputs, recording: bool) -> Places:
        """What the run does to memory, while gradients are recorded or else in inference."""
        bound = inputs.bind(self.model)
        given = [tensor for _, tensor in named_tensors(bound)]
        unregistered = Unregistered.of(self.model)
        held = tensors_held(self.model, unregistered)
        seed_all()
        with ExitStack() as around:
            around.enter_context(torch.inference_mode(False))
            around.enter_context(torch.set_grad_enabled(recording))
            around.enter_context(nothing_compiled())
            around.enter_context(self.environment.surroundings())
            if recording:
                around.enter_context(Saved(self.places, held))
            else:
                around.enter_context(Alive(self.places, held, given))
            around.enter_context(self._watching(paths_by_id(self.model, unregistered)))
            self.model(*bound.args, **bound.kwargs)
        return self.places

    @contextmanager
    def _watching(self, paths: Mapping[int, str]) -> Iterator[None]:
        def modules(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
                path = paths.get(id(module))
                if path is None or not (path or self.leaves(module, path)):
                    return original(module, *args, **kwargs)
                with self.places.module(path, is_layer=self.leaves(module, path)):
                    return original(module, *args, **kwargs)

            return call

        with ExitStack() as patches:
            patches.enter_context(module_calls(self.model, modules(call_module)))
            for names, name in functions_to_wrap():
                if name in names:
                    patches.enter_context(patched(names, name, self._function))
            patches.enter_context(watched(self._apply))
            patches.enter_context(self)
            yield

    def _function(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.places.function(original.__name__):
                return original(*args, **kwargs)

        return call

    def _apply(self, kind: type[Function], apply: Call, args: Any, kwargs: Any) -> Any:
        if not is_one_operation(kind, (args, kwargs)):
            return apply(*args, **kwargs)
        with self.places.function(kind.__name__):
            return apply(*args, **kwargs)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        with self.places.function(getattr(func, "__name__", "")):
            return self.environment.call(func, args, kwargs, tensors_in((args, kwargs)))
