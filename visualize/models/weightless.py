"""Building models without allocating their weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.utils.weak import WeakIdKeyDictionary

from visualize.core.default_dtype import of_default_dtype, own_default_dtype
from visualize.core.errors import ConstructionError, VisualizeError, shorten
from visualize.core.patching import patched
from visualize.core.quiet import quiet
from visualize.core.randomness import Drawing, own_random_numbers, seed_all
from visualize.core.torch_internals import module_tables
from visualize.core.torch_threads import no_registration_hooks

# The largest models that are published have a quarter of it.
_MOST = 200_000
_with_values = ContextVar("_with_values", default=False)


def build_weightless(constructor: Callable[[], object]) -> object:
    """Call ``constructor`` so that weights are never allocated, where it allows that.

    Three ways are tried in turn: everything on the meta device; parameters alone on the meta
    device, for constructors that compute with small tensors; and plainly.

    Raises:
        Exception: whatever the constructor raises when it is called plainly.
    """
    ways = (_all_on_meta, _parameters_on_meta)
    own = (own_random_numbers(), own_default_dtype(), no_registration_hooks(), _Building())
    with quiet(), ExitStack() as around:
        for each in own:
            around.enter_context(each)
        for way in () if _with_values.get() else ways:
            try:
                with way():
                    return constructor()
            except VisualizeError:
                raise
            except Exception:  # whatever a foreign constructor cannot do without data
                continue
        seed_all()  # the same model gives the same figure, also where values decide
        return constructor()


class _Building(Drawing):
    """Draws random numbers, and makes tensors of the default dtype, for this thread alone."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = super().__torch_function__(func, types, args, kwargs)
        return of_default_dtype(func, args, kwargs or {}, result)


@contextmanager
def _all_on_meta() -> Iterator[None]:
    """Make everything on the meta device, also what old constructors of tensors make."""
    with torch.device("meta"), _parameters_on_meta():
        yield


@contextmanager
def building_with_values() -> Iterator[None]:
    """Let `build_weightless` call its constructor plainly, for a run that needs values."""
    token = _with_values.set(True)
    try:
        yield
    finally:
        _with_values.reset(token)


def explain_construction(error: Exception, name: str) -> ConstructionError:
    """The error to show when the constructor of ``name`` raised ``error``."""
    first, *others = str(error).strip().splitlines() or [""]
    reason = shorten(f"{first} {others[0]}" if first.endswith(":") and others else first, 160)
    return ConstructionError(
        f"building the model raised {type(error).__name__}: {reason}",
        where=shorten(name),
        hint="check its arguments, as in NAME?key=value",
    )


@contextmanager
def _parameters_on_meta() -> Iterator[None]:
    """Move each parameter to the meta device as soon as a module registers it.

    Memory that was reserved and never written costs nothing, and initialisation then runs on
    the meta device. Tied parameters stay tied.
    """
    moved = WeakIdKeyDictionary()
    number = 0

    def on_meta(register: Callable[..., None]) -> Callable[..., None]:
        def call(module: nn.Module, name: str, param: nn.Parameter | None) -> None:
            register(module, name, param)
            nonlocal number
            number += 1
            if number > _MOST:
                raise ConstructionError(
                    f"the model has more than {_MOST:,} parameter tensors",
                    hint="check the numbers of layers and experts that its arguments ask for",
                )
            if param is None or param.is_meta or is_lazy(param):
                return
            if param not in moved:
                moved[param] = nn.Parameter(param.to("meta"), requires_grad=param.requires_grad)
            parameters, _ = module_tables(module)
            parameters[name] = moved[param]

        return call

    with patched(nn.Module, "register_parameter", on_meta):
        yield
