"""What a saved graph leaves out follows from what it holds."""

from __future__ import annotations

from visualize.core.architecture import TensorSpec
from visualize.core.exact import implied, usual_calls, usual_sample


def test_calls_are_those_of_enclosing_modules() -> None:
    modules = {"a": "A", "a.b.c": "C"}
    assert usual_calls("a.b.c", 2, modules) == (("a", 0), ("a.b.c", 2))
    assert usual_calls("", 0, modules) == ()


def test_parameters_are_float32_and_registered() -> None:
    fields = implied("fc", 6, {"weight": [2, 3]})
    assert fields == {
        "dtypes": {"float32": 6}, "weights": ((2, 3),), "held": {"fc.weight": 6},
    }  # fmt: skip
    assert implied("", 0, {"w": [2]})["held"] == {"w": 2}


def test_a_wire_has_the_sample_of_its_output() -> None:
    outputs = (TensorSpec((2, 3), "int64"), TensorSpec((2, 3), sample=(3,)))
    assert usual_sample([2, 3], "float32", outputs) == (3,)
    assert usual_sample([2, 3], "bool", outputs) is None
