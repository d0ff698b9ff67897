"""The private parts of torch that this package needs, in one place.

Every use of a name with a leading underscore is here, with the reason for it and what torch lacks
in public, so that a release of torch that moves one of them breaks one file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import fx, nn
from torch._jit_internal import boolean_dispatched
from torch._ops import OpOverload
from torch.utils._device import _device_constructors
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

__all__ = [
    "OpOverload",
    "TorchDispatchMode",
    "can_decompose",
    "compiled_module",
    "device_constructors",
    "forward_hooks",
    "forward_pre_hooks",
    "functions_to_wrap",
    "global_forward_hooks",
    "in_transformation",
    "is_script_module",
    "module_tables",
    "overload_packet",
    "own_tensors",
    "parameter_names",
    "script_method",
    "script_operator",
    "script_schema",
    "script_state",
    "silent_dispatch",
    "storage_id",
    "tree_leaves",
    "tree_map_only",
    "unwrapped_tensor",
    "version_of",
    "without_torch_function",
]

# Re-exported: ``OpOverload`` is the type of ``torch.ops.aten.add.Tensor`` and has no public name;
# `TorchDispatchMode` is documented for extenders but lives in a private module; torch has a public
# ``torch.utils.pytree`` only since 2.10, and its private form serves every release.


# Tensors


def version_of(tensor: torch.Tensor) -> int:
    """How often ``tensor`` was written to; 0 in inference mode, which keeps no count.

    Autograd uses this counter to find in-place writes; nothing public exposes it.
    """
    return 0 if tensor.is_inference() else tensor._version


def storage_id(tensor: torch.Tensor) -> int | None:
    """What tensors that share memory have in common; None if ``tensor`` has no storage.

    ``data_ptr()`` is the public way, but it is 0 for every tensor on the meta device.
    """
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # sparse and other tensors without a storage
        return None


def unwrapped_tensor(tensor: torch.Tensor) -> torch.Tensor | None:
    """The tensor inside one that a transformation such as ``torch.vmap`` wraps, or None.

    Tensors inside ``torch.func`` are wrappers, and nothing public unwraps them.
    """
    if not torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return None
    inner: torch.Tensor = torch._C._functorch.get_unwrapped(tensor)
    return inner


def in_transformation() -> bool:
    """Whether the running code is inside ``torch.func``; there is no public way to find out."""
    return torch._C._functorch.maybe_current_level() is not None


def without_torch_function() -> Any:
    """A context in which no operation reaches ``__torch_function__``.

    The documentation of ``__torch_function__`` itself names this class, which has no other home.
    """
    return torch._C.DisableTorchFunction()


# Modules


def own_tensors(module: nn.Module) -> dict[str, torch.Tensor | None]:
    """Parameters and buffers that ``module`` itself holds; None where a name holds nothing.

    ``named_parameters(recurse=False)`` is the public way. It is a generator inside a generator,
    and this is needed at every call of a layer.
    """
    return {**module._parameters, **module._buffers}


def module_tables(module: nn.Module) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of parameters and of buffers themselves, to be changed.

    ``setattr`` is the public way. It converts, checks and drops tensors that are not parameters.
    """
    return module._parameters, module._buffers


def forward_pre_hooks(module: nn.Module) -> Sequence[Callable[..., Any]]:
    """The hooks that run before ``forward``; in public they can be added, but not listed."""
    return list(module._forward_pre_hooks.values())


def forward_hooks(module: nn.Module) -> Sequence[Callable[..., Any]]:
    """The hooks that run after ``forward``."""
    return list(module._forward_hooks.values())


def global_forward_hooks() -> tuple[dict[int, Any], dict[int, Any]]:
    """The tables of hooks for all modules; in public they can be added to, but not read."""
    module = torch.nn.modules.module
    return module._global_forward_pre_hooks, module._global_forward_hooks


def compiled_module(module: nn.Module) -> nn.Module | None:
    """The module inside one that ``torch.compile`` returned, else None.

    Its class and the attribute that holds the original are private to ``torch._dynamo``.
    """
    inner = getattr(module, "_orig_mod", None)
    return inner if isinstance(inner, nn.Module) else None


# Operators and functions


def device_constructors() -> frozenset[Any]:
    """The functions that make tensors on a device, as ``with torch.device(…)`` finds them."""
    return frozenset(_device_constructors())


def functions_to_wrap() -> list[tuple[dict[str, Any], str]]:
    """The functions that were marked by ``torch.fx.wrap``: their globals and their names.

    The mark is public; the list of those marked is known to ``fx.Tracer`` alone.
    """
    wrapped = fx._symbolic_trace._wrapped_fns_to_patch
    return [(names, name) for (_, name), names in wrapped.items()]


def overload_packet(operator: Any) -> Any:
    """The operator that an overload belongs to: ``aten.add`` for ``aten.add.Tensor``."""
    return getattr(operator, "_overloadpacket", operator)  # higher-order operators have none


def can_decompose(operator: Any) -> bool:
    """Whether ``decompose()``, which is public, can run an operator as several others."""
    return isinstance(operator, OpOverload) and operator._can_decompose()


def parameter_names(operator: OpOverload) -> list[str]:
    """The names of an operator's parameters, from the schema that it was registered with."""
    return [argument.name for argument in operator._schema.arguments]


def silent_dispatch(function: Any) -> Any:
    """The function that runs where ``torch.nn.functional`` chooses between two.

    Pooling returns indices or not, by an argument; which function then runs is in a private table,
    and the public function has the signature ``(*args, **kwargs)``.
    """
    return boolean_dispatched.get(function, {}).get("if_false", function)


# TorchScript: the interpreter of a script reads its graph, which only ``torch._C`` exposes.


def script_method(model: torch.jit.ScriptModule) -> Any:
    """The method of ``model`` to run: ``forward``, or the first of its overloads."""
    names = model._c._method_names()
    return model._c._get_method("forward" if "forward" in names else "forward__0")


def script_state(model: torch.jit.ScriptModule) -> Any:
    """The C++ object that is ``self`` in the code of ``model``."""
    return model._c


def is_script_module(value: Any) -> bool:
    """Whether an attribute of a script's object is a module, which is a C++ object."""
    return isinstance(value, torch._C.ScriptModule)


def script_schema(text: str) -> Any:
    """Parse a schema such as ``aten::relu(Tensor self) -> Tensor``."""
    return torch._C.parse_schema(text)


def script_operator(schema: Any) -> Callable[..., Any]:
    """The operator that a schema describes, including those that only TorchScript has."""
    namespace, name = schema.name.split("::")
    packet = getattr(getattr(torch.ops, namespace), name, None)
    function: Callable[..., Any] | None = getattr(packet, schema.overload_name or "default", None)
    if function is None:
        function, _ = torch._C._jit_get_operation(schema.name)
    return function
