"""Code that is short and grows when torch compiles it: by doubling values, or calls of calls.

torch computes constant text and the types of tuples when it loads a script, and puts what is called
in the place of each call when its graph is read. Both can double with every line, and neither can
be interrupted.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from visualize.core.script_operators import names_in
from visualize.models.scripted.contents import ClassCode, RefusedError
from visualize.models.scripted.expressions import dotted

# The largest models of torchvision have some ten thousand operations, and tuples of a dozen values.
_MOST_OPERATIONS = 300_000
_MOST_VALUES = 2_000
_MOST_TEXT = 1_000_000
_JOINING = ("torch.add", "torch.format")
_KEEPING = names_in(
    """
    annotate unchecked_cast unchecked_unwrap_optional str torch.str torch.lower torch.upper
    torch.strip torch.lstrip torch.rstrip torch.title torch.slice
    """
)


def check_values(function: ast.FunctionDef) -> None:
    """Check that no tuple and no constant text in a function grows beyond reason.

    Raises:
        RefusedError: one does.
    """
    found = [node for node in ast.walk(function) if isinstance(node, (ast.Assign, ast.AnnAssign))]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    sizes = _Sizes()
    for node in found:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        for name, value in _pairs(target, node.value):
            values, length = sizes.values(value), sizes.length(value)
            if values > _MOST_VALUES or length > _MOST_TEXT:
                raise RefusedError(f"its function {function.name} makes values without end")
            sizes.tuples[name] = max(values, sizes.tuples.get(name, 0))
            sizes.texts[name] = max(length, sizes.texts.get(name, 0))


def _pairs(target: ast.expr, value: ast.expr | None) -> list[tuple[str, ast.expr | None]]:
    """The variables that are assigned, each with its value or what that is a part of."""
    if isinstance(target, ast.Name):
        return [(target.id, value)]
    if not isinstance(target, ast.Tuple):
        return []
    each = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
    return [pair for inner, part in zip(target.elts, each) for pair in _pairs(inner, part)]


class _Sizes:
    """How large the values of variables are at most."""

    def __init__(self) -> None:
        self.tuples: dict[str, int] = {}
        self.texts: dict[str, int] = {}

    def values(self, node: ast.expr | None) -> int:
        """How many values a tuple holds, those in tuples in it included."""
        if isinstance(node, ast.Name):
            return self.tuples.get(node.id, 0)
        if isinstance(node, ast.Tuple):
            return len(node.elts) + sum(map(self.values, node.elts))
        if isinstance(node, ast.Dict):
            return max(map(self.values, node.values), default=0)
        return max(map(self.values, _kept(node)), default=0)

    def length(self, node: ast.expr | None) -> int:
        """The length of a text; 0 if it is not constant."""
        if isinstance(node, ast.Constant):
            return len(node.value) if isinstance(node.value, str) else 0
        if isinstance(node, ast.Name):
            return self.texts.get(node.id, 0)
        if isinstance(node, ast.Call) and dotted(node.func) in _JOINING:
            return sum(map(self.length, node.args))
        return max(map(self.length, _kept(node)), default=0)


def _kept(node: ast.expr | None) -> list[ast.expr]:
    """What a value is, or holds one of."""
    if isinstance(node, (ast.List, ast.Tuple)):  # a list has one type for all
        return node.elts
    if isinstance(node, ast.Subscript):
        return [node.value]
    if isinstance(node, ast.Call) and dotted(node.func) in _KEEPING:
        return node.args
    return []


def check_calls(classes: Mapping[str, ClassCode], functions: Mapping[str, ast.FunctionDef]) -> None:
    """Check that the code is not too long with what is called in the place of each call.

    Raises:
        RefusedError: it is, or what is called cannot be seen.
    """
    sizes = _Inlined(classes, functions)
    for name in functions:
        sizes.size(name, functions[name], None)
    for code in classes.values():
        for method in code.methods.values():
            sizes.size(f"{code.name}.{method.name}", method, code)


class _Inlined:
    """How many operations functions have, together with what they call."""

    def __init__(
        self, classes: Mapping[str, ClassCode], functions: Mapping[str, ast.FunctionDef]
    ) -> None:
        self.classes = classes
        self.functions = functions
        self.names = {method for code in classes.values() for method in code.methods}
        self.known = classes.keys() | functions.keys()
        self.sizes: dict[str, int | None] = {}

    def size(self, name: str, function: ast.FunctionDef, owner: ClassCode | None) -> int:
        """The operations of one function; those that call themselves are refused."""
        if name in self.sizes:
            size = self.sizes[name]
            if size is None:
                raise RefusedError(f"its function {function.name} calls itself")
            return size
        self.sizes[name] = None
        kinds = self._variables(function, owner)
        total = 1
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                total += 1 + self._called(node, kinds, function)
        if total > _MOST_OPERATIONS:
            raise RefusedError(f"its function {function.name} has too many operations")
        self.sizes[name] = total
        return total

    def _called(self, node: ast.Call, kinds: Mapping[str, str], inside: ast.FunctionDef) -> int:
        path = dotted(node.func)
        path = kinds.get(path, path)
        if path in self.functions:
            return self.size(path, self.functions[path], None)
        if path in self.classes and path != dotted(node.func):  # an object that is called
            return self._method(path, "__call__")
        if path in self.classes:
            return 0  # a tuple with names; other objects are made by ``__init__``
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in self.names:
            return 0
        kind = self._kind(node.func.value, kinds)
        if kind in self.classes:
            return self._method(kind, node.func.attr)
        if path.startswith(("torch.", "ops.")):
            return 0
        raise RefusedError(f"its function {inside.name} calls a method of an unknown object")

    def _method(self, kind: str, name: str) -> int:
        code = self.classes[kind]
        called = [name, *(code.hooks if name == "forward" else ())]
        known = [(each, code.methods[each]) for each in called if each in code.methods]
        return sum(self.size(f"{kind}.{each}", method, code) for each, method in known)

    def _variables(self, function: ast.FunctionDef, owner: ClassCode | None) -> dict[str, str]:
        """The classes of variables, and the functions that they stand for."""
        arguments = (*function.args.args, *function.args.kwonlyargs)
        kinds = {each.arg: _declared(each.annotation) for each in arguments}
        if owner and function.args.args:
            kinds[function.args.args[0].arg] = owner.name
        nodes = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        for node in sorted(nodes, key=lambda node: node.lineno):
            for name, value in _pairs(node.targets[0], node.value):
                kind = self._kind(value, kinds) if value else ""
                before = kinds.get(name, kind)
                if before != kind and {before, kind} & self.known:
                    raise RefusedError(f"its function {function.name} changes what a name is")
                kinds[name] = kind
        return kinds

    def _kind(self, node: ast.expr, kinds: Mapping[str, str]) -> str:
        """The class of an expression, or the function that it names; empty if it is neither."""
        if isinstance(node, ast.Name):
            return kinds.get(node.id, "")
        path = dotted(node)
        if path.startswith("__torch__."):
            return path
        if isinstance(node, ast.Attribute):
            return self._attribute(self._kind(node.value, kinds), node.attr)
        if not isinstance(node, ast.Call):
            return ""
        called = dotted(node.func)
        if called == "getattr" and isinstance(node.args[1], ast.Constant):
            return self._attribute(self._kind(node.args[0], kinds), str(node.args[1].value))
        if called in ("annotate", "unchecked_cast", "uninitialized"):
            return _declared(node.args[0])
        if called.endswith(".__new__"):
            return called.removesuffix(".__new__")
        return called if called in self.classes else self._returned(node, kinds)

    def _attribute(self, kind: str, name: str) -> str:
        return self.classes[kind].attributes.get(name, "") if kind in self.classes else ""

    def _returned(self, node: ast.Call, kinds: Mapping[str, str]) -> str:
        """The class of what a call returns, as its function declares it."""
        path = kinds.get(dotted(node.func), dotted(node.func))
        function = self.functions.get(path)
        if function is None and isinstance(node.func, ast.Attribute):
            code = self.classes.get(self._kind(node.func.value, kinds))
            function = code.methods.get(node.func.attr) if code else None
        return _declared(function.returns) if function else ""


def _declared(kind: ast.expr | None) -> str:
    """The class that a type names, also if there may be none."""
    if isinstance(kind, ast.Subscript) and dotted(kind.value) == "Optional":
        kind = kind.slice
    return dotted(kind) if kind else ""
