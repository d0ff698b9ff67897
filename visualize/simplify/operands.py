"""What operations add to data, multiply or concatenate with it: "+ pos_embedding", "× 0.5"."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.arguments import does_nothing
from visualize.core.dataflow import Dataflow, Operand, Origin
from visualize.core.module_path import is_made_up, parameter_words
from visualize.core.operators import (
    COPIES,
    EMBEDDING,
    GATHER,
    IDENTITY,
    MOVES,
    RANDOM,
    RESAMPLE,
    SLICE,
    family,
    joins_constant,
    merge_type,
)
from visualize.core.phrases import Phrase, phrase, term, verbatim

# What these make of a tensor is called like it.
_SAME = MOVES | COPIES | IDENTITY | SLICE | GATHER | RESAMPLE
# At most this many operations are followed back from an operand to what it is made of.
_REACH = 16
_UNNAMED = phrase("constant")
_FILLED = {
    "zeros": phrase("zeros"), "zeroslike": phrase("zeros"), "newzeros": phrase("zeros"),
    "ones": phrase("ones"), "oneslike": phrase("ones"), "newones": phrase("ones"),
}  # fmt: skip


def operand_of(
    exact: Architecture, flow: Dataflow, one: Operation, drawn: Collection[str]
) -> Operand | None:
    """The constant, parameter or noise that an operation combines with a tensor.

    Args:
        exact: the exact graph.
        flow: what its operations are computed from.
        one: the operation.
        drawn: ids of operations without data that have boxes of their own, and need no words.
    """
    if _is_random(flow, one, drawn):
        return Operand(one.id, phrase("noise"))
    if not combines(flow, one) or does_nothing(one) or _is_whole(one):
        return None
    read = flow.sources(one.id)
    others = [node for node in read if not (flow.is_data(node) or node in drawn)]
    if len(read) > 1 and not 0 < len(others) < len(read):
        return None
    known = one.constant.name if one.constant else ""
    name = verbatim(known) or (constant_name(exact, flow, others[-1]) if others else None)
    return Operand(one.id, name) if name else None


def _is_random(flow: Dataflow, one: Operation, drawn: Collection[str]) -> bool:
    """Whether an operation on data draws random numbers, or chooses or places by drawn ones."""
    if merge_type(one.type) or not flow.is_data(one.id) or one.kind is NodeKind.OUTPUT:
        return False
    read = flow.sources(one.id)
    draws = family(one.type) in RANDOM and bool(read)
    return draws or any(flow.origins[node] is Origin.NOISE and node not in drawn for node in read)


def combines(flow: Dataflow, one: Operation) -> bool:
    """Whether an operation is written as its sign and what it combines with data."""
    if merge_type(one.type) is None:
        return False
    read = flow.sources(one.id)
    takes_noise = len(read) == 2 and flow.origins[read[1]] is Origin.NOISE
    return takes_noise or joins_constant(one.type)


def constant_name(exact: Architecture, flow: Dataflow, node: str) -> Phrase:
    """What an operand is: noise, or the parameter, table or buffer that it is made of.

    It has the name of what is only moved, looked up or resized; else it is a function of that.
    """
    if flow.origins[node] is Origin.NOISE:
        return phrase("noise")
    one = exact.operation(node)
    for _ in range(_REACH):
        if _is_named(one):
            return parameter_name(one.path, verbatim(one.path.rpartition(".")[2]))
        sources = _made_of(flow, one)
        if not sources and family(one.type) in _FILLED:
            return _FILLED[family(one.type)]
        if len(sources) != 1 or family(one.type) not in _SAME | EMBEDDING:
            break
        one = exact.operation(sources[0])
    (name, *others) = dict.fromkeys(_leaves(exact, flow, one)) or [_UNNAMED]
    if others or name == _UNNAMED:
        return phrase("sinusoidal positions") if _is_wave(exact, flow, one) else _UNNAMED
    return phrase("f({name})", name=name)


def _is_wave(exact: Architecture, flow: Dataflow, one: Operation) -> bool:
    """Whether a constant is made of sines and cosines, as positions are."""
    found, waiting, seen = set[str](), [one.id], set[str]()
    while waiting and len(seen) < 2 * _REACH:
        each = exact.operation(waiting.pop())
        if each.id not in seen:
            seen.add(each.id)
            found.add(family(each.type))
            waiting += flow.sources(each.id)
    return found >= {"sin", "cos"}


def _is_named(one: Operation) -> bool:
    """Whether an operation is a parameter or buffer, or looks a row up in a table."""
    return one.kind is NodeKind.CONSTANT or (bool(one.weights) and family(one.type) in EMBEDDING)


def _leaves(exact: Architecture, flow: Dataflow, one: Operation) -> Iterator[Phrase]:
    """The names of what an operation without data is computed from."""
    waiting, seen = [one.id], set[str]()
    while waiting and len(seen) < _REACH:
        each = exact.operation(waiting.pop())
        if each.id in seen:
            continue
        seen.add(each.id)
        sources = _made_of(flow, each)
        if _is_named(each):
            yield parameter_name(each.path, verbatim(each.path.rpartition(".")[2]))
        elif not sources or (each.weights and each.kind is NodeKind.MODULE):
            yield _UNNAMED
        else:
            waiting += sources
    if waiting:
        yield _UNNAMED


def _made_of(flow: Dataflow, one: Operation) -> list[str]:
    """The tensors that one without data is computed from; of a table and indices, the table."""
    read = flow.sources(one.id)
    if family(one.type) in SLICE | GATHER:
        return read[:1]
    learned = [source for source in read if flow.origins[source] is Origin.WEIGHTS]
    return list(dict.fromkeys(learned or read))


def parameter_name(path: str, nameless: Phrase) -> Phrase:
    """A parameter or buffer in words; ``weight`` and the like are named after their module.

    >>> [str(parameter_name(path, phrase("token"))) for path in ("block.cls_token", "q.weight")]
    ['cls token', 'q']

    Args:
        path: its path.
        nameless: what it is called where neither says anything.
    """
    if is_made_up(path):
        return _UNNAMED
    name = parameter_words(path)
    return term(name, name.replace(" ", "_")) or nameless


def _is_whole(function: Operation) -> bool:
    """Whether an operation works on sizes and indices alone."""
    return all(tensor.dtype.startswith(("int", "uint", "bool")) for tensor in function.outputs)
