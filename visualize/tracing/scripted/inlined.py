"""Scripts that a Python model calls: interpreted as a part of its run, operation by operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from visualize.core.errors import UntraceableError
from visualize.core.torch_internals import named_modules, script_state, tensors_of
from visualize.tracing.explain import Failure, explain_failure
from visualize.tracing.recorder import Recorder
from visualize.tracing.scripted.interpreter import (
    Interpreter,
    ScriptObject,
    identity,
    unknown,
    unwrapped_objects,
)
from visualize.tracing.scripted.operators import operator_call
from visualize.tracing.tensors import tensors_in


class InlinedScripts:
    """Runs the scripts of a model in Python, where a recorded run sees their operations.

    Args:
        model: the replica that runs.
        recorder: what records it; it knows the tensors of scripts by their names.
    """

    def __init__(self, model: nn.Module, recorder: Recorder) -> None:
        self.recorder = recorder
        scripts = [
            (path, module)
            for path, module in named_modules(model)
            if isinstance(module, torch.jit.ScriptModule)
        ]
        self._paths = {script_state(module): path for path, module in reversed(scripts)}
        tensors = [tensor for _, module in scripts for tensor in tensors_of(module)]
        self._twins = {identity(tensor): tensor for tensor in reversed(tensors)}

    def call(self, script: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """What a function or a method of TorchScript returns.

        Raises:
            UntraceableError: it decides by values, or does what the interpreter does not know.
        """
        parameters = list(script.schema.arguments)
        given: list[Any] = []
        path = ""
        owner = getattr(script, "owner", None)
        if owner is not None:
            path = self._paths.get(owner, "")
            given.append(ScriptObject(path, owner))
            del parameters[0]
        named = dict(zip([one.name for one in parameters], args)) | kwargs
        given += [named.get(one.name, one.default_value) for one in parameters]
        outer = self.recorder.calls
        try:
            graph = script.inlined_graph  # kept, because its nodes do not outlive it
            run = _Inlined(self.recorder, self._twins, path)
            return unwrapped_objects(run.run(graph, given))
        finally:
            self.recorder.calls = outer


class _Inlined(Interpreter):
    """Calls operators as Python does, for what records the run around it."""

    def __init__(self, recorder: Recorder, twins: dict[Any, torch.Tensor], path: str) -> None:
        self.recorder = recorder
        self.twins = twins
        self.path = path
        self.outer = recorder.calls
        self.values = {}

    def _constant_tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        return self.twins.setdefault(identity(tensor), tensor)

    def _operate(self, node: Any, inputs: list[Any]) -> Sequence[Any]:
        called = operator_call(node, inputs)
        if called is None:
            raise unknown(node, self._place(node))
        tensors = tensors_in(inputs)
        args = [torch.device("meta") if isinstance(each, torch.device) else each
                for each in called.args]  # fmt: skip
        self._enter(node)
        try:
            result = called.function(*args, **called.kwargs)
        except UntraceableError:
            raise
        except Exception as error:
            raise explain_failure(Failure(error, self._place(node), None, tensors)) from error
        return [result] if node.outputsSize() == 1 else list(result or ())
