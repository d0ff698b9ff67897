"""The private parts of torch that this package needs, in one place.

Every use of a name with a leading underscore is here, with the reason for it and what torch lacks
in public, so that a release of torch that moves one of them breaks one file. What the threads of a
process share is in `visualize.core.torch_threads`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from operator import attrgetter
from typing import Any, cast

import torch
from torch import fx, nn
from torch._jit_internal import boolean_dispatched
from torch._ops import HigherOrderOperator, OpOverload
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.nn.utils import parametrize
from torch.utils._device import _device_constructors
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from visualize.core.quiet import not_logged

__all__ = [
    "FakeTensor",
    "FakeTensorMode",
    "OpOverload",
    "TorchDispatchMode",
    "can_decompose",
    "compiled_function",
    "compiled_module",
    "device_constructors",
    "fake_errors_not_logged",
    "forward_hooks",
    "forward_pre_hooks",
    "functions_to_wrap",
    "in_transformation",
    "into_parameter",
    "is_higher_order",
    "is_parametrized",
    "is_script_function",
    "is_script_module",
    "module_tables",
    "named_buffers",
    "named_children",
    "named_modules",
    "named_parameters",
    "operator_namespace",
    "overload_packet",
    "own_class",
    "own_tensors",
    "parameter_names",
    "runs_overloads",
    "script_callables",
    "script_method",
    "script_operator",
    "script_schema",
    "script_schemas",
    "script_state",
    "silent_dispatch",
    "storage_id",
    "submodule_at",
    "tensors_of",
    "tree_leaves",
    "tree_map_only",
    "unwrapped_tensor",
    "version_of",
    "without_torch_function",
]

# Re-exported: ``OpOverload`` is the type of ``torch.ops.aten.add.Tensor`` and has no public name;
# `TorchDispatchMode` and `FakeTensorMode` are documented for extenders but live in private modules;
# torch has a public ``torch.utils.pytree`` only since 2.10, and its private form serves every
# release.


# Tensors


def version_of(tensor: torch.Tensor) -> int:
    """How often ``tensor`` was written to; 0 in inference mode, which keeps no count.

    Autograd uses this counter to find in-place writes; nothing public exposes it.
    """
    return 0 if tensor.is_inference() else tensor._version


def storage_id(tensor: torch.Tensor) -> int | None:
    """What tensors that share memory have in common; None if ``tensor`` has no storage.

    ``data_ptr()`` is the public way, but it is 0 for every tensor on the meta device. What a
    transformation wraps has the storage of the tensor inside.
    """
    while (inner := unwrapped_tensor(tensor)) is not None:
        tensor = inner
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
    return torch._C._functorch.get_unwrapped(tensor)


def in_transformation() -> bool:
    """Whether the running code is inside ``torch.func``; there is no public way to find out."""
    return torch._C._functorch.maybe_current_level() is not None


def without_torch_function() -> Any:
    """A context in which no operation reaches ``__torch_function__``.

    The documentation of ``__torch_function__`` itself names this class, which has no other home.
    """
    return torch._C.DisableTorchFunction()


def fake_errors_not_logged() -> AbstractContextManager[None]:
    """Keep torch from printing why a kernel refused fake tensors, which it raises as well."""
    return not_logged(FakeTensorMode.__module__)


def into_parameter(tensor: torch.Tensor, requires_grad: bool) -> torch.Tensor:
    """``nn.Parameter(tensor)``, which of a fake tensor is the object itself.

    Detaching it, as `torch.nn.Parameter` does, takes as long as an operator.
    """
    if not isinstance(tensor, FakeTensor):
        return nn.Parameter(tensor, requires_grad=requires_grad)
    tensor.requires_grad_(requires_grad)._is_param = True
    return tensor


# Modules


def is_parametrized(module: nn.Module) -> bool:
    """Whether tensors of ``module`` are computed from others at every use.

    ``torch.nn.utils.parametrize`` has this in public. It asks modules for an attribute that few
    have, which takes long.
    """
    return "parametrizations" in module._modules and parametrize.is_parametrized(module)


def own_class(module: nn.Module) -> type[nn.Module]:
    """The class of a module, the one that it had before its tensors were parametrised."""
    if not is_parametrized(module):
        return type(module)
    return cast(type[nn.Module], parametrize.type_before_parametrizations(module))


def caches_parametrizations() -> bool:
    """Whether parametrised weights are computed once for all their uses now.

    `torch.nn.utils.parametrize.cached` turns this on; nothing public shows whether it is.
    """
    return parametrize._cache_enabled > 0


def own_tensors(module: nn.Module) -> dict[str, torch.Tensor | None]:
    """Parameters and buffers that ``module`` itself holds; None where a name holds nothing.

    ``named_parameters(recurse=False)`` is the public way. It is a generator inside a generator,
    and this is needed at every call of a layer.
    """
    return {**module._parameters, **module._buffers}


def named_modules(model: nn.Module, *, repeated: bool = False) -> list[tuple[str, nn.Module]]:
    """The path and module of everything in ``model``, itself first; each once, or at each path.

    ``model.named_modules()`` is the public way. It fails on a model which has an attribute of its
    own named ``modules`` or ``named_modules``, as do all methods of torch that are made of it.
    """
    found: list[tuple[str, nn.Module]] = []
    seen: set[int] = set()
    waiting: list[tuple[str, nn.Module, frozenset[int]]] = [("", model, frozenset())]
    while waiting:
        path, module, around = waiting.pop()
        key = id(module)
        if key in (around if repeated else seen):  # a module may even hold itself
            continue
        seen.add(key)
        found.append((path, module))
        if module._modules:  # most modules hold none
            inner = around | {key} if repeated else around
            before = f"{path}." if path else ""
            children = reversed(named_children(module))
            waiting += [(before + name, child, inner) for name, child in children]
    return found


def named_children(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """The modules that ``module`` itself holds, by name."""
    return [(name, child) for name, child in module._modules.items() if child is not None]


def named_parameters(model: nn.Module, *, repeated: bool = False) -> list[tuple[str, nn.Parameter]]:
    """The parameters of ``model`` by name, each once, or under each of its names."""
    return _members(model, repeated, attrgetter("_parameters"))


def named_buffers(model: nn.Module, *, repeated: bool = False) -> list[tuple[str, torch.Tensor]]:
    """The buffers of ``model`` by name, each once, or under each of its names."""
    return _members(model, repeated, attrgetter("_buffers"))


def tensors_of(model: nn.Module) -> list[torch.Tensor]:
    """All parameters and buffers of ``model``, each once."""
    return [tensor for _, tensor in (*named_parameters(model), *named_buffers(model))]


def _members(
    model: nn.Module, repeated: bool, table: Callable[[nn.Module], Any]
) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    seen: set[int] = set()
    for path, module in named_modules(model, repeated=repeated):
        for name, tensor in table(module).items():
            if tensor is None or (not repeated and id(tensor) in seen):
                continue
            seen.add(id(tensor))
            found.append((f"{path}.{name}" if path else name, tensor))
    return found


def submodule_at(model: nn.Module, path: str) -> nn.Module:
    """The module of ``model`` at ``path``, ``""`` for the model itself.

    Raises:
        AttributeError: there is none.
    """
    module = model
    for step in path.split(".") if path else ():
        inner = module._modules  # of a script, which has no ``get``
        if step not in inner or inner[step] is None:
            raise AttributeError(f"no module at {path!r}")
        module = cast(nn.Module, inner[step])
    return module


def module_tables(module: nn.Module) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of parameters and of buffers themselves, to be changed.

    ``setattr`` is the public way. It converts, checks and drops tensors that are not parameters.
    """
    return module._parameters, module._buffers


