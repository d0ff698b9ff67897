"""The words of a figure: what a paper would write for an operation, a shape or a count."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from visualize.core.architecture import (
    NodeKind,
    Operation,
)
from visualize.core.arithmetic import ARITHMETIC, applied, scales
from visualize.core.block_words import blocks_phrase, kind_phrase
from visualize.core.diagram import Box, BoxKind, Group, Idiom
from visualize.core.layers import adds_bias, is_weighted, own_activation, widths
from visualize.core.module_path import spelled
from visualize.core.operators import (
    ACTIVATION,
    LINEAR,
    NORM,
    STACKED_PRODUCT,
    family,
)
from visualize.core.phrases import NOTHING, Phrase, listed, phrase, verbatim
from visualize.core.words import operation, shape_phrase, short_name, symbol
from visualize.scene.amounts import Amount
from visualize.scene.lines import LONGEST, clip, details_lines
from visualize.scene.numbers import each, hidden, numbers_of
from visualize.scene.traits import traits
from visualize.scene.widths import width


def box_label(
    box: Box,
    title: Phrase,
    amount: Amount,
    *,
    repeat: Group | None = None,
    inside: str = "",
    unused: Phrase | str = "",
    shared: bool = False,
    names: bool = False,
    wrapped: bool = False,
) -> list[str]:
    """The lines of a box: what it is, then details and parameters in smaller type.

    Args:
        box: the box; of several copies, the first is shown.
        title: its first line, see `box_title`.
        amount: its parameters.
        repeat: the repeat that consists of this box alone, if there is one.
        inside: the skip connections inside a collapsed box, see `visualize.scene.skip_labels`.
        unused: what becomes of its result if no other box reads it.
        shared: whether it works with parameters that other boxes count.
        names: whether to show the module path.
        wrapped: whether it is an input among many, whose shape is below its name.
    """
    shown = box.shown
    concealed = sum(one.parameters for one in hidden(shown))
    if box.kind is BoxKind.MERGE:
        more = [f"{each(concealed, repeat)} hidden"] if concealed else []
        return [symbol(shown.core), *scales(shown.core), *_states(box), *_details(shown), *more]
    lines = _wrapped(box) if wrapped else [str(title), *_more_fields(box)]
    details = [str(unused)] if unused else []
    if box.kind is BoxKind.STAGE and not names and (name := _stage_name(shown)):
        details.append(name)
    if box.kind is BoxKind.BLOCK and (own := listed(traits(shown))):
        details.append(str(own))
    details += [inside] if inside else []
    if repeat and (repeat.shared or repeat.parallel):
        details.insert(0, str(_copies(repeat)))
    if box.kind is BoxKind.STAGE and 1 < box.branches != box.count:
        details.insert(0, str(blocks_phrase(box.type, box.count)))
    if box.kind is BoxKind.STAGE and box.uses > box.count:
        details.insert(0, f"{box.uses} calls")
    details += _states(box)
    details += _details(shown)
    numbers = numbers_of(shown, amount, repeat, shared)
    if details or numbers:
        lines += details_lines(details, numbers)
    if names and box.path:
        lines.append(spelled(box.path))
    return [clip(line) for line in lines]


def _stage_name(box: Box) -> str:
    """The model's own word for a stage, which has no bracket that says it; a number is none."""
    *around, name = box.path.split(".")
    if not name or name.isdigit():
        return ""
    # One of several is numbered; where there is one, what is around it says which.
    return spelled(name if name[-1].isdigit() else ".".join((*around[-1:], name)))


def _seen(box: Box) -> Sequence[Operation]:
    """The operations of a box that a reader sees."""
    unseen = box.hidden | box.silent
    return [one for one in box.operations if one.id not in unseen]


def repeat_title(group: Group, title: str = "") -> Phrase:
    """What a frame says: ``×35 Bottleneck``, or that the same modules are applied again.

    >>> from visualize.core.diagram import GroupKind
    >>> str(repeat_title(Group("r", GroupKind.REPEAT, "Block", "", "", repeat=9)))
    '×9 Block'
    """
    kind = verbatim(title)
    if not title and group.type and group.count == 1:
        kind = kind_phrase(group.type)
    copies = _copies(group)
    if not kind:
        return copies
    if group.shared or group.parallel:
        return phrase("{kind} {copies}", kind=kind, copies=copies)
    return phrase("{copies} {kind}", kind=kind, copies=copies)


def _copies(group: Group) -> Phrase:
    if group.shared:
        return phrase("{number} times, shared", number=group.repeat)
    copies = verbatim(f"×{group.repeat}")
    return phrase("{copies} in parallel", copies=copies) if group.parallel else copies


def several(number: int, copies: int) -> str:
    """What is written next to an arrow that carries the results of several copies.

    >>> several(40, 40), several(3, 4)
    ('all 40', '3 of 4')
    """
    return f"all {number}" if number == copies else f"{number} of {copies}"


