"""Random numbers of one thread: those of torch, numpy and Python that its code draws.

The generators of a process belong to all its threads. They are neither seeded nor wound back here:
code that is run for a figure draws from generators of its own, which always begin alike, so that
the same model gives the same figure.
"""

from __future__ import annotations

import functools
import random
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from visualize.core.patching import always, patches_end_here, replace
from visualize.core.torch_internals import (
    OpOverload,
    TorchDispatchMode,
    is_script_function,
    overload_packet,
    parameter_names,
    without_torch_function,
)
from visualize.core.torch_threads import global_numpy_generator

_SEED = 0
_CPU = torch.device("cpu")


class _Own:
    """The generators of a thread."""

    def __init__(self) -> None:
        self.torch = torch.Generator()
        # What a model draws is no secret.
        self.python = random.Random()  # nosec B311
        numpy = sys.modules.get("numpy")
        self.numpy: Any = numpy.random.RandomState(_SEED) if numpy else None
        self.seed()

    def seed(self) -> None:
        self.torch.manual_seed(_SEED)
        self.python.seed(_SEED)
        if self.numpy:
            self.numpy.seed(_SEED)


class _Here(threading.local):
    def __init__(self) -> None:
        self.own: _Own | None = None


_here = _Here()
_lock = threading.RLock()
_threads: set[int] = set()
_names: dict[str, tuple[str, ...]] = {}
_theirs = torch.default_generator
_PYTHON = getattr(random.seed, "__self__", None)  # whose methods the functions of ``random`` are


@contextmanager
def own_random_numbers() -> Iterator[None]:
    """Let this thread draw from generators of its own, which begin anew."""
    outer, _here.own = _here.own, _Own()
    if outer is None:
        _begin()
    try:
        with patches_end_here():
            replace(*_changes(_here.own))
            yield
    finally:
        _here.own = outer
        if outer is None:
            _end()


def seed_all() -> None:
    """Begin the random numbers of this thread anew, if they are its own."""
    if _here.own is not None:
        _here.own.seed()


def drawn_from(generator: Any) -> Callable[..., Any] | None:
    """What to call in this thread for a method of a generator of the process; None for others."""
    bound = getattr(generator, "__self__", None)
    own = _here.own
    if own is None or bound is None or isinstance(bound, type):
        return None
    if bound is _PYTHON:
        return getattr(own.python, generator.__name__, None)
    if own.numpy is not None and bound is global_numpy_generator():
        return getattr(own.numpy, generator.__name__, None)
    return None


def _changes(own: _Own) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    for name in _methods("random", _PYTHON):
        yield vars(random), name, always(getattr(own.python, name))
    if own.numpy:
        space = vars(sys.modules["numpy.random"])
        for name in (*_methods("numpy.random", global_numpy_generator()), "seed"):
            yield space, name, always(getattr(own.numpy, name))
    for device in ("cuda", "mps", "xpu", "mtia"):  # which torch.manual_seed seeds as well
        module = getattr(torch, device, None)
        for name in ("manual_seed", "manual_seed_all"):
            if hasattr(module, name):
                yield vars(module), name, always(lambda *_: None)


def _methods(space: str, generator: Any) -> tuple[str, ...]:
    """The names of a module that are methods of a generator.

    They are looked up once, before another thread has something else under these names.
    """
    with _lock:
        if space not in _names:
            held = list(vars(sys.modules[space]).items())
            bound = [name for name, each in held if getattr(each, "__self__", None) is generator]
            _names[space] = tuple(bound)
    return _names[space]


class _Generator:
    """What functions such as ``torch.manual_seed`` use: the generator of the thread."""

    def __getattr__(self, name: str) -> Any:
        own = _here.own
        return getattr(_theirs if own is None else own.torch, name)


class _Random(types.ModuleType):
    """The module ``torch.random``, of which other threads see the generator of the process."""

    @property
    def default_generator(self) -> torch.Generator:
        own = _here.own
        return _theirs if own is None else own.torch


def _begin() -> None:
    with _lock:
        _threads.add(threading.get_ident())
        vars(torch.random)["default_generator"] = _Generator()
        if type(torch.random) is types.ModuleType:
            _of_class(_Random)


def _end() -> None:
    with _lock:
        _threads.discard(threading.get_ident())
        if not _threads:
            vars(torch.random)["default_generator"] = _theirs
            if type(torch.random) is _Random:
                _of_class(types.ModuleType)


def _of_class(kind: type[types.ModuleType]) -> None:
    setattr(torch.random, "__class__", kind)  # noqa: B010 (which a type checker does not follow)


# Draws of torch, whose kernels take the generator of the process if they are given none.


