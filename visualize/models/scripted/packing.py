"""``__setstate__`` of torch's own quantized layers, the only one that may run.

These layers pack their weights anew when they are loaded. What they do for that is of one form in
every version of torch: parts of the state become attributes, and an operator packs two of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from visualize.core.script_operators import names_in
from visualize.models.scripted.contents import ClassCode, RefusedError
from visualize.models.scripted.expressions import dotted

_LAYERS = re.compile(r"__torch__\.torch\.(ao\.)?nn\.(intrinsic\.)?_?quantized\.[\w.]+")
_PACKING = re.compile(r"ops\.quantized\.\w+_(pre|un)pack(_fp16)?")
_CALLS = names_in(
    """
    annotate unchecked_cast isinstance int torch.eq torch.ne torch.__is__ torch.__isnot__
    torch.__not__ torch.__getitem__ torch.len ops.prim.RaiseException
    """
)
# Nothing here repeats, so it ends.
_SYNTAX = (
    ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.If, ast.Pass, ast.Return, ast.Expr, ast.Name,
    ast.Attribute, ast.Constant, ast.Subscript, ast.Tuple, ast.List, ast.Call, ast.UnaryOp,
    ast.USub, ast.Load, ast.Store, ast.arguments, ast.arg,
)  # fmt: skip
_DEPTH = 3


def check_state(code: ClassCode, functions: Mapping[str, ast.FunctionDef]) -> None:
    """Check that a class which sets its own state is a layer of torch and does no more than those.

    Args:
        code: the class.
        functions: all functions of the archive by their qualified names.

    Raises:
        RefusedError: it is another class, or does more.
    """
    name = code.name.rpartition(".")[2]
    for method in sorted(set(code.methods) & {"__getstate__", "__setstate__"}, reverse=True):
        if not _LAYERS.fullmatch(code.name):
            raise RefusedError(f"its class {name} has {method}, which runs when it is loaded")
        if not _only_packs(code.methods[method], code, functions, _DEPTH):
            raise RefusedError(f"its class {name} has a {method} that is not torch's own")


def _only_packs(
    function: ast.FunctionDef,
    code: ClassCode,
    functions: Mapping[str, ast.FunctionDef],
    depth: int,
) -> bool:
    """Whether a function, and what it calls, only moves parts of the state and packs weights."""
    nodes = [*ast.walk(ast.Module(function.body, []))][1:]
    if not depth or not all(isinstance(node, _SYNTAX) for node in nodes):
        return False
    names = {  # ``_0 = __torch__.torch.ao.…``, to call it later
        node.targets[0].id: dotted(node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        path = dotted(node.func)
        path = names.get(path, path)
        if path in _CALLS or _PACKING.fullmatch(path):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "unpack" and not node.args:
            continue  # of an object that packs weights
        called = code.methods.get(path.removeprefix("self.")) if "self." in path else None
        called = called or (functions.get(path) if _LAYERS.fullmatch(path) else None)
        if called is None or not _only_packs(called, code, functions, depth - 1):
            return False
    return True
