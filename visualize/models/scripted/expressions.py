"""Expressions in the code of a script: those that are known to be harmless, printed anew."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping

from visualize.core.script_operators import names_in, only_computes
from visualize.models.scripted.contents import IDENTIFIER, RefusedError, is_special
from visualize.models.scripted.enums import EnumCode

# What code of a script may call without saying where it comes from.
_FUNCTIONS = names_in(
    """
    abs annotate bool complex dict float getattr hasattr int isinstance len list max min print
    range round str tuple unchecked_cast unchecked_unwrap_optional uninitialized
    """
)
_TYPES = names_in(
    """
    Any AnyClassType AnyEnumType AnyListType AnyTupleType Device Dict Final Generator InferredType
    Layout List MemoryFormat NoneType None Number Optional QScheme Scalar ScalarType Storage Tensor
    Tuple Union bool complex float int number str
    """
)
# Names that stand for parts of torch or of the archive, which no variable hides.
_ROOTS = frozenset({"torch", "ops", "__torch__", "CONSTANTS"})
_LARGEST = 2**63
_CALLED = frozenset({"__init__", "__call__", "__enter__", "__exit__", "__len__", "__contains__"})


class ExpressionPrinter:
    """Prints expressions, and refuses what is not known.

    Attributes:
        variables: names that the function assigns, which it may also call.
        inside: the class that is printed, for messages.
        references: qualified names that were printed.
        enums: enums by their qualified names; their values are printed in their place.
    """

    def __init__(self, enums: Mapping[str, EnumCode]) -> None:
        self.enums = enums
        self.variables: frozenset[str] = frozenset()
        self.inside = ""
        self.references: set[str] = set()

    def refused(self, node: ast.AST, what: str) -> RefusedError:
        """The error for ``node``: its class, line and what it does."""
        owner = f"its class {self.inside}" if self.inside else "its code"
        line = getattr(node, "lineno", 0)
        return RefusedError(f"{owner} (line {line}) {what}")

    def identifier(self, node: ast.AST, name: str) -> str:
        """A name that is defined or read, as it is."""
        if not IDENTIFIER.fullmatch(name) or name in _ROOTS:
            raise self.refused(node, "has a name that is not known")
        return name

    def name(self, node: ast.Name) -> str:
        """The name of a variable."""
        return self.identifier(node, node.id)

    def constant(self, node: ast.Constant) -> str:
        """A number, text, or one of three words."""
        value = node.value
        if value is None or isinstance(value, bool):
            return str(value)
        if type(value) is int and value <= _LARGEST:
            return str(value)
        if type(value) is float and math.isfinite(value):
            return repr(value)
        if type(value) is complex and math.isfinite(value.imag) and not value.real:
            return repr(value)
        if type(value) is str and all(ord(letter) < 256 for letter in value):
            return '"' + "".join(map(_escaped, value)) + '"'
        raise self.refused(node, "has a value that is not known")

    def literal(self, node: ast.expr) -> str:
        """An expression that is computed when the code is loaded: nothing but values."""
        if not is_literal(node) and dotted(node).rpartition(".")[0] not in self.enums:
            raise self.refused(node, "computes a default, which would run when it is loaded")
        return self.expression(node)

    def type(self, node: ast.expr) -> str:
        """A type: names of torch's own types, and of classes of the archive."""
        if isinstance(node, ast.Name):
            if node.id not in _TYPES:
                raise self.refused(node, f"uses the type {node.id[:40]}, which is not known")
            return node.id
        if isinstance(node, ast.Constant) and node.value is None:
            return "None"
        if isinstance(node, ast.Subscript):
            inner = node.slice
            kinds = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            listed = ", ".join(self.type(kind) for kind in kinds) or "()"
            return f"{self.type(node.value)}[{listed}]"
        if isinstance(node, ast.Attribute) and (path := dotted(node)).startswith("__torch__."):
            return self.enums[path].kind if path in self.enums else self._rooted(node, path)
        raise self.refused(node, "uses a type that is not known")

    def expression(self, node: ast.expr) -> str:
        """Any expression."""
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            return f"({self.expression(node.value)})[{self._inner(node.slice)}]"
        if isinstance(node, ast.Tuple):
            return f"({''.join(f'{self.expression(each)}, ' for each in node.elts)})"
        if isinstance(node, ast.List):
            return f"[{', '.join(map(self.expression, node.elts))}]"
        if isinstance(node, ast.Dict) and all(node.keys):
            keys = [self.expression(key) for key in node.keys if key]
            pairs = zip(keys, map(self.expression, node.values))
            return f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return f"-{self.expression(node.operand)}"
        raise self.refused(node, f"has an expression of an unknown kind ({type(node).__name__})")

    def _inner(self, node: ast.expr) -> str:
        """What is in brackets: an index, or the types that a type is made of."""
        if isinstance(node, ast.Tuple):
            return ", ".join(map(self.expression, node.elts)) or "()"
        return self.expression(node)

    def _attribute(self, node: ast.Attribute) -> str:
        path = dotted(node)
        if path.partition(".")[0] in _ROOTS:
            return self._rooted(node, path)
        if is_special(node.attr) and node.attr not in _CALLED:
            raise self.refused(node, f"uses {node.attr}")
        return f"({self.expression(node.value)}).{self.identifier(node, node.attr)}"

    def _rooted(self, node: ast.Attribute, path: str) -> str:
        """A path from ``torch``, ``ops``, ``CONSTANTS``, or the modules of the archive."""
        root, *steps = path.split(".")
        if not all(IDENTIFIER.fullmatch(step) for step in steps):
            raise self.refused(node, "has a name that is not known")
        owner, _, member = path.rpartition(".")
        if owner in self.enums:
            if member not in self.enums[owner].members:
                raise self.refused(node, f"uses {path[:60]}, which its enum does not have")
            return self.expression(self.enums[owner].members[member])
        if root == "__torch__":
            self.references.add(path.removesuffix(".__new__"))  # ``C.__new__(C)``, before __init__
            return path
        if root == "CONSTANTS" and len(steps) == 1 and re.fullmatch(r"c\d{1,9}", steps[0]):
            return path
        namespace = "aten" if root == "torch" else steps[0]
        known = len(steps) == (1 if root == "torch" else 2)
        if root == "CONSTANTS" or not known or not only_computes(f"{namespace}::{steps[-1]}"):
            raise self.refused(node, f"uses {path[:60]}, which may do more than compute")
        return path

    def _call(self, node: ast.Call) -> str:
        function = node.func
        if isinstance(function, ast.Name):
            if function.id not in _FUNCTIONS | self.variables:
                raise self.refused(node, f"calls {function.id[:40]}, which is not known")
            if function.id in ("getattr", "hasattr") and not _names_attribute(node):
                raise self.refused(node, "reads an attribute in a way that is not known")
        elif not isinstance(function, ast.Attribute):
            raise self.refused(node, "calls what is not a function by name")
        given = [self.expression(each) for each in node.args]
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.refused(node, "passes arguments in a way that is not known")
            given.append(f"{self.identifier(node, keyword.arg)}={self.expression(keyword.value)}")
        return f"{self.expression(function)}({', '.join(given)})"


