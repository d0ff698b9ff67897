"""The code of a script, read as data: what is understood of it is written anew.

torch compiles the code of an archive when it loads it, and runs some of it: ``__setstate__``, the
defaults of arguments, and whatever it can compute beforehand. So a file is parsed here, everything
in it must be of a kind that is known to be harmless, and torch is given what is printed from that:
text that two parsers might read in two ways never reaches it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from visualize.models.scripted.contents import (
    IDENTIFIER,
    STATE,
    ClassCode,
    RefusedError,
    is_special,
)
from visualize.models.scripted.enums import EnumCode
from visualize.models.scripted.expressions import ExpressionPrinter, is_literal
from visualize.models.scripted.growth import check_values

_BASES = ("", "Module", "NamedTuple")
# What a class says about itself, next to its attributes.
_LISTS = frozenset(
    {"__parameters__", "__buffers__", "__forward_hooks__", "__forward_pre_hooks__"}
)  # fmt: skip
# Special methods that a script calls by name. Python calls none of them on its own.
_OF_OBJECTS = frozenset({"__init__", "__call__", "__enter__", "__exit__"})


@dataclass
class CodeFile:
    """What was read from one file of code.

    Attributes:
        text: the same code, printed anew.
        classes: its classes by their qualified names.
        functions: its functions by their qualified names.
        references: names in other files, and in this one, that it refers to.
        constants: numbers of the archive's constants that it uses.
    """

    text: str = ""
    classes: dict[str, ClassCode] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)


def parse_code(source: str, module: str) -> ast.Module:
    """Parse the code of ``module``, such as ``__torch__.torch.nn.modules.conv``.

    Raises:
        RefusedError: it is not written as code is.
    """
    try:
        return ast.parse(source.encode("ascii"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise RefusedError(f"its code ({_place(module)}) cannot be read") from None


def read_code(tree: ast.Module, module: str, enums: Mapping[str, EnumCode]) -> CodeFile:
    """Read the code of ``module``.

    Args:
        tree: the code.
        module: its qualified name.
        enums: those of all code by their qualified names; their values come in their place.

    Raises:
        RefusedError: something in it is not known to be harmless.
    """
    printer = _CodePrinter(module, enums)
    try:
        for node in tree.body:
            printer.top(node)
    except RecursionError:
        raise RefusedError(f"its code ({_place(module)}) is nested too deeply") from None
    printer.file.text = "".join(f"{line}\n" for line in printer.lines)
    printer.file.references = printer.references
    return printer.file


def _place(module: str) -> str:
    return module.removeprefix("__torch__").lstrip(".") or "the main module"


class _CodePrinter(ExpressionPrinter):
    """Prints statements, and what they hold, in the way of torch's own printer."""

    def __init__(self, module: str, enums: Mapping[str, EnumCode]) -> None:
        super().__init__(enums)
        self.module = module
        self.file = CodeFile()
        self.lines: list[str] = []

    def line(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + text)

    def top(self, node: ast.stmt) -> None:
        """Print a class or function. Files of old versions also list what they import."""
        if isinstance(node, ast.ClassDef):
            if f"{self.module}.{node.name}" not in self.enums:
                self._class(node)
        elif isinstance(node, ast.FunctionDef):
            self._keep(self.file.functions, node.name, node)
            self._function(node, 0)
        elif not isinstance(node, ast.Import) and not _is_version(node):
            raise self.refused(node, "has statements outside of functions")

    def _keep(self, table: dict[str, ast.FunctionDef], name: str, node: ast.FunctionDef) -> None:
        full = f"{self.module}.{name}"
        if full in self.file.functions or full in self.file.classes:
            raise self.refused(node, f"defines {name} twice")
        table[full] = node

    # Classes

    def _class(self, node: ast.ClassDef) -> None:
        base = node.bases[0].id if node.bases and isinstance(node.bases[0], ast.Name) else ""
        if node.decorator_list or node.keywords or len(node.bases) > 1 or base not in _BASES:
            raise self.refused(node, f"defines {node.name}, which is neither a module nor data")
        if bool(base) != bool(node.bases) or not IDENTIFIER.fullmatch(node.name):
            raise self.refused(node, "defines a class in a way that is not known")
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        name = f"{self.module}.{node.name}"
        if name in self.file.classes or name in self.file.functions:
            raise self.refused(node, f"defines {node.name} twice")
        self.current = self.file.classes[name] = ClassCode(name, base, methods)
        self.line(0, f"class {node.name}({base}):" if base else f"class {node.name}:")
        self.inside = node.name
        for each in node.body:
            self._member(each, base)
        self.inside = ""
        if not node.body:
            self.line(1, "pass")

    def _member(self, node: ast.stmt, base: str) -> None:
        """Print a method, an attribute with its type, or what a class says about itself."""
        if isinstance(node, ast.FunctionDef):
            self._method(node, base)
        elif isinstance(node, ast.Pass):
            self.line(1, "pass")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name, kind = self.name(node.target), self.type(node.annotation)
            self.current.attributes[name] = _class_of(kind)
            value = f" = {self.literal(node.value)}" if node.value else ""
            self.line(1, f"{name} : {kind}{value}")
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            self._assigned_member(node, node.targets[0])
        else:
            raise self.refused(node, "has a member of an unknown kind")

    def _assigned_member(self, node: ast.Assign, target: ast.expr) -> None:
        key = target.slice if isinstance(target, ast.Subscript) else None
        if isinstance(target, ast.Subscript) and isinstance(key, ast.Constant):
            of = target.value
            if isinstance(of, ast.Name) and of.id == "__annotations__" and type(key.value) is str:
                kind = self.type(node.value)
                self.current.attributes[key.value] = _class_of(kind)
                self.line(1, f"__annotations__[{self.constant(key)}] = {kind}")
                return
        elif isinstance(target, ast.Name):
            named = target.id in _LISTS and isinstance(node.value, ast.List)
            listed = target.id == "__annotations__" and ast.unparse(node.value) in ("[]", "{}")
            if named or listed:
                if target.id.endswith("_hooks__") and isinstance(node.value, ast.List):
                    self.current.hooks.extend(map(ast.literal_eval, node.value.elts))
                self.line(1, f"{target.id} = {self.literal(node.value)}")
                return
        raise self.refused(node, "has a member of an unknown kind")

    def _method(self, node: ast.FunctionDef, base: str) -> None:
        if is_special(node.name):
            container = base == "Module" and _is_of_containers(node)
            plain = base == "" and node.name in _OF_OBJECTS
            if not (container or plain or node.name in STATE):
                raise self.refused(node, f"defines {node.name}, which Python may call unasked")
        self._function(node, 1)

    # Functions

    def _function(self, node: ast.FunctionDef, depth: int) -> None:
        given = node.args
        if node.decorator_list or given.vararg or given.kwarg or given.posonlyargs:
            raise self.refused(node, "defines a function in a way that is not known")
        positional = [None] * (len(given.args) - len(given.defaults)) + [*given.defaults]
        arguments = [self._argument(*each) for each in zip(given.args, positional)]
        if given.kwonlyargs:
            arguments.append("*")
            arguments += [self._argument(*e) for e in zip(given.kwonlyargs, given.kw_defaults)]
        self.variables = _assigned(node)
        check_values(node)
        name = self.identifier(node, node.name)
        returned = f" -> {self.type(node.returns)}" if node.returns else ""
        self.line(depth, f"def {name}({', '.join(arguments)}){returned}:")
        self._block(node.body, depth + 1)
        self.variables = frozenset()

    def _argument(self, node: ast.arg, default: ast.expr | None) -> str:
        """An argument. Its default is computed when the code is loaded, so it is a plain value."""
        name = self.identifier(node, node.arg)
        kind = f": {self.type(node.annotation)}" if node.annotation else ""
        return f"{name}{kind}={self.literal(default)}" if default else f"{name}{kind}"

    def _block(self, body: list[ast.stmt], depth: int) -> None:
        for node in body:
            self._statement(node, depth)

    def _statement(self, node: ast.stmt, depth: int) -> None:
        if isinstance(node, ast.Pass):
            self.line(depth, "pass")
        elif isinstance(node, ast.Return):
            self.line(depth, f"return {self.expression(node.value) if node.value else 'None'}")
        elif isinstance(node, ast.Expr):
            self.line(depth, self.expression(node.value))
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            self.line(depth, f"{self._target(node.targets[0])} = {self.expression(node.value)}")
        elif isinstance(node, ast.AnnAssign) and node.value:
            target = self._target(node.target)
            kind, value = self.type(node.annotation), self.expression(node.value)
            self.line(depth, f"{target} : {kind} = {value}")
        elif isinstance(node, ast.If):
            self.line(depth, f"if {self.expression(node.test)}:")
            self._block(node.body, depth + 1)
            if node.orelse:
                self.line(depth, "else:")
                self._block(node.orelse, depth + 1)
        else:
            self._compound(node, depth)

    def _compound(self, node: ast.stmt, depth: int) -> None:
        """Print a loop, or a context."""
        if isinstance(node, ast.While) and not node.orelse:
            self.line(depth, f"while {self.expression(node.test)}:")
        elif isinstance(node, ast.For) and not node.orelse and isinstance(node.target, ast.Name):
            over = self.expression(node.iter)
            self.line(depth, f"for {self.name(node.target)} in {over}:")
        elif isinstance(node, ast.With) and len(node.items) == 1:
            (item,) = node.items
            named = f" as {self._target(item.optional_vars)}" if item.optional_vars else ""
            self.line(depth, f"with {self.expression(item.context_expr)}{named}:")
        else:
            raise self.refused(node, f"has a statement of an unknown kind ({type(node).__name__})")
        self._block(node.body, depth + 1)

    def _target(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.Tuple) and node.elts:
            return ", ".join(self._target(each) for each in node.elts) + ","
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return f"{self.name(node.value)}.{self.identifier(node, node.attr)}"
        raise self.refused(node, "assigns in a way that is not known")


def _class_of(kind: str) -> str:
    """The class that a type names, also if there may be none."""
    return kind.removeprefix("Optional[").removesuffix("]") if kind.startswith("Opt") else kind


def _assigned(function: ast.FunctionDef) -> frozenset[str]:
    """The names of a function's variables."""
    return frozenset(
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def _is_version(node: ast.stmt) -> bool:
    """``op_version_set = 1``, with which old files begin."""
    return (
        isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "op_version_set"
        and isinstance(node.value, ast.Constant)
    )


def _is_of_containers(node: ast.FunctionDef) -> bool:
    """Whether a method says how many modules a container holds, or whether it holds a name.

    torch exports these with its containers, and Python calls them.
    """
    *before, last = node.body
    if not isinstance(last, ast.Return):
        return False
    if node.name == "__len__":
        return not before and isinstance(last.value, ast.Constant)
    listed = all(isinstance(each, ast.Assign) and is_literal(each.value) for each in before)
    calls = isinstance(last.value, ast.Call) and ast.unparse(last.value.func)
    return node.name == "__contains__" and listed and calls == "torch.__contains__"
