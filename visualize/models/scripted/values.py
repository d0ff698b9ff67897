"""What a script's pickles may hold: objects of its classes, plain values, and tensors that fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from visualize.models.scripted.contents import (
    PACKED_CLASSES,
    QUALIFIED,
    ClassCode,
    RefusedError,
    is_special,
)
from visualize.models.scripted.pickled import Called, Made, Named, Stored, Table

# Bytes of an element, by the name of its storage without "Storage".
_SIZES = {
    "Bool": 1, "Byte": 1, "Char": 1, "QInt8": 1, "QUInt8": 1, "QUInt4x2": 1, "QUInt2x4": 1,
    "Float8_e5m2": 1, "Float8_e4m3fn": 1, "Float8_e5m2fnuz": 1, "Float8_e4m3fnuz": 1,
    "Short": 2, "Half": 2, "BFloat16": 2, "UInt16": 2, "ComplexHalf": 4,
    "Int": 4, "Float": 4, "QInt32": 4, "UInt32": 4, "Long": 8, "Double": 8, "UInt64": 8,
    "ComplexFloat": 8, "ComplexDouble": 16,
}  # fmt: skip
_TYPE = re.compile(r"[\w.\[\], ()]{1,2000}")
_NESTED = 20
_DEVICE = re.compile(r"[a-z]{2,12}(:\d{1,3})?")
_LARGEST = 2**48


class PickleCheck:
    """Checks the values of one pickle.

    Args:
        classes: the classes of the archive by their qualified names.
        sizes: bytes of the records that values are in, by their names.

    Attributes:
        records: the names of those that tensors use.
    """

    def __init__(self, classes: Mapping[str, ClassCode], sizes: Mapping[str, int]) -> None:
        self.classes = classes
        self.sizes = sizes
        self.records: set[str] = set()
        self.seen: set[int] = set()

    def check(self, value: Any) -> None:
        """Check ``value`` and all that it holds.

        Raises:
            RefusedError: something is not known to be harmless, or does not fit.
        """
        waiting = [value]
        while waiting:
            value = waiting.pop()
            if value is None or isinstance(value, (bool, int, float, str)):
                continue
            if id(value) in self.seen:
                continue
            self.seen.add(id(value))
            waiting += self._parts(value)

    def _parts(self, value: Any) -> list[Any]:
        """What a value is made of, after a check of itself."""
        if isinstance(value, (tuple, list)):
            return list(value)
        if isinstance(value, Table):
            return [each for item in value.items for each in item]
        if isinstance(value, Made):
            return self._object(value)
        if isinstance(value, Called):
            known = _FUNCTIONS.get(value.function.full)
            if known and isinstance(value.arguments, tuple):
                return known(self, value.arguments)
            raise RefusedError(f"its pickle calls {value.function.full[:80]}, which is not known")
        raise RefusedError("its pickle has a value of an unknown kind")

    def _object(self, made: Made) -> list[Any]:
        name = made.kind.full
        code = self.classes.get(name)
        if not made.complete:
            raise RefusedError("its pickle has an object without a state")
        if name in PACKED_CLASSES or (code is not None and code.sets_state):
            if not _divides(made.state):
                raise RefusedError(f"an object of {name[:80]} has a state that does not fit")
            return [made.state]
        if code is None or code.base not in ("", "Module"):
            raise RefusedError(f"it holds an object of {name[:80]}, which is not known")
        if not isinstance(made.state, Table):
            raise RefusedError(f"an object of {name[:80]} has a state of its own")
        for key, _ in made.state.items:
            if not isinstance(key, str) or is_special(key):
                raise RefusedError(f"an object of {name[:80]} has a special attribute")
        return [each for _, each in made.state.items]

    # Functions that a pickle may name, which torch reads itself

    def _tensor(self, arguments: tuple[Any, ...]) -> list[Any]:
        storage, offset, size, stride, gradient, hooks, *rest = arguments
        if rest or not isinstance(gradient, bool):
            raise RefusedError("a tensor in it is described in a way that is not known")
        self._fits(storage, offset, size, stride)
        return [hooks]

    def _quantized_tensor(self, arguments: tuple[Any, ...]) -> list[Any]:
        storage, offset, size, stride, quantizer, gradient, hooks, *rest = arguments
        if rest or not isinstance(gradient, bool) or not isinstance(quantizer, tuple):
            raise RefusedError("a tensor in it is described in a way that is not known")
        self._fits(storage, offset, size, stride)
        scheme, *numbers = quantizer
        scheme = scheme.full if isinstance(scheme, Named) else ""
        if scheme == "torch.per_tensor_affine":
            scale, zero = numbers
            if not isinstance(scale, float) or type(zero) is not int:
                raise RefusedError("a tensor in it is quantized in a way that is not known")
            return [hooks]
        if not scheme.startswith("torch.per_channel_affine"):
            raise RefusedError("a tensor in it is quantized in a way that is not known")
        scales, zeros, axis = numbers
        for each in (scales, zeros):  # one for each channel
            if not isinstance(each, Called) or each.arguments[2] != (size[axis],):
                raise RefusedError("a tensor in it is quantized in a way that is not known")
        return [hooks, scales, zeros]

    def _fits(self, storage: Any, offset: Any, size: Any, stride: Any) -> None:
        """Check that all elements of a tensor lie in its storage, and that in its record."""
        if not isinstance(storage, Stored) or not all(map(_is_shape, ((offset,), size, stride))):
            raise RefusedError("a tensor in it is described in a way that is not known")
        word, kind, key, place, held = storage.arguments
        name = kind.full if isinstance(kind, Named) else ""
        width = _SIZES.get(name.removeprefix("torch.").removesuffix("Storage"))
        known = word == "storage" and isinstance(key, str) and isinstance(place, str)
        if not known or width is None or not _is_shape((held,)) or len(size) != len(stride):
            raise RefusedError("a storage in it is described in a way that is not known")
        last = offset + sum((length - 1) * step for length, step in zip(size, stride))
        needed = 0 if 0 in size else last + 1
        if needed > held or (held and key not in self.sizes):
            raise RefusedError(f"damaged: a tensor of size {_shown(size)} has no values in it")
        if held * width > self.sizes.get(key, 0):
            raise RefusedError(
                f"damaged: the values of a tensor of size {_shown(size)} are cut short"
            )
        if held:
            self.records.add(key)

    def _dict(self, arguments: tuple[Any, ...]) -> list[Any]:
        if arguments:
            raise RefusedError("its pickle has a dict of an unknown kind")
        return []

    def _list(self, arguments: tuple[Any, ...]) -> list[Any]:
        (items,) = arguments
        if not isinstance(items, list):
            raise RefusedError("its pickle has a list of an unknown kind")
        return items

    def _typed(self, arguments: tuple[Any, ...]) -> list[Any]:
        value, kind = arguments
        if not isinstance(kind, str) or not _TYPE.fullmatch(kind) or kind.count("[") > _NESTED:
            raise RefusedError("its pickle has a type that is not known")
        for word in re.findall(r"__torch__[\w.]*", kind):
            if not QUALIFIED.fullmatch(word) or word not in self.classes.keys() | PACKED_CLASSES:
                raise RefusedError(f"its pickle has the type {word[:80]}, which is not known")
        return [value]

    def _device(self, arguments: tuple[Any, ...]) -> list[Any]:
        (place,) = arguments
        if not isinstance(place, str) or not _DEVICE.fullmatch(place):
            raise RefusedError("its pickle has a device that is not known")
        return []

    def _complex(self, arguments: tuple[Any, ...]) -> list[Any]:
        real, imaginary = arguments
        if not isinstance(real, float) or not isinstance(imaginary, float):
            raise RefusedError("its pickle has a number that is not known")
        return []


_FUNCTIONS: dict[str, Callable[[PickleCheck, tuple[Any, ...]], list[Any]]] = {
    "torch._utils._rebuild_tensor_v2": PickleCheck._tensor,
    "torch._utils._rebuild_qtensor": PickleCheck._quantized_tensor,
    "collections.OrderedDict": PickleCheck._dict,
    **{
        f"torch.jit._pickle.build_{kind}list": PickleCheck._list
        for kind in ("int", "double", "bool", "tensor")
    },
    "torch.jit._pickle.restore_type_tag": PickleCheck._typed,
    "torch.device": PickleCheck._device,
    "builtins.complex": PickleCheck._complex,
}


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        type(size) is int and 0 <= size <= _LARGEST for size in value
    )


def _divides(state: Any) -> bool:
    """Whether what a quantized convolution divides by is positive; torch does not check that.

    Its state begins with channels, kernel size, stride, padding, dilation, transposed, output
    padding, and groups.
    """
    if not isinstance(state, tuple) or len(state) < 9:
        return True
    divisors = [state[8]]
    for numbers in (state[2], state[3], state[5]):
        divisors += numbers if isinstance(numbers, tuple) else [numbers]
    return all(type(number) is int and 0 < number < 2**31 for number in divisors)


def _shown(size: tuple[int, ...]) -> str:
    return "×".join(map(str, size)) or "1"
