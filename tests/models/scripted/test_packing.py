"""``__setstate__`` may be that of torch's own quantized layers, and nothing else."""

from __future__ import annotations

import pytest

from tests.models.scripted.archives import read
from visualize.models.scripted.contents import RefusedError
from visualize.models.scripted.packing import check_state

_PLACE = "__torch__.torch.ao.nn.quantized.modules.conv"
_LAYER = """
def _pair(x: List[int]) -> List[int]:
  return [(x)[0], (x)[0]]
class Conv1d(Module):
  stride : Tuple[int, int]
  def __getstate__(self: {place}.Conv1d) -> Tuple[int, Tensor]:
    w, b, = (self)._weight_bias()
    return (self.stride, w)
  def __setstate__(self: {place}.Conv1d, state: Tuple[int, Tensor]) -> NoneType:
    self.stride = (state)[0]
    _1 = (self).set_weight((state)[1])
    {line}
    return None
  def _weight_bias(self: {place}.Conv1d) -> Tuple[Tensor, Optional[Tensor]]:
    p = self._packed_params
    return (p).unpack()
  def set_weight(self: {place}.Conv1d, w: Tensor) -> NoneType:
    _0 = {place}._pair
    if torch.eq(self.mode, "zeros"):
      self._packed_params = ops.quantized.conv1d_prepack(w, None, _0([1]), [0], [1], 1)
    else:
      ops.prim.RaiseException("no")
    return None
"""


def _check(place: str, line: str) -> None:
    file = read(_LAYER.format(place=place, line=line), place)
    check_state(file.classes[f"{place}.Conv1d"], file.functions)


@pytest.mark.parametrize(
    "place",
    [
        _PLACE,
        "__torch__.torch.nn.quantized.modules.conv",
        "__torch__.torch.nn.intrinsic.quantized.modules.conv_relu",
        f"{_PLACE}.___torch_mangle_3",
    ],
)
def test_layers_of_all_versions_may_pack(place: str) -> None:
    _check(place, "pass")


@pytest.mark.parametrize("place", ["__torch__.net", "__torch__.torch.nn.modules.conv"])
def test_other_classes_may_not(place: str) -> None:
    with pytest.raises(RefusedError, match="has __setstate__, which runs when it is loaded"):
        _check(place, "pass")


@pytest.mark.parametrize(
    "line",
    [
        "print(1)",
        "x = torch.zeros([1])",
        "while True:\n      pass",
        "for i in range(3):\n      pass",
        "x = (self).__call__(1)",
        "x = (self).set_other()",
        "x = __torch__.other.f(1)",
        "x = (self.inner).unpack(1)",
        "_2 = ops.quantized.add(w, w, 1.0, 0)",
        "with self.a:\n      pass",
    ],
)
def test_they_do_nothing_else(line: str) -> None:
    with pytest.raises(RefusedError, match="that is not torch's own"):
        _check(_PLACE, line)


def test_they_do_not_call_each_other_without_end() -> None:
    with pytest.raises(RefusedError, match="that is not torch's own"):
        _check(_PLACE, "_3 = (self).__setstate__(state)".replace("__setstate__", "again") + _AGAIN)


_AGAIN = """
    return None
  def again(self: __torch__.A, state: Tuple[int, Tensor]) -> NoneType:
    _3 = (self).again(state)"""