class Drawing(TorchFunctionMode):
    """Lets functions of torch draw from the generator of this thread."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if _is_meta(args):  # where nothing is drawn
            return func(*args, **(kwargs or {}))
        with drawing(func):
            return func(*args, **(kwargs or {}))


def _is_meta(args: Any) -> bool:
    return bool(args) and isinstance(args[0], torch.Tensor) and args[0].is_meta


def drawing(func: Any) -> AbstractContextManager[object]:
    """A context for a call of ``func``, in which it draws from the generator of this thread."""
    own = _here.own
    if own is None or not _may_draw(func):
        return nullcontext()
    return _Draws(own.torch)


def drawing_everything() -> AbstractContextManager[object]:
    """The same for code of C++ that calls anything, such as a script."""
    return nullcontext() if _here.own is None else _Draws(_here.own.torch)


# Operators that draw, or run others that do; functions of Python are looked into.
_WORDS: Sequence[str] = (
    "rand randn randint randperm rand_like randn_like randint_like native_dropout dropout dropout_",
    "alpha_dropout alpha_dropout_ feature_dropout feature_dropout_ feature_alpha_dropout",
    "feature_alpha_dropout_ lstm gru rnn_tanh rnn_relu rrelu rrelu_ rrelu_with_noise normal",
    "rrelu_with_noise_ scaled_dot_product_attention bernoulli bernoulli_ cauchy_ exponential_",
    "geometric_ log_normal_ normal_ random_ uniform_ uniform multinomial poisson binomial",
    "_standard_gamma _sample_dirichlet fractional_max_pool2d fractional_max_pool3d backward grad",
    "checkpoint _scaled_dot_product_attention_math _transformer_encoder_layer_fwd",
)
_DRAWING = frozenset(word for line in _WORDS for word in line.split())


def _may_draw(func: Any) -> bool:
    name = getattr(func, "__name__", "")
    if name in ("__get__", "__set__"):
        return False
    if isinstance(func, OpOverload):
        return name.partition(".")[0] in _DRAWING
    if isinstance(func, types.FunctionType):
        return _calls_one_that_draws(func)
    return name in _DRAWING or is_script_function(func)


@functools.lru_cache(maxsize=1 << 12)
def _calls_one_that_draws(func: types.FunctionType) -> bool:
    """Whether a function of Python names one that draws, or another function that does."""
    waiting, seen = [func], {func}
    while waiting:
        each = waiting.pop()
        names = each.__code__.co_names
        if each.__name__ in _DRAWING or not _DRAWING.isdisjoint(names):
            return True
        for name in names:
            other = each.__globals__.get(name)
            if isinstance(other, types.FunctionType) and other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


class _Draws(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Gives a generator to each operator that draws on the CPU and is given none."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.generator = generator

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        kwargs = kwargs or {}
        taking = _taking_generator(func)
        if taking is None or not _is_on_cpu(args, kwargs):
            return func(*args, **kwargs)
        form, place = taking
        if place is None:
            with self:
                return _EQUAL[form](*args, **kwargs)
        if len(args) > place or kwargs.get("generator") is not None:
            return func(*args, **kwargs)
        return form(*args, **{**kwargs, "generator": self.generator})


@functools.lru_cache(maxsize=1 << 12)
def _taking_generator(func: Any) -> tuple[Any, int | None] | None:
    """The form of an operator that takes a generator, and the place of that among its arguments.

    The place is None if there is no such form and others do the same. None if it draws nothing.
    """
    if not isinstance(func, OpOverload) or func.namespace != "aten":
        return None
    names = parameter_names(func)
    if "generator" in names:
        return func, names.index("generator")
    packet = overload_packet(func)
    if packet not in (_aten.rand, _aten.randn, _aten.randint, _aten.randperm, *_EQUAL):
        return None
    wanted = {*names, "generator"}
    for overload in packet.overloads():
        form = getattr(packet, overload)
        names = parameter_names(form)
        if set(names) == wanted:
            return form, names.index("generator")
    return (packet, None) if packet in _EQUAL else None


def _is_on_cpu(args: Any, kwargs: dict[str, Any]) -> bool:
    """Whether what an operator makes or writes is on the CPU and has values."""
    device = kwargs.get("device")
    if device is not None:
        return bool(torch.device(device) == _CPU)
    with without_torch_function():
        given = [each for each in (*args, *kwargs.values()) if isinstance(each, torch.Tensor)]
        return all(type(each).__torch_dispatch__ is _NOTHING and each.is_cpu for each in given)


_NOTHING = torch.Tensor.__torch_dispatch__
_aten = torch.ops.aten


def _like(draw: Callable[..., Any]) -> Callable[..., Any]:
    def call(tensor: torch.Tensor, *range_: int, **options: Any) -> Any:
        return draw(torch.empty_like(tensor, **options), *range_)

    return call


def _dropout(tensor: torch.Tensor, share: float, train: bool | None) -> Any:
    """As ``native_dropout`` on the CPU."""
    if share == 0 or train is False or tensor.numel() == 0:
        return tensor.clone(), torch.ones_like(tensor, dtype=torch.bool)
    mask = torch.empty_like(tensor, dtype=torch.bool).bernoulli_(1 - share)
    return tensor * mask * (0.0 if share == 1 else 1 / (1 - share)), mask


# What torch computes for those without a form that takes a generator.
_EQUAL: dict[Any, Callable[..., Any]] = {
    _aten.rand_like: _like(torch.Tensor.uniform_),
    _aten.randn_like: _like(torch.Tensor.normal_),
    _aten.randint_like: _like(lambda made, *range_: made.random_(*((0, *range_)[-2:]))),
    _aten.native_dropout: _dropout,
}