def box_title(box: Box, *, title: str = "", repeat: Group | None = None) -> Phrase:
    """What a box is, the first line of its label; empty for a merge, which is a sign.

    Args:
        box: the box; of several copies, the first is shown.
        title: its custom label; by default, what it does.
        repeat: the repeat that consists of this box alone, if there is one.
    """
    words = verbatim(title) or _title(box.shown)
    if not words or repeat is None or repeat.shared or repeat.parallel:
        return words
    return phrase("{kind} {copies}", kind=words, copies=_copies(repeat))


def _title(box: Box) -> Phrase:
    if box.kind is BoxKind.MERGE:
        return NOTHING
    if box.kind is BoxKind.INPUT:
        return _end(_input_name(box), shapes(box))
    if box.kind is BoxKind.OUTPUT:
        names = _returned(box)
        return _fields(box, names)[0] if names else _end(_output_name(box), shapes(box))
    if box.kind is BoxKind.COMPUTATION:
        return listed([*box.label, width(box.outputs, _seen(box))])
    if box.kind is BoxKind.BLOCK:
        return listed([kind_phrase(box.type), width(box.outputs, _seen(box))])
    if box.kind is BoxKind.STAGE:
        return stage_phrase(box)
    if box.role:
        return box.role
    if box.label:
        name = box.label[0]
        return name if isinstance(name, Phrase) else verbatim(name)
    own = _constants(box, [box.core]) if box.kind is BoxKind.OPERATION else {}
    if own:
        return verbatim(own[box.index])
    formula = applied(box.core) if box.kind is BoxKind.OPERATION else ""
    return verbatim(formula) if formula else operation(_described(box))


def stage_phrase(stage: Box) -> Phrase:
    """The blocks or layers of a stage, counted; its branches, where none reads another."""
    if stage.branches == 1:
        return blocks_phrase(stage.type, stage.count)
    if stage.branches == stage.count:
        return phrase("{blocks} in parallel", blocks=blocks_phrase(stage.type, stage.count))
    return phrase("{number} parallel branches", number=stage.branches)


def _wrapped(box: Box) -> list[str]:
    """An input with its shapes in a line of their own."""
    return [str(line) for line in (_input_name(box), shapes(box)) if line]


def _end(name: Phrase, shapes: Phrase) -> Phrase:
    """An input or output with its shapes."""
    return (
        phrase("{name} {shapes}", name=name, shapes=shapes) if name and shapes else name or shapes
    )


def _described(box: Box) -> Operation:
    """The operation that a box is named after, with all weights that the box brings to it."""
    if box.kind is BoxKind.FORMULA:
        return Operation(
            box.id,
            NodeKind.MODULE,
            box.type,
            outputs=box.outputs,
            weights=box.weights,
            counts_as=box.counts_as,
        )
    return box.core if box.core.weights else replace(box.core, weights=box.weights)


def _returned(box: Box) -> Sequence[Phrase]:
    """What each tensor that a model returns is called; empty if one word does for all shapes."""
    if box.kind is not BoxKind.OUTPUT:
        return ()
    names = box.attributes.get("names", ())
    if names or len(box.outputs) <= _FEW or len({one.shown for one in box.outputs}) == 1:
        return [verbatim(name) for name in names]
    return [_output_name(box), *[NOTHING] * (len(box.outputs) - 1)]


def _fields(box: Box, names: Sequence[Phrase]) -> list[Phrase]:
    """What a model returns, by the names of its fields, in lines that are no longer than a box."""
    rows: list[list[Phrase | str]] = [[]]
    for name, one in zip(names, box.outputs):
        named = _end(name, shape_phrase(one))
        if rows[-1] and len(str(listed([*rows[-1], named]))) >= LONGEST:
            rows.append([])
        rows[-1].append(named)
    if len(rows) > _MOST_ROWS:
        rows = [*rows[: _MOST_ROWS - 1], ["…"]]
    return [listed(row) for row in rows]


def _more_fields(box: Box) -> list[str]:
    """The lines below the first of what a model returns."""
    return [str(row) for row in _fields(box, _returned(box))[1:]]


_MOST_ROWS = 5
_FEW = 3  # shapes that are listed


def shows_shapes(box: Box) -> bool:
    """Whether a box is an output with the shapes of all that it returns."""
    return box.kind is BoxKind.OUTPUT and (
        "names" in box.attributes or bool(_returned(box)) or len(box.outputs) <= _FEW
    )


def shapes(box: Box) -> Phrase:
    """The shapes of what a box returns, of the first three if there are many that differ."""
    many = len(box.outputs)
    if many > _FEW and len({one.shown for one in box.outputs}) == 1:
        shape = shape_phrase(box.outputs[0])
        return phrase("{number} × ({shape})", number=many, shape=shape)
    more = ["…"] if many > _FEW else []
    return listed([*(map(shape_phrase, box.outputs[:_FEW])), *more])


def _input_name(box: Box) -> Phrase:
    """``image`` for what can be one, else the name of the argument."""
    if box.core.neighbour:
        return phrase("from {module}", module=spelled(box.core.neighbour))
    sizes = box.outputs[0].shape if box.outputs else ()
    is_image = len(sizes) == 4 and sizes[1] in (1, 3) and min(sizes[2:]) > 1
    name = str(box.attributes.get("name", box.id))
    return phrase("image") if is_image and name in _GENERIC else verbatim(name)