def forward_pre_hooks(module: nn.Module) -> Sequence[Callable[..., Any]]:
    """The hooks that run before ``forward``; in public they can be added, but not listed."""
    hooks = module._forward_pre_hooks
    return list(hooks.values()) if hooks else ()


def forward_hooks(module: nn.Module) -> Sequence[Callable[..., Any]]:
    """The hooks that run after ``forward``."""
    hooks = module._forward_hooks
    return list(hooks.values()) if hooks else ()


def compiled_module(module: nn.Module) -> nn.Module | None:
    """The module inside one that ``torch.compile`` returned, else None.

    Its class and the attribute that holds the original are private to ``torch._dynamo``.
    """
    return module._orig_mod if "_orig_mod" in module._modules else None  # type: ignore[return-value]


# Operators and functions


def compiled_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function inside one that ``torch.compile`` returned, else ``function`` itself.

    The attribute that holds the original is private to ``torch._dynamo``.
    """
    return cast(Callable[..., Any], getattr(function, "_torchdynamo_orig_callable", function))


def device_constructors() -> frozenset[Any]:
    """The functions that make tensors on a device, as ``with torch.device(…)`` finds them."""
    return frozenset(_device_constructors())


def functions_to_wrap() -> list[tuple[dict[str, Any], str]]:
    """The functions that were marked by ``torch.fx.wrap``: their globals and their names.

    The mark is public; the list of those marked is known to ``fx.Tracer`` alone.
    """
    return [(names, name) for (_, name), names in fx._symbolic_trace._wrapped_fns_to_patch.items()]


def is_higher_order(function: Any) -> bool:
    """Whether ``function`` is an operator that takes functions, whose class has no public name."""
    return isinstance(function, HigherOrderOperator)


def overload_packet(operator: Any) -> Any:
    """The operator that an overload belongs to: ``aten.add`` for ``aten.add.Tensor``."""
    return getattr(operator, "_overloadpacket", operator)  # higher-order operators have none


def operator_namespace(function: Any) -> str:
    """The library that registered an operator, such as ``aten``; empty for other functions."""
    if isinstance(function, OpOverload):
        return str(function.namespace)
    # Of an operator with all its overloads, and of one that is written in Python.
    qualified = getattr(function, "_qualified_op_name", "") or getattr(function, "_qualname", "")
    return str(qualified).partition("::")[0] if "::" in str(qualified) else ""


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


def runs_overloads(model: torch.jit.ScriptModule) -> bool:
    """Whether ``forward`` has several signatures; in an archive it then has another name."""
    names = model._c._method_names()
    return "forward" not in names and "forward__0" in names


def script_state(model: torch.jit.ScriptModule) -> Any:
    """The C++ object that is ``self`` in the code of ``model``."""
    return model._c


def script_callables() -> tuple[type, type]:
    """The classes of functions and methods that run in C++, which have no public names."""
    return torch.jit.ScriptFunction, torch._C.ScriptMethod


def is_script_function(value: Any) -> bool:
    """Whether a function or method runs in C++, or a module that has such methods."""
    return isinstance(value, (*script_callables(), torch.jit.ScriptModule))


def is_script_module(value: Any) -> bool:
    """Whether an attribute of a script's object is a module, which is a C++ object."""
    return isinstance(value, torch._C.ScriptModule)


def script_schema(text: str) -> Any:
    """Parse a schema such as ``aten::relu(Tensor self) -> Tensor``."""
    return torch._C.parse_schema(text)


def script_schemas(operator: str) -> list[Any]:
    """The schemas of all forms of an operator such as ``aten::relu``; none if there is none."""
    return list(torch._C._jit_get_schemas_for_operator(operator))


def script_operator(schema: Any) -> Callable[..., Any]:
    """The operator that a schema describes, including those that only TorchScript has."""
    namespace, name = schema.name.split("::")
    packet = getattr(getattr(torch.ops, namespace), name, None)
    function: Callable[..., Any] | None = getattr(packet, schema.overload_name or "default", None)
    if function is None:
        function, _ = torch._C._jit_get_operation(schema.name)
    return function
