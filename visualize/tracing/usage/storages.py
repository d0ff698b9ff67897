"""Counting storages: those that autograd saves, and those that are alive."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable
from typing import Any

import torch

from visualize.core.torch_internals import (
    TorchDispatchMode,
    storage_id,
    tree_leaves,
    without_torch_function,
)
from visualize.tracing.usage.places import Places


class Saved(torch.autograd.graph.saved_tensors_hooks):
    """Sees what autograd saves under it.

    Args:
        places: where it is noted.
        held: tensors that do not count.
    """

    def __init__(self, places: Places, held: Iterable[torch.Tensor]) -> None:
        super().__init__(self._pack, _unpack)
        self.places = places
        self.seen = {storage_id(tensor) for tensor in held}
        self.kept: list[torch.UntypedStorage] = []  # so that no other storage gets their identity

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        with without_torch_function():
            storage = tensor.untyped_storage()
            key = storage_id(tensor)
            if key not in self.seen:
                self.seen.add(key)
                self.kept.append(storage)
                self.places.save(storage.nbytes())
            # A result that its own operation saves would hold itself, which Python cannot free.
            return tensor if tensor.grad_fn is None else tensor.detach()


def _unpack(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


class Alive(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees the storages that operators make under it, and when Python frees them.

    Another thread that samples frames, as a profiler does, may keep a storage alive for longer than
    the model does. It is then that thread which frees it, and the run is noted as disturbed.

    Args:
        places: where it is noted how many bytes are alive.
        held: tensors that do not count.
        given: tensors that are alive from the beginning.
    """

    def __init__(
        self, places: Places, held: Iterable[torch.Tensor], given: Iterable[torch.Tensor]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.places = places
        self.held = {storage_id(tensor) for tensor in held}
        self.size = 0
        self.alive: dict[int, weakref.ref[torch.UntypedStorage]] = {}
        for tensor in given:
            self._add(tensor)
        self.places.live(self.size)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        result = func(*args, **(kwargs or {}))
        for value in tree_leaves(result):
            if isinstance(value, torch.Tensor):
                self._add(value)
        self.places.live(self.size)
        return result

    def _add(self, tensor: torch.Tensor) -> None:
        storage, key = tensor.untyped_storage(), storage_id(tensor)
        if key is None or key in self.held or key in self.alive:
            return
        size, thread = storage.nbytes(), threading.get_ident()

        def free(_: weakref.ref[torch.UntypedStorage]) -> None:
            del self.alive[key]
            self.size -= size
            self.places.disturbed |= threading.get_ident() != thread

        self.alive[key] = weakref.ref(storage, free)
        self.size += size