def _output_name(box: Box) -> Phrase:
    if box.core.neighbour:
        return phrase("to {module}", module=spelled(box.core.neighbour))
    return phrase("output")


# Names of arguments that say nothing about what they hold.
_GENERIC = frozenset({"x", "input", "input_1", "inputs", "image", "images", "img", "pixel_values"})


def _details(box: Box) -> list[str]:
    """Norms, activations and constants that were fused into a box."""
    if box.kind.is_collapsed or box.kind.is_end:
        return []
    if box.kind is BoxKind.SUBLAYER:
        return [*map(str, box.label[1:]), *_drawn(box)]
    after = [one for one in _seen(box) if one.index > box.index]
    if box.kind is BoxKind.FORMULA:
        # What is inside is part of the formula; only what was fused after it is listed.
        depth = len(box.calls)
        after = [one for one in after if not depth or one.calls[:depth] != box.calls]
    idioms = {name: idiom for idiom in box.idioms for name in idiom.members}
    named = {one.index: _fused_name(one, idioms.get(one.id)) for one in after}
    named[box.index] = own_activation(box.core)
    fused = {index: word for index, word in named.items() if word}
    is_formula = box.kind in (BoxKind.FORMULA, BoxKind.IDIOM)
    # Of a merge, what is before it scales one of the tensors, as the arrow of that one shows.
    is_merge = box.kind is BoxKind.MERGE
    others = after if is_merge else [one for one in _seen(box) if one.id != box.core.id]
    experts = _experts(box) if is_formula else []
    constants = {} if is_formula else _constants(box, others)
    words = _in_order(fused, constants)
    return [*_works(box), *map(str, box.label[1:]), *words, *experts, *_drawn(box)]


def _works(box: Box) -> list[str]:
    """What a layer does whose title is its role."""
    if not box.role or box.kind is not BoxKind.OPERATION or not is_weighted(box):
        return []
    if family(box.does) in LINEAR and all(sizes := widths(box.core)):
        return [" → ".join(map(str, sizes))]
    return [str(operation(_described(box)))]


def _in_order(fused: Mapping[int, str], constants: Mapping[int, str]) -> Iterator[str]:
    """What was fused and what constants do, as it is computed; norms and activations together."""
    both = sorted({**fused, **constants}.items())
    for is_fused, run in itertools.groupby(both, key=lambda each: each[0] in fused):
        words = [word for _, word in run]
        yield from [", ".join(words)] if is_fused else words


def _states(box: Box) -> list[str]:
    """``state from zeros`` where the first step of a loop has no step before it to read."""
    return [str(phrase("state from {name}", name=name)) for name in box.states]


def _fused_name(fused: Operation, idiom: Idiom | None) -> str:
    """What a box says of an operation that was fused into it: norms, activations and idioms."""
    if idiom:
        return str(idiom.label[0]) if fused.id == idiom.last else ""
    is_named = family(fused.does) in NORM | ACTIVATION
    return short_name(fused) if is_named else ""


def _experts(box: Box) -> list[str]:
    """``8 experts`` where a formula multiplies by a stack of as many matrices, all in one.

    Each of its parameters holds something for every expert, the first dimension numbers them.
    """
    numbers = {weight[0] for weight in box.weights if weight}
    stacked = any(len(weight) > 2 for weight in box.weights)
    stacked &= any(family(one.does) in STACKED_PRODUCT for one in _seen(box))
    return [f"{number} experts" for number in numbers if stacked and number > 1 == len(numbers)]


def _constants(box: Box, operations: Iterable[Operation]) -> Mapping[int, str]:
    """``+ pos embedding`` for what ``operations`` combine with data and is no data itself.

    The bias of the layer is a part of it.

    Returns:
        The words, by the position of the operation.
    """
    named = {name for idiom in box.idioms for name in idiom.members}
    by_id = {one.id: one for one in operations if one.id not in named}
    formulas = {
        by_id[operand.operation].index: applied(by_id[operand.operation], str(operand.name))
        for operand in box.operands
        if operand.operation in by_id and not _is_bias(box, by_id[operand.operation])
    }
    return {index: words for index, words in formulas.items() if words}


def _drawn(box: Box) -> list[str]:
    """``noise`` where operations draw or use random numbers, other than as an operand."""
    seen = {one.id for one in _seen(box)}
    signed = {one.id for one in box.operations if family(one.type) in ARITHMETIC}
    drawn = [each for each in box.operands if each.operation in seen - signed]
    return list(dict.fromkeys(str(each.name) for each in drawn))


def _is_bias(box: Box, operation: Operation) -> bool:
    """Whether an operation adds the bias of the layer that a box is, right behind it."""
    between = [one for one in _seen(box) if box.index < one.index < operation.index]
    is_linear = not any(family(one.does) in NORM | ACTIVATION or one.constant for one in between)
    return is_linear and adds_bias(operation, box.core)
