"""A CPU without values: tensors that torch takes for real ones on the CPU, and that hold nothing.

What autograd saves and which kernels run depend on the device: attention is fused on the CPU, and
written out on the meta device. `FakeTensorMode` gives tensors the shapes of the meta device and
the behaviour of the CPU.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import torch

from visualize.core.torch_internals import (
    FakeTensor,
    FakeTensorMode,
    TorchDispatchMode,
    fake_errors_not_logged,
)
from visualize.tracing.environment import MetaEnvironment, Values, keep_values
from visualize.tracing.flops import factories
from visualize.tracing.inputs import Inputs
from visualize.tracing.tensors import FEW
from visualize.tracing.usage.remembered import Remembered

_CPU = torch.device("cpu")
_META = torch.device("meta")


class FakeEnvironment(MetaEnvironment):
    """Runs operations on fake tensors, and on values where these are known and few."""

    def __init__(self, values: Values) -> None:
        super().__init__(values, gradients=True)
        self.mode = _Mode(allow_non_fake_inputs=True)

    def fake(self, tensor: torch.Tensor) -> torch.Tensor:
        """A tensor on the CPU with the shape of one on the meta device."""
        made: torch.Tensor = FakeTensor(self.mode, tensor, _CPU)
        return made

    def inputs(self, given: Inputs) -> Inputs:
        """Inputs of a run: fake, unless their values are known and few."""
        none = self.values is Values.NONE
        return (given.without_values() if none else given.with_few_values()).on_meta_as(self.fake)

    def surroundings(self) -> AbstractContextManager[object]:
        """A context around the run, in which operators do what they do on the CPU."""
        around = ExitStack()
        around.enter_context(fake_errors_not_logged())
        around.enter_context(_AsOnCPU(self.mode))
        return around

    def compute(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
    ) -> Any:
        """Run ``func``; it makes values where they are known and few."""
        if not given and func in factories():
            made = func(*args, **{**kwargs, "device": _META})
            if kwargs.get("device") == _META or made.numel() > FEW:
                return self.fake(made)
            del made
        elif 0 < sum(map(_is_fake, given)) < len(given):
            keep_values(func, args, kwargs, _is_fake)
        return func(*args, **kwargs)


class _Mode(FakeTensorMode):  # type: ignore[no-untyped-call]
    """Asks once and not at each operator whether there are other devices, which takes long."""

    @functools.cached_property
    def avoid_device_init(self) -> bool:
        """Whether devices are left alone, as torch decides."""
        decided: bool = super().avoid_device_init
        return decided


class _AsOnCPU(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Runs operators, and does what fake tensors do not do as the CPU does."""

    def __init__(self, mode: FakeTensorMode) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.remembered = Remembered(mode)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        if func is _DEVICE and _is_fake(args[0]):  # asked for more often than all else
            return args[0].fake_device
        kwargs = kwargs or {}
        if func is _RNN or (func in _INDEXING and any(map(_has_values, args[1]))):
            return _as_on_cpu(func, args, kwargs)  # not only shapes decide
        return self.remembered.call(_as_on_cpu, func, args, kwargs)


def _as_on_cpu(func: Any, args: Any, kwargs: Any) -> Any:
    if func in _INDEXING and any(map(_is_fake, (args[0], *args[1]))):
        args = (args[0], _without_masks(args[1]), *args[2:])
    if func is _GROUPED and _is_fake(args[0]) and args[0].dim() < args[1].dim():
        return _grouped_product(args[0], args[1])
    result = func(*args, **kwargs)
    if func is _RNN and torch.is_grad_enabled() and _is_fake(args[0]):
        return (*result[:3], _workspace(args, result[3]))
    if func in _BAGS and _is_fake(args[0]):
        return _with_ends(*result, is_longer=any(args[7:8]))
    return result


_DEVICE = torch.ops.prim.device.default
_aten = torch.ops.aten
_INDEXING = frozenset((_aten.index.Tensor, _aten.index_put.default, _aten.index_put_.default))
_GROUPED = _aten._grouped_mm.default
_RNN = _aten.mkldnn_rnn_layer.default
_BAGS = frozenset((_aten._embedding_bag.default, _aten._embedding_bag_forward_only.default))
_TENSORS = 7  # of a recurrent layer, the arguments before the numbers
_MOST_MACS = 1 << 32  # of a recurrent layer that is run to see how much it saves


def _is_fake(value: Any) -> bool:
    return isinstance(value, FakeTensor)


def _has_values(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and not _is_fake(value)


def _without_masks(indices: Sequence[torch.Tensor | None]) -> list[torch.Tensor | None]:
    """Indices for masks with values, which a fake tensor would not look at."""
    found: list[torch.Tensor | None] = []
    for index in indices:
        if index is not None and index.dtype is torch.bool and _has_values(index):
            found.extend(index.nonzero(as_tuple=True))
        else:
            found.append(index)
    return found


def _grouped_product(rows: torch.Tensor, matrices: torch.Tensor) -> torch.Tensor:
    """Each row times the matrix of its group, which fake tensors do in half precision alone.

    Rows of the result begin at multiples of 16 bytes.
    """
    columns, step = matrices.shape[-1], 16 // rows.element_size()
    return rows.new_empty_strided((len(rows), columns), (-(-columns // step) * step, 1))


def _workspace(args: Sequence[Any], empty: torch.Tensor) -> torch.Tensor:
    """What a recurrent layer saves, whose size only the library that runs it knows."""
    shapes = tuple(tensor.shape for tensor in args[:_TENSORS])
    numbers = tuple(tuple(one) if isinstance(one, list) else one for one in args[_TENSORS:])
    return empty.new_empty((_size_of_workspace(shapes, args[0].dtype, numbers),))


@functools.lru_cache(maxsize=256)
def _size_of_workspace(
    shapes: Sequence[torch.Size], dtype: torch.dtype, numbers: Sequence[Any]
) -> int:
    """Bytes, found by a run on zeros.

    Raises:
        NotImplementedError: it would take long.
    """
    length, batch, _ = shapes[0]
    if length * batch * sum(shape.numel() for shape in shapes[1:3]) > _MOST_MACS:
        raise NotImplementedError("a recurrent layer is too large to see what it saves")
    workspace = _RNN(*[torch.zeros(shape, dtype=dtype) for shape in shapes], *numbers)[3]
    return int(workspace.untyped_storage().nbytes())


def _with_ends(
    output: torch.Tensor,
    bags: torch.Tensor,
    sizes: torch.Tensor,
    places: torch.Tensor,
    *,
    is_longer: bool,
) -> tuple[torch.Tensor, ...]:
    """What a bag of embeddings returns: on the CPU, room for one more is left behind indices."""
    bags = _with_room(bags) if bags.numel() else bags
    return output, bags, _with_room(sizes) if is_longer else sizes, places


def _with_room(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.new_empty((tensor.numel() + 1,))[:-1]