def dotted(node: ast.expr) -> str:
    """The path that an expression spells, such as ``torch.relu``; empty if it is none."""
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(steps)]) if isinstance(node, ast.Name) else ""


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a value, or values in tuples, lists and dicts.

    Old and new versions of torch write infinity, devices and empty lists as calls.
    """
    if isinstance(node, (ast.Tuple, ast.List)):
        return all(map(is_literal, node.elts))
    if isinstance(node, ast.Dict):
        return all(key and is_literal(key) for key in node.keys) and all(
            map(is_literal, node.values)
        )
    if isinstance(node, ast.UnaryOp):
        return is_literal(node.operand)
    if isinstance(node, ast.Name):
        return node.id in ("inf", "nan", "infj", "nanj")
    if isinstance(node, ast.Attribute):
        return dotted(node).startswith("CONSTANTS.")
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Constant)
    called = dotted(node.func)
    given = node.args[1:] if called in ("annotate", "unchecked_cast") else node.args
    known = ("annotate", "unchecked_cast", "float", "torch.device")
    return called in known and not node.keywords and all(map(is_literal, given))


def _names_attribute(node: ast.Call) -> bool:
    """Whether ``getattr(value, "name")`` names an attribute that is not special."""
    if len(node.args) != 2 or not isinstance(node.args[1], ast.Constant):
        return False
    name = node.args[1].value
    return type(name) is str and not is_special(name)


def _escaped(letter: str) -> str:
    r"""A character of text as torch prints it: bytes that are not plain in three octal digits."""
    if letter in '\\"':
        return f"\\{letter}"
    return letter if " " <= letter <= "~" else f"\\{ord(letter):03o}"
