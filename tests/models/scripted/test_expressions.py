"""Expressions in code of scripts are printed as they are, or refused."""

from __future__ import annotations

import ast

import pytest

from visualize.models.scripted.contents import RefusedError
from visualize.models.scripted.expressions import ExpressionPrinter, dotted, is_literal


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text",
    [
        "torch.add(x, 1)", "ops.quantized.add(x, y, 0.5, 0)", "(self).x", "((self).a).forward(x)",
        "(x)[0]", "(x, )", "[x, 1]", '{"a": x, "b": y}', "-1", "CONSTANTS.c12",
        "__torch__.a.B.__new__(__torch__.a.B)", 'getattr(self, "0")', "annotate((List)[int], [])",
        "torch.max(x, dim=1)", "()", '"\\303\\251 \\"quoted\\" \\\\ \\n"'.replace("\\n", "\\012"),
        "1e-05", "None", "True", "2j",
    ],
)  # fmt: skip
def test_what_is_known_is_printed(text: str) -> None:
    printed = ExpressionPrinter({}).expression(parsed(text))
    assert printed == text
    assert ast.dump(parsed(printed)) == ast.dump(parsed(text))


@pytest.mark.parametrize(
    "text",
    [
        "torch.save(x)", "torch.nn.functional.relu(x)", "ops.image.write_file(x)", "ops.relu",
        "torch", "ops.a.b.c(x)", "CONSTANTS.x", "CONSTANTS", "(lambda: 1)()", "f(x)", "x[0](y)",
        "(self).__dict__", "(self).__setstate__(x)", 'getattr(self, "__class__")',
        'getattr(self, x)', 'getattr(self, "a", 1)', "f'{x}'", "b'x'", "...", "[y for y in x]",
        "x if y else z", "x + y", "x and y", "x[1:2]", "f(*x)", "torch.add(**x)", "é", "1e999",
        str(10**30), "'\\u4e2d'", "(yield)", "fork(x)", "{**x}", "not x",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        ExpressionPrinter({}).expression(parsed(text))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Tuple[int, Optional[Tensor]]", "Tuple[int, Optional[Tensor]]"),
        ("__torch__.a.B", "__torch__.a.B"),
        ("Tuple[()]", "Tuple[()]"),
        ("Unknown", None),
        ("torch.save", None),
        ("List[f(x)]", None),
    ],
)
def test_types_are_those_of_torch_and_of_the_archive(text: str, printed: str | None) -> None:
    if printed:
        assert ExpressionPrinter({}).type(parsed(text)) == printed
        return
    with pytest.raises(RefusedError):
        ExpressionPrinter({}).type(parsed(text))


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("1", True), ("(1, -2.0)", True), ('["a"]', True), ("CONSTANTS.c0", True), ("inf", True),
        ("annotate(List[int], [])", True), ('torch.device("cpu")', True), ("float('inf')", True),
        ("{1: 2}", True), ("torch.zeros(3)", False), ("x", False), ("[torch.save(1)]", False),
        ("torch.device(torch.save(1))", False), ("f(1)", False), ("-torch.save(1)", False),
        ("annotate(List[int], torch.save(1))", False), ("{torch.save(1): 2}", False),
    ],
)  # fmt: skip
def test_literals_compute_nothing(text: str, literal: bool) -> None:
    assert is_literal(parsed(text)) is literal


def test_paths_are_spelled() -> None:
    assert dotted(parsed("a.b.c")) == "a.b.c"
    assert dotted(parsed("f(x).b")) == ""


def test_qualified_names_are_kept() -> None:
    printer = ExpressionPrinter({})
    printer.expression(parsed("__torch__.a.f(__torch__.b.C.__new__(__torch__.b.C))"))
    assert printer.references == {"__torch__.a.f", "__torch__.b.C"}
