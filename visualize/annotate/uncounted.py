"""Notes on what the number of MACs leaves out, or counts in a way that is not plain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import networkx as nx
from torch import fx

from visualize.core.architecture import Operation
from visualize.core.operators import family
from visualize.core.phrases import Note, enumerated, phrase
from visualize.core.torch_internals import operator_namespace
from visualize.core.traced import TracedModel

# Their cost follows from an algorithm, and not from a sum of products. By family.
_NAMES = (
    "fftfft fftifft fftrfft fftirfft ffthfft fftihfft fftfft2 fftifft2 fftrfft2 fftirfft2 "
    "ffthfft2 fftihfft2 fftfftn fftifftn fftrfftn fftirfftn ffthfftn fftihfftn fftc2c fftr2c "
    "fftc2r stft istft "
    "cdist cdistforward euclideandist pdist pdistforward "
    "linalginv linalginvex linalgpinv linalgsolve linalgsolveex linalgsolvetriangular "
    "linalglstsq linalgdet linalgslogdet linalgeig linalgeigh linalgeigvals linalgeigvalsh "
    "linalgsvd linalgsvdvals linalgqr linalglu linalglufactor linalglusolve linalgldlfactor "
    "linalgldlsolve linalghouseholderproduct linalgmatrixexp linalgtensorinv "
    "linalgtensorsolve linalgmatrixrank linalgcond "
    "inverse pinverse det logdet slogdet svd qr geqrf ormqr orgqr matrixexp triangularsolve "
    "linalgcholesky linalgcholeskyex cholesky choleskysolve choleskyinverse lu lusolve lstsq lobpcg"
)
_WITHOUT_FORMULA = frozenset(_NAMES.split())
# The libraries whose operators have formulas, or do nothing that would be counted.
_KNOWN = frozenset({"", "aten", "prim", "prims", "quantized", "torchvision", "higher_order"})


def notes_on_cost(graph: nx.MultiDiGraph, trace: TracedModel) -> Iterator[Note]:
    """What a user should know of the number of MACs.

    Args:
        graph: the graph with the MACs of each operation.
        trace: the model.
    """
    operations: dict[fx.Node, Operation] = {
        node: graph.nodes[node.name]["operation"] for node in trace.graph.nodes
    }
    missing = Counter(
        one.type
        for node, one in operations.items()
        if node.op in ("call_function", "call_method") and not one.macs and _may_cost(node, one)
    )
    if missing:
        names = [name if number == 1 else f"{number} × {name}" for name, number in missing.items()]
        yield Note(phrase("MACs do not include: {names}", names=enumerated(names)))
    if any(one.macs and _is_complex(one) for one in operations.values()):
        yield Note(phrase("a product of complex numbers counts as 4 MACs"))


def _may_cost(node: fx.Node, operation: Operation) -> bool:
    """Whether an operation does work like that of a product."""
    if family(operation.type) in _WITHOUT_FORMULA:
        return True
    return operator_namespace(node.target) not in _KNOWN


def _is_complex(operation: Operation) -> bool:
    return any(tensor.dtype.startswith("complex") for tensor in operation.outputs)
