"""What a run on real tensors on the CPU does to memory, measured without code of the package."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import visualize
from visualize.core.architecture import Architecture
from visualize.core.memory import memory_use


def saved_by_autograd(model: nn.Module, args: Sequence[Any], **kwargs: Any) -> int:
    """Bytes of the storages that autograd saves in a forward pass, parameters and buffers not."""
    seen = {_key(tensor) for tensor in (*model.parameters(), *model.buffers())}
    kept: list[Any] = []

    def pack(tensor: Tensor) -> Tensor:
        if _key(tensor) not in seen:
            seen.add(_key(tensor))
            kept.append(tensor.untyped_storage())
        return tensor

    with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(pack, lambda one: one):
        model(*args, **kwargs)
    return sum(storage.nbytes() for storage in kept)


def peak_of_inference(model: nn.Module, args: Sequence[Any], **kwargs: Any) -> int:
    """The most bytes alive in tensors that operators returned or that are given."""
    held = {_key(tensor) for tensor in (*model.parameters(), *model.buffers())}
    live = _Live(held)
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # one kernel, whose inside nothing shows
    try:
        live.add(list(_tensors((args, kwargs))))
        with torch.no_grad(), live:
            model(*args, **kwargs)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    return live.peak


def assert_measured(
    model: nn.Module, args: Sequence[Any] = (), *, train: bool = False, **kwargs: Any
) -> Architecture:
    """Compare what a trace of ``model`` knows of its memory with what runs of it do."""
    given: Any = dict(kwargs) if kwargs else tuple(args)
    architecture = visualize.trace(model.train(train), given, memory=True, train=train)
    use = memory_use(architecture.operations)
    assert use is not None, architecture.notes
    assert use.saved == saved_by_autograd(model.train(), args, **kwargs)
    assert use.peak == peak_of_inference(model.eval(), args, **kwargs)
    return architecture


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in collections and in the attributes of objects."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict) or hasattr(value, "__dict__"):
        for item in (value if isinstance(value, dict) else vars(value)).values():
            yield from _tensors(item)


class _Live(TorchDispatchMode):
    def __init__(self, held: set[int]) -> None:
        super().__init__()
        self.held = held
        self.sizes: dict[int, int] = {}
        self.references: dict[int, Any] = {}
        self.peak = 0

    def add(self, values: Any) -> None:
        for value in tree_leaves(values):
            if isinstance(value, Tensor) and _key(value) not in self.held:
                storage, key = value.untyped_storage(), _key(value)
                if key not in self.sizes:
                    self.sizes[key] = storage.nbytes()
                    self.references[key] = weakref.ref(storage, lambda _, key=key: self._free(key))
        self.peak = max(self.peak, sum(self.sizes.values()))

    def _free(self, key: int) -> None:
        del self.sizes[key], self.references[key]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.add(result)
        return result


def _key(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
