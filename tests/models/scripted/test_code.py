"""Code of scripts is read, checked, and printed anew with the same meaning."""

from __future__ import annotations

import ast
import textwrap

import pytest

from tests.models.scripted.archives import read
from visualize.models.scripted.contents import RefusedError

_WHOLE = """
op_version_set = 1
import __torch__.b
class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  __forward_hooks__ = ["hook", ]
  __annotations__ = []
  __annotations__["0"] = Optional[__torch__.b.Part]
  weight : Tensor
  size : Final[int] = 4
  def forward(self: __torch__.a.Net,
    x: Tensor,
    *,
    factor: Optional[float]=None) -> Tensor:
    _0 = getattr(self, "0")
    y, z, = torch.chunk(x, 2)
    self.weight = y
    n : int = 3
    if torch.gt(n, 2):
      print("a")
    else:
      pass
    for i in range(n):
      y = torch.add(y, i)
    while False:
      pass
    with __torch__.b.context() as c:
      pass
    return y
  def __len__(self: __torch__.a.Net) -> int:
    return 2
  def __contains__(self: __torch__.a.Net, key: str) -> bool:
    _0 = ["a", "b"]
    return torch.__contains__(_0, key)
class Pair(NamedTuple):
  a : Tensor
class Plain:
  x : int
  def __init__(self: __torch__.a.Plain) -> NoneType:
    self.x = 1
    return None
def f(x: Tensor) -> Tensor:
  return x
"""


def test_code_is_printed_with_the_same_meaning() -> None:
    file = read(_WHOLE, "__torch__.a")
    tree = ast.parse(_WHOLE)
    tree.body = tree.body[2:]  # without what old versions write
    assert ast.dump(ast.parse(file.text)) == ast.dump(tree)
    assert [code.base for code in file.classes.values()] == ["Module", "NamedTuple", ""]
    assert [*file.functions] == ["__torch__.a.f"]
    net = file.classes["__torch__.a.Net"]
    assert net.attributes["0"] == "__torch__.b.Part"
    assert net.hooks == ["hook"]
    assert {"__torch__.b.Part", "__torch__.b.context"} <= file.references


def test_what_is_printed_is_printed_the_same_again() -> None:
    text = read(_WHOLE, "__torch__.a").text
    assert read(text, "__torch__.a").text == text


@pytest.mark.parametrize(
    "text",
    [
        "torch.save(1)",
        "x = 1",
        "@torch.relu\ndef f(): pass",
        "def f(*args): pass",
        "def f(**args): pass",
        "def f(x: int=torch.len([])): pass",
        "def f():\n  def g(): pass",
        "def f():\n  class A: pass",
        "def f():\n  import os",
        "def f():\n  global x",
        "def f():\n  try: pass\n  except: pass",
        "def f():\n  x: int",
        "def f():\n  x[0] = 1",
        "def f():\n  a.b.c = 1",
        "def f():\n  torch = 1",
        "def f(ops): pass",
        "def f(): pass\ndef f(): pass",
        "def __torch__(): pass",
        "async def f(): pass",
        "class A(Interface): pass",
        "class A(Module, B): pass",
        "class A(Module, metaclass=B): pass",
        "class A(torch.nn.Module): pass",
        "@f\nclass A(Module): pass",
        "class A(Module):\n  x = torch.zeros([1])",
        "class A(Module):\n  __slots__ = []",
        "class A(Module):\n  print(1)",
        "class A(Module):\n  class B: pass",
        "class A(Module):\n  x: Final[int] = torch.len([])",
        "class A(Enum):\n  RED = torch.len([])",
        "class A(Enum):\n  __len__ = 1",
        "class A(Module):\n  def __bool__(self): return True",
        "class A(Module):\n  def __init__(self): pass",
        "class A(Module):\n  def __len__(self): return torch.len([])",
        "class A(Module):\n  def __contains__(self, k): return (self).f(k)",
        "class A:\n  def __len__(self): return 1",
        "def f():\n  é = 1",
        "def f(:",
        "def f():\n  return " + "(" * 300 + ")" * 300,
        "def f():\n  return " + "-" * 5000 + "1",
        "\0",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        read(textwrap.dedent(text), "__torch__.a")
