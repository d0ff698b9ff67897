"""Code that grows without end when it is compiled is refused; long code is not."""

from __future__ import annotations

import pytest

from tests.models.scripted.archives import read
from visualize.models.scripted.contents import RefusedError
from visualize.models.scripted.growth import check_calls


def _function(*lines: str) -> str:
    return "".join(["def f(x: Tensor) -> Tensor:\n", *(f"  {line}\n" for line in lines)])


@pytest.mark.parametrize(
    "line",
    [
        "s = (s, s)",
        "s = [(s, s)]",
        "s = annotate(Tuple[int, int], (s, s))",
        "s, t = (s, s), 1",
        "s = {1: (s, s)}",
    ],
)
def test_tuples_do_not_double(line: str) -> None:
    with pytest.raises(RefusedError, match="values without end"):
        read(_function("s = 1", *[line] * 30), "__torch__.a")


@pytest.mark.parametrize("line", ["s = torch.add(s, s)", 's = str(torch.format("{}{}", s, s))'])
def test_constant_text_does_not_double(line: str) -> None:
    with pytest.raises(RefusedError, match="values without end"):
        read(_function('s = "a"', *[line] * 40), "__torch__.a")


def test_doubling_is_seen_across_blocks() -> None:
    lines = ["s = 1"]
    for _ in range(15):
        lines += ["if True:", "  s = (s, s)", "else:", "  s = (s, s)", "s = (s, s)"]
    with pytest.raises(RefusedError, match="values without end"):
        read(_function(*lines), "__torch__.a")


def test_sums_of_tensors_may_be_long() -> None:
    assert read(_function(*["x = torch.add(x, x)"] * 200, "return x"), "__torch__.a").text


def _checked(text: str) -> None:
    file = read(text, "__torch__.a")
    check_calls(file.classes, file.functions)


def _calls(number: int, call: str) -> str:
    start = "def f0(x: Tensor) -> Tensor:\n  return torch.relu(x)\n"
    return start + "".join(
        f"def f{i + 1}(x: Tensor) -> Tensor:\n"
        + "".join(f"  {line.format(f'__torch__.a.f{i}')}\n" for line in call.split("\n"))
        for i in range(number)
    )


@pytest.mark.parametrize(
    "call", ["x = {0}(x)\nreturn {0}(x)", "g = {0}\nreturn g(g(x))", "return {0}({0}(x))"]
)
def test_calls_do_not_double(call: str) -> None:
    _checked(_calls(10, call))
    with pytest.raises(RefusedError, match="too many operations"):
        _checked(_calls(30, call))


_CLASS = """class A{0}(Module):
  a : {1}
  __annotations__["1"] = {1}
  def forward(self: __torch__.a.A{0}, x: Tensor) -> Tensor:
{2}
"""


@pytest.mark.parametrize(
    "body",
    [
        "    x = (self.a).forward(x)\n    return (self.a).forward(x)",
        '    a = getattr(self, "1")\n    x = (a).forward(x)\n    return (a).forward(x)',
        "    b = annotate(__torch__.a.A{0}, self.a)\n    return (b).forward((b).forward(x))",
    ],
)
def test_calls_of_modules_do_not_double(body: str) -> None:
    start = _CLASS.format(0, "int", "    return torch.relu(x)")
    rest = (_CLASS.format(i, f"__torch__.a.A{i - 1}", body.format(i - 1)) for i in range(1, 31))
    with pytest.raises(RefusedError, match="too many operations"):
        _checked(start + "".join(rest))


def test_functions_do_not_call_themselves() -> None:
    with pytest.raises(RefusedError, match="calls itself"):
        _checked("def f(x: Tensor) -> Tensor:\n  return __torch__.a.f(x)\n")


def test_methods_are_those_of_known_objects() -> None:
    text = _CLASS.format(0, "Any", "    return (self.a).forward(x)")
    with pytest.raises(RefusedError, match="a method of an unknown object"):
        _checked(text)


def test_names_stay_what_they_are() -> None:
    start = "def g(x: Tensor) -> Tensor:\n  return x\n"
    with pytest.raises(RefusedError, match="changes what a name is"):
        _checked(start + "def f(x: Tensor) -> Tensor:\n  h = __torch__.a.g\n  h = x\n  return x\n")
