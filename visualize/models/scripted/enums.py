"""Enums in the code of a script, which become the plain values of their members.

torch hands a member to Python as one of the class that it was written with, which only the process
that wrote the script has. All that code does with members is to compare them, and for that their
values will do.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from visualize.models.scripted.contents import IDENTIFIER, RefusedError, is_special

_TYPES = {int: "int", float: "float", str: "str"}


@dataclass(frozen=True)
class EnumCode:
    """An enum of a script.

    Attributes:
        kind: the type of its values: ``int``, ``float`` or ``str``.
        members: their values by their names.
    """

    kind: str
    members: Mapping[str, ast.expr]

    @property
    def values(self) -> frozenset[int | float | str]:
        """The values of its members."""
        return frozenset(map(ast.literal_eval, self.members.values()))


def read_enums(module: str, tree: ast.Module) -> dict[str, EnumCode]:
    """The enums that the code of ``module`` defines, by their qualified names.

    Raises:
        RefusedError: one of them is more than members of one plain type.
    """
    return {
        f"{module}.{node.name}": _read(node)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and is_enum(node)
    }


def is_enum(node: ast.ClassDef) -> bool:
    """Whether a class is an enum."""
    return [ast.unparse(base) for base in node.bases] == ["Enum"]


def _read(node: ast.ClassDef) -> EnumCode:
    refused = RefusedError(f"its enum {node.name[:60]} holds more than plain values of one type")
    if node.decorator_list or node.keywords:
        raise refused
    members: dict[str, ast.expr] = {}
    kinds: set[type] = set()
    for each in node.body:
        if not isinstance(each, ast.Assign) or len(each.targets) != 1:
            raise refused
        (target,) = each.targets
        value = each.value.operand if isinstance(each.value, ast.UnaryOp) else each.value
        named = isinstance(target, ast.Name) and IDENTIFIER.fullmatch(target.id)
        if not named or not isinstance(value, ast.Constant) or type(value.value) not in _TYPES:
            raise refused
        if value is not each.value and (
            not isinstance(each.value, ast.UnaryOp)
            or not isinstance(each.value.op, ast.USub)
            or isinstance(value.value, str)
        ):
            raise refused
        assert isinstance(target, ast.Name)
        if is_special(target.id) or target.id in members:
            raise refused
        members[target.id] = each.value
        kinds.add(type(value.value))
    if len(kinds) != 1:
        raise refused
    return EnumCode(_TYPES[kinds.pop()], members)
