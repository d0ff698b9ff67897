"""Whether what a scene prints agrees with the exact graph it was made from.

The labels are read as text (see `visualize.check.claims`) and compared with operations, modules and
tensors of the graph alone: copies multiply, parameters add up, counted words are as many modules,
shapes are those of tensors.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from visualize.check.claims import Claims, read_claims, wrong_amounts
from visualize.check.rules import NUMBERS, Finding
from visualize.core.architecture import Architecture, ModuleCall, NodeKind, Operation
from visualize.core.module_work import work_of_calls
from visualize.core.scene import Scene, SceneBox, SceneGroup
from visualize.core.words import operation_name

_SIZES = re.compile(r"(\d+(?:×\d+)*|scalar)$")
# A shape beside an arrow, with how many tensors have it: "2 × (12×49×64)".
_CARRIED = re.compile(r"(?:(\d+) × \()?(\d+(?:×\d+)*|scalar)\)?")
_MAPPING = re.compile(r"\b(\d+) → (\d+)\b")
# What operations show of themselves: "12 heads" are no modules.
_OF_ONE_OPERATION = frozenset(
    f"{word}{plural}" for word in ("head", "expert", "layer") for plural in ("", "s")
)


def check_agreement(architecture: Architecture, scene: Scene) -> list[Finding]:
    """Where labels of ``scene`` disagree with ``architecture``; an empty list if they agree."""
    scenes = [scene, *(detail.scene for detail in scene.details)]
    found: Iterator[str] = itertools.chain.from_iterable(
        _Comparison(architecture, one).run() for one in scenes
    )
    return [
        Finding(NUMBERS, message) for message in (*found, *_missing_inputs(architecture, scene))
    ]


def _missing_inputs(architecture: Architecture, scene: Scene) -> Iterator[str]:
    """Every input that an operation reads has a box."""
    shown = {member for box in scene.boxes for member in box.members}
    for one in architecture.operations:
        if one.kind is NodeKind.INPUT and one.id not in shown and not scene.hidden:
            yield f"the input {one.id} has no box"


@dataclass(frozen=True)
class _Comparison:
    architecture: Architecture
    scene: Scene

    def run(self) -> Iterator[str]:
        groups = {group.id: group for group in self.scene.groups}
        claims = {group.id: _group_claims(group) for group in self.scene.groups}
        inside: dict[str, list[SceneBox]] = {group.id: [] for group in self.scene.groups}
        for box in self.scene.boxes:
            around = list(_around(groups, box.group))
            for group in around:
                inside[group.id].append(box)
            yield from self._box(box, [claims[group.id] for group in around])
        for group in self.scene.groups:
            if group.framed:
                outer = [claims[one.id] for one in _around(groups, group.parent)]
                yield from self._frame(group, inside[group.id], outer)
        yield from self._arrows()

    @functools.cached_property
    def _loops(self) -> frozenset[str]:
        """Where the skip connections are merged that loops repeat, in every step."""
        skips = self.architecture.unrolled_skips
        return frozenset(skip.merge for skip in skips if skip.loop is not None)

    def _operations(self, box: SceneBox) -> Sequence[Operation]:
        return [self.architecture.operation(member) for member in box.members]

    # Boxes

    def _box(self, box: SceneBox, around: Sequence[Claims]) -> Iterator[str]:
        name = _quoted(box.label)
        operations = self._operations(box)
        is_end = box.role in ("input", "output")
        claims = read_claims((_title(box),) if is_end else box.label)
        copies = math.prod(one.copies for one in (claims, *around))
        if copies != box.repeat and not claims.clipped:
            yield f"{name} and its frames show {copies} copies, the graph has {box.repeat}"
        yield from _sums(name, box, operations)
        if wrong := wrong_amounts(claims, box.parameters, around):
            yield f"{name} {wrong}"
        sets = _sets((claims, *around))
        yield from self._counted(name, claims, operations, (box.repeat, sets), dict(box.skips))
        if is_end:
            yield from _end_shapes(name, box, operations)
        yield from _widths(name, box, operations)

    def _counted(
        self,
        name: str,
        claims: Claims,
        operations: Sequence[Operation],
        repeat: tuple[int, int],
        skips: dict[str, int],
    ) -> Iterator[str]:
        """``repeat`` is how many copies there are, and how many that have modules of their own."""
        for number, word in claims.counted:
            found = self._number(word, claims, operations, skips)
            # A connection in a loop is counted once, as a module is that is called again.
            is_skip = word == "residual" or word in skips
            copies = repeat[1 if is_skip or _counts_modules(claims, word) else 0]
            least = most = number * copies
            if is_skip and repeat[0] > copies:
                # Those of the first step of a loop may be others than those of all later ones.
                most += number
            if is_skip and not self._loops.isdisjoint(one.id for one in operations):
                # Blocks of their own may call a module that they share, which is in the box.
                least = number
            if found is not None and not any(least <= one <= most for one in found):
                each = " in each copy" if copies > 1 else ""
                actual = " or ".join(f"{one / copies:g}" for one in sorted(found))
                yield f"{name} counts {number} {word}{each}, the graph has {actual}"

    def _number(
        self,
        word: str,
        claims: Claims,
        operations: Sequence[Operation],
        skips: dict[str, int],
    ) -> set[int] | None:
        """How many there are of what a counted word names; None if that is not known."""
        if word in skips:
            return {skips[word]}
        if word == "residual":
            return {sum(skips.get(kind, 0) for kind in ("identity", "scaled", "projection"))}
        if word in _OF_ONE_OPERATION:
            return None
        if word.removesuffix("s") == "operation":
            return {sum(one.computes for one in operations)}
        if word == "calls":  # of what the title counts
            return self._uses(_kind(claims.counted[0][1]), operations).made() or None
        uses = self._uses(_kind(word), operations)
        return (uses.modules() if _counts_modules(claims, word) else uses.made()) or None

    def _uses(self, word: str, operations: Sequence[Operation]) -> _Uses:
        """Modules and calls of a class, and layers of that kind, among ``operations``."""
        names = {word, word.removesuffix("s")}
        uses = _Uses()
        held = work_of_calls(operations)
        for one in operations:
            if one.kind is not NodeKind.CONSTANT and operation_name(one.does) in names:
                uses.layers.add(one.id)
            kinds = [self.architecture.modules.get(call.path, "") for call in one.calls]
            named = [call for call, kind in zip(one.calls, kinds) if operation_name(kind) in names]
            for depth, call in enumerate(named):
                # A module is where most of it is: its first norm may be part of what is before.
                if 2 * held[call] > self._all_work[call]:
                    uses.calls.setdefault(depth, set()).add(call)
        return uses

    @functools.cached_property
    def _all_work(self) -> Counter[ModuleCall]:
        return work_of_calls(self.architecture.operations)

    # Frames

    def _frame(
        self, group: SceneGroup, boxes: Sequence[SceneBox], outer: Sequence[Claims]
    ) -> Iterator[str]:
        name = _quoted((group.label, group.detail))
        claims = _group_claims(group)
        if claims.copies != group.repeat and not claims.clipped:
            yield f"the frame {name} shows {claims.copies} copies, the graph has {group.repeat}"
        if wrong := wrong_amounts(claims, sum(box.parameters for box in boxes), outer):
            yield f"the frame {name} {wrong}"
        operations = [one for box in boxes for one in self._operations(box)]
        repeat = math.prod(one.copies for one in (claims, *outer)), _sets((claims, *outer))
        yield from self._counted(f"the frame {name}", claims, operations, repeat, {})

    # Tensors

    def _arrows(self) -> Iterator[str]:
        boxes = {box.id: box for box in self.scene.boxes}
        for arrow in self.scene.arrows:
            carried = [_CARRIED.fullmatch(part) for part in arrow.label.split(", ")]
            if not boxes[arrow.source].members:  # where a detail begins
                continue
            made = _made(self._operations(boxes[arrow.source]))
            # A tensor that is reshaped on its way arrives as the arrow shows it.
            made |= Counter(dict.fromkeys(self._arriving(boxes[arrow.target]), 1))
            for match in carried if all(carried) else []:
                number, sizes = (match[1], match[2]) if match else ("", "")
                if made[_sizes(sizes)] < int(number or 1):
                    source = _quoted(boxes[arrow.source].label)
                    several = f"{number} tensors" if number else "tensor"
                    yield f"{source} returns no {several} of the shape {sizes} beside its arrow"

    def _arriving(self, box: SceneBox) -> set[tuple[int, ...]]:
        """The shapes of the tensors that the operations of a box read."""
        wires = (wire for one in box.members for _, _, wire in self.architecture.inputs(one))
        return {wire.tensor.shown for wire in wires if wire.tensor}


@dataclass
class _Uses:
    """What there is of a class.

    Attributes:
        calls: the calls of its modules, by how many calls of other such modules are around.
        layers: the operations that are layers of that kind.
    """

    calls: dict[int, set[ModuleCall]] = field(default_factory=dict)
    layers: set[str] = field(default_factory=set)

    def made(self) -> set[int]:
        """How many calls there are: at each depth, and in all."""
        return {len(self.layers), *self._numbers(self.calls)} - {0}

    def modules(self) -> set[int]:
        """How many different modules are called."""
        paths = {depth: {call.path for call in calls} for depth, calls in self.calls.items()}
        return self._numbers(paths) - {0}

    @staticmethod
    def _numbers(of: Mapping[int, Collection[object]]) -> set[int]:
        return {*map(len, of.values()), sum(map(len, of.values()))}


def _sets(claims: Iterable[Claims]) -> int:
    """How many of the copies have modules of their own."""
    return math.prod(one.copies for one in claims if not one.shared)


def _counts_modules(claims: Claims, word: str) -> bool:
    """Whether the counted word is for modules: their calls, which are more, have a count too."""
    return (claims.counted[0][1] == word != "calls") and any(
        other == "calls" for _, other in claims.counted
    )


def _kind(word: str) -> str:
    return word.removesuffix(" layers").removesuffix(" layer")


def _made(operations: Iterable[Operation]) -> Counter[tuple[int, ...]]:
    """How many tensors of each shape there are; what is picked from several counts once."""
    single, several = Counter[tuple[int, ...]](), Counter[tuple[int, ...]]()
    for one in operations:
        (single if len(one.outputs) == 1 else several).update(
            tensor.shown for tensor in one.outputs
        )
    return single | several


def _sums(name: str, box: SceneBox, operations: Sequence[Operation]) -> Iterator[str]:
    parameters = sum(one.parameters for one in operations)
    macs = sum(one.macs for one in operations)
    if (parameters, macs) != (box.parameters, box.macs):
        yield (
            f"{name} has {box.parameters:,} parameters and {box.macs:,} MACs, "
            f"its operations {parameters:,} and {macs:,}"
        )


def _title(box: SceneBox) -> str:
    """What an end of the flow shows of its tensors; the shape of an input may be below its name."""
    if box.role == "output":
        return ", ".join(box.label)
    is_below = len(box.label) > 1 and _SIZES.fullmatch(box.label[1].partition(", ")[0])
    return " ".join(box.label[:2]) if is_below else box.label[0]


def _end_shapes(name: str, box: SceneBox, operations: Sequence[Operation]) -> Iterator[str]:
    """An input or output shows the shapes of its tensors."""
    kind = NodeKind(box.role)
    tensors = [tensor for one in operations if one.kind is kind for tensor in one.outputs]
    printed = [match[1] for part in _title(box).split(", ") if (match := _SIZES.search(part))]
    for sizes, tensor in zip(printed, tensors):
        if _sizes(sizes) != tensor.shown:
            actual = "×".join(map(str, tensor.shown)) or "scalar"
            yield f"{name} shows {sizes}, the tensor is {actual}"


def _widths(name: str, box: SceneBox, operations: Sequence[Operation]) -> Iterator[str]:
    """What maps to a number of features returns a tensor of that size."""
    sizes = {size for one in operations for tensor in one.outputs for size in tensor.shape}
    sizes |= {size for one in operations for weight in one.weights for size in weight}
    used = [one.weight for one in operations if one.weight]
    sizes |= {size for weight in used for size in (weight.inputs, weight.outputs)}
    for match in _MAPPING.finditer(box.label[0]):
        missing = [size for size in map(int, match.groups()) if size not in sizes]
        if missing and box.role == "layer":
            yield f"{name} shows {match[0]}, no tensor in it has the size {missing[0]}"


def _sizes(printed: str) -> tuple[int, ...]:
    """The sizes of a printed shape.

    >>> _sizes("3×8×8"), _sizes("scalar")
    ((3, 8, 8), ())
    """
    return () if printed == "scalar" else tuple(map(int, printed.split("×")))


def _group_claims(group: SceneGroup) -> Claims:
    return read_claims((group.label, group.detail)) if group.framed else Claims()


def _around(groups: dict[str, SceneGroup], name: str) -> Iterator[SceneGroup]:
    """The groups around what is in the group ``name``, inner ones first."""
    while name:
        yield groups[name]
        name = groups[name].parent


def _quoted(lines: Iterable[str]) -> str:
    return f"“{' / '.join(line for line in lines if line)}”"
