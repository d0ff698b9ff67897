"""What archives hold: names, and classes that set their own state."""

from __future__ import annotations

import ast

from visualize.models.scripted.contents import IDENTIFIER, QUALIFIED, ClassCode, is_special


def test_names_have_one_form() -> None:
    assert IDENTIFIER.fullmatch("___torch_mangle_0")
    assert not any(map(IDENTIFIER.fullmatch, ("0", "a b", "é", "a.b", "")))
    assert QUALIFIED.fullmatch("__torch__.torch.nn.modules.conv.Conv2d")
    assert not any(map(QUALIFIED.fullmatch, ("torch.nn", "__torch__", "__torch__.a..b")))


def test_special_names_have_two_underscores_at_both_ends() -> None:
    assert is_special("__setstate__")
    assert not is_special("__torch__0")


def test_either_method_makes_a_class_set_its_state() -> None:
    method = ast.parse("def f(): pass").body[0]
    assert isinstance(method, ast.FunctionDef)
    assert not ClassCode("a", "Module", {"forward": method}).sets_state
    assert ClassCode("a", "Module", {"__getstate__": method}).sets_state
